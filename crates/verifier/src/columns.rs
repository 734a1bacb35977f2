//! The column reduction: the claims on words of rows are linear in the bits of columns at some row points.
//!
//! `M_k[C, b]` is the multilinear extension of bit b of column C at the low coordinates of the k-th point; 0 where no
//! claim there is about rows of the slab that C belongs to. All claims become one sum of `W_k M_k` over k and (C, b),
//! reduced by a sumcheck to all M at one point.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_prefix_sum, eq_table, x_power};
use dyad_rules::form::Form;
use dyad_rules::forms::{FormId, TableForms};

use crate::arithmetic::Arithmetic;
use crate::error::{eq_index, get, slice};
use crate::forms::Weighted;
use crate::label::Label;
use crate::layout::{Block, Owner, Slab, Stack, ceil_log};
use crate::moves::Move;
use crate::number::index;
use crate::row_claims::{RowClaims, Weights};
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

/// The weights of the bits of words that claims count, each once: what is multiplied with powers of X comes first.
struct Kinds<'c> {
    elements: Vec<K>,
    others: Vec<&'c [K]>,
    /// The weights of each claim, and which of the others they are.
    claims: Vec<(&'c [K], usize)>,
}

impl<'c> Kinds<'c> {
    fn of<V>(points: &'c [RowClaims<V>]) -> Self {
        let (mut others, mut claims): (Vec<&[K]>, Vec<_>) = (Vec::new(), Vec::new());
        for claim in points.iter().flat_map(|p| &p.claims) {
            for bits in claim.of.bit_weights() {
                let kind = others.iter().position(|other| *other == bits).unwrap_or_else(|| {
                    others.push(bits);
                    others.len().saturating_sub(1)
                });
                claims.push((bits, kind));
            }
        }
        Self { elements: (0..64).map(x_power).collect(), others, claims }
    }

    /// All of them.
    fn all(&self) -> impl Iterator<Item = &[K]> {
        core::iter::once(&*self.elements).chain(self.others.iter().copied())
    }

    /// The number of some weights, and the factor that they count besides.
    fn find(&self, weights: Weights<'_>) -> Result<(usize, K), Error> {
        match weights {
            Weights::Element(factor) => Ok((0, factor)),
            Weights::Bits(bits) => {
                // They are those of one of the claims: it is enough to look where they lie.
                let found = self.claims.iter().find(|(claim, _)| core::ptr::eq(*claim, bits));
                let (_, kind) = found.ok_or(Error::Internal("weights of a claim"))?;
                Ok((kind.saturating_add(1), K::ONE))
            }
        }
    }
}

/// Values of the words of one table, by kind of weights and form, as they are asked for.
struct Values<'s> {
    table: &'s TableForms,
    known: Vec<Vec<Option<K>>>,
}

impl<'s> Values<'s> {
    fn new(table: &'s TableForms, kinds: &Kinds<'_>) -> Self {
        let none = || table.forms.iter().map(|_| None).collect();
        Self { table, known: kinds.all().map(|_| none()).collect() }
    }

    fn get(
        &mut self,
        kind: usize,
        form: FormId,
        value: impl FnOnce(&Form) -> Result<K, Error>,
    ) -> Result<K, Error> {
        let known = self.known.get_mut(kind).and_then(|k| k.get_mut(index(form)));
        let known = known.ok_or(Error::Internal("a word's form"))?;
        if let Some(known) = *known {
            return Ok(known);
        }
        let value = value(get(&self.table.forms, index(form), "a form")?)?;
        *known = Some(value);
        Ok(value)
    }
}

/// What the constants of all functions contribute to the batched claims.
fn constant_part<V>(system: &System, layout: &Layout, points: &[RowClaims<V>], eta: K) -> Result<K, Error> {
    let kinds = Kinds::of(points);
    let weighted: Vec<Weighted<'_>> = kinds.all().map(|w| Weighted::new(w, &[])).collect();
    let mut values: Vec<Option<Values<'_>>> = system.tables.iter().map(|_| None).collect();
    let mut total = K::ZERO;
    let mut scale = K::ONE;
    for RowClaims { point, claims } in points {
        for claim in claims {
            total += scale * claim.of.absent();
            let stack = claim.of.stack(layout);
            for (s, slab) in layout.slabs.iter().enumerate() {
                let table = table(system, slab)?;
                let known = values.get_mut(slab.table).ok_or(Error::Internal("a slab's table"))?;
                let known = known.get_or_insert_with(|| Values::new(table, &kinds));
                let mut sum = K::ZERO;
                for (block, weight) in block_weights(stack, s, point)? {
                    let mut value = claim.of.active(table, block.item)?;
                    for (word, weights) in claim.of.words(table, block.item)? {
                        let (kind, factor) = kinds.find(weights)?;
                        let weighted = get(&weighted, kind, "weights")?;
                        value += factor * known.get(kind, word, |form| weighted.word(form.constant))?;
                    }
                    sum += weight * value;
                }
                if sum != K::ZERO {
                    total += scale * active(point, slab)? * sum;
                }
            }
            scale *= eta;
        }
    }
    Ok(total)
}

fn table<'a>(system: &'a System, slab: &Slab) -> Result<&'a TableForms, Error> {
    Ok(get(&system.tables, slab.table, "a slab's table")?)
}

/// The blocks of a stack that belong to a slab: they are adjacent.
pub fn slab_blocks(stack: &Stack, slab: usize) -> impl Iterator<Item = &Block> {
    stack.of_slab(slab).iter()
}

/// The blocks of a stack that belong to a slab, with their weights at a point: those of the same high coordinates share
/// them.
fn block_weights<'l>(
    stack: &'l Stack,
    slab: usize,
    point: &[K],
) -> Result<impl Iterator<Item = (&'l Block, K)> + use<'l>, Error> {
    let blocks = stack.of_slab(slab);
    let Some(first) = blocks.first() else { return Ok(blocks.iter().zip(Vec::new())) };
    let above = slice(point, first.log..point.len(), "a point of the stack")?;
    let low = ceil_log(blocks.len()).min(above.len());
    let (near, far) =
        (slice(above, 0..low, "its low part")?, slice(above, low..above.len(), "its high part")?);
    let table = eq_table(near);
    let mut last = None;
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        let place = block.base >> block.log;
        let high = place >> low;
        let factor = match last {
            Some((at, factor)) if at == high => factor,
            _ => eq_index(far, high)?,
        };
        last = Some((high, factor));
        let in_table = place & (1usize << low).wrapping_sub(1);
        out.push(*get(&table, in_table, "a block's place")? * factor);
    }
    Ok(blocks.iter().zip(out))
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
    let bits = eq_table(slice(at, 0..6, "the bit variables")?);
    let columns = columns_at(system, layout, at)?;
    let kinds = Kinds::of(points);
    let mut weighted: Vec<Weighted<'_>> = kinds.all().map(|w| Weighted::new(w, &bits)).collect();
    let mut weights: Vec<K> = points.iter().map(|_| K::ZERO).collect();
    for (s, (slab, columns)) in layout.slabs.iter().zip(&columns).enumerate() {
        let table = table(system, slab)?;
        let mut known = Values::new(table, &kinds);
        let mut scale = K::ONE;
        for (RowClaims { point, claims }, weight) in points.iter().zip(&mut weights) {
            for claim in claims {
                let mut sum = K::ZERO;
                for (block, place) in block_weights(claim.of.stack(layout), s, point)? {
                    let mut value = K::ZERO;
                    for (word, weights) in claim.of.words(table, block.item)? {
                        let (kind, factor) = kinds.find(weights)?;
                        let weighted = weighted.get_mut(kind).ok_or(Error::Internal("weights"))?;
                        value += factor * known.get(kind, word, |form| weighted.form(form, columns))?;
                    }
                    sum += place * value;
                }
                *weight += scale * sum;
                scale *= eta;
            }
        }
    }
    Ok(weights)
}

/// For each slab the factors of its columns at a point, those that are committed first, then the fixed ones.
fn columns_at(system: &System, layout: &Layout, point: &[K]) -> Result<Vec<Vec<K>>, Error> {
    let column_eq = eq_table(slice(point, 6..point.len(), "the column variables")?);
    let mut slabs: Vec<Vec<K>> = layout.slabs.iter().map(|_| Vec::new()).collect();
    for (i, (oracle, block)) in layout.pairs().enumerate() {
        let table = table(system, layout.slab(block)?)?;
        // A column that only fills its pair up has no factor.
        let end = match oracle.owner {
            Owner::Run => table.committed,
            Owner::Program => table.committed.saturating_add(table.fixed),
        };
        let slab = slabs.get_mut(block.slab).ok_or(Error::Internal("a slab"))?;
        for half in 0..2usize {
            if slab.len() < end {
                slab.push(*get(&column_eq, i.saturating_mul(2) | half, "a column")?);
            }
        }
    }
    Ok(slabs)
}
