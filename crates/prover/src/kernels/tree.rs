//! Product trees.

use dyad_field::K;
use p3_field::PackedValue;
use rayon::prelude::*;

use super::pool::Pool;
use super::{GRAIN, Packed};

/// Layers above the leaves that a [`Tree`] does not hold: one more would save 2% of memory for 5% of time.
const SKIPPED: usize = 1;

/// A product tree over 2^`log` leaves, those that are missing being 1. Entry y of a layer is the
/// product of entries y and y + half of the layer below. Layers are stored without the ones at
/// their ends, and the largest product layers are not stored at all: they are made again when
/// their turn comes, which costs less than to hold them.
pub struct Tree {
    leaves: Vec<K>,
    /// The layers that are held, the top last.
    held: Vec<Vec<K>>,
    log: usize,
    /// Layers that are left to be taken, the leaves being layer 0.
    left: usize,
}

impl Tree {
    /// The tree over `leaves`.
    ///
    /// # Panics
    /// If there are more than 2^`log` leaves.
    pub fn new(leaves: Vec<K>, log: usize, pool: &mut Pool) -> Self {
        assert!(leaves.len() <= 1 << log, "a product tree over {} leaves", leaves.len());
        let mut tree = Self { leaves, held: Vec::new(), log, left: log + 1 };
        if log > SKIPPED {
            let mut below = tree.make(SKIPPED, pool);
            for half in (0..log - SKIPPED).rev().map(|v| 1 << v) {
                let mut next = pool.take(below.len().min(half));
                layer(&below, &mut next);
                // The lowest is among those that are skipped.
                let done = std::mem::replace(&mut below, next);
                if half == 1 << (log - SKIPPED - 1) { pool.give(done) } else { tree.held.push(done) }
            }
            tree.held.push(below);
        }
        tree
    }

    /// Makes layer `number`, at least 1 and at most the tree's `log`, from the leaves.
    fn make(&self, number: usize, pool: &mut Pool) -> Vec<K> {
        let mut below: Option<Vec<K>> = None;
        for half in (self.log - number..self.log).rev().map(|v| 1 << v) {
            let from = below.as_ref().unwrap_or(&self.leaves);
            let mut next = pool.take(from.len().min(half));
            layer(from, &mut next);
            below.replace(next).into_iter().for_each(|done| pool.give(done));
        }
        below.unwrap_or_default()
    }

    /// Takes the highest layer that is left: the product of all leaves first, the leaves last.
    pub fn pop(&mut self, pool: &mut Pool) -> Option<Vec<K>> {
        self.left = self.left.checked_sub(1)?;
        match self.left {
            0 => Some(std::mem::take(&mut self.leaves)),
            number => self.held.pop().or_else(|| Some(self.make(number, pool))),
        }
    }
}

/// The products of the entries of `below` that are as far apart as `out` is long, or alone.
fn layer(below: &[K], out: &mut [K]) {
    let (low, high) = below.split_at(out.len());
    let (multiplied, alone) = out.split_at_mut(high.len());
    multiplied
        .par_chunks_mut(GRAIN)
        .zip(low[..high.len()].par_chunks(GRAIN).zip(high.par_chunks(GRAIN)))
        .for_each(|(out, (low, high))| multiply(low, high, out));
    // Where there is no upper factor, the lower one is the product.
    alone.copy_from_slice(&low[high.len()..]);
}

fn multiply(a: &[K], b: &[K], out: &mut [K]) {
    let (pa, ra) = Packed::pack_slice_with_suffix(a);
    let (pb, rb) = Packed::pack_slice_with_suffix(b);
    let (po, ro) = Packed::pack_slice_with_suffix_mut(out);
    for ((o, &a), &b) in po.iter_mut().zip(pa).zip(pb) {
        *o = a * b;
    }
    for ((o, &a), &b) in ro.iter_mut().zip(ra).zip(rb) {
        *o = a * b;
    }
}

#[cfg(test)]
mod tests {
    use dyad_field::PrimeCharacteristicRing;

    use super::*;
    use crate::kernels::testing::Rng;

    #[test]
    fn layers_are_products() {
        let mut rng = Rng(3);
        let mut pool = Pool::default();
        for log in [0, 1, 2, 3, 4, 5, 12] {
            for n in [0, 1, (1 << log) / 2 + 1, (1 << log) - 1, 1 << log] {
                let leaves = rng.ks(n.min(1 << log));
                let mut tree = Tree::new(leaves.clone(), log, &mut pool);
                let mut layers: Vec<Vec<K>> = core::iter::from_fn(|| tree.pop(&mut pool)).collect();
                layers.reverse();
                assert_eq!(layers.len(), log + 1, "{n} of 2^{log}");
                assert_eq!(layers[0], leaves);
                let at = |v: &[K], i: usize| v.get(i).copied().unwrap_or(K::ONE);
                for (pair, half) in layers.windows(2).zip((0..log).rev().map(|v| 1 << v)) {
                    assert!(pair[1].len() <= half);
                    assert!((0..half).all(|y| at(&pair[1], y) == at(&pair[0], y) * at(&pair[0], y + half)));
                }
                assert_eq!(at(&layers[log], 0), leaves.into_iter().product());
            }
        }
    }
}
