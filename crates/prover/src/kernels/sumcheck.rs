//! Rounds of the sumchecks. The highest variable is bound first: a vector of logical length
//! 2 half holds the polynomials V(y, X) = `v[y] + X (v[y] + v[y + half])`, y < half.

use dyad_field::{K, PrimeCharacteristicRing};
use p3_field::PackedValue;
use rayon::prelude::*;

use super::eq::Split;
use super::{GRAIN, Packed, window};

/// The coefficients (c0, c2) of the sum over y of W(y, X) Q(y, X). Missing entries are 0.
pub fn inner_round(w: &[K], q: &[K], half: usize) -> (K, K) {
    let n = w.len().max(q.len()).min(half);
    (0..n.div_ceil(GRAIN))
        .into_par_iter()
        .map(|task| {
            let start = task * GRAIN;
            let len = GRAIN.min(n - start);
            let mut buffers = [[K::ZERO; GRAIN]; 4];
            let [b0, b1, b2, b3] = &mut buffers;
            let w0 = window(w, start, len, K::ZERO, b0);
            let w1 = window(w, start + half, len, K::ZERO, b1);
            let q0 = window(q, start, len, K::ZERO, b2);
            let q1 = window(q, start + half, len, K::ZERO, b3);
            inner_part(w0, w1, q0, q1)
        })
        .reduce(|| (K::ZERO, K::ZERO), add)
}

fn add(a: (K, K), b: (K, K)) -> (K, K) {
    (a.0 + b.0, a.1 + b.1)
}

fn inner_part(w0: &[K], w1: &[K], q0: &[K], q1: &[K]) -> (K, K) {
    let (pw0, rw0) = Packed::pack_slice_with_suffix(w0);
    let (pw1, rw1) = Packed::pack_slice_with_suffix(w1);
    let (pq0, rq0) = Packed::pack_slice_with_suffix(q0);
    let (pq1, rq1) = Packed::pack_slice_with_suffix(q1);
    let (mut c0, mut c2) = (Packed::ZERO, Packed::ZERO);
    for i in 0..pw0.len() {
        c0 += pw0[i] * pq0[i];
        c2 += (pw0[i] + pw1[i]) * (pq0[i] + pq1[i]);
    }
    let (mut c0, mut c2) = (sum_lanes(c0), sum_lanes(c2));
    for i in 0..rw0.len() {
        c0 += rw0[i] * rq0[i];
        c2 += (rw0[i] + rw1[i]) * (rq0[i] + rq1[i]);
    }
    (c0, c2)
}

fn sum_lanes(p: Packed) -> K {
    p.as_slice().iter().copied().sum()
}

/// Bind the highest variable to `r`: `v[y] += r (v[y] + v[y + half])`, leaving at most `half`
/// entries.
pub fn fold(v: &mut Vec<K>, half: usize, r: K) {
    let n = v.len().min(half);
    let (low, high) = v.split_at_mut(n);
    let stored = high.len().min(n);
    let (both, alone) = low.split_at_mut(stored);
    both.par_chunks_mut(GRAIN).zip(high.par_chunks(GRAIN)).for_each(|(l, h)| fold_part(l, h, r));
    alone.par_chunks_mut(GRAIN).for_each(|l| scale(l, K::ONE + r));
    v.truncate(n);
}

/// [`fold`] of a vector whose missing entries are 1; the slice shrinks to the entries that are left.
pub fn fold_ones(v: &mut &mut [K], half: usize, r: K) {
    let n = v.len().min(half);
    let (low, high) = core::mem::take(v).split_at_mut(n);
    let (both, alone) = low.split_at_mut(high.len().min(n));
    both.par_chunks_mut(GRAIN).zip(high.par_chunks(GRAIN)).for_each(|(l, h)| fold_part(l, h, r));
    // v + r (v + 1) = (1 + r) v + r.
    alone.par_chunks_mut(GRAIN).for_each(|l| {
        scale(l, K::ONE + r);
        l.iter_mut().for_each(|x| *x += r);
    });
    *v = low;
}

fn fold_part(low: &mut [K], high: &[K], r: K) {
    let (pl, rl) = Packed::pack_slice_with_suffix_mut(low);
    let (ph, rh) = Packed::pack_slice_with_suffix(high);
    for (l, &h) in pl.iter_mut().zip(ph) {
        *l += (*l + h) * r;
    }
    for (l, &h) in rl.iter_mut().zip(rh) {
        *l += (*l + h) * r;
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

/// [`fold`] of `w` and `q` by `r`, then the next round's (c0, c2), that is [`inner_round`] with
/// `half / 2`.
///
/// # Panics
/// If `half` is odd.
pub fn inner_fold_round(w: &mut Vec<K>, q: &mut Vec<K>, half: usize, r: K) -> (K, K) {
    assert!(half.is_multiple_of(2), "no variable is left after this one");
    fold(w, half, r);
    fold(q, half, r);
    inner_round(w, q, half / 2)
}

/// The coefficients (c1, c2) of the sum over y < half of
/// `eq[y] (L0(y, X) R0(y, X) + lambda L1(y, X) R1(y, X))`. Missing entries are 1: where all are
/// missing, the product is constant in X and counts for neither coefficient.
pub fn gkr_round(eq: &Split, trees: [&[K]; 4], half: usize, lambda: K) -> (K, K) {
    assert_eq!(eq.len(), half, "eq is over the lower variables");
    let low = eq.low();
    let stored = |v: usize| trees[v].len().max(trees[v + 1].len()).min(half);
    let n = stored(0).max(stored(2));
    eq.high()[..n.div_ceil(low.len())]
        .par_iter()
        .enumerate()
        .map(|(part, &factor)| {
            let start = part * low.len();
            let side = |v: usize| {
                if start >= stored(v) {
                    return (K::ZERO, K::ZERO);
                }
                let mut buffers = [[K::ZERO; GRAIN]; 4];
                let [b0, b1, b2, b3] = &mut buffers;
                product_part(
                    low,
                    window(trees[v], start, low.len(), K::ONE, b0),
                    window(trees[v], start + half, low.len(), K::ONE, b1),
                    window(trees[v + 1], start, low.len(), K::ONE, b2),
                    window(trees[v + 1], start + half, low.len(), K::ONE, b3),
                )
            };
            let (a, b) = (side(0), side(2));
            (factor * (a.0 + lambda * b.0), factor * (a.1 + lambda * b.1))
        })
        .reduce(|| (K::ZERO, K::ZERO), add)
}

/// (c1, c2) of the sum of eq L R.
fn product_part(eq: &[K], l0: &[K], l1: &[K], r0: &[K], r1: &[K]) -> (K, K) {
    let (pe, re) = Packed::pack_slice_with_suffix(eq);
    let (pl0, rl0) = Packed::pack_slice_with_suffix(l0);
    let (pl1, rl1) = Packed::pack_slice_with_suffix(l1);
    let (pr0, rr0) = Packed::pack_slice_with_suffix(r0);
    let (pr1, rr1) = Packed::pack_slice_with_suffix(r1);
    let (mut c1, mut c2) = (Packed::ZERO, Packed::ZERO);
    for i in 0..pe.len() {
        let (dl, dr) = (pl0[i] + pl1[i], pr0[i] + pr1[i]);
        c1 += pe[i] * Packed::dot_product(&[pl0[i], dl], &[dr, pr0[i]]);
        c2 += pe[i] * (dl * dr);
    }
    let (mut c1, mut c2) = (sum_lanes(c1), sum_lanes(c2));
    for i in 0..re.len() {
        let (dl, dr) = (rl0[i] + rl1[i], rr0[i] + rr1[i]);
        c1 += re[i] * (rl0[i] * dr + dl * rr0[i]);
        c2 += re[i] * (dl * dr);
    }
    (c1, c2)
}

/// The coefficients (c1, c2) of the sum over y < half of
/// `eq[y] (A(y, X) B(y, X) + C(y, X))`. Missing entries are 0.
pub fn and_round(eq: &Split, a: &[K], b: &[K], c: &[K], half: usize) -> (K, K) {
    assert_eq!(eq.len(), half, "eq is over the lower variables");
    let low = eq.low();
    let n = a.len().max(b.len()).max(c.len()).min(half);
    eq.high()[..n.div_ceil(low.len())]
        .par_iter()
        .enumerate()
        .map(|(part, &factor)| {
            let start = part * low.len();
            let mut buffers = [[K::ZERO; GRAIN]; 6];
            let [b0, b1, b2, b3, b4, b5] = &mut buffers;
            let a0 = window(a, start, low.len(), K::ZERO, b0);
            let a1 = window(a, start + half, low.len(), K::ZERO, b1);
            let b0 = window(b, start, low.len(), K::ZERO, b2);
            let b1 = window(b, start + half, low.len(), K::ZERO, b3);
            let c0 = window(c, start, low.len(), K::ZERO, b4);
            let c1 = window(c, start + half, low.len(), K::ZERO, b5);
            let p = product_part(low, a0, a1, b0, b1);
            (factor * (p.0 + inner_part_sum(low, c0, c1)), factor * p.1)
        })
        .reduce(|| (K::ZERO, K::ZERO), add)
}

/// The sum of `eq (c0 + c1)`.
fn inner_part_sum(eq: &[K], c0: &[K], c1: &[K]) -> K {
    let (pe, re) = Packed::pack_slice_with_suffix(eq);
    let (p0, r0) = Packed::pack_slice_with_suffix(c0);
    let (p1, r1) = Packed::pack_slice_with_suffix(c1);
    let sum = (0..pe.len()).fold(Packed::ZERO, |s, i| s + pe[i] * (p0[i] + p1[i]));
    sum_lanes(sum) + (0..re.len()).map(|i| re[i] * (r0[i] + r1[i])).sum::<K>()
}

/// [`fold`] of the three vectors by `r`, then the next round's (c1, c2). `eq` is the table of that
/// next round, of `half / 2` entries.
pub fn and_fold_round(eq: &Split, v: [&mut Vec<K>; 3], half: usize, r: K) -> (K, K) {
    let [a, b, c] = v.map(|v| {
        fold(v, half, r);
        &v[..]
    });
    and_round(eq, a, b, c, half / 2)
}

#[cfg(test)]
mod tests {
    use dyad_field::eq_table;

    use super::*;
    use crate::kernels::testing::{Rng, at};

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
        let mut rng = Rng(7);
        for half in [1, 2, 16, 2048] {
            for nw in lengths(half) {
                for nq in lengths(half) {
                    let (mut w, mut q, r) = (rng.ks(nw), rng.ks(nq), rng.k());
                    assert_eq!(inner_round(&w, &q, half), naive_inner(&w, &q, half), "{half}: {nw}, {nq}");
                    if half > 1 {
                        let (fw, fq) = (naive_fold(&w, half, r), naive_fold(&q, half, r));
                        let next = inner_fold_round(&mut w, &mut q, half, r);
                        assert_eq!((&w, &q), (&fw, &fq), "{half}: {nw}, {nq}");
                        assert_eq!(next, naive_inner(&fw, &fq, half / 2), "{half}: {nw}, {nq}");
                    }
                }
            }
        }
    }

    #[test]
    fn folds_are_the_formula() {
        let mut rng = Rng(8);
        for half in [1, 2, 16, 2048] {
            for n in lengths(half) {
                let (mut v, r) = (rng.ks(n), rng.k());
                let expected = naive_fold(&v, half, r);
                fold(&mut v, half, r);
                assert_eq!(v, expected, "{n} of {}", 2 * half);
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
        let mut rng = Rng(9);
        for n in [0, 1, 3, 10, 12] {
            let (half, lambda) = (1 << n, rng.k());
            let point = rng.ks(n);
            let eq = Split::new(&point);
            for len in lengths(half) {
                for other in [len, half, 2 * half] {
                    let v = [rng.ks(len), rng.ks(len / 2), rng.ks(other), rng.ks(other)];
                    let refs = v.each_ref().map(Vec::as_slice);
                    let expected = naive_gkr(&eq_table(&point), refs, half, lambda);
                    assert_eq!(gkr_round(&eq, refs, half, lambda), expected, "{half}: {len}, {other}");
                }
            }
        }
    }

    #[test]
    fn folds_of_ones_are_the_formula() {
        let mut rng = Rng(11);
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

    fn naive_and(eq: &[K], v: [&[K]; 3], half: usize) -> (K, K) {
        (0..half).fold((K::ZERO, K::ZERO), |s, y| {
            let p = times(linear(v[0], y, half), linear(v[1], y, half));
            (s.0 + eq[y] * (p[1] + linear(v[2], y, half)[1]), s.1 + eq[y] * p[2])
        })
    }

    #[test]
    fn and_rounds_are_the_formula() {
        let mut rng = Rng(10);
        for n in [0, 1, 3, 10, 12] {
            let half = 1 << n;
            let point = rng.ks(n);
            for len in lengths(half) {
                let mut v: [Vec<K>; 3] = [rng.ks(len), rng.ks(len), rng.ks(len)];
                let mut eq = Split::new(&point);
                let refs = v.each_ref().map(Vec::as_slice);
                let [a, b, c] = refs;
                assert_eq!(and_round(&eq, a, b, c, half), naive_and(&eq_table(&point), refs, half));
                if n > 0 {
                    let r = rng.k();
                    let folded = v.each_ref().map(|v| naive_fold(v, half, r));
                    eq.drop_highest();
                    let next = and_fold_round(&eq, v.each_mut(), half, r);
                    assert_eq!(v, folded);
                    let refs = v.each_ref().map(Vec::as_slice);
                    assert_eq!(next, naive_and(&eq_table(&point[..n - 1]), refs, half / 2));
                }
            }
        }
    }
}
