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
use crate::{Error, Layout, sumcheck};

/// Claims that the AND check leaves behind: the operands at (z, point).
#[derive(Clone, Debug)]
pub struct AndClaims<V = K> {
    /// Weights of the 64 bits of a word: the Lagrange polynomials at z.
    pub bit_weights: Vec<K>,
    /// The point, of the variables of the stack of constraints.
    pub point: Vec<K>,
    /// The multilinear extensions of A, B and C.
    pub values: [V; 3],
}

/// Checks the AND constraints, up to the claims returned.
///
/// # Errors
/// [`Error::AndCheck`], [`Error::Work`], [`Error::Truncated`].
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(a: &mut A, layout: &Layout) -> Result<AndClaims<A::Value>, Error> {
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
    Ok(AndClaims { bit_weights: byte_lagrange(6, z), point, values })
}
