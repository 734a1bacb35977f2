//! What a proof is made from: the rows of each table, and the program's fixed columns.

use dyad_field::{K, from_bits};
use dyad_rules::{Rows, StoredRows};
use dyad_verifier::layout::{Slab, Stack};
use dyad_verifier::params::fixed_code;
use dyad_verifier::{Digest, Error, Hash, Key, Layout, Level, System};
use rayon::prelude::*;

use crate::kernels::code::{encode, encoded_len};
use crate::kernels::memory::zeros;
use crate::merkle::Tree;

/// Rows filled into columns at once.
const GRAIN: usize = 256;

/// The pairs of columns of a stack while they are filled: element `base + x` of a pair's block holds
/// the words of its two columns in row x. The rows of each table get their places in order.
#[derive(Debug)]
pub struct Columns<'v> {
    /// The places that are left: of each table, those of its slabs that have any, the last one first.
    tables: Vec<Vec<Slots<'v>>>,
}

/// The places of some rows of one slab: their part of every pair of columns.
#[derive(Debug, Default)]
struct Slots<'v> {
    /// Columns of the table.
    width: usize,
    rows: usize,
    pairs: Vec<&'v mut [K]>,
}

/// The places of some rows of one table. Rows that have none stay zero.
#[derive(Debug)]
pub struct Places<'v>(Vec<Slots<'v>>);

impl<'v> Columns<'v> {
    /// The columns of `vector`, all zero, which is laid out as `stack`. `width` gives the columns of a
    /// table.
    pub fn new(layout: &Layout, stack: &Stack, width: impl Fn(usize) -> usize, vector: &'v mut [K]) -> Self {
        let slots = |s: &Slab| Slots { width: width(s.table), rows: s.rows, pairs: Vec::new() };
        let mut slabs: Vec<Slots<'v>> = layout.slabs.iter().map(slots).collect();
        let mut rest = vector;
        for b in &stack.blocks {
            let (block, after) = rest.split_at_mut(1 << b.log);
            rest = after;
            let slab = &mut slabs[b.slab];
            slab.pairs.push(&mut block[..slab.rows]);
        }
        let count = layout.slabs.last().map_or(0, |s| s.table + 1);
        let mut tables: Vec<Vec<_>> = (0..count).map(|_| Vec::new()).collect();
        for (slab, slots) in layout.slabs.iter().zip(slabs).rev() {
            tables[slab.table].push(slots);
        }
        Self { tables }
    }

    /// The places of the next `rows` rows of a table.
    ///
    /// # Panics
    /// If it has fewer left.
    pub fn next(&mut self, table: usize, rows: usize) -> Places<'v> {
        let mut places = Vec::new();
        let mut missing = rows;
        while missing > 0 {
            let slabs = self.tables.get_mut(table);
            let slots = slabs.and_then(|s| s.last_mut()).expect("a table has no more rows than announced");
            let part = slots.split_off(missing);
            missing -= part.rows;
            places.push(part);
            if slots.rows == 0 {
                self.tables[table].pop();
            }
        }
        Places(places)
    }

    /// Fills all rows of each table of `witness` into the next places of the same table, on all
    /// threads.
    ///
    /// # Panics
    /// As [`Columns::next`].
    pub fn fill(&mut self, witness: &[&dyn Rows]) {
        let mut tasks = Vec::new();
        for (table, rows) in witness.iter().enumerate() {
            for first in (0..rows.rows()).step_by(GRAIN) {
                tasks.push((rows, first, self.next(table, GRAIN.min(rows.rows() - first))));
            }
        }
        tasks.into_par_iter().for_each(|(rows, first, places)| places.fill(*rows, first));
    }

    /// Ends the filling.
    ///
    /// # Panics
    /// If a table has places left: it got fewer rows than announced.
    pub fn finish(self) {
        assert!(self.tables.iter().all(Vec::is_empty), "a table has fewer rows than announced");
    }
}

impl<'v> Slots<'v> {
    /// Takes the first `rows` of them, or all if there are fewer.
    fn split_off(&mut self, rows: usize) -> Self {
        let rows = rows.min(self.rows);
        self.rows -= rows;
        let pairs = self.pairs.iter_mut().map(|pair| {
            let (part, rest) = std::mem::take(pair).split_at_mut(rows);
            *pair = rest;
            part
        });
        Self { width: self.width, rows, pairs: pairs.collect() }
    }

    /// Writes rows, given one after the other, into the columns.
    fn write(&mut self, words: &[u64]) {
        for (p, pair) in self.pairs.iter_mut().enumerate() {
            for (element, row) in pair.iter_mut().zip(words.chunks_exact(self.width)) {
                let high = row.get(2 * p + 1).copied().unwrap_or(0);
                *element = from_bits(u128::from(row[2 * p]) | u128::from(high) << 64);
            }
        }
    }
}

impl Places<'_> {
    /// Fills them with the rows from `first` on.
    ///
    /// # Panics
    /// If there are not so many rows.
    pub fn fill(self, rows: &dyn Rows, first: usize) {
        let mut next = first;
        let mut words = Vec::new();
        for mut slots in self.0 {
            while slots.rows > 0 {
                let mut part = slots.split_off(GRAIN);
                words.resize(part.rows * part.width, 0);
                rows.fill(next..next + part.rows, &mut words);
                next += part.rows;
                part.write(&words);
            }
        }
    }
}

/// The vector of a stack, filled with the rows of all tables.
pub fn columns(
    layout: &Layout,
    stack: &Stack,
    width: impl Fn(usize) -> usize,
    witness: &[&dyn Rows],
) -> Vec<K> {
    let mut out = zeros(stack.len);
    let mut columns = Columns::new(layout, stack, width, &mut out);
    columns.fill(witness);
    columns.finish();
    out
}

/// The program's fixed columns, committed: what proving needs besides the verifying key.
#[derive(Clone, Debug)]
pub struct ProvingKey {
    /// The verifying key.
    pub key: Key,
    /// The fixed pairs of columns.
    pub vector: Vec<K>,
    /// Their codeword and tree.
    pub committed: Option<(Vec<K>, Tree)>,
}

impl ProvingKey {
    /// Commits to the fixed columns: `fixed` has the rows of each table of `system.fixed_tables()`,
    /// in that order.
    ///
    /// # Errors
    /// [`Error::TooManyRows`] and [`Error::TooLarge`] for programs beyond the limits.
    pub fn new<H: Hash>(level: Level, system: &System, fixed: &[&dyn Rows]) -> Result<Self, Error> {
        let mut rows = vec![0; system.tables.len()];
        let none = StoredRows::default();
        let mut given: Vec<&dyn Rows> = vec![&none; system.tables.len()];
        for (t, &r) in system.fixed_tables().zip(fixed) {
            rows[t] = r.rows() as u32;
            given[t] = r;
        }
        let layout = Layout::new(system, &rows)?;
        let key_rows = system.fixed_tables().map(|t| rows[t]).collect();
        let Some(oracle) = &layout.fixed else {
            return Ok(Self {
                key: Key { rows: key_rows, root: [0; 32] },
                vector: Vec::new(),
                committed: None,
            });
        };
        let vector = columns(&layout, &oracle.pairs, |t| system.tables[t].fixed.len(), &given);
        let code = fixed_code(level, vector.len());
        let mut values = zeros(encoded_len(vector.len(), code.log, code.rate));
        let codeword = encode(&vector, code.log, code.rate, &mut values);
        let tree = Tree::new::<H>(&codeword);
        let root: Digest = tree.root();
        Ok(Self { key: Key { rows: key_rows, root }, vector, committed: Some((values, tree)) })
    }
}
