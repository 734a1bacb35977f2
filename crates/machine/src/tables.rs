//! The list of all tables, and how their rows are filled from the records of a run.
//!
//! Adding a table is a variant of [`TableId`] and a line of [`TABLES`].

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::Range;

use dyad_rules::fill::FillInto;
use dyad_rules::{Rows, Table, TableRules};

use crate::copy;
use crate::families::system::Called;
use crate::families::{
    addition, branch, compare, divide, jump, load, logic, multiply, shift, store, system, upper,
};
use crate::instr::Kind;
use crate::memory::{self, Chained, Fetched, LastRegister, link};
use crate::record::{Cell, Copy, Ecall, Events, ImageCell, Records};
use crate::row::Executed;

/// The tables, in the order of proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is documented where its rules are")]
pub enum TableId {
    Addition,
    AndOr,
    Xor,
    ShiftLeft,
    ShiftRight,
    Compare,
    Upper,
    BranchEqual,
    BranchLess,
    Jump,
    JumpRegister,
    Load,
    Store,
    Multiply,
    MultiplyHigh,
    Divide,
    Exit,
    Read,
    Write,
    Diagnostic,
    CopyOutByte,
    CopyOutWord,
    CopyOutEnd,
    CopyInByte,
    CopyInWord,
    CopyInEnd,
    Program,
    Registers,
    Image,
    Ram,
}

/// A table of the machine.
pub struct Entry {
    /// Which it is.
    pub id: TableId,
    /// Its rules.
    pub rules: &'static dyn TableRules,
    rows: for<'a> fn(&'a Run<'a>, Columns) -> Box<dyn Rows + 'a>,
}

/// All tables, in the order of [`TableId`].
#[rustfmt::skip]
pub static TABLES: &[Entry] = &[
    Entry { id: TableId::Addition,     rules: &addition::Addition,     rows: |r, c| r.steps::<addition::Addition>(Kind::Addition, c) },
    Entry { id: TableId::AndOr,        rules: &logic::AndOr,           rows: |r, c| r.steps::<logic::AndOr>(Kind::AndOr, c) },
    Entry { id: TableId::Xor,          rules: &logic::Xor,             rows: |r, c| r.steps::<logic::Xor>(Kind::Xor, c) },
    Entry { id: TableId::ShiftLeft,    rules: &shift::ShiftLeft,       rows: |r, c| r.steps::<shift::ShiftLeft>(Kind::ShiftLeft, c) },
    Entry { id: TableId::ShiftRight,   rules: &shift::ShiftRight,      rows: |r, c| r.steps::<shift::ShiftRight>(Kind::ShiftRight, c) },
    Entry { id: TableId::Compare,      rules: &compare::Compare,       rows: |r, c| r.steps::<compare::Compare>(Kind::Compare, c) },
    Entry { id: TableId::Upper,        rules: &upper::Upper,           rows: |r, c| r.steps::<upper::Upper>(Kind::Upper, c) },
    Entry { id: TableId::BranchEqual,  rules: &branch::BranchEqual,    rows: |r, c| r.steps::<branch::BranchEqual>(Kind::BranchEqual, c) },
    Entry { id: TableId::BranchLess,   rules: &branch::BranchLess,     rows: |r, c| r.steps::<branch::BranchLess>(Kind::BranchLess, c) },
    Entry { id: TableId::Jump,         rules: &jump::Jump,             rows: |r, c| r.steps::<jump::Jump>(Kind::Jump, c) },
    Entry { id: TableId::JumpRegister, rules: &jump::JumpRegister,     rows: |r, c| r.steps::<jump::JumpRegister>(Kind::JumpRegister, c) },
    Entry { id: TableId::Load,         rules: &load::Load,             rows: |r, c| r.steps::<load::Load>(Kind::Load, c) },
    Entry { id: TableId::Store,        rules: &store::Store,           rows: |r, c| r.steps::<store::Store>(Kind::Store, c) },
    Entry { id: TableId::Multiply,     rules: &multiply::Multiply,     rows: |r, c| r.steps::<multiply::Multiply>(Kind::Multiply, c) },
    Entry { id: TableId::MultiplyHigh, rules: &multiply::MultiplyHigh, rows: |r, c| r.steps::<multiply::MultiplyHigh>(Kind::MultiplyHigh, c) },
    Entry { id: TableId::Divide,       rules: &divide::Divide,         rows: |r, c| r.steps::<divide::Divide>(Kind::Divide, c) },
    Entry { id: TableId::Exit,         rules: &system::Exit,           rows: |r, c| r.calls::<system::Exit>(|e| &e.exits, c) },
    Entry { id: TableId::Read,         rules: &system::Read,           rows: |r, c| r.calls::<system::Read>(|e| &e.reads, c) },
    Entry { id: TableId::Write,        rules: &system::Write,          rows: |r, c| r.calls::<system::Write>(|e| &e.writes, c) },
    Entry { id: TableId::Diagnostic,   rules: &system::Diagnostic,     rows: |r, c| r.calls::<system::Diagnostic>(|e| &e.diagnostics, c) },
    Entry { id: TableId::CopyOutByte,  rules: &copy::CopyOutByte,      rows: |r, c| r.copies::<copy::CopyOutByte>(|e| &e.copy_out_bytes, c) },
    Entry { id: TableId::CopyOutWord,  rules: &copy::CopyOutWord,      rows: |r, c| r.copies::<copy::CopyOutWord>(|e| &e.copy_out_words, c) },
    Entry { id: TableId::CopyOutEnd,   rules: &copy::CopyOutEnd,       rows: |r, c| r.copies::<copy::CopyOutEnd>(|e| &e.copy_out_ends, c) },
    Entry { id: TableId::CopyInByte,   rules: &copy::CopyInByte,       rows: |r, c| r.copies::<copy::CopyInByte>(|e| &e.copy_in_bytes, c) },
    Entry { id: TableId::CopyInWord,   rules: &copy::CopyInWord,       rows: |r, c| r.copies::<copy::CopyInWord>(|e| &e.copy_in_words, c) },
    Entry { id: TableId::CopyInEnd,    rules: &copy::CopyInEnd,        rows: |r, c| r.copies::<copy::CopyInEnd>(|e| &e.copy_in_ends, c) },
    Entry { id: TableId::Program,      rules: &memory::Program,        rows: |r, c| r.program(c) },
    Entry { id: TableId::Registers,    rules: &memory::Registers,      rows: |r, c| r.registers(c) },
    Entry { id: TableId::Image,        rules: &memory::Image,          rows: |r, c| r.image(c) },
    Entry { id: TableId::Ram,          rules: &memory::Ram,            rows: |r, c| r.ram(c) },
];

// The order of the list is that of the enumeration.
const _: () = {
    let mut i = 0;
    while i < TABLES.len() {
        assert!(TABLES[i].id as usize == i, "a table out of order");
        i += 1;
    }
};

/// The rules of all tables, in the order of [`TableId`].
pub fn tables() -> Vec<&'static dyn TableRules> {
    TABLES.iter().map(|t| t.rules).collect()
}

impl TableId {
    /// The table that executes the instructions of a kind. System calls have a table each and are no
    /// part of this.
    pub const fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Addition => Self::Addition,
            Kind::AndOr => Self::AndOr,
            Kind::Xor => Self::Xor,
            Kind::ShiftLeft => Self::ShiftLeft,
            Kind::ShiftRight => Self::ShiftRight,
            Kind::Compare => Self::Compare,
            Kind::Upper => Self::Upper,
            Kind::BranchEqual => Self::BranchEqual,
            Kind::BranchLess => Self::BranchLess,
            Kind::Jump => Self::Jump,
            Kind::JumpRegister => Self::JumpRegister,
            Kind::Load => Self::Load,
            Kind::Store => Self::Store,
            Kind::Multiply => Self::Multiply,
            Kind::MultiplyHigh => Self::MultiplyHigh,
            Kind::Divide => Self::Divide,
            Kind::System | Kind::Breakpoint => return None,
        })
    }
}

/// A program and what is known of a run of it: where the words of all tables come from.
pub struct Run<'a> {
    events: Option<&'a Events>,
    records: Option<&'a Records>,
    words: &'a [(u64, u32)],
    image: &'a [ImageCell],
    /// The indices, among the recorded cells, of those that the image doesn't define.
    others: Vec<u32>,
}

impl<'a> Run<'a> {
    /// The run recorded in `records` of the program with these instruction words and this image.
    ///
    /// # Panics
    /// If the image's cells are not all recorded, both lists increasing.
    pub fn new(records: &'a Records, words: &'a [(u64, u32)], image: &'a [ImageCell]) -> Self {
        let mut defined = image.iter().peekable();
        let mut others = Vec::new();
        for (cell, i) in records.cells.iter().zip(0..) {
            if defined.next_if(|d| d.address == cell.address).is_none() {
                others.push(i);
            }
        }
        assert!(defined.next().is_none(), "a cell of the image is not recorded");
        Self { events: Some(&records.events), records: Some(records), words, image, others }
    }

    /// Part of a run of the program with these instruction words: the tables of instructions, system
    /// calls and copies have rows, those of first and last values have none.
    pub fn of_events(events: &'a Events, words: &'a [(u64, u32)]) -> Self {
        Self { events: Some(events), records: None, words, image: &[], others: Vec::new() }
    }

    /// A program that was not run: only its fixed columns have rows.
    pub fn of_program(words: &'a [(u64, u32)], image: &'a [ImageCell]) -> Self {
        Self { events: None, records: None, words, image, others: Vec::new() }
    }

    /// The committed words of a table's rows.
    pub fn rows(&'a self, id: TableId) -> Box<dyn Rows + 'a> {
        (TABLES[id as usize].rows)(self, Columns::Committed)
    }

    /// The fixed words of a table's rows; no words where the table has no fixed columns.
    pub fn fixed_rows(&'a self, id: TableId) -> Box<dyn Rows + 'a> {
        (TABLES[id as usize].rows)(self, Columns::Fixed)
    }

    /// A list of the events; nothing if there are none.
    fn events<E>(&self, list: impl FnOnce(&'a Events) -> &'a Vec<E>) -> &'a [E] {
        self.events.map_or(&[], |e| list(e))
    }

    /// A list of what is known when the run has ended; nothing before.
    fn ended<E>(&self, list: impl FnOnce(&'a Records) -> &'a Vec<E>) -> &'a [E] {
        self.records.map_or(&[], |r| list(r))
    }

    fn steps<T: Table<Event = Executed> + 'a>(&'a self, kind: Kind, columns: Columns) -> Box<dyn Rows + 'a> {
        let steps = self.events(|e| &e.steps[kind as usize]);
        rows::<T>(columns, steps.len(), |i| {
            let step = steps[i];
            let (w0, w1) = self.words[step.instr as usize];
            Executed { step, w0, w1 }
        })
    }

    fn calls<T: Table<Event = Called> + 'a>(
        &'a self,
        list: impl FnOnce(&'a Events) -> &'a Vec<Ecall>,
        columns: Columns,
    ) -> Box<dyn Rows + 'a> {
        let calls = self.events(list);
        rows::<T>(columns, calls.len(), |i| {
            let call = calls[i];
            let (w0, w1) = self.words[call.instr as usize];
            Called { call, w0, w1 }
        })
    }

    fn copies<T: Table<Event = Copy> + 'a>(
        &'a self,
        list: impl FnOnce(&'a Events) -> &'a Vec<Copy>,
        columns: Columns,
    ) -> Box<dyn Rows + 'a> {
        let copies = self.events(list);
        rows::<T>(columns, copies.len(), |i| copies[i])
    }

    fn program(&'a self, columns: Columns) -> Box<dyn Rows + 'a> {
        let fetches = self.ended(|r| &r.fetches);
        let ended = self.records.is_some() || columns == Columns::Fixed;
        rows::<memory::Program>(columns, if ended { self.words.len() } else { 0 }, |i| {
            let (w0, w1) = self.words[i];
            // The fall-through pc is 4 more than the pc.
            let pc = (w0 as u32).wrapping_sub(4);
            Fetched { pc, w0, w1, last_time: fetches.get(i).copied().unwrap_or(0) }
        })
    }

    fn registers(&'a self, columns: Columns) -> Box<dyn Rows + 'a> {
        let registers = self.ended(|r| &r.registers);
        rows::<memory::Registers>(columns, registers.len(), |i| LastRegister {
            index: i as u8,
            last: registers[i],
        })
    }

    fn image(&'a self, columns: Columns) -> Box<dyn Rows + 'a> {
        let cells = self.ended(|r| &r.cells);
        rows::<memory::Image>(columns, self.image.len(), |i| {
            let ImageCell { address, read_only, value } = self.image[i];
            match cells.binary_search_by_key(&address, |c| c.address) {
                Ok(at) => Chained { cell: Cell { first: value, read_only, ..cells[at] }, ..link(cells, at) },
                Err(_) => Chained {
                    cell: Cell { address, read_only, first: value, ..Cell::default() },
                    previous: 0,
                },
            }
        })
    }

    fn ram(&'a self, columns: Columns) -> Box<dyn Rows + 'a> {
        let cells = self.ended(|r| &r.cells);
        rows::<memory::Ram>(columns, self.others.len(), |i| link(cells, self.others[i] as usize))
    }
}

/// Which columns are filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    Committed,
    Fixed,
}

/// Rows made from events: `event(i)` is that of row i.
struct EventRows<T, F> {
    rows: usize,
    event: F,
    columns: Columns,
    table: PhantomData<fn() -> T>,
}

fn rows<'a, T: Table + 'a>(
    columns: Columns,
    rows: usize,
    event: impl Fn(usize) -> T::Event + Sync + 'a,
) -> Box<dyn Rows + 'a> {
    Box::new(EventRows::<T, _> { rows, event, columns, table: PhantomData })
}

impl<T: Table, F: Fn(usize) -> T::Event + Sync> Rows for EventRows<T, F> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn fill(&self, range: Range<usize>, out: &mut [u64]) {
        if range.is_empty() {
            return;
        }
        assert_eq!(out.len() % range.len(), 0, "{}: not a whole number of words a row", T::NAME);
        let width = out.len() / range.len();
        for (i, row) in range.zip(out.chunks_exact_mut(width.max(1))) {
            let event = (self.event)(i);
            match self.columns {
                Columns::Committed => T::rules(&mut FillInto::committed(row), &event),
                Columns::Fixed => T::rules(&mut FillInto::fixed(row), &event),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instr::Op;
    use crate::testing::cases;
    use alloc::collections::BTreeSet;
    use dyad_rules::StoredRows;
    use dyad_rules::harness::Random;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = tables().iter().map(|t| t.name()).collect();
        assert_eq!(names.len(), TABLES.len());
    }

    /// Rows filled in place, in pieces, are those that `fill` makes one by one.
    #[test]
    fn rows_are_those_of_the_rules() {
        let cases = cases(&[Op::Srl, Op::Sraw], &mut Random(3));
        let mut records = Records::default();
        let mut words = Vec::new();
        let mut expected = Vec::new();
        for (i, case) in cases.iter().enumerate() {
            let mut event = case.event;
            event.step.instr = i as u32;
            words.push((event.w0, event.w1));
            records.events.steps[Kind::ShiftRight as usize].push(event.step);
            expected.extend(dyad_rules::fill::<shift::ShiftRight>(&event).committed);
        }
        let width = expected.len() / cases.len();
        let run = Run::new(&records, &words, &[]);
        let rows = run.rows(TableId::ShiftRight);
        assert_eq!(StoredRows::collect(width, &*rows).words, expected);
        let mut piece = alloc::vec![0; 5 * width];
        rows.fill(7..12, &mut piece);
        assert_eq!(piece, expected[7 * width..12 * width]);
        rows.fill(7..7, &mut []);
        assert_eq!(run.rows(TableId::Addition).rows(), 0);
    }
}
