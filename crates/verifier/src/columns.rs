//! The column reduction: the five claims on leaves and operands are linear in the bits of columns
//! at two row points.
//!
//! `M_0[C, b]` is the multilinear extension of bit b of column C at the low coordinates of the bus
//! point, `M_1[C, b]` at those of the AND point. All five claims become one sum of
//! `W_0 M_0 + W_1 M_1` over (C, b), reduced by a sumcheck to both M at one point.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_prefix_sum, eq_table};
use dyad_rules::MESSAGE_WORDS;
use dyad_rules::shape::TableShape;

use crate::and_check::AndClaims;
use crate::arithmetic::Arithmetic;
use crate::bus::{BusClaims, Fingerprint};
use crate::error::{eq_index, get, inner, slice};
use crate::forms::{self, Bits};
use crate::label::Label;
use crate::layout::{Block, Owner, Slab, Stack};
use crate::moves::Move;
use crate::number::index;
use crate::{Error, Layout, System, sumcheck};

/// Claims that the column reduction leaves behind.
#[derive(Clone, Debug)]
pub struct ColumnClaims<V = K> {
    /// The point, of 6 + `column_log` variables: the bit, then the column.
    pub point: Vec<K>,
    /// `M_0` and `M_1` there.
    pub values: [V; 2],
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

/// Checks the column reduction.
///
/// # Errors
/// [`Error::ColumnReduction`], [`Error::Work`], [`Error::Truncated`].
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(
    a: &mut A,
    system: &System,
    layout: &Layout,
    bus: &BusClaims<A::Value>,
    and: &AndClaims<A::Value>,
) -> Result<ColumnClaims<A::Value>, Error> {
    a.section("columns");
    a.work(Move::Eta)?;
    let eta = a.draw(Label::Eta);
    let claims = [&bus.push, &bus.pull].into_iter().chain(&and.values);
    let total = claims.rev().fold(K::ZERO.into(), |s: A::Value, v| s * eta + v.clone());
    let claim = total + constant_part(system, layout, bus, and, eta)?.into();
    let variables = layout.column_log.saturating_add(6);
    let (claim, point) = sumcheck::plain(a, Label::Columns, Move::ColumnRound, claim, variables)?;
    let values: [A::Value; 2] = a.array(Label::ColumnValues)?;
    let [w0, w1] = weights_at(system, layout, bus, and, eta, &point)?;
    let [m0, m1] = values.clone();
    a.demand_equal(claim, m0 * w0 + m1 * w1, Error::ColumnReduction)?;
    Ok(ColumnClaims { point, values })
}

/// What the constants of all forms, and the constants of leaves, contribute to the batched claims.
fn constant_part<V>(
    system: &System,
    layout: &Layout,
    bus: &BusClaims<V>,
    and: &AndClaims<V>,
    eta: K,
) -> Result<K, Error> {
    let words: Vec<Vec<u64>> = system.tables.iter().map(forms::constants).collect::<Result<_, _>>()?;
    let node = |table: usize, id: u32| -> Result<u64, Error> {
        get(get(&words, table, "a table")?, index(id), "a node").copied()
    };
    // Leaves past the blocks are 1, and inactive rows count 1 where active rows count gamma.
    let mut total = K::ONE + eta;
    for (stack, scale, pick) in [(&layout.pushes, K::ONE, true), (&layout.pulls, eta, false)] {
        for block in &stack.blocks {
            let slab = layout.slab(block)?;
            let message = message(system, slab, block, pick)?;
            let f = &bus.fingerprint;
            let mut leaf = f.gamma + K::ONE + first_alpha(f) * dyad_field::from_word(message.tag);
            for (&alpha, &w) in f.alpha.iter().skip(1).zip(&message.words) {
                leaf += alpha * dyad_field::from_word(node(slab.table, w)?);
            }
            total += scale * block_weight(&bus.point, block)? * active(&bus.point, slab)? * leaf;
        }
    }
    let mut scale = eta * eta;
    for operand in 0..3 {
        for block in &layout.ands.blocks {
            let slab = layout.slab(block)?;
            let id = and_operand(system, slab, block, operand)?;
            let value = forms::weighted_constant(node(slab.table, id)?, &and.bit_weights);
            total += scale * block_weight(&and.point, block)? * active(&and.point, slab)? * value;
        }
        scale *= eta;
    }
    Ok(total)
}

fn first_alpha(f: &Fingerprint) -> K {
    let [tag, ..] = f.alpha;
    tag
}

fn table<'a>(system: &'a System, slab: &Slab) -> Result<&'a TableShape, Error> {
    get(&system.tables, slab.table, "a slab's table")
}

fn message<'a>(
    system: &'a System,
    slab: &Slab,
    block: &Block,
    push: bool,
) -> Result<&'a dyad_rules::shape::Message, Error> {
    let t = table(system, slab)?;
    let message = get(if push { &t.pushes } else { &t.pulls }, block.item, "a message")?;
    if message.words.len() < MESSAGE_WORDS { Ok(message) } else { Err(Error::Internal("a message's words")) }
}

fn and_operand(system: &System, slab: &Slab, block: &Block, operand: usize) -> Result<u32, Error> {
    let and = get(&table(system, slab)?.ands, block.item, "a constraint")?;
    get(&and.operands, operand, "an operand").copied()
}

/// The blocks of a stack, slab by slab.
fn by_slab<'a>(layout: &Layout, stack: &'a Stack) -> Vec<Vec<&'a Block>> {
    let mut out: Vec<Vec<&Block>> = layout.slabs.iter().map(|_| Vec::new()).collect();
    for b in &stack.blocks {
        if let Some(list) = out.get_mut(b.slab) {
            list.push(b);
        }
    }
    out
}

/// The multilinear extensions of `W_0` and `W_1` at `point`: every form is evaluated with bit b of
/// column C replaced by `eq(point, (C, b))`.
fn weights_at<V>(
    system: &System,
    layout: &Layout,
    bus: &BusClaims<V>,
    and: &AndClaims<V>,
    eta: K,
    point: &[K],
) -> Result<[K; 2], Error> {
    let bit_eq = eq_table(slice(point, 0..6, "the bit variables")?);
    let column_eq = eq_table(slice(point, 6..point.len(), "the column variables")?);
    // Column vectors of every slab, committed and fixed.
    let empty = || layout.slabs.iter().map(|_| Vec::new()).collect::<Vec<Vec<Bits>>>();
    let (mut committed, mut fixed) = (empty(), empty());
    for (i, (oracle, block)) in layout.pairs().enumerate() {
        let columns = match oracle.owner {
            Owner::Run => &mut committed,
            Owner::Program => &mut fixed,
        };
        for half in 0..2usize {
            let scale = *get(&column_eq, i.saturating_mul(2) | half, "a column")?;
            let mut bits = [K::ZERO; 64];
            bits.iter_mut().zip(&bit_eq).for_each(|(x, &e)| *x = scale * e);
            if let Some(list) = columns.get_mut(block.slab) {
                list.push(bits);
            }
        }
    }
    let (pushes, pulls, ands) =
        (by_slab(layout, &layout.pushes), by_slab(layout, &layout.pulls), by_slab(layout, &layout.ands));
    let (mut w0, mut w1) = (K::ZERO, K::ZERO);
    let eta2 = eta * eta;
    for (s, slab) in layout.slabs.iter().enumerate() {
        let nodes = forms::evaluate(
            table(system, slab)?,
            get(&committed, s, "a slab's columns")?,
            get(&fixed, s, "a slab's columns")?,
        )?;
        for (blocks, scale, push) in [(&pushes, K::ONE, true), (&pulls, eta, false)] {
            for block in get(blocks, s, "a slab's messages")? {
                let m = message(system, slab, block, push)?;
                let mut leaf = K::ZERO;
                for (&alpha, &w) in bus.fingerprint.alpha.iter().skip(1).zip(&m.words) {
                    leaf += alpha * forms::as_element(get(&nodes, index(w), "a node")?);
                }
                w0 += scale * block_weight(&bus.point, block)? * leaf;
            }
        }
        for block in get(&ands, s, "a slab's constraints")? {
            let mut scale = eta2;
            let mut value = K::ZERO;
            for operand in 0..3 {
                let id = and_operand(system, slab, block, operand)?;
                value += scale * inner(get(&nodes, index(id), "a node")?, &and.bit_weights)?;
                scale *= eta;
            }
            w1 += block_weight(&and.point, block)? * value;
        }
    }
    Ok([w0, w1])
}
