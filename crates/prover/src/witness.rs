//! What a proof is made from: the rows of each table, and the program's fixed columns.

use std::ops::Range;

use dyad_field::{K, from_bits};
use dyad_verifier::layout::Stack;
use dyad_verifier::params::fixed_code;
use dyad_verifier::{Digest, Error, Hash, Key, Layout, Level, System};
use rayon::prelude::*;

use crate::kernels::code::{encode, encoded_len};
use crate::kernels::memory::zeros;
use crate::merkle::Tree;

/// The rows of one table, filled on demand by several threads.
pub trait Rows: Sync {
    /// How many there are.
    fn rows(&self) -> usize;

    /// Writes the words of the rows in `range`, row after row, as many words a row as the table has
    /// committed (or fixed) columns.
    fn fill(&self, range: Range<usize>, out: &mut [u64]);
}

/// Rows held in memory, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredRows {
    /// Words of a row.
    pub width: usize,
    /// How many rows.
    pub rows: usize,
    /// `width * rows` words.
    pub words: Vec<u64>,
}

impl Rows for StoredRows {
    fn rows(&self) -> usize {
        self.rows
    }

    fn fill(&self, range: Range<usize>, out: &mut [u64]) {
        out.copy_from_slice(&self.words[range.start * self.width..range.end * self.width]);
    }
}

/// Rows filled into columns by one task.
const GRAIN: usize = 256;

/// The pairs of columns of a stack: element `base + x` of a pair's block holds the words of its two
/// columns in row x. `width` gives the columns of a slab, `rows` the rows of a table.
pub fn columns<'a>(
    layout: &Layout,
    stack: &Stack,
    width: impl Fn(usize) -> usize,
    rows: impl Fn(usize) -> &'a (dyn Rows + 'a),
) -> Vec<K> {
    let mut out = zeros(stack.len);
    let mut rest = out.as_mut_slice();
    let mut blocks = stack.blocks.as_slice();
    while let Some(first) = blocks.first() {
        // All blocks of a slab are adjacent.
        let slab = layout.slabs[first.slab];
        let count = blocks.iter().take_while(|b| b.slab == first.slab).count();
        blocks = &blocks[count..];
        let (area, after) = rest.split_at_mut(count << slab.log);
        rest = after;
        let width = width(slab.table);
        let table = rows(slab.table);
        // Tasks of some rows, each with its part of every pair.
        let mut tasks: Vec<Vec<&mut [K]>> = (0..slab.rows.div_ceil(GRAIN)).map(|_| Vec::new()).collect();
        for pair in area.chunks_mut(1 << slab.log) {
            for (task, part) in tasks.iter_mut().zip(pair.chunks_mut(GRAIN)) {
                task.push(part);
            }
        }
        tasks.into_par_iter().enumerate().for_each(|(i, mut pairs)| {
            let start = i * GRAIN;
            let n = GRAIN.min(slab.rows - start);
            let mut words = vec![0; n * width];
            table.fill(slab.first + start..slab.first + start + n, &mut words);
            for (p, pair) in pairs.iter_mut().enumerate() {
                for (x, element) in pair[..n].iter_mut().enumerate() {
                    let low = words[x * width + 2 * p];
                    let high = if 2 * p + 1 < width { words[x * width + 2 * p + 1] } else { 0 };
                    *element = from_bits(u128::from(low) | u128::from(high) << 64);
                }
            }
        });
    }
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
        let mut given: Vec<Option<&dyn Rows>> = vec![None; system.tables.len()];
        for (t, &r) in system.fixed_tables().zip(fixed) {
            rows[t] = r.rows() as u32;
            given[t] = Some(r);
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
        let vector = columns(
            &layout,
            &oracle.pairs,
            |t| system.tables[t].fixed.len(),
            |t| given[t].expect("a table with fixed columns has rows"),
        );
        let code = fixed_code(level, vector.len());
        let mut values = zeros(encoded_len(vector.len(), code.log, code.rate));
        let codeword = encode(&vector, code.log, code.rate, &mut values);
        let tree = Tree::new::<H>(&codeword);
        let root: Digest = tree.root();
        Ok(Self { key: Key { rows: key_rows, root }, vector, committed: Some((values, tree)) })
    }
}
