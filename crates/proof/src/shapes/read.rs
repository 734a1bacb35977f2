//! Reading the tables of blocks.
//!
//! Whoever wrote a key may have written anything. Everything that is not as it would be written is refused as it is
//! met: a number in too many bytes, what is unused, doubled or out of order. So what is read is written as the same
//! bytes, and nothing has to be written again to see that.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use dyad_rules::MESSAGE_WORDS;
use dyad_rules::form::{Take, Term};
use dyad_rules::form_list::FormList;
use dyad_rules::forms::{self, FormId, TableForms};
use dyad_rules::shape::Message;
use dyad_verifier::check::demand;

use super::Op;
use crate::Error;

/// More than the most columns, forms and items of a table, and the most tables: what is read is allocated as it comes.
const MOST: u64 = forms::MOST as u64 + 1;

/// Why bytes are no tables.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// They end too early, or too late.
    Length,
    /// They say what no tables are.
    Shapes,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Length => Self::Length("verifying key"),
            Fault::Shapes => Self::Shapes,
        }
    }
}

/// Reads numbers.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    #[inline]
    fn number(&mut self) -> Result<u64, Fault> {
        match self.0.split_first() {
            Some((&byte, rest)) if byte < 0x80 => {
                self.0 = rest;
                Ok(u64::from(byte))
            }
            _ => self.long(),
        }
    }

    /// A number of any length.
    fn long(&mut self) -> Result<u64, Fault> {
        let mut out = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(Fault::Length)?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            let moved = bits << shift;
            // No bits are lost, and no byte is there for nothing.
            let shortest = byte != 0 || shift == 0;
            demand(moved >> shift == bits && shortest, Fault::Shapes)?;
            out |= moved;
            if byte & 0x80 == 0 {
                return Ok(out);
            }
        }
        Err(Fault::Shapes)
    }

    /// A number below a limit.
    #[inline]
    fn below(&mut self, limit: u64) -> Result<u32, Fault> {
        let n = self.number()?;
        demand(n < limit, Fault::Shapes)?;
        u32::try_from(n).map_err(|_| Fault::Shapes)
    }

    fn count(&mut self) -> Result<usize, Fault> {
        Ok(self.below(MOST)? as usize)
    }

    /// Room for so many things of at least so many bytes each: no more than bytes that are left could say.
    fn room<T>(&self, count: usize, bytes: usize) -> Vec<T> {
        Vec::with_capacity(count.min(self.0.len() / bytes))
    }

    /// A form, `next` being the first one that no item had so far.
    #[inline]
    fn id(&mut self, next: &mut FormId) -> Result<FormId, Fault> {
        let behind = self.below(u64::from(*next) + 1)?;
        let id = next.saturating_sub(behind);
        *next = next.saturating_add(u32::from(behind == 0));
        Ok(id)
    }

    fn ids<const N: usize>(&mut self, next: &mut FormId) -> Result<[FormId; N], Fault> {
        let mut out = [0; N];
        for id in &mut out {
            *id = self.id(next)?;
        }
        Ok(out)
    }

    /// What was read since the rest was `before`.
    fn since(&self, before: &'b [u8]) -> &'b [u8] {
        before.get(..before.len().saturating_sub(self.0.len())).unwrap_or_default()
    }
}

/// Constants, or what is taken of columns: in order, each with whether a form has it.
struct Entries<T>(Vec<(T, bool)>);

impl<T: Copy + Ord> Entries<T> {
    /// Reads them, each larger than the one before.
    fn read<'b>(
        r: &mut Reader<'b>,
        one: impl Fn(&mut Reader<'b>) -> Result<T, Fault>,
    ) -> Result<Self, Fault> {
        let mut all: Vec<(T, bool)> = Vec::new();
        for _ in 0..r.count()? {
            let entry = one(r)?;
            demand(all.last().is_none_or(|&(last, _)| last < entry), Fault::Shapes)?;
            all.push((entry, false));
        }
        Ok(Self(all))
    }

    /// One of them, by its place.
    #[inline]
    fn get(&mut self, place: u32) -> Result<T, Fault> {
        let (entry, used) = self.0.get_mut(place as usize).ok_or(Fault::Shapes)?;
        *used = true;
        Ok(*entry)
    }

    fn are_used(&self) -> bool {
        self.0.iter().all(|&(_, used)| used)
    }
}

/// A constant that is not 0.
fn constant(r: &mut Reader<'_>) -> Result<u64, Fault> {
    let constant = r.number()?;
    demand(constant != 0, Fault::Shapes)?;
    Ok(constant)
}

/// What is taken of a column.
fn op(r: &mut Reader<'_>) -> Result<Op, Fault> {
    let coded = r.number()?;
    let by = u8::try_from(coded >> 1).map_err(|_| Fault::Shapes)?;
    let take = match coded & 1 {
        0 => Take::Shift(i8::try_from(i16::from(by) - 63).map_err(|_| Fault::Shapes)?),
        _ => Take::Bit(by),
    };
    let mask = r.number()?;
    demand(Term { column: 0, take, mask }.is_canonical(), Fault::Shapes)?;
    Ok((take, mask))
}

/// Reads the forms of tables.
struct Forms<'b> {
    constants: Entries<u64>,
    ops: Entries<Op>,
    /// The bytes of each form of a table, behind the first of them as a number. Forms are the same where their bytes are.
    known: Vec<(u64, &'b [u8])>,
    /// By column of a table, whether a form has it.
    columns: Vec<bool>,
}

impl<'b> Forms<'b> {
    /// The forms of a table, which are distinct. Each of its columns is in one: nothing is sized by a number alone.
    fn read(&mut self, r: &mut Reader<'b>, committed: usize, count: usize) -> Result<FormList, Fault> {
        self.known.clear();
        self.columns.clear();
        self.columns.resize(committed, false);
        let mut forms = FormList::default();
        for _ in 0..count {
            let before = r.0;
            self.form(r, &mut forms)?;
            let bytes = r.since(before);
            self.known.push((beginning(bytes), bytes));
        }
        self.known.sort_unstable();
        demand(self.known.is_sorted_by(|a, b| a < b), Fault::Shapes)?;
        demand(self.columns.iter().all(|&used| used), Fault::Shapes)?;
        Ok(forms)
    }

    /// A form, its terms increasing by column and what is taken of it.
    fn form(&mut self, r: &mut Reader<'b>, out: &mut FormList) -> Result<(), Fault> {
        let constant = match r.below(MOST + 1)?.checked_sub(1) {
            None => 0,
            Some(place) => self.constants.get(place)?,
        };
        let (mut column, mut last) = (0u32, None);
        for _ in 0..r.count()? {
            column = column.saturating_add(r.below(MOST)?);
            *self.columns.get_mut(column as usize).ok_or(Fault::Shapes)? = true;
            let (take, mask) = self.ops.get(r.below(MOST)?)?;
            demand(last < Some((column, take)), Fault::Shapes)?;
            last = Some((column, take));
            out.push_term(Term { column, take, mask });
        }
        out.end(constant);
        Ok(())
    }
}

/// The first bytes, as many as a number has, those that are not there being 0.
fn beginning(bytes: &[u8]) -> u64 {
    let first = bytes.iter().take(8).fold(0, |n, &byte| n << 8 | u64::from(byte));
    first << (8 * 8usize.saturating_sub(bytes.len()))
}

/// The tables of some bytes.
///
/// # Errors
/// [`Error::Length`] and [`Error::Shapes`] for bytes that no tables have.
pub fn decode(bytes: &[u8]) -> Result<Vec<Arc<TableForms>>, Error> {
    let mut r = Reader(bytes);
    let constants = Entries::read(&mut r, constant)?;
    let ops = Entries::read(&mut r, op)?;
    let mut forms = Forms { constants, ops, known: Vec::new(), columns: Vec::new() };
    let mut tables = Vec::new();
    for block in 0..r.count()? {
        let name = format!("block {block}").into();
        tables.push(Arc::new(TableForms { name, ..table(&mut r, &mut forms)? }));
    }
    demand(r.0.is_empty(), Fault::Length)?;
    demand(forms.constants.are_used() && forms.ops.are_used(), Fault::Shapes)?;
    Ok(tables)
}

fn table<'b>(r: &mut Reader<'b>, forms: &mut Forms<'b>) -> Result<TableForms, Fault> {
    let committed = r.count()?;
    let [count, ands, products, pushes, pulls] = [r.count()?, r.count()?, r.count()?, r.count()?, r.count()?];
    let forms = forms.read(r, committed, count)?;
    let mut table = TableForms { committed, forms, ..TableForms::default() };
    let mut next = 0;
    table.ands = r.room(ands, 3);
    for _ in 0..ands {
        table.ands.push(r.ids(&mut next)?);
    }
    for _ in 0..products {
        table.products.push(r.ids(&mut next)?);
    }
    for (count, side) in [(pushes, &mut table.pushes), (pulls, &mut table.pulls)] {
        *side = r.room(count, 2);
        for _ in 0..count {
            side.push(message(r, &mut next)?);
        }
    }
    // Each form is in an item.
    demand(next as usize == table.forms.len(), Fault::Shapes)?;
    Ok(table)
}

fn message(r: &mut Reader<'_>, next: &mut FormId) -> Result<Message, Fault> {
    let tag = r.number()?;
    demand(tag != 0, Fault::Shapes)?;
    let count = r.below(MESSAGE_WORDS as u64)?;
    let mut words = Vec::with_capacity(count as usize);
    for _ in 0..count {
        words.push(r.id(next)?);
    }
    Ok(Message { tag, words })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use alloc::vec;

    use super::super::{Writer, encode};
    use super::*;

    /// The bytes of numbers.
    fn bytes(parts: &[&[u64]]) -> Vec<u8> {
        let mut w = Writer(Vec::new());
        parts.iter().copied().flatten().for_each(|&n| w.number(n));
        w.0
    }

    /// No shift, as a key has it, and one to the left.
    const NONE: u64 = 63 << 1;
    const LEFT: u64 = 64 << 1;
    /// Two constants; two ways to take of a column.
    const CONSTANTS: &[u64] = &[2, 5, 9];
    const OPS: &[u64] = &[2, NONE, 7, LEFT, 8];
    /// One table, of two columns, three forms and one AND constraint.
    const COUNTS: &[u64] = &[1, 2, 3, 1, 0, 0, 0];
    /// Forms: the constant, the terms, and of each the column and what is taken.
    const FORMS: [&[u64]; 3] = [&[1, 1, 0, 0], &[2, 2, 0, 0, 0, 1], &[0, 1, 1, 1]];
    const IDS: &[u64] = &[0, 0, 0];

    fn refused(parts: &[&[u64]]) {
        assert_eq!(decode(&bytes(parts)), Err(Error::Shapes), "{parts:?}");
    }

    #[test]
    fn a_list_is_written_in_one_way() {
        let [a, b, c] = FORMS;
        let good = bytes(&[CONSTANTS, OPS, COUNTS, a, b, c, IDS]);
        assert_eq!(decode(&good).map(|tables| encode(&tables)), Ok(good.clone()));
        // Constants that are out of order, there twice, 0, or in no form.
        for constants in [&[2, 9, 5][..], &[2, 5, 5], &[2, 0, 9], &[3, 5, 9, 11]] {
            refused(&[constants, OPS, COUNTS, a, b, c, IDS]);
        }
        // The same of what is taken of columns; masks that are empty or past what is shifted; bits that no word has.
        let others: [&[u64]; 8] = [
            &[2, LEFT, 8, NONE, 7],
            &[2, NONE, 7, NONE, 7],
            &[3, NONE, 7, LEFT, 8, LEFT, 16],
            &[2, NONE, 0, LEFT, 8],
            &[2, NONE, 7, LEFT, 1],
            &[2, NONE, 7, 64 << 1 | 1, 8],
            &[2, NONE, 7, 127 << 1, 8],
            &[2, NONE, 7, 256 << 1, 8],
        ];
        for ops in others {
            refused(&[CONSTANTS, ops, COUNTS, a, b, c, IDS]);
        }
        // Forms that are the same; a column that none has; terms out of order, or twice the same way.
        let both: &[u64] = &[2, 2, 0, 0, 1, 1];
        assert!(decode(&bytes(&[CONSTANTS, OPS, COUNTS, a, both, c, IDS])).is_ok());
        refused(&[CONSTANTS, OPS, COUNTS, a, both, a, IDS]);
        refused(&[CONSTANTS, OPS, COUNTS, a, b, &[0, 1, 0, 1], IDS]);
        refused(&[CONSTANTS, OPS, COUNTS, a, &[2, 2, 0, 1, 0, 0], c, IDS]);
        refused(&[CONSTANTS, &[2, NONE, 7, NONE, 8], COUNTS, a, b, c, IDS]);
        // A column, a constant, and something taken that are not there.
        refused(&[CONSTANTS, OPS, COUNTS, a, b, &[0, 1, 2, 1], IDS]);
        refused(&[CONSTANTS, OPS, COUNTS, a, b, &[3, 1, 1, 1], IDS]);
        refused(&[CONSTANTS, OPS, COUNTS, a, b, &[0, 1, 1, 2], IDS]);
        // A form that no item has, and one that is not there.
        refused(&[CONSTANTS, OPS, COUNTS, a, b, c, &[0, 0, 1]]);
        let more: &[u64] = &[1, 2, 3, 2, 0, 0, 0];
        assert!(decode(&bytes(&[CONSTANTS, OPS, more, a, b, c, IDS, &[3, 3, 3]])).is_ok());
        refused(&[CONSTANTS, OPS, more, a, b, c, IDS, &[3, 3, 4]]);
    }

    #[test]
    fn numbers_take_no_more_bytes_than_they_need() {
        let read = |bytes: &[u8]| Reader(bytes).number().map_err(Error::from);
        assert_eq!(read(&[0]), Ok(0));
        assert_eq!(read(&[0x80, 1]), Ok(0x80));
        assert_eq!(read(&[&[0xff; 9][..], &[1]].concat()), Ok(u64::MAX));
        for wrong in [vec![0x80, 0], [&[0xff; 9][..], &[3]].concat(), vec![0x80; 11]] {
            assert_eq!(read(&wrong), Err(Error::Shapes), "{wrong:?}");
        }
        assert!(matches!(read(&[0x80]), Err(Error::Length(_))));
        let good = bytes(&[CONSTANTS, OPS, COUNTS, FORMS[0], FORMS[1], FORMS[2], IDS]);
        for length in 0..good.len() {
            assert!(decode(&good[..length]).is_err(), "{length} bytes");
        }
        assert!(matches!(decode(&[&good[..], &[0]].concat()), Err(Error::Length(_))));
    }

    /// Whatever is read is written as the same bytes: some of the machine's tables, with one bit wrong.
    #[test]
    fn what_is_read_is_written_the_same() {
        let shapes = dyad_machine::tables::tables().into_iter().map(|t| TableForms::of(&t.shape()));
        let tables: Vec<_> = shapes.filter(|t| t.fixed == 0).take(6).map(Arc::new).collect();
        let good = encode(&tables);
        let mut read = 0;
        for at in 0..good.len() * 8 {
            let mut other = good.clone();
            other[at / 8] ^= 1 << (at % 8);
            if let Ok(tables) = decode(&other) {
                assert_eq!(encode(&tables), other, "bit {at}");
                read += 1;
            }
        }
        assert!(read > 0, "some wrong bits are in constants and masks, or choose other forms");
    }
}
