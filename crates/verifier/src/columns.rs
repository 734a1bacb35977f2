//! The column reduction: the claims on words of rows are linear in the bits of columns at some row points.
//!
//! `M_k[C, b]` is the multilinear extension of bit b of column C at the low coordinates of the k-th point; 0 where no
//! claim there is about rows of the slab that C belongs to. All claims become one sum of `W_k M_k` over k and (C, b),
//! reduced by a sumcheck to all M at one point.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_prefix_sum, eq_table};
use dyad_rules::shape::TableShape;

use crate::arithmetic::Arithmetic;
use crate::error::{eq_index, get, slice};
use crate::forms::{self, Bits};
use crate::label::Label;
use crate::layout::{Block, Owner, Slab, Stack};
use crate::moves::Move;
use crate::number::index;
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

/// The multilinear extension of "row is active" at the row point of a slab.
fn active(point: &[K], slab: &Slab) -> Result<K, Error> {
    Ok(eq_prefix_sum(slice(point, 0..slab.log, "a row point")?, slab.rows))
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
    let claim = total + constant_part(system, layout, points, eta)?.into();
    let variables = layout.column_log.saturating_add(6);
    let (claim, point) = sumcheck::plain(a, Label::Columns, Move::ColumnRound, claim, variables)?;
    let values = a.values(Label::ColumnValues, points.len())?;
    let weights = weights_at(system, layout, points, eta, &point)?;
    let sum = values.iter().zip(weights).fold(K::ZERO.into(), |s: A::Value, (m, w)| s + m.clone() * w);
    a.demand_equal(claim, sum, Error::ColumnReduction)?;
    Ok(ColumnClaims { point, values })
}

/// What the constants of all functions contribute to the batched claims.
fn constant_part<V>(system: &System, layout: &Layout, points: &[RowClaims<V>], eta: K) -> Result<K, Error> {
    let words: Vec<Vec<u64>> = system.tables.iter().map(forms::constants).collect::<Result<_, _>>()?;
    let mut total = K::ZERO;
    let mut scale = K::ONE;
    for RowClaims { point, claims } in points {
        for claim in claims {
            total += scale * claim.of.absent();
            for block in &claim.of.stack(layout).blocks {
                let slab = layout.slab(block)?;
                let table = table(system, slab)?;
                let words = get(&words, slab.table, "a table")?;
                let mut value = claim.of.active(table, block.item)?;
                for (word, weights) in claim.of.words(table, block.item)? {
                    value += weights.of_word(*get(words, index(word), "a node")?);
                }
                total += scale * block_weight(point, block)? * active(point, slab)? * value;
            }
            scale *= eta;
        }
    }
    Ok(total)
}

fn table<'a>(system: &'a System, slab: &Slab) -> Result<&'a TableShape, Error> {
    get(&system.tables, slab.table, "a slab's table")
}

/// The blocks of a stack that belong to a slab: they are adjacent.
pub fn slab_blocks(stack: &Stack, slab: usize) -> impl Iterator<Item = &Block> {
    stack.blocks.iter().skip_while(move |b| b.slab != slab).take_while(move |b| b.slab == slab)
}

/// The multilinear extension of each `W_k` at `point`: every form is evaluated with bit b of
/// column C replaced by `eq(point, (C, b))`.
fn weights_at<V>(
    system: &System,
    layout: &Layout,
    points: &[RowClaims<V>],
    eta: K,
    at: &[K],
) -> Result<Vec<K>, Error> {
    let columns = columns_at(layout, at)?;
    let mut weights: Vec<K> = points.iter().map(|_| K::ZERO).collect();
    for (s, (slab, [committed, fixed])) in layout.slabs.iter().zip(&columns).enumerate() {
        let table = table(system, slab)?;
        let nodes = forms::evaluate(table, committed, fixed)?;
        let mut scale = K::ONE;
        for (RowClaims { point, claims }, weight) in points.iter().zip(&mut weights) {
            for claim in claims {
                for block in slab_blocks(claim.of.stack(layout), s) {
                    let mut value = K::ZERO;
                    for (word, weights) in claim.of.words(table, block.item)? {
                        value += weights.of_bits(get(&nodes, index(word), "a node")?)?;
                    }
                    *weight += scale * block_weight(point, block)? * value;
                }
                scale *= eta;
            }
        }
    }
    Ok(weights)
}

/// For each slab its committed and its fixed columns, bit b of column C being `eq(point, (C, b))`.
fn columns_at(layout: &Layout, point: &[K]) -> Result<Vec<[Vec<Bits>; 2]>, Error> {
    let bit_eq = eq_table(slice(point, 0..6, "the bit variables")?);
    let column_eq = eq_table(slice(point, 6..point.len(), "the column variables")?);
    let mut slabs: Vec<[Vec<Bits>; 2]> = layout.slabs.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    for (i, (oracle, block)) in layout.pairs().enumerate() {
        for half in 0..2usize {
            let scale = *get(&column_eq, i.saturating_mul(2) | half, "a column")?;
            let mut bits = [K::ZERO; 64];
            bits.iter_mut().zip(&bit_eq).for_each(|(x, &e)| *x = scale * e);
            if let Some([committed, fixed]) = slabs.get_mut(block.slab) {
                match oracle.owner {
                    Owner::Run => committed.push(bits),
                    Owner::Program => fixed.push(bits),
                }
            }
        }
    }
    Ok(slabs)
}
