//! Merkle trees over codewords, and their pruned openings.

use dyad_field::K;
use dyad_verifier::hash::Domain;
use dyad_verifier::{Digest, Hash, merkle};
use rayon::prelude::*;

use crate::kernels::code::Codeword;
use crate::writer::Proof;

/// The levels of a tree above its leaves, which are hashed again where an opening needs one.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

/// Pairs of rows, or nodes, hashed by one task.
const GRAIN: usize = 128;

/// Room for `n` digests. All threads write it, since most of the cost is that of pages touched first.
fn digests(n: usize) -> Vec<Digest> {
    rayon::iter::repeat_n([0; 32], n).collect()
}

/// A tree whose leaves come part after part.
pub struct Leaves {
    /// The level above them.
    level: Vec<Digest>,
    /// How much of it there is.
    done: usize,
}

impl Leaves {
    /// For a codeword of so many rows, a power of two.
    ///
    /// # Panics
    /// If there is only one.
    pub fn new(rows: usize) -> Self {
        assert!(rows > 1, "a tree of one leaf");
        Self { level: digests(rows / 2), done: 0 }
    }

    /// The next rows, an even number of them.
    pub fn add<H: Hash>(&mut self, code: &Codeword<'_>) {
        let length = (code.lanes * dyad_field::BYTES).next_multiple_of(merkle::LEAF_BLOCK);
        let level = &mut self.level[self.done..][..code.rows / 2];
        level.par_chunks_mut(GRAIN).enumerate().for_each(|(chunk, out)| {
            let rows = 2 * out.len();
            let mut bytes = Vec::with_capacity(rows * length);
            for i in 0..rows {
                merkle::leaf_bytes(code.row(2 * GRAIN * chunk + i), &mut bytes);
            }
            let mut leaves = [[0; 32]; 2 * GRAIN];
            H::hash_many(Domain::Leaf, &bytes, length, &mut leaves[..rows]);
            H::hash_many(Domain::Node, leaves[..rows].as_flattened(), 64, out);
        });
        self.done += code.rows / 2;
    }

    /// The tree.
    ///
    /// # Panics
    /// If there are rows that have not come.
    pub fn finish<H: Hash>(self) -> Tree {
        assert_eq!(self.done, self.level.len(), "all rows");
        let mut levels = vec![self.level];
        while let Some(below) = levels.last().filter(|l| l.len() > 1) {
            let mut level = digests(below.len() / 2);
            level.par_chunks_mut(GRAIN).zip(below.par_chunks(2 * GRAIN)).for_each(|(out, pairs)| {
                H::hash_many(Domain::Node, pairs.as_flattened(), 64, out);
            });
            levels.push(level);
        }
        Tree { levels }
    }
}

impl Tree {
    /// The tree whose leaves are the rows of a codeword, a power of two of them.
    ///
    /// # Panics
    /// If there is only one.
    pub fn new<H: Hash>(code: &Codeword<'_>) -> Self {
        let mut leaves = Leaves::new(code.rows);
        leaves.add::<H>(code);
        leaves.finish::<H>()
    }

    /// The root.
    pub fn root(&self) -> Digest {
        self.levels.last().map_or([0; 32], |l| l[0])
    }

    /// Writes the rows at `positions` (increasing, without repetition) and the digests that lead from
    /// them to the root. `rows` has those of the positions and of their neighbours.
    pub fn open<H: Hash>(&self, rows: &RowPairs, positions: &[usize], proof: &mut Proof) {
        positions.iter().for_each(|&p| proof.elements(rows.row(p)));
        let mut buffer = Vec::new();
        let mut level: Vec<usize> = positions.to_vec();
        for height in 0..self.levels.len() {
            let mut above = Vec::with_capacity(level.len());
            let mut nodes = level.iter().peekable();
            while let Some(&p) = nodes.next() {
                if nodes.next_if(|&&next| p & 1 == 0 && next == p | 1).is_none() {
                    proof.digest(&match height {
                        0 => merkle::leaf::<H>(rows.row(p ^ 1), &mut buffer),
                        _ => self.levels[height - 1][p ^ 1],
                    });
                }
                above.push(p >> 1);
            }
            level = above;
        }
    }
}

/// Some rows of a codeword and their neighbours: position p is next to position `p ^ 1`.
pub struct RowPairs {
    lanes: usize,
    /// Half of the even positions, increasing.
    pairs: Vec<usize>,
    values: Vec<K>,
}

impl RowPairs {
    /// The rows at `positions` (increasing) and their neighbours, `lanes` elements each. `make` gets half
    /// of each even position and returns its row and the next one, pair after pair.
    pub fn new(lanes: usize, positions: &[usize], make: impl FnOnce(&[usize]) -> Vec<K>) -> Self {
        let mut pairs: Vec<usize> = positions.iter().map(|p| p / 2).collect();
        pairs.dedup();
        let values = make(&pairs);
        assert_eq!(values.len(), 2 * lanes * pairs.len(), "rows of pairs");
        Self { lanes, pairs, values }
    }

    /// The row at one of the positions or its neighbours.
    ///
    /// # Panics
    /// At other positions.
    pub fn row(&self, position: usize) -> &[K] {
        let pair = self.pairs.binary_search(&(position / 2)).expect("a position that was asked for");
        &self.values[(2 * pair + position % 2) * self.lanes..][..self.lanes]
    }
}
