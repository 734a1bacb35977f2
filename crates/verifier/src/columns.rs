//! The column reduction: the claims on words of rows are linear in the bits of columns at some row points.
//!
//! `M_k[C, b]` is the multilinear extension of bit b of column C at the low coordinates of the k-th point; 0 where no
//! claim there is about rows of the slab that C belongs to. All claims become one sum of `W_k M_k` over k and (C, b),
//! reduced by a sumcheck to all M at one point.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_table};

use crate::arithmetic::Arithmetic;
use crate::batch::Batch;
use crate::error::{eq_index, get, slice};
use crate::label::Label;
use crate::layout::{Block, Stack, ceil_log};
use crate::moves::Move;
use crate::row_claims::RowClaims;
use crate::{Error, Layout, System, sumcheck};

/// Claims that the column reduction leaves behind.
#[derive(Clone, Debug)]
pub struct ColumnClaims<V = K> {
    /// The point, of 6 + `column_log` variables: the bit, then the column.
    pub point: Vec<K>,
    /// Each `M_k` there.
    pub values: Vec<V>,
}

/// The weight with which values of a block count at a point of its stack: the eq factor of the
/// coordinates above the block's rows.
///
/// # Errors
/// [`Error::Internal`] for a point of another stack.
pub fn block_weight(point: &[K], block: &Block) -> Result<K, Error> {
    eq_index(slice(point, block.log..point.len(), "a point of the stack")?, block.base >> block.log)
}

/// As [`block_weight`] for all blocks of a stack, which begins at the index `base` of the point's index space. Blocks of
/// the same size, which are adjacent, share the factors of high coordinates.
///
/// # Errors
/// [`Error::Internal`] for a point of another stack.
pub fn block_weights(point: &[K], base: usize, blocks: &[Block]) -> Result<Vec<K>, Error> {
    let mut out = Vec::with_capacity(blocks.len());
    for blocks in blocks.chunk_by(|a, b| a.log == b.log) {
        let Some(&Block { log, .. }) = blocks.first() else { continue };
        let above = slice(point, log..point.len(), "a point of the stack")?;
        let (near, far) = above.split_at(ceil_log(blocks.len()).min(above.len()));
        let table = eq_table(near);
        let mut last = None;
        for block in blocks {
            let place = (base | block.base) >> log;
            let high = place >> near.len();
            let factor = match last {
                Some((at, factor)) if at == high => factor,
                _ => eq_index(far, high)?,
            };
            last = Some((high, factor));
            let in_table = place & (1usize << near.len()).wrapping_sub(1);
            out.push(*get(&table, in_table, "a block's place")? * factor);
        }
    }
    Ok(out)
}

/// The blocks of a stack that belong to a slab: they are adjacent.
pub fn slab_blocks(stack: &Stack, slab: usize) -> impl Iterator<Item = &Block> {
    stack.of_slab(slab).iter()
}

/// Checks the column reduction of claims at some points.
///
/// # Errors
/// [`Error::ColumnReduction`], [`Error::Work`], [`Error::Truncated`].
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(
    a: &mut A,
    system: &System,
    layout: &Layout,
    points: &[RowClaims<A::Value>],
) -> Result<ColumnClaims<A::Value>, Error> {
    a.section("columns");
    let claims = points.iter().flat_map(|p| &p.claims);
    a.work(Move::Eta { claims: claims.clone().count() })?;
    let eta = a.draw(Label::Eta);
    let total = claims.rev().fold(K::ZERO.into(), |s: A::Value, c| s * eta + c.value.clone());
    let batch = Batch::new(layout, points, eta)?;
    let claim = total + batch.constants(system, layout)?.into();
    let variables = layout.column_log.saturating_add(6);
    let (claim, point) = sumcheck::plain(a, Label::Columns, Move::ColumnRound, claim, variables)?;
    let values = a.values(Label::ColumnValues, points.len())?;
    let weights = batch.weights(system, layout, &point)?;
    let sum = values.iter().zip(weights).fold(K::ZERO.into(), |s: A::Value, (m, w)| s + m.clone() * w);
    a.demand_equal(claim, sum, Error::ColumnReduction)?;
    Ok(ColumnClaims { point, values })
}
