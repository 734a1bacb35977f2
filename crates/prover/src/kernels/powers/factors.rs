//! Sums over pairs of a bit of the exponent and a power of the base.

use core::array::from_fn;

use dyad_field::{K, PrimeCharacteristicRing};
use rayon::prelude::*;

use super::super::arch::{self, E, product, square};
use super::super::eq::Parts;
use super::{Half, LANES, Leaves, Source, load, part_rows, store};

/// Entry `[j][k]`: the sum over the rows with bit k of the exponent of the row's weight times `base^(2^j) + 1`.
pub fn factor_sums(leaves: &Leaves<'_>, weights: &Parts<'_>) -> Vec<[K; 64]> {
    let (rows, len) = (leaves.rows(), weights.part_len());
    let one = E::splat(K::ONE);
    let tasks = rayon::current_num_threads() * 4;
    let parts = rows.div_ceil(len);
    let zero = || vec![[K::ZERO; 64]; 64];
    (0..tasks.min(parts))
        .into_par_iter()
        .map(|task| {
            let mut sums = arch::WordSums::new(64);
            let (mut eq, mut words) = (vec![K::ZERO; len], Vec::new());
            let (mut powers, mut weighted) = (vec![K::ZERO; len], vec![K::ZERO; len]);
            for part in (task..parts).step_by(tasks) {
                weights.fill(part, &mut eq);
                let range = part_rows(part, len, rows);
                let n = range.len();
                words.clear();
                words.extend(leaves.exponents[range.clone()].iter().map(|&k| Half::High.of(k)));
                sums.set_words(&words);
                powers[..n].copy_from_slice(&leaves.bases[range]);
                for j in 0..64 {
                    for at in (0..n).step_by(LANES) {
                        let power = load(&powers, at);
                        store(product(power.xor(one), load(&eq, at)), &mut weighted, at);
                        store(square(power), &mut powers, at);
                    }
                    sums.add(j, &weighted[..n]);
                }
            }
            (0..64).map(|j| from_fn(|k| sums.get(j, k))).collect::<Vec<[K; 64]>>()
        })
        .reduce(zero, |mut a, b| {
            a.as_flattened_mut().iter_mut().zip(b.as_flattened()).for_each(|(a, &b)| *a += b);
            a
        })
}
