//! Product trees.

use dyad_field::K;
use p3_field::PackedValue;
use rayon::prelude::*;

use super::{GRAIN, Packed};

/// The layers of the product tree over 2^`log` leaves, those that are missing being 1: the leaves
/// themselves, then each layer's entry y being the product of entries y and y + half of the layer
/// before, down to one entry. Layers are stored without the ones at their ends, in vectors that
/// `new` makes for a given length.
///
/// # Panics
/// If there are more than 2^`log` leaves.
pub fn product(leaves: Vec<K>, log: usize, mut new: impl FnMut(usize) -> Vec<K>) -> Vec<Vec<K>> {
    assert!(leaves.len() <= 1 << log, "a product tree over {} leaves", leaves.len());
    let mut layers = vec![leaves];
    for half in (0..log).rev().map(|v| 1 << v) {
        let below = &layers[layers.len() - 1];
        let mut next = new(below.len().min(half));
        layer(below, &mut next);
        layers.push(next);
    }
    layers
}

/// The products of the entries of `below` that are as far apart as `out` is long.
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
        for log in [0, 1, 2, 5, 12] {
            for n in [0, 1, (1 << log) / 2 + 1, (1 << log) - 1, 1 << log] {
                let leaves = rng.ks(n);
                let layers = product(leaves.clone(), log, |n| vec![K::ZERO; n]);
                assert_eq!(layers.len(), log + 1);
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
