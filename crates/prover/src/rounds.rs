//! The rounds of sumchecks: kernels, proof and transcript together.

use dyad_field::K;
use dyad_verifier::transcript::{Challenges, Transcript};
use dyad_verifier::{Digest, Hash, Label};

use crate::grinding::grind;
use crate::kernels::sumcheck::{fold, inner_fold_round, inner_fold_round_from, inner_round};
use crate::merkle::{RowPairs, Tree};
use crate::writer::Proof;

/// The parties to every step of the protocol.
pub struct Session<'a, H> {
    /// The transcript.
    pub t: Transcript<H>,
    /// The proof so far.
    pub proof: Proof,
    /// Told of each step as it begins.
    pub observer: &'a mut dyn FnMut(&'static str),
}

impl<H: Hash> Challenges for Session<'_, H> {
    fn draw(&mut self, label: Label) -> K {
        self.t.draw(label)
    }
}

impl<H: Hash> Session<'_, H> {
    /// Says that a step begins.
    pub fn step(&mut self, name: &'static str) {
        (self.observer)(name);
    }

    /// Appends elements to the proof and absorbs them.
    pub fn send(&mut self, label: Label, elements: &[K]) {
        self.proof.elements(elements);
        self.t.absorb_elements(label, elements);
    }

    /// Appends a digest to the proof and absorbs it.
    pub fn send_digest(&mut self, label: Label, digest: &Digest) {
        self.proof.digest(digest);
        self.t.absorb(label, digest);
    }

    /// Does a proof of work of `bits` bits, and sends its nonce.
    pub fn work(&mut self, bits: u32)
    where
        H: Sync,
    {
        let nonce = grind(&self.t, bits);
        self.proof.u64(nonce);
        self.t.check_work(bits, nonce);
    }

    /// Opens the rows of a tree at `positions` (increasing, without repetition), as [`Tree::open`].
    pub fn open(&mut self, tree: &Tree, rows: &RowPairs, positions: &[usize]) {
        tree.open::<H>(rows, positions, &mut self.proof);
        for &p in positions {
            self.t.absorb_elements(Label::OpenedRow, rows.row(p));
        }
    }

    /// Sends two coefficients of a round and draws its challenge.
    pub fn round(&mut self, label: Label, (a, b): (K, K)) -> K {
        self.send(label, &[a, b]);
        self.draw(label)
    }

    /// Plain rounds that bind the `variables` highest variables of the sum over all pairs of the inner
    /// product of weights and vector; `log` is the number of variables of each pair. Returns the
    /// challenges, that of the lowest variable first.
    pub fn plain(&mut self, label: Label, pairs: &mut [Pair<'_>], variables: usize) -> Vec<K> {
        let mut point: Vec<K> = Vec::with_capacity(variables);
        for _ in 0..variables {
            let mut sum = (K::default(), K::default());
            for p in pairs.iter_mut() {
                let half = 1 << (p.log - 1);
                let (c0, c2) = match (point.last(), p.source) {
                    (None, source) => inner_round(p.weights, source.unwrap_or(p.vector), half),
                    (Some(&r), None) => inner_fold_round(&mut p.weights, &mut p.vector, 2 * half, r),
                    (Some(&r), Some(source)) => {
                        p.source = None;
                        inner_fold_round_from(&mut p.weights, source, &mut p.vector, 2 * half, r)
                    }
                };
                p.log -= 1;
                sum.0 += c0;
                sum.1 += c2;
            }
            point.push(self.round(label, sum));
        }
        if let Some(&r) = point.last() {
            for p in pairs.iter_mut() {
                fold(&mut p.weights, 1 << p.log, r);
                fold(&mut p.vector, 1 << p.log, r);
            }
        }
        point.reverse();
        point
    }
}

/// Weights and a vector of 2^`log` entries each, those past the end being 0.
#[derive(Debug, Default)]
pub struct Pair<'a> {
    /// Logarithm of the length.
    pub log: usize,
    /// The weights.
    pub weights: &'a mut [K],
    /// The vector, or room for half of it where there is a source.
    pub vector: &'a mut [K],
    /// The vector, where it has to stay as it is. At least two variables are to be bound then.
    pub source: Option<&'a [K]>,
}

impl Pair<'_> {
    /// The only entry of the vector once all variables are bound.
    pub fn value(&self) -> K {
        self.vector.first().copied().unwrap_or_default()
    }
}
