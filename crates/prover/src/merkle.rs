//! Merkle trees over codewords, and their pruned openings.

use dyad_field::K;
use dyad_verifier::hash::Domain;
use dyad_verifier::{Digest, Hash, merkle};
use rayon::prelude::*;

use crate::kernels::code::Codeword;
use crate::writer::Proof;

/// All levels of a tree, the leaves first.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

/// Rows or nodes hashed by one task.
const GRAIN: usize = 256;

impl Tree {
    /// The tree whose leaves are the rows of a codeword, a power of two of them.
    pub fn new<H: Hash>(code: &Codeword) -> Self {
        let mut leaves = vec![[0; 32]; code.rows];
        leaves.par_chunks_mut(GRAIN).enumerate().for_each(|(chunk, out)| {
            let length = (code.lanes * dyad_field::BYTES).next_multiple_of(merkle::LEAF_BLOCK);
            let mut bytes = Vec::with_capacity(out.len() * length);
            for i in 0..out.len() {
                merkle::leaf_bytes(code.row(chunk * GRAIN + i), &mut bytes);
            }
            H::hash_many(Domain::Leaf, &bytes, length, out);
        });
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|l| l.len() > 1) {
            let mut level = vec![[0; 32]; below.len() / 2];
            level.par_chunks_mut(GRAIN).zip(below.par_chunks(2 * GRAIN)).for_each(|(out, pairs)| {
                H::hash_many(Domain::Node, pairs.as_flattened(), 64, out);
            });
            levels.push(level);
        }
        Self { levels }
    }

    /// The root.
    pub fn root(&self) -> Digest {
        self.levels.last().map_or([0; 32], |l| l[0])
    }

    /// Writes the rows at `positions` (increasing, without repetition) and the digests that lead from
    /// them to the root; returns the rows.
    pub fn open<'a>(&self, code: &'a Codeword, positions: &[usize], proof: &mut Proof) -> Vec<&'a [K]> {
        let rows: Vec<&[K]> = positions.iter().map(|&p| code.row(p)).collect();
        rows.iter().for_each(|r| proof.elements(r));
        let mut level: Vec<usize> = positions.to_vec();
        for digests in &self.levels[..self.levels.len().saturating_sub(1)] {
            let mut above = Vec::with_capacity(level.len());
            let mut nodes = level.iter().peekable();
            while let Some(&p) = nodes.next() {
                if nodes.next_if(|&&next| p & 1 == 0 && next == p | 1).is_none() {
                    proof.digest(&digests[p ^ 1]);
                }
                above.push(p >> 1);
            }
            level = above;
        }
        rows
    }
}
