//! What a proof is made from: the rows of each table, and the program's fixed columns.

use dyad_field::{K, from_bits};
use dyad_rules::lanes::LANES;
use dyad_rules::{Rows, StoredRows};
use dyad_verifier::layout::{Owner, Slab, Stack};
use dyad_verifier::params::fixed_code;
use dyad_verifier::{Digest, Error, Hash, Key, Layout, Level, System};
use rayon::prelude::*;

use crate::commitment::codeword_len;
use crate::kernels::code::{Uncoded, encode};
use crate::kernels::memory::zeros;
use crate::merkle::Tree;

/// Rows filled into columns at once, at most.
const GRAIN: usize = 256;
/// Words of rows filled at once, about, where that takes fewer rows: they stay in a second-level cache until they are in
/// their columns.
const WORDS: usize = 1 << 15;

/// Rows of so many words filled into columns at once: some times as many as a line of memory has elements.
fn grain(width: usize) -> usize {
    (WORDS / width.max(1)).max(1).next_multiple_of(LANES).min(GRAIN)
}

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
            let grain =
                self.tables.get(table).and_then(|t| t.last()).map_or(GRAIN, |slots| grain(slots.width));
            for first in (0..rows.rows()).step_by(grain) {
                tasks.push((rows, first, self.next(table, grain.min(rows.rows() - first))));
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

impl Slots<'_> {
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
                let mut part = slots.split_off(grain(slots.width));
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
        let Some(oracle) = layout.oracle(Owner::Program) else {
            return Ok(Self {
                key: Key { rows: key_rows, root: [0; 32] },
                vector: Vec::new(),
                committed: None,
            });
        };
        let vector = columns(&layout, &oracle.pairs, |t| system.tables[t].fixed, &given);
        let code = fixed_code(level, vector.len());
        let mut values = zeros(codeword_len(&code));
        let codeword = encode(&Uncoded::plain(&vector, code.log), code.log_inv_rate, &mut values);
        let tree = Tree::new::<H>(&codeword);
        let root: Digest = tree.root();
        Ok(Self { key: Key { rows: key_rows, root }, vector, committed: Some((values, tree)) })
    }
}

#[cfg(test)]
mod tests {
    use dyad_field::to_bits;
    use dyad_rules::{Rules, Table, TableRules};
    use dyad_verifier::Blake3;

    use super::*;

    /// Tables of three columns and of two.
    struct Three;
    impl Table for Three {
        type Event = ();
        const NAME: &'static str = "three";
        fn rules<R: Rules>(r: &mut R, (): &()) {
            let names = ["a", "b", "c"];
            let words = names.map(|name| r.commit(name, || 0));
            r.push(1, &words);
        }
    }
    struct Two;
    impl Table for Two {
        type Event = ();
        const NAME: &'static str = "two";
        fn rules<R: Rules>(r: &mut R, (): &()) {
            let words = ["a", "b"].map(|name| r.commit(name, || 0));
            r.pull(1, &words);
        }
    }

    fn layout(rows: [usize; 3]) -> (System, Layout) {
        let tables: [&dyn TableRules; 3] = [&Three, &Two, &Three];
        let system = System::new::<Blake3>(tables.iter().map(|t| t.shape()));
        let layout = Layout::new(&system, &rows.map(|n| n as u32)).expect("within the limits");
        (system, layout)
    }

    /// Rows with words that tell where they should be.
    fn stored(table: usize, width: usize, rows: std::ops::Range<usize>) -> StoredRows {
        let word = |row: usize, column| ((table + 1) << 40 | (row + 1) << 8 | column) as u64;
        let words = rows.clone().flat_map(|row| (0..width).map(move |column| word(row, column)));
        StoredRows { width, rows: rows.len(), words: words.collect() }
    }

    /// Fills `announced` rows of each table, so many at a time, with `given` rows.
    fn fill(announced: [usize; 3], given: [usize; 3], at_a_time: usize) -> (System, Layout, Vec<K>) {
        let (system, layout) = layout(announced);
        let width = |t: usize| system.tables[t].committed;
        let mut vector = zeros(layout.oracles[0].pairs.len);
        let mut columns = Columns::new(&layout, &layout.oracles[0].pairs, width, &mut vector);
        for (table, rows) in given.into_iter().enumerate() {
            for first in (0..rows).step_by(at_a_time) {
                let part = first..rows.min(first + at_a_time);
                let places = columns.next(table, part.len());
                places.fill(&stored(table, width(table), part), 0);
            }
        }
        columns.finish();
        (system, layout, vector)
    }

    /// Numbers of rows that are cut into slabs, few rows and none, and parts that cross slabs and
    /// grains: each word is where the layout says, padding is zero.
    #[test]
    fn rows_find_their_places() {
        for rows in [[600, 5, 0], [1, 900, 2200], [256, 257, 8], [0, 1023, 3000]] {
            for at_a_time in [1, 7, 300, 5000] {
                let (system, layout, vector) = fill(rows, rows, at_a_time);
                let mut seen = 0;
                for b in &layout.oracles[0].pairs.blocks {
                    let slab = &layout.slabs[b.slab];
                    let width = system.tables[slab.table].committed;
                    let expected = stored(slab.table, width, slab.first..slab.first + slab.rows);
                    for (x, &element) in vector[b.base..][..1 << b.log].iter().enumerate() {
                        let word = |column| {
                            if x < slab.rows && column < width { expected.row(x)[column] } else { 0 }
                        };
                        let (low, high) = (word(2 * b.item), word(2 * b.item + 1));
                        assert_eq!(to_bits(element), u128::from(low) | u128::from(high) << 64);
                        seen += 1;
                    }
                }
                assert_eq!(seen, vector.len());
            }
        }
    }

    #[test]
    #[should_panic(expected = "more rows than announced")]
    fn more_rows_than_announced_have_no_place() {
        fill([600, 5, 0], [601, 5, 0], 100);
    }

    #[test]
    #[should_panic(expected = "fewer rows than announced")]
    fn places_without_rows_are_noticed() {
        fill([600, 5, 0], [600, 4, 0], 100);
    }
}
