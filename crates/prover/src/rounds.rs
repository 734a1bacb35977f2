//! The rounds of sumchecks: kernels, proof and transcript together.

use std::borrow::Cow;

use dyad_field::K;
use dyad_verifier::channel::Received;
use dyad_verifier::cover::Cover;
use dyad_verifier::hidden::Hidden;
use dyad_verifier::moves::{Move, nonce_length};
use dyad_verifier::params::Code;
use dyad_verifier::reader::Reader;
use dyad_verifier::ring_switch::ElementClaim;
use dyad_verifier::transcript::{Challenges, Transcript};
use dyad_verifier::{Digest, Error, Hash, Label, Level, Statement, start};

use crate::covers::Covers;
use crate::grinding::grind;
use crate::kernels::sumcheck::{fold, inner_fold_round, inner_fold_round_from, inner_round};
use crate::merkle::{RowPairs, Tree};
use crate::prove::Setting;
use crate::writer::Proof;

/// What a dishonest prover may have otherwise than the protocol says: tests of errors need it. Only the
/// [`reference`](crate::reference) prover asks for more than what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Altered {
    /// Elements as they are sent, under pads where they are.
    Sent(Label),
    /// Nothing that can be altered: the weights that elements of this label have in the claim before them.
    Weights(Label),
    /// The vector that this round has folded, before it commits to it or sends it.
    Folded(usize),
    /// The symbols of this code of this round, before they are hashed.
    Symbols(usize, usize),
    /// The same, hashed already, before they are opened.
    Opened(usize, usize),
}

/// Alters elements in place.
pub type Alter<'a> = dyn FnMut(Altered, &mut [K]) + 'a;

/// What a prover does that does not follow the protocol, but for which it goes on as if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// 1 is added to one element, of all that are sent beside opened rows.
    Element(usize),
    /// The products of both sides of the bus are others, which balance as those do.
    Products,
    /// Where the proof hides: the products are wrong, and the left factor (0) or the right one (1) is shown to be
    /// what explains them.
    Factor(usize),
    /// One of the proofs of work, counted from 0, is none.
    Work(usize),
    /// The vector in the clear is another one with the claimed value.
    FinalVector,
}

/// The parties to every step of the protocol.
pub struct Session<'a, H> {
    /// The transcript.
    pub t: Transcript<H>,
    /// The proof so far.
    pub proof: Proof,
    /// Told of each step as it begins.
    pub observer: &'a mut dyn FnMut(&'static str),
    /// What covers values, where the proof hides.
    pub covers: Option<Covers>,
    level: Level,
    /// The transcript after the commitment, and where the proof goes on from there.
    committed: (Transcript<H>, usize),
    /// What alters what is sent: for tests.
    pub alter: Option<&'a mut Alter<'a>>,
    /// What is not as the protocol demands besides: for tests.
    pub lie: Option<Lie>,
    worked: usize,
}

impl<H: Hash> Challenges for Session<'_, H> {
    fn draw(&mut self, label: Label) -> K {
        self.t.draw(label)
    }
}

impl<'a, H: Hash> Session<'a, H> {
    /// Nothing sent yet.
    pub fn new(
        t: Transcript<H>,
        level: Level,
        covers: Option<Covers>,
        observer: &'a mut dyn FnMut(&'static str),
    ) -> Self {
        let (committed, proof) = ((t.clone(), 0), Proof::default());
        Self { t, proof, observer, covers, level, committed, alter: None, lie: None, worked: 0 }
    }

    /// The session of a proof of so many rows, whose columns are committed with this code: what is known before
    /// anything is sent, and the numbers of rows.
    pub fn begin(
        setting: &Setting<'_>,
        statement: &Statement,
        rows: &[u32],
        code: &Code,
        observer: &'a mut dyn FnMut(&'static str),
    ) -> Self {
        // Covers are bound to the level by its number: two profiles under one number would share them.
        let named = setting.level.with_size(setting.level.is_small());
        assert_eq!(setting.level.profile(), named.profile(), "a profile that no level has");
        let t = start::<H>(setting.level, setting.system, &setting.key.key, statement, rows);
        let covers = Covers::new(code, setting.seed, t.state());
        assert_eq!(covers.is_some(), setting.level.is_hiding(), "covers where a proof hides");
        let mut s = Self::new(t, setting.level, covers, observer);
        s.proof.section("rows");
        for (table, &n) in setting.system.tables.iter().zip(rows) {
            if table.fixed == 0 {
                s.proof.u32(n);
            }
        }
        s
    }

    /// Says that a step begins.
    pub fn step(&mut self, name: &'static str) {
        (self.observer)(name);
    }

    /// Appends values to the proof, under pads where it hides, and absorbs what it appends.
    pub fn send(&mut self, label: Label, values: &[K]) {
        match &mut self.covers {
            None => self.send_clear(label, values),
            Some(covers) => {
                let covered = covers.cover(values);
                self.send_clear(label, &covered);
            }
        }
    }

    /// Appends elements to the proof and absorbs them.
    pub fn send_clear(&mut self, label: Label, elements: &[K]) {
        let mut elements = Cow::from(elements);
        if self.alter.is_some() {
            self.altered(Altered::Sent(label), elements.to_mut());
        }
        self.proof.elements(&elements);
        self.t.absorb_elements(label, &elements);
    }

    /// Alters elements as a dishonest prover does.
    pub fn altered(&mut self, what: Altered, elements: &mut [K]) {
        if let Some(alter) = &mut self.alter {
            alter(what, elements);
        }
    }

    /// Sends a product of values where the verifier does not know it.
    pub fn product(&mut self, factors: [K; 2]) {
        if self.covers.is_some() {
            self.send(Label::Product, &[factors[0] * factors[1]]);
            self.known_product(factors);
        }
    }

    /// The square of a value, sent where the verifier does not know it.
    pub fn square(&mut self, root: K) -> K {
        let square = root * root;
        if self.covers.is_some() {
            self.send(Label::Square, &[square]);
        }
        if let Some(covers) = &mut self.covers {
            covers.note_root(root);
        }
        square
    }

    /// Sends what covers the sum of all values that are squared, if there are any: the values after it.
    pub fn square_mask(&mut self) -> Option<Vec<K>> {
        let covers = self.covers.as_mut().filter(|c| !c.roots().is_empty())?;
        let mask = covers.unsent();
        let roots = [&[mask], covers.roots()].concat();
        self.send(Label::SquareMask, &[mask * mask]);
        Some(roots)
    }

    /// Says that the verifier knows the product of these as a value.
    pub fn known_product(&mut self, factors: [K; 2]) {
        if let Some(covers) = &mut self.covers {
            covers.note(factors);
        }
    }

    /// Sends the root of the commitment, and works for the first challenges.
    pub fn commit(&mut self, root: &Digest, first: Move) {
        self.send_digest(Label::Commitment, root);
        self.work(first);
        self.committed = (self.t.clone(), self.proof.bytes.len());
    }

    /// What a verifier that computes with pads comes to from what was sent since the commitment, which its
    /// transcript has absorbed when this returns.
    pub fn replay(
        &mut self,
        cover: Cover,
        reduce: impl FnOnce(&mut Hidden<'_, Received<'_, H>>) -> Result<ElementClaim, Error>,
    ) -> ElementClaim {
        let (transcript, start) = &self.committed;
        let reader = Reader::new(&self.proof.bytes[*start..]);
        let mut channel = Received::new(reader, transcript.clone(), self.level);
        let claim = reduce(&mut Hidden::new(&mut channel, cover)).expect("what was sent is well formed");
        self.t = channel.into_transcript();
        claim
    }

    /// Appends a digest to the proof and absorbs it.
    pub fn send_digest(&mut self, label: Label, digest: &Digest) {
        self.proof.digest(digest);
        self.t.absorb(label, digest);
    }

    /// Does the work that a move takes, and sends the nonce.
    pub fn work(&mut self, next: Move) {
        let bits = next.work(self.level);
        if bits > 0 {
            let mut nonce = grind::<H>(self.t.state(), bits);
            while self.lie == Some(Lie::Work(self.worked)) && self.t.is_work(bits, nonce) {
                nonce += 1;
            }
            self.worked += 1;
            self.proof.nonce(nonce, nonce_length(bits));
            self.t.check_work(bits, nonce);
        }
    }

    /// Opens the rows of a tree at `positions` (increasing, without repetition), as [`Tree::open`].
    pub fn open(&mut self, tree: &Tree, rows: &RowPairs, positions: &[usize]) {
        tree.open::<H>(rows, positions, &mut self.proof);
        for &p in positions {
            self.t.absorb_elements(Label::OpenedRow, rows.row(p));
        }
    }

    /// Sends two coefficients of a round and draws its challenge. Rounds of the opening are in the clear.
    pub fn round(&mut self, label: Label, round: Move, (a, b): (K, K)) -> K {
        if matches!(label, Label::Fold | Label::Tail) {
            self.send_clear(label, &[a, b]);
        } else {
            self.send(label, &[a, b]);
        }
        self.work(round);
        self.draw(label)
    }

    /// Sends the coefficients of a round of two sums, and draws their challenge.
    pub fn round_of_both(&mut self, label: Label, round: Move, [a, b]: [(K, K); 2]) -> K {
        self.send(label, &[a.0, a.1, b.0, b.1]);
        self.work(round);
        self.draw(label)
    }

    /// Plain rounds that bind the `variables` highest variables of the sum over all pairs of the inner
    /// product of weights and vector. Returns the challenges, that of the lowest variable first.
    pub fn plain(
        &mut self,
        label: Label,
        round: Move,
        pairs: &mut [impl Summed],
        variables: usize,
    ) -> Vec<K> {
        let mut point: Vec<K> = Vec::with_capacity(variables);
        for _ in 0..variables {
            let mut sum = (K::default(), K::default());
            for p in pairs.iter_mut() {
                let (c0, c2) = p.round(point.last().copied());
                sum.0 += c0;
                sum.1 += c2;
            }
            point.push(self.round(label, round, sum));
        }
        if let Some(&r) = point.last() {
            pairs.iter_mut().for_each(|p| p.bind(r));
        }
        point.reverse();
        point
    }
}

/// Weights and a vector, whose inner product rounds are over. The highest variable is bound first.
pub trait Summed {
    /// Binds a variable to the challenge of the last round, if there was one, and gives the coefficients (c0, c2) of the
    /// next round.
    fn round(&mut self, last: Option<K>) -> (K, K);
    /// Binds a variable to the challenge of the last round.
    fn bind(&mut self, r: K);
}

/// Weights and a vector of 2^`log` entries each, those past the end being 0.
#[derive(Debug, Default)]
pub struct Pair<'a> {
    /// Logarithm of the length. During rounds, of what is left once the last one's challenge is bound.
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

impl Summed for Pair<'_> {
    fn round(&mut self, last: Option<K>) -> (K, K) {
        let half = 1 << (self.log - 1);
        self.log -= 1;
        match (last, self.source) {
            (None, source) => inner_round(self.weights, source.unwrap_or(self.vector), half),
            (Some(r), None) => inner_fold_round(&mut self.weights, &mut self.vector, 2 * half, r),
            (Some(r), Some(source)) => {
                self.source = None;
                inner_fold_round_from(&mut self.weights, source, &mut self.vector, 2 * half, r)
            }
        }
    }

    fn bind(&mut self, r: K) {
        fold(&mut self.weights, 1 << self.log, r);
        fold(&mut self.vector, 1 << self.log, r);
    }
}
