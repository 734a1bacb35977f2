//! Product trees.

use dyad_field::{K, PrimeCharacteristicRing};
use p3_field::PackedValue;
use rayon::prelude::*;

use super::{GRAIN, Packed};

/// The layers of the product tree over `leaves`: the leaves themselves, then each layer's entry y
/// being the product of entries y and y + half of the layer before, down to one entry.
///
/// # Panics
/// If the number of leaves is not a power of two.
pub fn product(leaves: Vec<K>) -> Vec<Vec<K>> {
    assert!(leaves.len().is_power_of_two(), "a product tree over {} leaves", leaves.len());
    let mut layers = vec![leaves];
    while layers[layers.len() - 1].len() > 1 {
        let next = layer(&layers[layers.len() - 1]);
        layers.push(next);
    }
    layers
}

/// The products of entries y and y + half.
fn layer(below: &[K]) -> Vec<K> {
    let (low, high) = below.split_at(below.len() / 2);
    let mut out = K::zero_vec(low.len());
    out.par_chunks_mut(GRAIN)
        .zip(low.par_chunks(GRAIN).zip(high.par_chunks(GRAIN)))
        .for_each(|(out, (low, high))| multiply(low, high, out));
    out
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
    use super::*;
    use crate::kernels::testing::Rng;

    #[test]
    fn layers_are_products() {
        let mut rng = Rng(3);
        for n in [0, 1, 2, 5, 12] {
            let leaves = rng.ks(1 << n);
            let layers = product(leaves.clone());
            assert_eq!(layers.len(), n + 1);
            assert_eq!(layers[0], leaves);
            for pair in layers.windows(2) {
                let half = pair[0].len() / 2;
                assert_eq!(pair[1].len(), half);
                assert!((0..half).all(|y| pair[1][y] == pair[0][y] * pair[0][y + half]));
            }
            assert_eq!(layers[n][0], leaves.into_iter().product());
        }
    }
}
