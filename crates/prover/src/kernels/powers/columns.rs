//! Rounds over the columns of a layer that are left.

use dyad_field::{K, PrimeCharacteristicRing};
use rayon::prelude::*;

use super::super::arch;
use super::super::eq::SplitEq;
use super::part_rows;

/// Rows of a part of [`column_round`].
const PART: usize = 256;

/// The coefficients (c1, c2) of the round that binds the highest variable of columns: the sum over the lower half of
/// the pairs, with their weights, and over rows, of the products of both nodes. Rows that are missing count for
/// neither.
pub fn column_round(eq: &SplitEq, weights: &[K], columns: &[K], rows: usize) -> (K, K) {
    let column = |i: usize| &columns[i * rows..][..rows];
    let pairs = columns.len() / rows / 2;
    let half = pairs / 2;
    let len = PART.min(eq.len());
    (0..rows.div_ceil(len))
        .into_par_iter()
        .with_min_len(4)
        .map(|part| {
            let (eq, factor) = eq.part(part * len, len);
            let range = part_rows(part, len, rows);
            let eq = &eq[..range.len()];
            let at = |i: usize| &column(i)[range.clone()];
            let mut sum = (K::ZERO, K::ZERO);
            for (y, &w) in weights.iter().enumerate().take(half) {
                let (c1, c2) = arch::weighted(eq, at(y), at(y + half), at(pairs + y), at(pairs + y + half));
                sum = (sum.0 + w * c1, sum.1 + w * c2);
            }
            (factor * sum.0, factor * sum.1)
        })
        .reduce(|| (K::ZERO, K::ZERO), |a, b| (a.0 + b.0, a.1 + b.1))
}

/// Binds the highest variable of columns: half of them are left, those of the first nodes, then those of the second.
pub fn fold_columns(columns: &mut [K], rows: usize, r: K) -> &mut [K] {
    let pairs = columns.len() / rows / 2;
    let half = pairs / 2;
    let (first, second) = columns.split_at_mut(pairs * rows);
    let (low, high) = first.split_at_mut(half * rows);
    let (low_of_second, high_of_second) = second.split_at(half * rows);
    // What is left of the second nodes takes the place of what is bound of the first.
    let first = low.par_chunks_mut(PART).zip(high.par_chunks_mut(PART));
    let second = low_of_second.par_chunks(PART).zip(high_of_second.par_chunks(PART));
    first.zip(second).with_min_len(16).for_each(|((low, high), (low_of_second, high_of_second))| {
        arch::fold(low, high, r);
        high.copy_from_slice(low_of_second);
        arch::fold(high, high_of_second, r);
    });
    &mut columns[..2 * half * rows]
}
