//! The functions that claims are about, batched with powers of eta: what their constants count, and their weights at a
//! point of bits and columns.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_prefix_sum, eq_table, x_power};
use dyad_rules::form::FormRef;
use dyad_rules::forms::{FormId, TableForms};

use crate::columns::block_weights;
use crate::error::{get, slice};
use crate::forms::Weighted;
use crate::layout::{Owner, Slab, Stack};
use crate::number::index;
use crate::row_claims::{Functional, RowClaims, Weights};
use crate::{Error, Layout, System};

/// All functions, by stacks and points.
pub struct Batch<'c> {
    points: Vec<&'c [K]>,
    stacks: Vec<Stacked<'c>>,
    kinds: Kinds<'c>,
    /// What they count where a stack has no blocks, and on rows that are not active.
    absent: K,
}

/// The functions on the entries of one stack with claims at one point.
struct Stacked<'c> {
    stack: &'c Stack,
    /// The number of the point.
    point: usize,
    /// The weight of each block there.
    places: Vec<K>,
    functions: Vec<Function<'c>>,
}

/// A function in the batch.
struct Function<'c> {
    of: &'c Functional,
    /// Its power of eta.
    scale: K,
    /// The kinds of weights of its words.
    kinds: Vec<usize>,
}

/// The weights of the bits of words, each once: what is multiplied with powers of X comes first.
struct Kinds<'c> {
    elements: Vec<K>,
    others: Vec<&'c [K]>,
}

impl<'c> Kinds<'c> {
    /// The number of some weights, which are added where they are new.
    fn number(&mut self, bits: &'c [K]) -> usize {
        let found = self.others.iter().position(|other| *other == bits).unwrap_or_else(|| {
            self.others.push(bits);
            self.others.len().saturating_sub(1)
        });
        found.saturating_add(1)
    }

    /// All of them, where bit b of a column counts `bits[b]`.
    fn weighted<'a>(&'a self, bits: &'a [K]) -> Vec<Weighted<'a>> {
        let all = core::iter::once(&*self.elements).chain(self.others.iter().copied());
        all.map(|weights| Weighted::new(weights, bits)).collect()
    }
}

impl Function<'_> {
    /// What it is on an item of a table, its constants left out: the sum of words by the kind of their weights, which
    /// `value` gives.
    fn on(
        &self,
        table: &TableForms,
        item: usize,
        mut value: impl FnMut(usize, FormId) -> Result<K, Error>,
    ) -> Result<K, Error> {
        let mut sum = K::ZERO;
        self.of.each_word(table, item, |n, word, weights| {
            sum += match weights {
                Weights::Element(factor) => factor * value(0, word)?,
                Weights::Bits(_) => value(*get(&self.kinds, n, "a word's weights")?, word)?,
            };
            Ok(())
        })?;
        Ok(sum)
    }
}

impl Stacked<'_> {
    /// The sum over blocks of a slab of what the functions are on them, which `value` gives.
    fn sum(
        &self,
        slab: usize,
        mut value: impl FnMut(&Function<'_>, usize) -> Result<K, Error>,
    ) -> Result<K, Error> {
        let (start, count) = *get(&self.stack.slabs, slab, "a slab")?;
        let places = slice(&self.places, start..start.saturating_add(count), "weights of blocks")?;
        let mut sum = K::ZERO;
        for (block, &place) in self.stack.of_slab(slab).iter().zip(places) {
            let mut batched = K::ZERO;
            for function in &self.functions {
                batched += function.scale * value(function, block.item)?;
            }
            sum += place * batched;
        }
        Ok(sum)
    }
}

impl<'c> Batch<'c> {
    /// The functions of claims in their order, each with the next power of eta.
    ///
    /// # Errors
    /// [`Error::Internal`] for points of other stacks.
    pub fn new<V>(layout: &'c Layout, points: &'c [RowClaims<V>], eta: K) -> Result<Self, Error> {
        let mut kinds = Kinds { elements: (0..64).map(x_power).collect(), others: Vec::new() };
        let mut stacks: Vec<Stacked<'c>> = Vec::new();
        let (mut absent, mut scale) = (K::ZERO, K::ONE);
        for (point, RowClaims { point: at, claims }) in points.iter().enumerate() {
            for claim in claims {
                let stack = claim.of.stack(layout);
                let numbers = claim.of.bit_weights().into_iter().map(|bits| kinds.number(bits));
                let function = Function { of: &claim.of, scale, kinds: numbers.collect() };
                absent += scale * claim.of.absent();
                scale *= eta;
                match stacks.last_mut() {
                    Some(last) if last.point == point && core::ptr::eq(last.stack, stack) => {
                        last.functions.push(function);
                    }
                    _ => {
                        let places = block_weights(at, 0, &stack.blocks)?;
                        stacks.push(Stacked { stack, point, places, functions: [function].into() });
                    }
                }
            }
        }
        Ok(Self { points: points.iter().map(|p| &*p.point).collect(), stacks, kinds, absent })
    }

    /// What the constants of all functions count.
    ///
    /// # Errors
    /// [`Error::Internal`] for a layout of other tables.
    pub fn constants(&self, system: &System, layout: &Layout) -> Result<K, Error> {
        let kinds = self.kinds.weighted(&[]);
        let mut total = self.absent;
        for (number, slab) in layout.slabs.iter().enumerate() {
            let table = table(system, slab)?;
            let value = |kind, word| match form(table, word)?.constant {
                0 => Ok(K::ZERO),
                constant => get(&kinds, kind, "a kind of weights")?.word(constant),
            };
            for stacked in &self.stacks {
                let sum = stacked.sum(number, |function, item| {
                    Ok(function.of.active(table, item)? + function.on(table, item, value)?)
                })?;
                if sum != K::ZERO {
                    total += sum * active(get(&self.points, stacked.point, "a point")?, slab)?;
                }
            }
        }
        Ok(total)
    }

    /// The multilinear extension of each `W_k` at a point: every form is evaluated with bit b of column C replaced by
    /// `eq(at, (C, b))`.
    ///
    /// # Errors
    /// [`Error::Internal`] for a point of other columns.
    pub fn weights(&self, system: &System, layout: &Layout, at: &[K]) -> Result<Vec<K>, Error> {
        let bits = eq_table(slice(at, 0..6, "the bit variables")?);
        let columns = columns_at(system, layout, at)?;
        let mut values = Values { kinds: self.kinds.weighted(&bits), known: Vec::new() };
        let mut weights: Vec<K> = self.points.iter().map(|_| K::ZERO).collect();
        let mut number = 0usize;
        for slabs in layout.slabs.chunk_by(|a, b| a.table == b.table) {
            let Some(first) = slabs.first() else { continue };
            let table = table(system, first)?;
            let end = number.saturating_add(slabs.len());
            let columns = slice(&columns, number..end, "columns of slabs")?;
            values.begin(table, slabs.len());
            for (place, number) in (number..end).enumerate() {
                for stacked in &self.stacks {
                    let weight = weights.get_mut(stacked.point).ok_or(Error::Internal("a point"))?;
                    *weight += stacked.sum(number, |function, item| {
                        function.on(table, item, |kind, word| values.get(kind, table, word, columns, place))
                    })?;
                }
            }
            number = end;
        }
        Ok(weights)
    }
}

/// Values of the words of one table in each of its slabs, by kind of weights and form, as they are asked for.
struct Values<'a> {
    kinds: Vec<Weighted<'a>>,
    /// By kind those of each form, one a slab: 0 where they are not known.
    known: Vec<Vec<K>>,
}

impl Values<'_> {
    /// Goes on to another table.
    fn begin(&mut self, table: &TableForms, slabs: usize) {
        self.known.resize_with(self.kinds.len(), Vec::new);
        for known in &mut self.known {
            known.clear();
            known.resize(table.forms.len().saturating_mul(slabs), K::ZERO);
        }
    }

    /// The value of a word in one slab of those that have these columns.
    fn get(
        &mut self,
        kind: usize,
        table: &TableForms,
        word: FormId,
        columns: &[Vec<K>],
        slab: usize,
    ) -> Result<K, Error> {
        let first = index(word).saturating_mul(columns.len());
        let known =
            self.known.get_mut(kind).and_then(|k| k.get_mut(first..first.saturating_add(columns.len())));
        let known = known.ok_or(Error::Internal("a word's form"))?;
        let value = *get(known, slab, "a slab")?;
        if value != K::ZERO {
            return Ok(value);
        }
        known.fill(K::ZERO);
        let kind = self.kinds.get_mut(kind).ok_or(Error::Internal("a kind of weights"))?;
        kind.form(form(table, word)?, columns, known)?;
        get(known, slab, "a slab").copied()
    }
}

/// The multilinear extension of "row is active" at the row point of a slab.
fn active(point: &[K], slab: &Slab) -> Result<K, Error> {
    Ok(eq_prefix_sum(slice(point, 0..slab.log, "a row point")?, slab.rows))
}

fn table<'a>(system: &'a System, slab: &Slab) -> Result<&'a TableForms, Error> {
    Ok(get(&system.tables, slab.table, "a slab's table")?)
}

fn form(table: &TableForms, word: FormId) -> Result<FormRef<'_>, Error> {
    table.forms.get(index(word)).ok_or(Error::Internal("a form"))
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
