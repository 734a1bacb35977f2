//! The tables of a program's blocks as bytes: what a key carries beside its digest.
//!
//! There is one byte string for a list of tables. First come the distinct constants, and the distinct ways to take of a
//! column under a mask, each in order; then each table: its numbers of columns and items, its forms in the order in
//! which items first have them, and the items. Columns of a form are written by their distances, forms of items by how
//! far back they are from the next new one. Numbers are little-endian in as few bytes of seven bits as they need.

mod read;

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use dyad_rules::form::Take;
use dyad_rules::forms::{self, FormId, TableForms};

use crate::Error;

pub use read::decode;

/// What is taken of a column, and where.
type Op = (Take, u64);

/// All that are in some tables, in order.
struct Dictionary {
    constants: Vec<u64>,
    ops: Vec<Op>,
}

impl Dictionary {
    fn of(tables: &[Arc<TableForms>]) -> Self {
        let forms = || tables.iter().flat_map(|t| t.forms.iter());
        let constants: BTreeSet<u64> = forms().map(|f| f.constant).filter(|&c| c != 0).collect();
        let ops: BTreeSet<Op> = forms().flat_map(|f| f.terms).map(|t| (t.take, t.mask)).collect();
        Self { constants: constants.into_iter().collect(), ops: ops.into_iter().collect() }
    }
}

/// Writes numbers.
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn length(&mut self, n: usize) {
        self.number(n as u64);
    }

    /// Forms by how far they are behind the next one that no item had so far: 0 for that one.
    fn ids(&mut self, ids: &[FormId], next: &mut FormId) {
        for &id in ids {
            self.number(u64::from(next.wrapping_sub(id)));
            *next = next.saturating_add(u32::from(id == *next));
        }
    }
}

/// The bytes of some tables.
pub fn encode(tables: &[Arc<TableForms>]) -> Vec<u8> {
    let dictionary = Dictionary::of(tables);
    let mut w = Writer(Vec::new());
    w.length(dictionary.constants.len());
    dictionary.constants.iter().for_each(|&c| w.number(c));
    w.length(dictionary.ops.len());
    for &(take, mask) in &dictionary.ops {
        let (kind, by) = match take {
            Take::Shift(n) => (0, (i16::from(n) + 63) as u64),
            Take::Bit(bit) => (1, u64::from(bit)),
        };
        w.number(by << 1 | kind);
        w.number(mask);
    }
    w.length(tables.len());
    for table in tables {
        encode_table(&mut w, table, &dictionary);
    }
    w.0
}

/// Whether [`decode`] reads what [`encode`] writes of some tables that a compiler made, and it takes no more than so many
/// bytes.
pub fn fit(tables: &[Arc<TableForms>], limit: usize) -> bool {
    let dictionary = Dictionary::of(tables);
    let counts = [tables.len(), dictionary.constants.len(), dictionary.ops.len()];
    counts.iter().all(|&n| n <= forms::MOST)
        && tables.iter().all(|table| table.fits_a_key())
        && encode(tables).len() <= limit
}

fn encode_table(w: &mut Writer, table: &TableForms, dictionary: &Dictionary) {
    let place = |found: Result<usize, usize>| found.unwrap_or_else(|place| place);
    for n in [
        table.committed,
        table.forms.len(),
        table.ands.len(),
        table.products.len(),
        table.pushes.len(),
        table.pulls.len(),
    ] {
        w.length(n);
    }
    for form in table.forms.iter() {
        let constant = match form.constant {
            0 => 0,
            c => place(dictionary.constants.binary_search(&c)).saturating_add(1),
        };
        w.length(constant);
        w.length(form.terms.len());
        let mut before = 0;
        for term in form.terms {
            w.number(u64::from(term.column.wrapping_sub(before)));
            before = term.column;
            w.length(place(dictionary.ops.binary_search(&(term.take, term.mask))));
        }
    }
    let mut next = 0;
    table.ands.iter().for_each(|and| w.ids(and, &mut next));
    table.products.iter().for_each(|product| w.ids(product, &mut next));
    for message in table.pushes.iter().chain(&table.pulls) {
        w.number(message.tag);
        w.length(message.words.len());
        w.ids(&message.words, &mut next);
    }
}

/// The bytes, deflated.
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec(bytes, 9)
}

/// The bytes of what was deflated, at most so many.
///
/// # Errors
/// [`Error::Shapes`] for what is not deflated, or longer.
pub fn expand(bytes: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    miniz_oxide::inflate::decompress_to_vec_with_limit(bytes, limit).map_err(|_| Error::Shapes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_together_have_a_limit() {
        let machine = dyad_machine::tables::tables();
        let tables: Vec<_> = machine.iter().map(|table| Arc::new(TableForms::of(&table.shape()))).collect();
        let length = encode(&tables).len();
        assert!(length > 1000 && fit(&tables, length) && !fit(&tables, length - 1));
    }
}
