//! The tables of a program's blocks as bytes: what a key carries beside its digest.
//!
//! There is one byte string for a list of tables. First come the distinct constants, and the distinct ways to take of a
//! column under a mask, each in order; then each table: its numbers of columns and items, its forms in the order in
//! which items first have them, and the items. Columns of a form are written by their distances, forms of items by how
//! far back they are from the next new one. Numbers are little-endian in as few bytes of seven bits as they need.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use dyad_rules::MESSAGE_WORDS;
use dyad_rules::form::{Form, Take, Term};
use dyad_rules::forms::{self, FormId, TableForms};
use dyad_rules::shape::Message;
use dyad_verifier::check::demand;

use crate::Error;

/// More than the most columns, forms and items of a table, and the most tables: what is read is allocated as it comes.
const MOST: u64 = forms::MOST as u64 + 1;

/// What a key's shapes are called where they are damaged.
const WHAT: &str = "verifying key";

/// What is taken of a column, and where.
type Op = (Take, u64);

/// All that are in some tables, in order.
struct Dictionary {
    constants: Vec<u64>,
    ops: Vec<Op>,
}

impl Dictionary {
    fn of(tables: &[TableForms]) -> Self {
        let forms = || tables.iter().flat_map(|t| &t.forms);
        let constants: BTreeSet<u64> = forms().map(|f| f.constant).filter(|&c| c != 0).collect();
        let ops: BTreeSet<Op> = forms().flat_map(|f| &f.terms).map(|t| (t.take, t.mask)).collect();
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
pub fn encode(tables: &[TableForms]) -> Vec<u8> {
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
pub fn fit(tables: &[TableForms], limit: usize) -> bool {
    let dictionary = Dictionary::of(tables);
    let counts = [tables.len(), dictionary.constants.len(), dictionary.ops.len()];
    counts.iter().all(|&n| n <= forms::MOST)
        && tables.iter().all(TableForms::fits_a_key)
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
    for form in &table.forms {
        let constant = match form.constant {
            0 => 0,
            c => place(dictionary.constants.binary_search(&c)).saturating_add(1),
        };
        w.length(constant);
        w.length(form.terms.len());
        let mut before = 0;
        for term in &form.terms {
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

/// Reads numbers.
struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Result<u64, Error> {
        let mut out = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(Error::Length(WHAT))?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            let moved = bits << shift;
            // No bits are lost, and no byte is there for nothing.
            let shortest = byte != 0 || shift == 0;
            demand(moved >> shift == bits && shortest, Error::Shapes)?;
            out |= moved;
            if byte & 0x80 == 0 {
                return Ok(out);
            }
        }
        Err(Error::Shapes)
    }

    /// A number below a limit.
    fn below(&mut self, limit: u64) -> Result<u32, Error> {
        let n = self.number()?;
        demand(n < limit, Error::Shapes)?;
        u32::try_from(n).map_err(|_| Error::Shapes)
    }

    fn count(&mut self) -> Result<usize, Error> {
        Ok(self.below(MOST)? as usize)
    }

    /// A form, `next` being the first one that no item had so far.
    fn id(&mut self, next: &mut FormId) -> Result<FormId, Error> {
        let behind = self.below(u64::from(*next) + 1)?;
        let id = next.saturating_sub(behind);
        *next = next.saturating_add(u32::from(behind == 0));
        Ok(id)
    }

    fn ids<const N: usize>(&mut self, next: &mut FormId) -> Result<[FormId; N], Error> {
        let mut out = [0; N];
        for id in &mut out {
            *id = self.id(next)?;
        }
        Ok(out)
    }
}

/// The tables of some bytes.
///
/// # Errors
/// [`Error::Length`] and [`Error::Shapes`] for bytes that no tables have.
pub fn decode(bytes: &[u8]) -> Result<Vec<TableForms>, Error> {
    let mut r = Reader(bytes);
    let mut dictionary = Dictionary { constants: Vec::new(), ops: Vec::new() };
    for _ in 0..r.count()? {
        dictionary.constants.push(r.number()?);
    }
    for _ in 0..r.count()? {
        let coded = r.number()?;
        let by = u8::try_from(coded >> 1).map_err(|_| Error::Shapes)?;
        let take = match coded & 1 {
            0 => Take::Shift(i8::try_from(i16::from(by) - 63).map_err(|_| Error::Shapes)?),
            _ => Take::Bit(by),
        };
        dictionary.ops.push((take, r.number()?));
    }
    let mut tables = Vec::new();
    for block in 0..r.count()? {
        let mut table = decode_table(&mut r, &dictionary)?;
        table.name = format!("block {block}").into();
        tables.push(table);
    }
    demand(r.0.is_empty(), Error::Length(WHAT))?;
    // Everything that is not as it would be written is refused: what is unused, doubled or out of order.
    demand(encode(&tables) == bytes && tables.iter().all(is_canonical), Error::Shapes)?;
    Ok(tables)
}

fn decode_table(r: &mut Reader<'_>, dictionary: &Dictionary) -> Result<TableForms, Error> {
    let mut table = TableForms { committed: r.count()?, ..TableForms::default() };
    let [forms, ands, products, pushes, pulls] = [r.count()?, r.count()?, r.count()?, r.count()?, r.count()?];
    for _ in 0..forms {
        let constant = match r.below(dictionary.constants.len() as u64 + 1)?.checked_sub(1) {
            None => 0,
            Some(i) => *dictionary.constants.get(i as usize).ok_or(Error::Shapes)?,
        };
        let mut form = Form::constant(constant);
        let mut column = 0u32;
        for _ in 0..r.count()? {
            column = column.saturating_add(r.below(table.committed as u64)?);
            demand((column as usize) < table.committed, Error::Shapes)?;
            let op = r.below(dictionary.ops.len() as u64)?;
            let &(take, mask) = dictionary.ops.get(op as usize).ok_or(Error::Shapes)?;
            form.terms.push(Term { column, take, mask });
        }
        table.forms.push(form);
    }
    let mut next = 0;
    for _ in 0..ands {
        table.ands.push(r.ids(&mut next)?);
    }
    for _ in 0..products {
        table.products.push(r.ids(&mut next)?);
    }
    for i in 0..pushes + pulls {
        let tag = r.number()?;
        let mut words = Vec::new();
        for _ in 0..r.below(MESSAGE_WORDS as u64)? {
            words.push(r.id(&mut next)?);
        }
        let side = if i < pushes { &mut table.pushes } else { &mut table.pulls };
        side.push(Message { tag, words });
    }
    demand(next as usize == forms, Error::Shapes)?;
    Ok(table)
}

/// Whether forms are distinct and their terms in order; and each column is in one, so
/// that nothing is sized by a number alone.
fn is_canonical(table: &TableForms) -> bool {
    let distinct: BTreeSet<&Form> = table.forms.iter().collect();
    let terms = |form: &Form| {
        form.terms.is_sorted_by(|a, b| (a.column, a.take) < (b.column, b.take))
            && form.terms.iter().all(Term::is_canonical)
    };
    let columns: BTreeSet<u32> = table.forms.iter().flat_map(|f| &f.terms).map(|t| t.column).collect();
    let tags = table.pushes.iter().chain(&table.pulls).all(|m| m.tag != 0);
    columns.len() == table.committed
        && distinct.len() == table.forms.len()
        && table.forms.iter().all(terms)
        && tags
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
        let tables: Vec<_> = machine.iter().map(|table| TableForms::of(&table.shape())).collect();
        let length = encode(&tables).len();
        assert!(length > 1000 && fit(&tables, length) && !fit(&tables, length - 1));
    }
}
