//! The point reduction: the claims on columns, one for each row point, become one claim on the committed bits.
//!
//! `M_k[C, b]` at the column point is a sum over the index i of all oracles together of
//! `omega_k(i) f(i)`, where f(i) is element i's 128 bits folded with `eq(r7, .)` (r7: the bit
//! variables and the half of the pair) and omega_k(i) is the eq of pair and row, 0 in slabs that the k-th point's claims
//! are not about. Batched with powers of theta,
//! one sumcheck over i leaves a claim on f's extension at a point.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_points, eq_table};

use crate::arithmetic::Arithmetic;
use crate::columns::{ColumnClaims, block_weights};
use crate::error::{get, slice};
use crate::label::Label;
use crate::moves::Move;
use crate::row_claims::RowClaims;
use crate::{Error, Layout, sumcheck};

/// The claim on the committed bits.
#[derive(Clone, Debug)]
pub struct BitClaim<V = K> {
    /// The point over the 128 bits of an element.
    pub bits: Vec<K>,
    /// The point over the joint index.
    pub index: Vec<K>,
    /// The weight of f's extension there.
    pub weight: K,
    /// The weight times the value of that extension.
    pub claim: V,
}

/// Checks the point reduction.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Work`]: a wrong round shows in the claim.
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(
    a: &mut A,
    layout: &Layout,
    points: &[RowClaims<A::Value>],
    columns: &ColumnClaims<A::Value>,
) -> Result<BitClaim<A::Value>, Error> {
    a.section("points");
    let (bits, pair_point) = columns.point.split_at_checked(7).ok_or(Error::Internal("the column point"))?;
    a.work(Move::Theta { claims: points.len() })?;
    let theta = a.draw(Label::Theta);
    let values = columns.values.iter().rev();
    let claim = values.fold(K::ZERO.into(), |s: A::Value, m| s * theta + m.clone());
    let (claim, index) = sumcheck::plain(a, Label::Points, Move::PointRound, claim, layout.joint_log)?;
    let pair_eq = eq_table(pair_point);
    let rows = rows_at(layout, points, theta, &index)?;
    let mut omega = K::ZERO;
    let mut pairs = pair_eq.iter();
    for oracle in &layout.oracles {
        let blocks = &oracle.pairs.blocks;
        let places = block_weights(&index, oracle.base, blocks)?;
        for ((block, place), pair) in blocks.iter().zip(places).zip(&mut pairs) {
            omega += *pair * place * *get(&rows, block.slab, "a slab")?;
        }
    }
    Ok(BitClaim { bits: bits.to_vec(), index, weight: omega, claim })
}

/// For each slab the eq of its rows at the points, those that are about it, and at `index`, batched.
fn rows_at<V>(layout: &Layout, points: &[RowClaims<V>], theta: K, index: &[K]) -> Result<Vec<K>, Error> {
    let mut rows: Vec<K> = layout.slabs.iter().map(|_| K::ZERO).collect();
    for claims in points.iter().rev() {
        for ((rows, slab), is_covered) in rows.iter_mut().zip(&layout.slabs).zip(claims.covered(layout)) {
            let low = |q| slice(q, 0..slab.log, "a row point");
            let row = if is_covered { eq_points(low(&claims.point)?, low(index)?) } else { K::ZERO };
            *rows = *rows * theta + row;
        }
    }
    Ok(rows)
}
