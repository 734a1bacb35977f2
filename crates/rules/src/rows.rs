//! Rows of words: what fills tables hands them on in this form, and provers take it.

use alloc::vec::Vec;
use core::ops::Range;

/// The rows of one table, filled on demand, by several threads if wanted.
pub trait Rows: Sync {
    /// How many there are.
    fn rows(&self) -> usize;

    /// Writes the words of the rows in `range`, row after row, as many words a row as the table has
    /// committed (or fixed) columns.
    ///
    /// # Panics
    /// If `range` is not within the rows, or `out` is not as long as the range times the columns.
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

impl StoredRows {
    /// All rows of a table of `width` columns.
    pub fn collect(width: usize, from: &dyn Rows) -> Self {
        let rows = from.rows();
        let mut words = alloc::vec![0; width * rows];
        from.fill(0..rows, &mut words);
        Self { width, rows, words }
    }

    /// The words of row `i`.
    pub fn row(&self, i: usize) -> &[u64] {
        &self.words[i * self.width..(i + 1) * self.width]
    }
}

impl Rows for StoredRows {
    fn rows(&self) -> usize {
        self.rows
    }

    fn fill(&self, range: Range<usize>, out: &mut [u64]) {
        out.copy_from_slice(&self.words[range.start * self.width..range.end * self.width]);
    }
}
