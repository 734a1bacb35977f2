//! Trees of products, one for each row: their layers are made row by row, when they are needed, and go through the
//! rounds over the nodes of a row. What is left are two vectors of the rows.
//!
//! Nodes of a layer are numbered such that node y is the product of nodes y and y + P of the next one, P being the
//! number of nodes of the layer: *pair* y of the layer. Vectors of several *columns* have one after the other, of as many
//! entries as there are rows.

// Functions of a few instructions, whose calls would cost more than they do.
#![allow(clippy::inline_always)]

mod bytes;
mod columns;
mod factors;
mod layers;

use core::array::from_fn;

use dyad_field::{K, PrimeCharacteristicRing, to_bits};

use super::arch::{E, product, square};

pub use bytes::{FourBytes, histograms, look_up, multiply_up};
pub use columns::{column_round, fold_columns};
pub use factors::factor_sums;
pub use layers::{Grid, bind, keep, sums};

const LANES: usize = E::LANES;
/// Rows that are there are a multiple of this.
pub const STEP: usize = 8;
/// Nodes that [`Nodes`] keeps of each row.
pub const KEPT: usize = 16;

/// The nodes of a row's tree, as far as they are made.
type Row = [E; 64];
/// Those of a group of rows. A task has one of these, since to clear it takes as long as a layer of products.
type Rows = [Row; 4];
const ROWS: Rows = [[E::ZERO; 64]; 4];

/// Where the nodes of a layer come from.
pub trait Source: Sync {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// Makes the first `N` nodes, which are a layer or two halves of one, of the `G` registers of rows from `start` on.
    fn fill<const N: usize, const G: usize>(&self, start: usize, rows: &mut [Row; G]);
}

/// Multiplies until `TO` of `FROM` nodes are left.
#[inline(always)]
fn multiply<const FROM: usize, const TO: usize>(v: &mut Row) {
    let mut n = FROM;
    while n > TO {
        n /= 2;
        for j in 0..n {
            v[j] = product(v[j], v[j + n]);
        }
    }
}

#[inline(always)]
fn load(v: &[K], at: usize) -> E {
    E::load(v[at..].first_chunk().expect("a register of rows"))
}

#[inline(always)]
fn store(e: E, v: &mut [K], at: usize) {
    e.store(v[at..].first_chunk_mut().expect("a register of rows"));
}

/// Powers of a row's base: leaf j is `base^(2^j)` where bit j of the exponent is 1, else 1.
pub struct Leaves<'a> {
    /// The bases.
    pub bases: &'a [K],
    /// The exponents, in the high words.
    pub exponents: &'a [K],
}

impl Source for Leaves<'_> {
    fn rows(&self) -> usize {
        self.bases.len()
    }

    #[inline(always)]
    fn fill<const N: usize, const G: usize>(&self, start: usize, rows: &mut [Row; G]) {
        let one = E::splat(K::ONE);
        let mut powers: [E; G] = from_fn(|g| load(self.bases, start + g * LANES));
        let exponents: [E; G] = from_fn(|g| {
            let from = &self.exponents[start + g * LANES..][..LANES];
            let mut words = [0; 2 * LANES];
            for (words, &k) in words.as_chunks_mut::<2>().0.iter_mut().zip(from) {
                *words = [(to_bits(k) >> 64) as u64; 2];
            }
            E::load_words(&words)
        });
        for j in 0..64 {
            for ((row, power), &exponent) in rows.iter_mut().zip(&mut powers).zip(&exponents) {
                row[j] = E::choose(exponent, j as u32, *power, one);
                *power = square(*power);
            }
        }
        rows.iter_mut().for_each(multiply::<64, N>);
    }
}

/// The layer of [`KEPT`] nodes, kept as so many columns.
pub struct Nodes<'a>(pub &'a [K]);

impl Source for Nodes<'_> {
    fn rows(&self) -> usize {
        self.0.len() / KEPT
    }

    #[inline(always)]
    fn fill<const N: usize, const G: usize>(&self, start: usize, rows: &mut [Row; G]) {
        let n = self.rows();
        for (g, row) in rows.iter_mut().enumerate() {
            for (j, node) in row.iter_mut().enumerate().take(KEPT) {
                *node = load(self.0, j * n + start + g * LANES);
            }
            multiply::<KEPT, N>(row);
        }
    }
}

/// A value for each value of a byte.
pub type Table = [K; 256];

/// Which word of elements that hold two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Bits 0 to 63.
    Low,
    /// Bits 64 to 127.
    High,
}

impl Half {
    /// The word of an element.
    #[inline(always)]
    pub fn of(self, element: K) -> u64 {
        match self {
            Self::Low => to_bits(element) as u64,
            Self::High => (to_bits(element) >> 64) as u64,
        }
    }
}

/// Nodes that depend on one byte of a row's word each: node k, of eight or sixteen, on byte k modulo 8.
pub struct Bytes<'a> {
    /// The words.
    pub words: (&'a [K], Half),
    /// A table for each node.
    pub tables: &'a [Table],
}

impl Source for Bytes<'_> {
    fn rows(&self) -> usize {
        self.words.0.len()
    }

    #[inline(always)]
    fn fill<const N: usize, const G: usize>(&self, start: usize, rows: &mut [Row; G]) {
        let (words, half) = self.words;
        for (g, row) in rows.iter_mut().enumerate() {
            let from = &words[start + g * LANES..][..LANES];
            let bytes: [[u8; 8]; LANES] = from_fn(|i| half.of(from[i]).to_le_bytes());
            let mut fill = |tables: &[Table], at: usize| {
                for (k, table) in tables.iter().enumerate() {
                    row[at + k] = E::gather(from_fn(|i| &table[usize::from(bytes[i][k])]));
                }
            };
            let (first, second) = self.tables.split_at(8);
            fill(first, 0);
            if N == 16 {
                fill(second, 8);
            } else {
                multiply::<8, N>(row);
            }
        }
    }
}

/// What is done with each group of rows.
trait Each {
    /// `G` registers of rows, the first row being `start`.
    fn group<const G: usize>(&mut self, start: usize);
}

/// Takes the rows of a range four registers at a time: so many chains of squarings hide their latency.
#[inline(always)]
fn each_group(range: core::ops::Range<usize>, each: &mut impl Each) {
    let step = 4 * LANES;
    let rest = range.len() % step;
    for start in range.clone().step_by(step).take(range.len() / step) {
        each.group::<4>(start);
    }
    if rest > 0 {
        assert_eq!(rest, 2 * LANES, "rows come in eights");
        each.group::<2>(range.end - rest);
    }
}

/// Rows of parts of so many.
fn part_rows(part: usize, len: usize, rows: usize) -> core::ops::Range<usize> {
    part * len..rows.min((part + 1) * len)
}

/// Parts of all columns of a vector, some rows each.
fn column_parts(v: &mut [K], rows: usize, len: usize) -> Vec<Vec<&mut [K]>> {
    let mut parts: Vec<Vec<&mut [K]>> = (0..rows.div_ceil(len)).map(|_| Vec::new()).collect();
    for column in v.chunks_exact_mut(rows) {
        parts.iter_mut().zip(column.chunks_mut(len)).for_each(|(parts, part)| parts.push(part));
    }
    parts
}

#[cfg(test)]
mod tests;
