//! Rounds of the sumchecks. The highest variable is bound first: a vector of logical length
//! 2 half holds the polynomials V(y, X) = `v[y] + X (v[y] + v[y + half])`, y < half.

use dyad_field::{K, PrimeCharacteristicRing};
use p3_field::PackedValue;
use rayon::prelude::*;

use super::eq::SplitEq;
use super::{GRAIN, Packed, arch};

/// Indices y that a task sums together: a few vectors of so many entries stay in a first-level cache
/// from their folding to the next round's sum.
const PART: usize = 256;

/// The coefficients (c0, c2) of the sum over y of W(y, X) Q(y, X). Missing entries are 0.
pub fn inner_round(w: &[K], q: &[K], half: usize) -> (K, K) {
    sum_parts([w, q], half, K::ZERO, |_, [w, q]| arch::inner(w[0], w[1], q[0], q[1]))
}

/// [`inner_round`] of parts of vectors, their lower and their upper halves, on this thread.
pub fn inner_of_halves(w: [&[K]; 2], q: [&[K]; 2]) -> (K, K) {
    arch::inner(w[0], w[1], q[0], q[1])
}

/// [`fold`] of as many entries of each half, on this thread.
pub fn fold_onto(low: &mut [K], high: &[K], r: K) {
    fold_part(low, high, r, K::ZERO);
}

/// Bind the highest variable to `r`: `v[y] += r (v[y] + v[y + half])`; the slice shrinks to the
/// entries that are left, at most `half`. Missing entries are 0.
pub fn fold(v: &mut &mut [K], half: usize, r: K) {
    fold_slice(v, half, r, K::ZERO);
    shrink(v, half);
}

/// [`fold`] of a vector whose missing entries are 1.
pub fn fold_ones(v: &mut &mut [K], half: usize, r: K) {
    fold_slice(v, half, r, K::ONE);
    shrink(v, half);
}

fn shrink(v: &mut &mut [K], half: usize) {
    let n = v.len().min(half);
    *v = &mut core::mem::take(v)[..n];
}

fn fold_slice(v: &mut [K], half: usize, r: K, missing: K) {
    let (low, high) = v.split_at_mut(v.len().min(half));
    let tasks = low.len().div_ceil(GRAIN);
    let high = high.par_chunks(GRAIN).chain(rayon::iter::repeat_n(&[][..], tasks));
    low.par_chunks_mut(GRAIN).zip(high).for_each(|(low, high)| fold_part(low, high, r, missing));
}

/// Fold a part whose upper half may be stored in part only.
fn fold_part(low: &mut [K], high: &[K], r: K, missing: K) {
    let (both, alone) = low.split_at_mut(high.len().min(low.len()));
    arch::fold(both, &high[..both.len()], r);
    scale(alone, K::ONE + r);
    if missing != K::ZERO {
        let constant = r * missing;
        for x in alone {
            *x += constant;
        }
    }
}

/// Multiply every entry by `factor`.
pub fn scale(v: &mut [K], factor: K) {
    let (packed, rest) = Packed::pack_slice_with_suffix_mut(v);
    for x in packed {
        *x *= factor;
    }
    for x in rest {
        *x *= factor;
    }
}

/// [`fold`] of `w` and `q` by `r`, then the next round's (c0, c2): [`inner_round`] with `half / 2`.
///
/// # Panics
/// If `half` is odd.
pub fn inner_fold_round<'v>(w: &mut &'v mut [K], q: &mut &'v mut [K], half: usize, r: K) -> (K, K) {
    fold_sum_parts([w, q], [None; 2], half, r, K::ZERO, inner_part)
}

/// As [`inner_fold_round`], but the folded `q` is written to `to`, which shrinks to it.
///
/// # Panics
/// If `half` is odd, or `to` is shorter than what is left of `q`.
pub fn inner_fold_round_from<'v>(
    w: &mut &'v mut [K],
    q: &[K],
    to: &mut &'v mut [K],
    half: usize,
    r: K,
) -> (K, K) {
    *to = &mut core::mem::take(to)[..q.len().min(half)];
    fold_sum_parts([w, to], [None, Some(q)], half, r, K::ZERO, inner_part)
}

fn inner_part(_: usize, [w, q]: [[&[K]; 2]; 2]) -> (K, K) {
    arch::inner(w[0], w[1], q[0], q[1])
}

/// The coefficients (c1, c2) of the sum over y < half of
/// `eq[y] (L0(y, X) R0(y, X) + lambda L1(y, X) R1(y, X))`. Missing entries are 1: where all are
/// missing, the product is constant in X and counts for neither coefficient.
///
/// # Panics
/// If `eq` is not of `half` entries.
pub fn gkr_round(eq: &SplitEq, trees: [&[K]; 4], half: usize, lambda: K) -> (K, K) {
    assert_eq!(eq.len(), half, "eq is over the lower variables");
    sum_parts(trees, half, K::ONE, |start, v| gkr_part(eq, start, v, lambda))
}

fn gkr_part(eq: &SplitEq, start: usize, [l0, r0, l1, r1]: [[&[K]; 2]; 4], lambda: K) -> (K, K) {
    let (eq, factor) = eq.part(start, l0[0].len());
    let a = arch::weighted(eq, l0[0], l0[1], r0[0], r0[1]);
    let b = arch::weighted(eq, l1[0], l1[1], r1[0], r1[1]);
    (factor * (a.0 + lambda * b.0), factor * (a.1 + lambda * b.1))
}

/// [`fold_ones`] of the four vectors by `r`, then the next round's (c1, c2). `eq` is the table of that
/// next round.
///
/// # Panics
/// If `half` is odd, or `eq` is not of `half / 2` entries.
pub fn gkr_fold_round(eq: &SplitEq, trees: [&mut &mut [K]; 4], half: usize, r: K, lambda: K) -> (K, K) {
    assert_eq!(2 * eq.len(), half, "eq is over the next round's lower variables");
    fold_sum_parts(trees, [None; 4], half, r, K::ONE, |start, v| gkr_part(eq, start, v, lambda))
}

/// The coefficients (c1, c2) of the sum over y < half of `eq[y] L(y, X) R(y, X)`. Missing entries are `missing`, 0 or 1:
/// where all are missing, the product is constant in X and counts for neither coefficient.
///
/// # Panics
/// If `eq` is not of `half` entries.
pub fn product_round(eq: &SplitEq, v: [&[K]; 2], half: usize, missing: K) -> (K, K) {
    assert_eq!(eq.len(), half, "eq is over the lower variables");
    sum_parts(v, half, missing, |start, v| product_part(eq, start, v))
}

fn product_part(eq: &SplitEq, start: usize, [l, r]: [[&[K]; 2]; 2]) -> (K, K) {
    let (eq, factor) = eq.part(start, l[0].len());
    let (c1, c2) = arch::weighted(eq, l[0], l[1], r[0], r[1]);
    (factor * c1, factor * c2)
}

/// Folds both vectors by `r`, then the next round's (c1, c2). `eq` is the table of that next round.
///
/// # Panics
/// If `half` is odd, or `eq` is not of `half / 2` entries.
pub fn product_fold_round(eq: &SplitEq, v: [&mut &mut [K]; 2], half: usize, r: K, missing: K) -> (K, K) {
    assert_eq!(2 * eq.len(), half, "eq is over the next round's lower variables");
    fold_sum_parts(v, [None; 2], half, r, missing, |start, v| product_part(eq, start, v))
}

/// The coefficients (c1, c2) of the sum over y < half of
/// `eq[y] (A(y, X) B(y, X) + C(y, X))`. Missing entries are 0.
///
/// # Panics
/// If `eq` is not of `half` entries.
pub fn and_round(eq: &SplitEq, a: &[K], b: &[K], c: &[K], half: usize) -> (K, K) {
    assert_eq!(eq.len(), half, "eq is over the lower variables");
    sum_parts([a, b, c], half, K::ZERO, |start, v| and_part(eq, start, v))
}

fn and_part(eq: &SplitEq, start: usize, [a, b, c]: [[&[K]; 2]; 3]) -> (K, K) {
    let (eq, factor) = eq.part(start, a[0].len());
    let (c1, c2) = arch::weighted(eq, a[0], a[1], b[0], b[1]);
    (factor * (c1 + arch::weighted_sum(eq, c[0], c[1])), factor * c2)
}

/// [`fold`] of the three vectors by `r`, then the next round's (c1, c2). `eq` is the table of that
/// next round.
///
/// # Panics
/// If `half` is odd, or `eq` is not of `half / 2` entries.
pub fn and_fold_round(eq: &SplitEq, v: [&mut &mut [K]; 3], half: usize, r: K) -> (K, K) {
    assert_eq!(2 * eq.len(), half, "eq is over the next round's lower variables");
    fold_sum_parts(v, [None; 3], half, r, K::ZERO, |start, v| and_part(eq, start, v))
}

/// The sum of `term` over aligned parts of the indices y < half. It is told where a part starts and
/// given, for each vector, the entries y and y + half of the part. Parts without a stored entry are
/// left out.
fn sum_parts<const N: usize>(
    v: [&[K]; N],
    half: usize,
    missing: K,
    term: impl Fn(usize, [[&[K]; 2]; N]) -> (K, K) + Sync,
) -> (K, K) {
    let len = half.min(PART);
    let n = v.iter().map(|v| v.len()).max().unwrap_or_default().min(half);
    (0..n.div_ceil(len))
        .into_par_iter()
        .with_min_len(GRAIN / PART)
        .map_init(Padding::default, |padding, part| {
            let start = part * len;
            padding.sum(len, missing, v.map(|v| [stored(v, start, len), stored(v, start + half, len)]), |v| {
                term(start, v)
            })
        })
        .reduce(|| (K::ZERO, K::ZERO), add)
}

/// Those of the entries `start..start + len` that are stored.
fn stored(v: &[K], start: usize, len: usize) -> &[K] {
    &v[start.min(v.len())..(start + len).min(v.len())]
}

/// Fold the vectors, then [`sum_parts`] of the results. Where there is a source, it is what is folded,
/// into the vector.
fn fold_sum_parts<const N: usize>(
    mut v: [&mut &mut [K]; N],
    sources: [Option<&[K]>; N],
    half: usize,
    r: K,
    missing: K,
    term: impl Fn(usize, [[&[K]; 2]; N]) -> (K, K) + Sync,
) -> (K, K) {
    assert!(half.is_multiple_of(2), "no variable is left after this one");
    let quarter = half / 2;
    let len = quarter.min(PART);
    let n = v.iter().map(|v| v.len()).max().unwrap_or_default().min(quarter);
    let count = n.div_ceil(len);
    let mut parts: Vec<[Quarters<'_>; N]> =
        (0..count).map(|_| std::array::from_fn(|_| Quarters::default())).collect();
    for (i, v) in v.iter_mut().enumerate() {
        let (low, high) = v.split_at_mut(v.len().min(half));
        let mut high = &*high;
        if let Some(source) = sources[i] {
            let (from, after) = source.split_at(source.len().min(half));
            high = after;
            let (from0, from1) = from.split_at(from.len().min(quarter));
            for (side, from) in [from0, from1].into_iter().enumerate() {
                for (part, from) in parts.iter_mut().zip(from.chunks(len)) {
                    part[i].from[side] = Some(from);
                }
            }
        }
        let (low0, low1) = low.split_at_mut(low.len().min(quarter));
        let (high0, high1) = high.split_at(high.len().min(quarter));
        for (part, low) in parts.iter_mut().zip(low0.chunks_mut(len)) {
            part[i].low[0] = low;
        }
        for (part, low) in parts.iter_mut().zip(low1.chunks_mut(len)) {
            part[i].low[1] = low;
        }
        for (part, high) in parts.iter_mut().zip(high0.chunks(len)) {
            part[i].high[0] = high;
        }
        for (part, high) in parts.iter_mut().zip(high1.chunks(len)) {
            part[i].high[1] = high;
        }
    }
    let sum = parts
        .into_par_iter()
        .enumerate()
        .with_min_len(GRAIN / PART)
        .map_init(Padding::default, |padding, (part, mut quarters)| {
            for q in &mut quarters {
                for ((low, high), from) in q.low.iter_mut().zip(q.high).zip(q.from) {
                    if let Some(from) = from {
                        low.copy_from_slice(from);
                    }
                    fold_part(low, high, r, missing);
                }
            }
            let folded = quarters.each_ref().map(|q| [&*q.low[0], &*q.low[1]]);
            padding.sum(len, missing, folded, |v| term(part * len, v))
        })
        .reduce(|| (K::ZERO, K::ZERO), add);
    v.into_iter().for_each(|v| shrink(v, half));
    sum
}

/// A part of a vector to fold and then sum: the stored entries from y and from y + half / 2 on, and
/// those half further.
#[derive(Default)]
struct Quarters<'a> {
    low: [&'a mut [K]; 2],
    high: [&'a [K]; 2],
    /// Where the low entries are to be found, if not in their place.
    from: [Option<&'a [K]>; 2],
}

fn add(a: (K, K), b: (K, K)) -> (K, K) {
    (a.0 + b.0, a.1 + b.1)
}

/// Room for parts that are not stored in full.
#[derive(Default)]
struct Padding {
    /// Missing entries, for parts of which nothing is stored.
    missing: Vec<K>,
    /// Parts stored to some entry, completed.
    completed: Vec<K>,
}

impl Padding {
    /// `term` of the parts with their missing entries, `len` entries each. `len` and `missing` are the same in all calls.
    fn sum<const N: usize>(
        &mut self,
        len: usize,
        missing: K,
        parts: [[&[K]; 2]; N],
        term: impl Fn([[&[K]; 2]; N]) -> (K, K),
    ) -> (K, K) {
        if parts.iter().flatten().all(|p| p.len() == len) {
            return term(parts);
        }
        self.missing.resize(len, missing);
        self.completed.resize(2 * N * len, K::ZERO);
        let mut rooms = self.completed.chunks_exact_mut(len);
        let whole = parts.map(|sides| {
            sides.map(|part| match part.len() {
                0 => &self.missing[..],
                stored if stored == len => part,
                stored => {
                    let room = rooms.next().expect("there is room for each part");
                    room[..stored].copy_from_slice(part);
                    room[stored..].fill(missing);
                    &*room
                }
            })
        });
        term(whole)
    }
}

#[cfg(test)]
mod tests {
    use dyad_field::eq_table;

    use super::*;
    use crate::kernels::portable;
    use crate::kernels::testing::{Elements as _, Random, at};

    /// Coefficients c0, c1, c2 of the product of two linear polynomials.
    fn times(a: [K; 2], b: [K; 2]) -> [K; 3] {
        [a[0] * b[0], a[0] * b[1] + a[1] * b[0], a[1] * b[1]]
    }

    fn linear(v: &[K], y: usize, half: usize) -> [K; 2] {
        [at(v, y), at(v, y) + at(v, y + half)]
    }

    fn naive_inner(w: &[K], q: &[K], half: usize) -> (K, K) {
        (0..half).fold((K::ZERO, K::ZERO), |s, y| {
            let p = times(linear(w, y, half), linear(q, y, half));
            (s.0 + p[0], s.1 + p[2])
        })
    }

    fn naive_fold(v: &[K], half: usize, r: K) -> Vec<K> {
        (0..half.min(v.len())).map(|y| at(v, y) + r * (at(v, y) + at(v, y + half))).collect()
    }

    /// Lengths of prefixes of a vector of 2 half entries.
    fn lengths(half: usize) -> Vec<usize> {
        let mut l =
            vec![0, 1, half / 2, half / 2 + 1, half - 1, half, half + 1, half + half / 2 + 3, 2 * half];
        l.retain(|&n| n <= 2 * half);
        l
    }

    #[test]
    fn inner_rounds_are_the_formula() {
        let mut rng = Random(7);
        for half in [1, 2, 16, 2048] {
            for nw in lengths(half) {
                for nq in lengths(half) {
                    let (mut w, mut q, r) = (rng.ks(nw), rng.ks(nq), rng.k());
                    assert_eq!(inner_round(&w, &q, half), naive_inner(&w, &q, half), "{half}: {nw}, {nq}");
                    if half > 1 {
                        let (fw, fq) = (naive_fold(&w, half, r), naive_fold(&q, half, r));
                        let unfolded = (w.clone(), q.clone());
                        let (mut w, mut q) = (&mut w[..], &mut q[..]);
                        let next = inner_fold_round(&mut w, &mut q, half, r);
                        assert_eq!((&*w, &*q), (&fw[..], &fq[..]), "{half}: {nw}, {nq}");
                        assert_eq!(next, naive_inner(&fw, &fq, half / 2), "{half}: {nw}, {nq}");
                        let (mut w, mut to) = (unfolded.0, rng.ks(half + 3));
                        let (mut w, mut to) = (&mut w[..], &mut to[..]);
                        assert_eq!(inner_fold_round_from(&mut w, &unfolded.1, &mut to, half, r), next);
                        assert_eq!((&*w, &*to), (&fw[..], &fq[..]), "{half}: {nw}, {nq}");
                    }
                }
            }
        }
    }

    #[test]
    fn folds_are_the_formula() {
        let mut rng = Random(8);
        for half in [1, 2, 16, 2048] {
            for n in lengths(half) {
                let (mut v, r) = (rng.ks(n), rng.k());
                let expected = naive_fold(&v, half, r);
                let mut folded = &mut v[..];
                fold(&mut folded, half, r);
                assert_eq!(folded, expected, "{n} of {}", 2 * half);
            }
        }
    }

    fn naive_gkr(eq: &[K], v: [&[K]; 4], half: usize, lambda: K) -> (K, K) {
        let v = v.map(|v| padded(v, 2 * half));
        (0..half).fold((K::ZERO, K::ZERO), |s, y| {
            let p = times(linear(&v[0], y, half), linear(&v[1], y, half));
            let q = times(linear(&v[2], y, half), linear(&v[3], y, half));
            (s.0 + eq[y] * (p[1] + lambda * q[1]), s.1 + eq[y] * (p[2] + lambda * q[2]))
        })
    }

    /// The whole vector whose missing entries are 1.
    fn padded(v: &[K], len: usize) -> Vec<K> {
        let mut v = v.to_vec();
        v.resize(len, K::ONE);
        v
    }

    #[test]
    fn gkr_rounds_are_the_formula() {
        let mut rng = Random(9);
        for n in [0, 1, 3, 10, 12] {
            let (half, lambda) = (1 << n, rng.k());
            let point = rng.ks(n);
            let eq = SplitEq::new(&point);
            for len in lengths(half) {
                for other in [len, half, 2 * half] {
                    let v = [rng.ks(len), rng.ks(len / 2), rng.ks(other), rng.ks(other)];
                    let refs = v.each_ref().map(Vec::as_slice);
                    let expected = naive_gkr(&eq_table(&point), refs, half, lambda);
                    assert_eq!(gkr_round(&eq, refs, half, lambda), expected, "{half}: {len}, {other}");
                    if n > 0 {
                        let r = rng.k();
                        let folded = v.each_ref().map(|v| naive_fold(&padded(v, 2 * half), half, r));
                        let (mut v, mut next) = (v.clone(), SplitEq::new(&point));
                        next.drop_highest();
                        let mut slices = v.each_mut().map(Vec::as_mut_slice);
                        let round = gkr_fold_round(&next, slices.each_mut(), half, r, lambda);
                        assert_eq!(slices.each_ref().map(|v| padded(v, half)), folded);
                        let refs = folded.each_ref().map(Vec::as_slice);
                        assert_eq!(round, naive_gkr(&eq_table(&point[..n - 1]), refs, half / 2, lambda));
                    }
                }
            }
        }
    }

    #[test]
    fn product_rounds_are_the_formula() {
        let mut rng = Random(12);
        for n in [0, 1, 3, 10, 12] {
            let half = 1 << n;
            let point = rng.ks(n);
            for (len, other) in lengths(half).into_iter().flat_map(|len| [(len, len), (len, 2 * half)]) {
                for missing in [K::ZERO, K::ONE] {
                    let whole = |v: &[K], len: usize| {
                        let mut v = v.to_vec();
                        v.resize(len, missing);
                        v
                    };
                    let naive = |eq: &[K], l: &[K], r: &[K]| {
                        let half = eq.len();
                        let (l, r) = (whole(l, 2 * half), whole(r, 2 * half));
                        let term = |y: usize| times(linear(&l, y, half), linear(&r, y, half));
                        (0..half).fold((K::ZERO, K::ZERO), |s, y| {
                            (s.0 + eq[y] * term(y)[1], s.1 + eq[y] * term(y)[2])
                        })
                    };
                    let (mut l, mut r, mut eq) = (rng.ks(len), rng.ks(other), SplitEq::new(&point));
                    assert_eq!(product_round(&eq, [&l, &r], half, missing), naive(&eq_table(&point), &l, &r));
                    if n > 0 {
                        let x = rng.k();
                        let folded = [&l, &r].map(|v| naive_fold(&whole(v, 2 * half), half, x));
                        eq.drop_highest();
                        let (mut l, mut r) = (&mut l[..], &mut r[..]);
                        let next = product_fold_round(&eq, [&mut l, &mut r], half, x, missing);
                        assert_eq!([whole(l, half), whole(r, half)], folded);
                        assert_eq!(next, naive(&eq_table(&point[..n - 1]), &folded[0], &folded[1]));
                    }
                }
            }
        }
    }

    #[test]
    fn folds_of_ones_are_the_formula() {
        let mut rng = Random(11);
        for half in [1, 2, 16, 2048] {
            for n in lengths(half) {
                let (mut v, r) = (rng.ks(n), rng.k());
                let expected = naive_fold(&padded(&v, 2 * half), half, r);
                let mut folded = &mut v[..];
                fold_ones(&mut folded, half, r);
                assert_eq!(padded(folded, half), expected, "{n} of {}", 2 * half);
            }
        }
    }

    #[test]
    fn portable_sums_are_the_same() {
        let mut rng = Random(18);
        for n in [0, 1, 3, 4, 9, 64] {
            let v: [Vec<K>; 5] = core::array::from_fn(|_| rng.ks(n));
            let [e, a, b, c, d] = v.each_ref().map(Vec::as_slice);
            assert_eq!(portable::inner(a, b, c, d), arch::inner(a, b, c, d), "length {n}");
            assert_eq!(portable::weighted(e, a, b, c, d), arch::weighted(e, a, b, c, d), "length {n}");
            assert_eq!(portable::weighted_sum(e, a, b), arch::weighted_sum(e, a, b), "length {n}");
            let (r, mut x, mut y) = (rng.k(), a.to_vec(), a.to_vec());
            portable::fold(&mut x, b, r);
            arch::fold(&mut y, b, r);
            assert_eq!(x, y, "length {n}");
        }
    }

    fn naive_and(eq: &[K], v: [&[K]; 3], half: usize) -> (K, K) {
        (0..half).fold((K::ZERO, K::ZERO), |s, y| {
            let p = times(linear(v[0], y, half), linear(v[1], y, half));
            (s.0 + eq[y] * (p[1] + linear(v[2], y, half)[1]), s.1 + eq[y] * p[2])
        })
    }

    #[test]
    fn and_rounds_are_the_formula() {
        let mut rng = Random(10);
        for n in [0, 1, 3, 10, 12] {
            let half = 1 << n;
            let point = rng.ks(n);
            for len in lengths(half) {
                let mut v: [Vec<K>; 3] = [rng.ks(len), rng.ks(len), rng.ks(len)];
                let mut eq = SplitEq::new(&point);
                let refs = v.each_ref().map(Vec::as_slice);
                let [a, b, c] = refs;
                assert_eq!(and_round(&eq, a, b, c, half), naive_and(&eq_table(&point), refs, half));
                if n > 0 {
                    let r = rng.k();
                    let folded = v.each_ref().map(|v| naive_fold(v, half, r));
                    eq.drop_highest();
                    let mut slices = v.each_mut().map(Vec::as_mut_slice);
                    let next = and_fold_round(&eq, slices.each_mut(), half, r);
                    assert_eq!(slices.each_ref().map(|v| v.to_vec()), folded);
                    let refs = slices.each_ref().map(|v| &**v);
                    assert_eq!(next, naive_and(&eq_table(&point[..n - 1]), refs, half / 2));
                }
            }
        }
    }
}
