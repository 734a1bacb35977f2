//! Running the rules of every slab on its committed rows, eight at a time, on all threads.

use std::ops::Range;

use dyad_field::{K, to_bits};
use dyad_rules::TableRules;
use dyad_rules::forms::TableForms;
use dyad_rules::lanes::{LANES, Lane, Lanes, Wanted};
use dyad_verifier::layout::{Block, Owner, Stack};
use dyad_verifier::{Layout, System};
use rayon::prelude::*;

/// Rows evaluated by one task, at most.
const MOST_ROWS: usize = 512;
/// Words of rows that one task evaluates, about, where that takes fewer rows.
const WORDS: usize = 1 << 15;

/// Rows whose words are read together. Columns of one slab lie as far apart as it has rows, a power of two: each visit to
/// one misses caches that are near, for few of its rows or for some more.
const READ: usize = 32;

/// Rows whose results are written together, for the same reason; at most so many.
pub const TILE: usize = 64;

/// The committed vectors and what gives them meaning.
#[derive(Clone, Copy)]
pub struct Committed<'a> {
    /// The tables' shapes.
    pub system: &'a System,
    /// Where everything lies.
    pub layout: &'a Layout,
    /// The tables' rules.
    pub tables: &'a [&'a dyn TableRules],
    /// The pairs of columns, a vector for each oracle of the layout.
    pub vectors: &'a [&'a [K]],
}

/// Rows of a slab that one task evaluates, but for the last: a multiple of [`LANES`].
fn grain(layout: &Layout, slab: usize) -> usize {
    let pairs: usize = layout.oracles.iter().map(|o| o.pairs.of_slab(slab).len()).sum();
    (WORDS / (2 * pairs).max(1)).max(1).next_multiple_of(TILE).min(MOST_ROWS)
}

/// How many tasks evaluate a slab.
fn task_count(layout: &Layout, slab: usize) -> usize {
    (1usize << layout.slabs[slab].log).div_ceil(grain(layout, slab))
}

/// Bytes that a thread evaluates the rows of a table in: the words that it reads together, and, of the largest of the
/// vectors that are written, what is written together.
pub fn thread_bytes(table: &TableForms) -> u64 {
    let read = READ * (table.committed + table.fixed) * size_of::<u64>();
    let operands = TILE * 3 * table.ands.len() * size_of::<u64>();
    let messages = TILE * (table.pushes.len() + table.pulls.len()) * size_of::<K>();
    (read + operands.max(messages)) as u64
}

/// A part of a vector laid out as a stack: for each task of a slab, its part of each block.
type Parts<'v> = Vec<Vec<&'v mut [K]>>;

/// Splits vectors that are laid out as `stack` into the parts of each slab's tasks.
fn split<'v>(layout: &Layout, stack: &Stack, vector: &'v mut [K]) -> Vec<Parts<'v>> {
    let mut by_slab: Vec<Parts<'v>> =
        (0..layout.slabs.len()).map(|s| (0..task_count(layout, s)).map(|_| Vec::new()).collect()).collect();
    let mut rest = vector;
    for b in &stack.blocks {
        let (block, after) = rest.split_at_mut(1 << b.log);
        rest = after;
        for (task, part) in by_slab[b.slab].iter_mut().zip(block.chunks_mut(grain(layout, b.slab))) {
            task.push(part);
        }
    }
    by_slab
}

/// What a thread evaluates rows in.
#[derive(Default)]
pub struct Work {
    lanes: Lanes,
    /// The words of rows that are read together, committed and fixed, eight rows at a time.
    tile: [[Vec<Lane>; 2]; READ / LANES],
}

/// The rows that a task evaluates, in blocks of eight.
pub struct Task<'a> {
    committed: Committed<'a>,
    /// The blocks of the slab in each oracle.
    blocks: Vec<&'a [Block]>,
    /// Index of the slab.
    pub slab: usize,
    /// First row within the slab.
    pub start: usize,
    /// Rows, a multiple of eight.
    pub rows: usize,
}

impl Task<'_> {
    /// Evaluates what is wanted of the rules and hands each block of eight rows to `each`, with the index of its first
    /// row within the task.
    pub fn run(&self, work: &mut Work, wanted: Wanted, mut each: impl FnMut(usize, &Lanes)) {
        let c = &self.committed;
        let slab = &c.layout.slabs[self.slab];
        let Work { lanes, tile } = work;
        lanes.wanted = wanted;
        for x in (0..self.rows).step_by(LANES) {
            if x % READ == 0 {
                self.read(x, tile);
            }
            let [committed, fixed] = &mut tile[x % READ / LANES];
            std::mem::swap(&mut lanes.committed, committed);
            std::mem::swap(&mut lanes.fixed, fixed);
            let row = self.start + x;
            lanes.active = Lane(std::array::from_fn(|i| if row + i < slab.rows { u64::MAX } else { 0 }));
            lanes.restart();
            c.tables[slab.table].lanes(lanes);
            each(x, lanes);
        }
    }

    /// Reads the words of the rows from `x` within the task on.
    fn read(&self, x: usize, tile: &mut [[Vec<Lane>; 2]; READ / LANES]) {
        let c = &self.committed;
        let (row, rows) = (self.start + x, READ.min(self.rows - x));
        for ((oracle, blocks), vector) in c.layout.oracles.iter().zip(&self.blocks).zip(c.vectors) {
            let owner = match oracle.owner {
                Owner::Run => 0,
                Owner::Program => 1,
            };
            tile.iter_mut().for_each(|eight| eight[owner].resize(2 * blocks.len(), Lane::default()));
            for (i, b) in blocks.iter().enumerate() {
                let elements = &vector[b.base + row..][..rows];
                for (elements, eight) in elements.chunks_exact(LANES).zip(tile.iter_mut()) {
                    let pair = &mut eight[owner][2 * i..][..2];
                    for (i, &k) in elements.iter().enumerate() {
                        let bits = to_bits(k);
                        pair[0].0[i] = bits as u64;
                        pair[1].0[i] = (bits >> 64) as u64;
                    }
                }
            }
        }
    }

    /// The rows within the task of the tile that ends with the eight rows from `x` on, if one does.
    pub fn tile(&self, x: usize) -> Option<Range<usize>> {
        let end = x + LANES;
        (end.is_multiple_of(TILE) || end == self.rows).then_some(x / TILE * TILE..end)
    }
}

impl<'a> Committed<'a> {
    fn task(&self, slab: usize, index: usize) -> Task<'a> {
        let rows = 1 << self.layout.slabs[slab].log;
        let grain = grain(self.layout, slab);
        let start = index * grain;
        Task {
            committed: *self,
            blocks: self.layout.oracles.iter().map(|o| o.pairs.of_slab(slab)).collect(),
            slab,
            start,
            rows: grain.min(rows - start),
        }
    }

    /// Evaluates all rows of slabs that have blocks in one of the stacks; `each` gets the task, what its thread works in,
    /// and the task's part of every block of each of the vectors.
    pub fn map<T: Default, const N: usize>(
        &self,
        stacks: [&Stack; N],
        vectors: [&mut [K]; N],
        each: impl Fn(&Task<'_>, &mut (Work, T), &mut [Vec<&mut [K]>; N]) + Sync,
    ) {
        let mut parts: Vec<_> =
            stacks.into_iter().zip(vectors).map(|(s, v)| split(self.layout, s, v)).collect();
        let mut tasks = Vec::new();
        for slab in 0..self.layout.slabs.len() {
            for index in 0..task_count(self.layout, slab) {
                let own: [Vec<&mut [K]>; N] =
                    std::array::from_fn(|v| std::mem::take(&mut parts[v][slab][index]));
                if own.iter().any(|blocks| !blocks.is_empty()) {
                    tasks.push((self.task(slab, index), own));
                }
            }
        }
        tasks.into_par_iter().for_each_init(Default::default, |work, (task, mut own)| {
            each(&task, work, &mut own);
        });
    }

    /// Evaluates all rows in some large parts, each accumulating into a `T` of its own; what they
    /// come to, part by part.
    pub fn fold<T, U: Send>(
        &self,
        new: impl Fn() -> T + Sync,
        each: impl Fn(&mut T, &Task<'_>, &mut Work) + Sync,
        finish: impl Fn(T) -> U + Sync,
    ) -> Vec<U> {
        let tasks: Vec<Task<'_>> = (0..self.layout.slabs.len())
            .flat_map(|slab| (0..task_count(self.layout, slab)).map(move |index| (slab, index)))
            .map(|(slab, index)| self.task(slab, index))
            .collect();
        // Rows of one table may cost ten times those of another: every part has some of each.
        let parts = (4 * rayon::current_num_threads()).min(tasks.len());
        (0..parts)
            .into_par_iter()
            .map(|part| {
                let (mut t, mut work) = (new(), Work::default());
                tasks.iter().skip(part).step_by(parts).for_each(|task| each(&mut t, task, &mut work));
                finish(t)
            })
            .collect()
    }
}
