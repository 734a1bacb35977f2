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
use crate::columns::{ColumnClaims, block_weight};
use crate::error::{get, slice};
use crate::label::Label;
use crate::layout::Block;
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
    let covered: Vec<Vec<bool>> = points.iter().map(|claims| claims.covered(layout)).collect();
    let mut omega = K::ZERO;
    for (i, (oracle, block)) in layout.pairs().enumerate() {
        let low = |q| slice(q, 0..block.log, "a row point");
        let row = |q| Ok::<K, Error>(eq_points(low(q)?, low(&index)?));
        let place = block_weight(&index, &Block { base: oracle.base | block.base, ..*block })?;
        let mut rows = K::ZERO;
        for (claims, covered) in points.iter().zip(&covered).rev() {
            let is_covered = *get(covered, block.slab, "a slab")?;
            rows = rows * theta + if is_covered { row(&claims.point)? } else { K::ZERO };
        }
        omega += *get(&pair_eq, i, "a pair")? * place * rows;
    }
    Ok(BitClaim { bits: bits.to_vec(), index, weight: omega, claim })
}
