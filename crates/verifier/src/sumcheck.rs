//! Sumcheck with round polynomials of degree 2, one of whose coefficients the verifier derives.
//!
//! The highest variable is bound first. A round polynomial is `p(X) = c0 + c1 X + c2 X^2`.
//!
//! - *Plain*: the claim is `p(0) + p(1) = c1 + c2`; sent are c0 and c2.
//! - *With eq*: the claim is the sum of `eq(q_v, X) p(X)` over X in {0, 1}, the factor `eq(q, x)` of
//!   the summand being taken out of p (Gruen, eprint 2024/108), which is `c0 + q_v (c1 + c2)`; sent
//!   are c1 and c2.

use alloc::vec::Vec;

use dyad_field::K;

use crate::Error;
use crate::arithmetic::{Arithmetic, Value};
use crate::label::Label;
use crate::moves::Move;

/// A reduced claim: its value, and the point, entry v belonging to variable v.
pub type Claim<V> = (V, Vec<K>);

/// `p(r)` for the coefficients `c`.
fn evaluate<V: Value>([c0, c1, c2]: [V; 3], r: K) -> V {
    c0 + (c1 + c2 * r) * r
}

/// Checks `variables` plain rounds, each of which is such a move.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Work`]: a wrong round shows in the reduced claim.
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn plain<A: Arithmetic>(
    a: &mut A,
    label: Label,
    round: Move,
    mut claim: A::Value,
    variables: usize,
) -> Result<Claim<A::Value>, Error> {
    let mut point = Vec::with_capacity(variables);
    for _ in 0..variables {
        let [c0, c2] = a.array(label)?;
        a.work(round)?;
        let r = a.draw(label);
        claim = evaluate([c0, claim + c2.clone(), c2], r);
        point.push(r);
    }
    point.reverse();
    Ok((claim, point))
}

/// Checks plain rounds of one sum, and in the same messages, with the same challenges, those of a sum of
/// `eq(q, x) f(x)`; both reduced claims, and their point.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Work`]: a wrong round shows in the reduced claims.
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn both<A: Arithmetic>(
    a: &mut A,
    label: Label,
    round: Move,
    [mut plain, mut with_eq]: [A::Value; 2],
    q: &[K],
) -> Result<([A::Value; 2], Vec<K>), Error> {
    let mut point = Vec::with_capacity(q.len());
    for &qv in q.iter().rev() {
        let [c0, c2, d1, d2] = a.array(label)?;
        a.work(round)?;
        let r = a.draw(label);
        plain = evaluate([c0, plain + c2.clone(), c2], r);
        with_eq = evaluate([with_eq + (d1.clone() + d2.clone()) * qv, d1, d2], r);
        point.push(r);
    }
    point.reverse();
    Ok(([plain, with_eq], point))
}

/// Checks the rounds of a sum of `eq(q, x) f(x)` over all x of `q.len()` bits; the reduced claim is
/// on f alone.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Work`]: a wrong round shows in the reduced claim.
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn with_eq<A: Arithmetic>(
    a: &mut A,
    label: Label,
    round: Move,
    mut claim: A::Value,
    q: &[K],
) -> Result<Claim<A::Value>, Error> {
    let mut point = Vec::with_capacity(q.len());
    for &qv in q.iter().rev() {
        let [c1, c2] = a.array(label)?;
        a.work(round)?;
        let r = a.draw(label);
        claim = evaluate([claim + (c1.clone() + c2.clone()) * qv, c1, c2], r);
        point.push(r);
    }
    point.reverse();
    Ok((claim, point))
}
