//! Rows of a code without the rest of it: those that are opened, made again, and those of queries, as weights.

use dyad_field::{K, PrimeCharacteristicRing, subspace_values, tensor};
use p3_binary_field::TowerLevel;
use p3_field::PackedValue;
use rayon::prelude::*;

use super::code::Uncoded;
use super::{Packed, arch};

/// High variables of a vector that [`row_pairs`] and [`accumulate_rows`] transform.
const HIGH: usize = 7;
/// Neighbouring entries that they take at a time, as a logarithm.
const COLUMNS: usize = 5;
/// Parts of a lane that [`row_pairs`] gives to different tasks.
const PARTS: usize = 8;

/// Rows of the codeword without the rest of it: for each entry k of `pairs` the rows at the points 2 k and
/// 2 k + 1 of the domain, one after the other. Positions of a codeword with a cover begin at the point
/// 2^(top + `log_inv_rate`).
///
/// The code's highest stages take a lane, a few columns at a time, to the blocks of points that agree in all
/// but the low bits, which have the low variables' tensor product to be summed with: half the work of
/// encoding, and hardly any memory. Tails are few coefficients, summed as they are.
pub fn row_pairs(uncoded: &Uncoded<'_>, pairs: &[usize]) -> Vec<K> {
    let (m, lanes) = (uncoded.m, uncoded.width());
    let split = LaneVariables::new(m);
    let queries: Vec<_> = pairs.iter().map(|&k| PairQuery::new(&split, k)).collect();
    let Cosets { first, count } = split.cosets(pairs.iter().map(|k| 2 * k));
    let points = domain_points((first + count) << split.high);
    let tasks = 1 << (split.low - split.columns);
    let parts = PARTS.min(tasks);
    let sums: Vec<Vec<[K; 2]>> = (0..lanes * parts)
        .into_par_iter()
        .map(|i| {
            let lane = uncoded.lane(i / parts);
            let (start, end) = (tasks * (i % parts) / parts, tasks * (i % parts + 1) / parts);
            let mut values = K::zero_vec(count << (split.high + split.columns));
            let zeros = K::zero_vec(1 << split.columns);
            let mut sums = vec![[K::ZERO; 2]; queries.len()];
            for task in start..end {
                for (coset, values) in values.chunks_mut(1 << (split.high + split.columns)).enumerate() {
                    for (row, values) in values.chunks_mut(1 << split.columns).enumerate() {
                        let from = (row << split.low | task << split.columns).min(lane.len());
                        let stored = &lane[from..lane.len().min(from + values.len())];
                        values[..stored.len()].copy_from_slice(stored);
                        values[stored.len()..].fill(K::ZERO);
                    }
                    stages(values, 1 << split.columns, first + coset, &points);
                }
                for (q, sums) in queries.iter().zip(&mut sums) {
                    let block = q.block - (first << split.high);
                    let values = &values[block << split.columns..][..zeros.len()];
                    let (even, odd) = arch::inner(&q.near, &q.change, values, &zeros);
                    sums[0] += even * q.middle[task];
                    sums[1] += odd * q.middle[task];
                }
            }
            sums
        })
        .collect();
    let mut rows = K::zero_vec(2 * lanes * pairs.len());
    for (i, sums) in sums.iter().enumerate() {
        for (pair, sums) in rows.chunks_exact_mut(2 * lanes).zip(sums) {
            pair[i / parts] += sums[0];
            pair[lanes + i / parts] += sums[1];
        }
    }
    if let Some(cover) = &uncoded.cover {
        let rows = rows.par_chunks_exact_mut(lanes).enumerate();
        rows.for_each(|(i, row)| {
            let weights = tail_row(uncoded.top(), cover.log, 2 * pairs[i / 2] + i % 2);
            for (lane, value) in row.iter_mut().enumerate() {
                *value += weights.iter().zip(uncoded.tail(lane)).map(|(&w, &t)| w * t).sum::<K>();
            }
        });
    }
    rows
}

/// The values at a point of the domain of the 2^`log` functions that a tail has coefficients for.
pub fn tail_row(top: usize, log: usize, point: usize) -> Vec<K> {
    let values = subspace_values(top + 1, point);
    let mut row = tensor(&values[..log]);
    for x in &mut row {
        *x *= values[top];
    }
    row
}

/// The variables of a lane of 2^m elements: the `high` highest are transformed, the others, `low`,
/// enter by their tensor product, the lowest of them, `columns`, within a task.
pub(crate) struct LaneVariables {
    pub(crate) high: usize,
    pub(crate) low: usize,
    pub(crate) columns: usize,
}

impl LaneVariables {
    pub(crate) fn new(m: usize) -> Self {
        // At least one is left: neighbouring positions are in one block.
        let high = m.saturating_sub(1).min(HIGH);
        Self { high, low: m - high, columns: (m - high).min(COLUMNS) }
    }

    /// The cosets of 2^m points that have these points.
    fn cosets(&self, points: impl Iterator<Item = usize> + Clone) -> Cosets {
        let m = self.low + self.high;
        let first = points.clone().min().unwrap_or_default() >> m;
        let last = points.max().unwrap_or_default() >> m;
        Cosets { first, count: last - first + 1 }
    }
}

/// Neighbouring cosets.
struct Cosets {
    first: usize,
    count: usize,
}

/// A query of [`row_pairs`].
struct PairQuery {
    block: usize,
    /// The tensor product over the columns at the even position.
    near: Vec<K>,
    /// What is to be added to it at the odd one.
    change: Vec<K>,
    /// The tensor product over the other low variables, the same at both.
    middle: Vec<K>,
}

impl PairQuery {
    fn new(split: &LaneVariables, pair: usize) -> Self {
        let [even, odd] = [2 * pair, 2 * pair + 1].map(|p| subspace_values(split.low, p));
        let near = tensor(&even[..split.columns]);
        let odd_near = tensor(&odd[..split.columns]);
        let change = near.iter().zip(odd_near).map(|(&n, o)| n + o).collect();
        Self { block: (2 * pair) >> split.low, near, change, middle: tensor(&even[split.columns..]) }
    }
}

/// The stages of one coset of a code, the highest first, on rows of `width` entries: stage j sends rows
/// (u, v) that are 2^j apart to `(u + p v, u + (p + 1) v)`.
fn stages(rows: &mut [K], width: usize, coset: usize, points: &[K]) {
    let stages = (rows.len() / width).ilog2();
    for stage in (0..stages).rev() {
        let part = width << stage;
        let first = coset << (stages - stage - 1);
        for (q, block) in rows.chunks_mut(2 * part).enumerate() {
            let (low, high) = block.split_at_mut(part);
            butterfly(low, high, points[2 * (first + q)]);
        }
    }
}

fn butterfly(a: &mut [K], b: &mut [K], point: K) {
    let (pa, ra) = Packed::pack_slice_with_suffix_mut(a);
    let (pb, rb) = Packed::pack_slice_with_suffix_mut(b);
    for (a, b) in pa.iter_mut().zip(pb) {
        *a += *b * point;
        *b += *a;
    }
    for (a, b) in ra.iter_mut().zip(rb) {
        *a += *b * point;
        *b += *a;
    }
}

/// Add to `w`, of 2^m entries, the sum over the queries of `coefficient * G_point`, where G_p is the tensor
/// product of the `(1, W_j(p))`, j < m: the code's row at point p of the domain.
///
/// The high part of the product depends on `p / 2^low` only, so the queries' low parts are summed
/// for each such block of positions, and the transpose of the code's highest stages takes the
/// blocks' sums to `w`, a few columns at a time.
///
/// # Panics
/// If `w` is not of 2^m entries, or there are not as many positions as coefficients.
pub fn accumulate_rows(w: &mut [K], m: usize, positions: &[usize], coefficients: &[K]) {
    assert_eq!(w.len(), 1 << m, "the vector's length");
    assert_eq!(positions.len(), coefficients.len(), "positions and coefficients");
    if positions.is_empty() {
        return;
    }
    let split = LaneVariables::new(m);
    let LaneVariables { high, low, columns } = split;
    let Cosets { first, count } = split.cosets(positions.iter().copied());
    let blocks = count << high;
    let queries: Vec<Query> = positions
        .iter()
        .zip(coefficients)
        .map(|(&p, &c)| {
            let values = subspace_values(low, p);
            let mut middle = tensor(&values[columns..]);
            for x in &mut middle {
                *x *= c;
            }
            Query { block: (p >> low) - (first << high), near: tensor(&values[..columns]), middle }
        })
        .collect();
    let points = domain_points((first + count) << high);
    let mut tasks: Vec<Vec<&mut [K]>> =
        (0..1 << (low - columns)).map(|_| Vec::with_capacity(1 << high)).collect();
    for row in w.chunks_mut(1 << low) {
        for (part, task) in row.chunks_mut(1 << columns).zip(&mut tasks) {
            task.push(part);
        }
    }
    tasks.into_par_iter().enumerate().for_each_init(
        || (K::zero_vec(blocks << columns), vec![false; blocks]),
        |(sums, used), (task, mut parts)| {
            sums.fill(K::ZERO);
            used.fill(false);
            for q in &queries {
                add_multiple(&mut sums[q.block << columns..][..1 << columns], &q.near, q.middle[task]);
                used[q.block] = true;
            }
            for (coset, sums) in sums.chunks_mut(1 << (high + columns)).enumerate() {
                let used = &mut used[coset << high..][..1 << high];
                transposed_stages(sums, used, 1 << columns, first + coset, &points);
                for (part, sums) in parts.iter_mut().zip(sums.chunks(1 << columns)) {
                    add(part, sums);
                }
            }
        },
    );
}

/// A query of [`accumulate_rows`]: its block of positions, and the two parts of the low variables'
/// tensor product, the second with the coefficient.
struct Query {
    block: usize,
    near: Vec<K>,
    middle: Vec<K>,
}

/// The first points of the domain.
fn domain_points(count: usize) -> Vec<K> {
    (0..count).map(domain_point).collect()
}

/// The domain point of an index.
fn domain_point(index: usize) -> K {
    (0..usize::BITS as usize).filter(|i| index >> i & 1 == 1).map(K::cantor_basis).sum()
}

/// The transposes of the stages of one coset of a code, the lowest first, on rows of `width`
/// entries; `used` tells which rows may be other than 0. A stage's transpose sends rows (a, b) that
/// it pairs to `(a + b, b + p (a + b))`.
fn transposed_stages(rows: &mut [K], used: &mut [bool], width: usize, coset: usize, points: &[K]) {
    let stages = used.len().ilog2();
    for stage in 0..stages {
        let half = 1 << stage;
        let first = coset << (stages - stage - 1);
        for (q, block) in rows.chunks_mut(2 * half * width).enumerate() {
            let point = points[2 * (first + q)];
            let used = &mut used[2 * half * q..][..2 * half];
            let (low, high) = block.split_at_mut(half * width);
            for i in 0..half {
                if !(used[i] || used[half + i]) {
                    continue;
                }
                used[i] = true;
                used[half + i] = true;
                transposed_butterfly(&mut low[width * i..][..width], &mut high[width * i..][..width], point);
            }
        }
    }
}

fn transposed_butterfly(a: &mut [K], b: &mut [K], point: K) {
    let (pa, ra) = Packed::pack_slice_with_suffix_mut(a);
    let (pb, rb) = Packed::pack_slice_with_suffix_mut(b);
    for (a, b) in pa.iter_mut().zip(pb) {
        *a += *b;
        *b += *a * point;
    }
    for (a, b) in ra.iter_mut().zip(rb) {
        *a += *b;
        *b += *a * point;
    }
}

/// `to += v`.
fn add(to: &mut [K], v: &[K]) {
    for (t, &v) in to.iter_mut().zip(v) {
        *t += v;
    }
}

/// `to += factor * v`.
fn add_multiple(to: &mut [K], v: &[K], factor: K) {
    let (pt, rt) = Packed::pack_slice_with_suffix_mut(to);
    let (pv, rv) = Packed::pack_slice_with_suffix(v);
    for (t, &v) in pt.iter_mut().zip(pv) {
        *t += v * factor;
    }
    for (t, &v) in rt.iter_mut().zip(rv) {
        *t += v * factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::code::tests::{COVERED, covered};
    use crate::kernels::code::{encode, encoded_len};
    use crate::kernels::testing::{Elements as _, Random};

    #[test]
    fn row_pairs_are_those_of_the_codeword() {
        let mut rng = Random(19);
        for (m, log_inv_rate, len) in [
            (0, 1, 3),
            (1, 1, 5),
            (3, 2, 43),
            (7, 1, 128 * 3 - 5),
            (8, 1, 256 * 2),
            (13, 1, (8192 << 2) - 4099),
        ] {
            let data = rng.ks(len);
            let mut values = rng.ks(encoded_len(&Uncoded::plain(&data, m), log_inv_rate));
            let code = encode(&Uncoded::plain(&data, m), log_inv_rate, &mut values);
            for count in [0, 1, 7, 60] {
                let pairs: Vec<usize> =
                    (0..count).map(|_| rng.word() as usize % (1 << (m + log_inv_rate - 1))).collect();
                let rows = row_pairs(&Uncoded::plain(&data, m), &pairs);
                assert_eq!(
                    rows,
                    code.row_pairs(&pairs),
                    "m = {m}, log_inv_rate {log_inv_rate}, length {len}, {count} pairs"
                );
            }
        }
    }

    #[test]
    fn accumulated_rows_are_tensors() {
        let mut rng = Random(12);
        for (m, log_inv_rate, queries) in [
            (0, 1, 2),
            (1, 0, 1),
            (5, 2, 7),
            (10, 1, 3),
            (13, 1, 40),
            (12, 3, 0),
            (7, 2, 9),
            (8, 1, 4),
            (14, 2, 130),
        ] {
            let before = rng.ks(1 << m);
            let positions: Vec<usize> =
                (0..queries).map(|_| rng.word() as usize % (1 << (m + log_inv_rate))).collect();
            let coefficients = rng.ks(queries);
            let mut w = before.clone();
            accumulate_rows(&mut w, m, &positions, &coefficients);
            let mut expected = before;
            for (&p, &c) in positions.iter().zip(&coefficients) {
                for (e, g) in expected.iter_mut().zip(tensor(&subspace_values(m, p))) {
                    *e += c * g;
                }
            }
            assert_eq!(w, expected, "m = {m}, {queries} queries");
        }
    }

    #[test]
    fn covered_rows_are_those_of_the_codeword() {
        let mut rng = Random(23);
        for index in 0..COVERED.len() {
            covered(index, |uncoded, log_inv_rate| {
                let mut values = vec![K::ZERO; encoded_len(uncoded, log_inv_rate)];
                let code = encode(uncoded, log_inv_rate, &mut values);
                for count in [0, 1, 2, 40] {
                    let pairs: Vec<usize> =
                        (0..count).map(|_| rng.word() as usize % (code.rows / 2)).collect();
                    let points: Vec<usize> = pairs.iter().map(|k| k + code.rows / 2).collect();
                    assert_eq!(row_pairs(uncoded, &points), code.row_pairs(&pairs), "{:?}", COVERED[index]);
                }
            });
        }
    }

    /// Points far from 0 alone: those of a code with a cover.
    #[test]
    fn accumulated_rows_of_other_cosets_are_tensors() {
        let mut rng = Random(29);
        for (m, top, log_inv_rate, queries) in
            [(0, 4, 2, 5), (1, 3, 2, 9), (7, 7, 1, 1), (9, 9, 2, 60), (13, 13, 1, 40)]
        {
            let first = 1 << (top + log_inv_rate);
            let points: Vec<usize> = (0..queries).map(|_| first + rng.word() as usize % first).collect();
            let coefficients = rng.ks(queries);
            let mut w = K::zero_vec(1 << m);
            accumulate_rows(&mut w, m, &points, &coefficients);
            let mut expected = K::zero_vec(1 << m);
            for (&p, &c) in points.iter().zip(&coefficients) {
                for (e, g) in expected.iter_mut().zip(tensor(&subspace_values(m, p))) {
                    *e += c * g;
                }
            }
            assert_eq!(w, expected, "m = {m}, {queries} queries");
        }
    }
}
