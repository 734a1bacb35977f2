//! Rounds of sumchecks by interpolation.

use dyad_field::{K, PrimeCharacteristicRing, eq_table, x_power};
use dyad_verifier::{Hash, Label, Move};

use crate::rounds::Session;

/// Interpolates p of degree 2 from its values at 0, 1 and X: coefficients c0, c1, c2.
pub(super) fn interpolate([p0, p1, px]: [K; 3]) -> [K; 3] {
    let x = x_power(1);
    let (d, e) = (p0 + p1, px + p0);
    // c1 + c2 = d and c1 X + c2 X^2 = e.
    let c2 = (e + d * x) * (x * x + x).invert_or_zero();
    [p0, d + c2, c2]
}

/// The value at z of the line through `v[y]` (at 0) and `v[y + half]` (at 1).
pub(super) fn line(v: &[K], half: usize, y: usize, z: K) -> K {
    v[y] + z * (v[y] + v[y + half])
}

pub(super) fn bind(v: &mut Vec<K>, r: K) {
    let half = v.len() / 2;
    *v = (0..half).map(|y| line(v, half, y, r)).collect();
}

/// The coefficients c0, c2 of a plain round: the sum over all pairs of the inner product of their vectors.
pub(super) fn plain_sum(pairs: &[(Vec<K>, Vec<K>)]) -> (K, K) {
    let value = |z: K| -> K {
        let of = |(w, q): &(Vec<K>, Vec<K>)| -> K {
            let half = w.len() / 2;
            (0..half).map(|y| line(w, half, y, z) * line(q, half, y, z)).sum()
        };
        pairs.iter().map(of).sum()
    };
    let [c0, _, c2] = interpolate([K::ZERO, K::ONE, x_power(1)].map(value));
    (c0, c2)
}

/// The coefficients c1, c2 of a round with eq, whose table over the lower variables is given.
pub(super) fn with_eq_sum(eq: &[K], tables: &[Vec<K>], f: impl Fn(&[K]) -> K) -> (K, K) {
    let half = eq.len();
    let value = |z: K| -> K {
        let at = |y: usize| f(&tables.iter().map(|t| line(t, half, y, z)).collect::<Vec<_>>());
        (0..half).map(|y| eq[y] * at(y)).sum()
    };
    let [_, c1, c2] = interpolate([K::ZERO, K::ONE, x_power(1)].map(value));
    (c1, c2)
}

/// Plain rounds on the sum over all pairs of the inner product of their vectors; binds `variables`
/// variables of each and returns the point.
pub(super) fn plain<H: Hash>(
    s: &mut Session<'_, H>,
    label: Label,
    round: Move,
    pairs: &mut [(Vec<K>, Vec<K>)],
    variables: usize,
) -> Vec<K> {
    let mut point = Vec::new();
    for _ in 0..variables {
        let r = s.round(label, round, plain_sum(pairs));
        for (w, q) in pairs.iter_mut() {
            bind(w, r);
            bind(q, r);
        }
        point.insert(0, r);
    }
    point
}

/// Rounds on the sum over x of `eq(q, x) f(tables at x)`; binds all variables of the tables.
pub(super) fn with_eq<H: Hash>(
    s: &mut Session<'_, H>,
    label: Label,
    round: Move,
    q: &[K],
    tables: &mut [Vec<K>],
    f: impl Fn(&[K]) -> K,
) -> Vec<K> {
    let mut point = Vec::new();
    for v in (0..q.len()).rev() {
        let sum = with_eq_sum(&eq_table(&q[..v]), tables, &f);
        let r = s.round(label, round, sum);
        tables.iter_mut().for_each(|v| bind(v, r));
        point.insert(0, r);
    }
    point
}
