//! The AND constraints: a univariate round over the 64 bit positions, then a sumcheck over
//! constraints and rows.
//!
//! Bit j of a word is the value at the point [`dyad_field::embed_byte`]`(j)` of a polynomial of
//! degree 63. `R(Z)`, the sum over constraints i of `eq(rho, i) (A(Z;i) B(Z;i) + C(Z;i))`, has degree
//! 126; it vanishes at the 64 points, so its values at the next 64 determine it.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, byte_lagrange};

use crate::arithmetic::Arithmetic;
use crate::error::slice;
use crate::label::Label;
use crate::moves::Move;
use crate::row_claims::{Claim, Functional, RowClaims};
use crate::{Error, Layout, sumcheck};

/// Checks the AND constraints, up to the claims returned.
///
/// # Errors
/// [`Error::AndCheck`], [`Error::Work`], [`Error::Truncated`].
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(a: &mut A, layout: &Layout) -> Result<RowClaims<A::Value>, Error> {
    a.section("and check");
    let rho = a.draw_many(Label::Rho, layout.ands.log);
    let skip = a.values(Label::Skip, 64)?;
    a.work(Move::Skip)?;
    let z = a.draw(Label::Z);
    let basis = byte_lagrange(7, z);
    let coset = slice(&basis, 64..128, "the polynomials of the coset")?;
    let claim = coset.iter().zip(skip).fold(K::ZERO.into(), |s: A::Value, (&l, v)| s + v * l);
    let (claim, point) = sumcheck::with_eq(a, Label::And, Move::AndRound, claim, &rho)?;
    let values: [A::Value; 3] = a.array(Label::AndValues)?;
    let [x, y, product] = values.clone();
    a.demand_product([x, y], claim + product, Error::AndCheck)?;
    Ok(claims(z, point, values))
}

/// The claims on the operands' values at z and the point, of the variables of the stack of constraints. The weights
/// of bits are the Lagrange polynomials at z.
pub fn claims<V>(z: K, point: Vec<K>, values: [V; 3]) -> RowClaims<V> {
    let bits = byte_lagrange(6, z);
    let claim =
        |(operand, value)| Claim { of: Functional::AndOperand { operand, bits: bits.clone() }, value };
    RowClaims { point, claims: values.into_iter().enumerate().map(claim).collect() }
}
