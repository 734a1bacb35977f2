//! Product trees.

use dyad_field::K;
use p3_field::PackedValue;
use rayon::prelude::*;

use super::{GRAIN, Packed};

/// A product tree over 2^`log` leaves, those that are missing being 1. Entry y of a layer is the
/// product of entries y and y + half of the layer below. Layers are stored without the ones at
/// their ends. They are taken from the top to the leaves, and the first layer above the leaves, as
/// large as all others together, is made when its turn comes, in their place.
pub struct Tree<'a> {
    leaves: &'a mut [K],
    /// The layers from the second on, then the first.
    upper: &'a mut [K],
    /// The length of each layer as it is stored, that of the leaves first.
    lengths: Vec<usize>,
    /// Layers that are left to be taken.
    left: usize,
}

/// The lengths of the layers over `leaves` leaves of 2^`log`, without the ones at their ends.
fn lengths(leaves: usize, log: usize) -> Vec<usize> {
    (0..=log).map(|layer| leaves.min(1 << (log - layer))).collect()
}

/// Elements that the layers of a [`Tree`] over `leaves` leaves of 2^`log` take beside them.
pub fn room(leaves: usize, log: usize) -> usize {
    let lengths = lengths(leaves, log);
    let upper = lengths.iter().skip(2).sum();
    lengths.get(1).copied().unwrap_or(0).max(upper)
}

impl<'a> Tree<'a> {
    /// The tree over `leaves`, whose layers are kept in `upper`, of [`room`] elements.
    ///
    /// # Panics
    /// If there are more than 2^`log` leaves, or too little room.
    pub fn new(leaves: &'a mut [K], upper: &'a mut [K], log: usize) -> Self {
        assert!(leaves.len() <= 1 << log, "a product tree over {} leaves", leaves.len());
        let lengths = lengths(leaves.len(), log);
        if let [_, _, second, others @ ..] = lengths.as_slice() {
            let (mut below, mut rest) = upper.split_at_mut(*second);
            // Two layers at once.
            multiply(leaves, 1 << (log - 2), below);
            for (&length, half) in others.iter().zip((0..log - 2).rev().map(|v| 1 << v)) {
                let (next, after) = rest.split_at_mut(length);
                multiply(below, half, next);
                (below, rest) = (next, after);
            }
        }
        Self { leaves, upper, left: lengths.len(), lengths }
    }

    /// Takes the highest layer that is left: the product of all leaves first, the leaves last.
    pub fn pop(&mut self) -> Option<&mut [K]> {
        self.left = self.left.checked_sub(1)?;
        Some(match self.left {
            0 => self.leaves,
            1 => {
                let layer = &mut self.upper[..self.lengths[1]];
                multiply(self.leaves, 1 << (self.lengths.len() - 2), layer);
                layer
            }
            number => {
                let start: usize = self.lengths[2..number].iter().sum();
                &mut self.upper[start..][..self.lengths[number]]
            }
        })
    }
}

/// Entry y of `out` becomes the product of the entries y, y + `distance`, y + 2 `distance`.. of
/// `below`.
fn multiply(below: &[K], distance: usize, out: &mut [K]) {
    out.par_chunks_mut(GRAIN).enumerate().for_each(|(chunk, out)| {
        let start = chunk * GRAIN;
        out.copy_from_slice(&below[start..][..out.len()]);
        for start in (start + distance..below.len()).step_by(distance) {
            let factors = &below[start..];
            multiply_by(out, &factors[..factors.len().min(out.len())]);
        }
    });
}

/// Multiply the first entries by the factors.
fn multiply_by(products: &mut [K], factors: &[K]) {
    let (packed, rest) = Packed::pack_slice_with_suffix_mut(&mut products[..factors.len()]);
    let (packed_factors, rest_factors) = Packed::pack_slice_with_suffix(factors);
    for (p, &f) in packed.iter_mut().zip(packed_factors) {
        *p *= f;
    }
    for (p, &f) in rest.iter_mut().zip(rest_factors) {
        *p *= f;
    }
}

#[cfg(test)]
mod tests {
    use dyad_field::PrimeCharacteristicRing;

    use super::*;
    use crate::kernels::testing::{Elements as _, Random};

    #[test]
    fn layers_are_products() {
        let mut rng = Random(3);
        for log in [0, 1, 2, 3, 4, 5, 12] {
            for n in [0, 1, (1 << log) / 2 + 1, (1 << log) - 1, 1 << log] {
                let leaves = rng.ks(n.min(1 << log));
                let mut stored = leaves.clone();
                let mut upper = rng.ks(room(leaves.len(), log));
                let mut tree = Tree::new(&mut stored, &mut upper, log);
                let mut layers: Vec<Vec<K>> =
                    core::iter::from_fn(|| tree.pop().map(|layer| layer.to_vec())).collect();
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
