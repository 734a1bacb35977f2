//! The rules of all tables, and how their rows are filled from the records of a run.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::Range;

use dyad_rules::fill::FillInto;
use dyad_rules::{Rows, Table, TableRules};

use crate::block::BlockRows;
use crate::calls::{self, Called};
use crate::families;
use crate::instr::CellWords;
use crate::list::TableId;
use crate::memory::{self, Chained, Fetched, LastRegister, link};
use crate::record::{Cell, Copy, Events, ImageCell, Records};
use crate::row::{Executed, InRows};

/// A table of the machine.
pub struct Entry {
    /// Which it is.
    pub id: TableId,
    /// Its rules.
    pub rules: &'static dyn TableRules,
    rows: for<'a> fn(&'a Run<'a>, Columns) -> Box<dyn Rows + 'a>,
}

macro_rules! tables {
    (
        families { $($family:ident $class:ident $ops:tt { $($table:ident $(($($other:ident)*))?)* })* }
        calls { $($call:ident { $($call_table:ident)* })* }
        copies { $($copy:ident { $($copy_table:ident)* })* }
        memory { $($memory:ident)* }
    ) => {
        /// All tables, in the order of [`TableId`].
        pub static TABLES: &[Entry] = &[
            $($(tables!(@steps $family $table), $($(tables!(@steps $family $other),)*)?)*)*
            $($(Entry {
                id: TableId::$call_table,
                rules: &calls::$call::$call_table,
                rows: |run, columns| run.calls::<calls::$call::$call_table>(TableId::$call_table, columns),
            },)*)*
            $($(Entry {
                id: TableId::$copy_table,
                rules: &calls::$copy::$copy_table,
                rows: |run, columns| run.copies::<calls::$copy::$copy_table>(TableId::$copy_table, columns),
            },)*)*
            $(Entry {
                id: TableId::$memory,
                rules: &memory::$memory,
                rows: |run, columns| <memory::$memory as OfRun>::rows(run, columns),
            },)*
        ];
    };
    (@steps $family:ident $table:ident) => {
        Entry {
            id: TableId::$table,
            rules: &InRows::<families::$family::$table>::TABLE,
            rows: |run, columns| {
                run.steps::<InRows<families::$family::$table>>(TableId::$table, columns)
            },
        }
    };
}

crate::machine!(tables);

/// The rules of all tables, in the order of [`TableId`].
pub fn tables() -> Vec<&'static dyn TableRules> {
    TABLES.iter().map(|t| t.rules).collect()
}

/// A program and what is known of a run of it: where the words of all tables come from.
pub struct Run<'a> {
    events: Option<&'a Events>,
    records: Option<&'a Records>,
    words: &'a [CellWords],
    image: &'a [ImageCell],
    /// The indices, among the recorded cells, of those that the image doesn't define.
    others: Vec<u32>,
}

impl<'a> Run<'a> {
    /// The run recorded in `records` of the program with these instruction words and this image.
    ///
    /// # Panics
    /// If the image's cells are not all recorded, both lists increasing.
    pub fn new(records: &'a Records, words: &'a [CellWords], image: &'a [ImageCell]) -> Self {
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
    pub fn of_events(events: &'a Events, words: &'a [CellWords]) -> Self {
        Self { events: Some(events), records: None, words, image: &[], others: Vec::new() }
    }

    /// A program that was not run: only its fixed columns have rows.
    pub fn of_program(words: &'a [CellWords], image: &'a [ImageCell]) -> Self {
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

    /// The rows of the block of this index, if it has had one.
    pub fn block(&self, index: usize) -> Option<&'a BlockRows> {
        self.events.and_then(|e| e.blocks.get(index))
    }

    /// A list of the events; nothing if there are none.
    fn events<E>(&self, list: impl FnOnce(&'a Events) -> &'a Vec<E>) -> &'a [E] {
        self.events.map_or(&[], |e| list(e))
    }

    /// A list of what is known when the run has ended; nothing before.
    fn ended<E>(&self, list: impl FnOnce(&'a Records) -> &'a Vec<E>) -> &'a [E] {
        self.records.map_or(&[], |r| list(r))
    }

    fn steps<T: Table<Event = Executed> + 'a>(&'a self, id: TableId, columns: Columns) -> Box<dyn Rows + 'a> {
        let steps = self.events(|e| &e.steps[id]);
        let further = self.events(|e| &e.further[id]);
        rows::<T>(columns, steps.len(), |i| {
            let step = steps[i];
            let CellWords { w0, w1, .. } = self.words[step.instr as usize];
            let further = further.get(i).copied().unwrap_or_default();
            Executed { step, further, w0, w1 }
        })
    }

    fn calls<T: Table<Event = Called> + 'a>(&'a self, id: TableId, columns: Columns) -> Box<dyn Rows + 'a> {
        let calls = self.events(|e| &e.calls[id]);
        rows::<T>(columns, calls.len(), |i| {
            let call = calls[i];
            let CellWords { w0, w1, .. } = self.words[call.instr as usize];
            Called { call, w0, w1 }
        })
    }

    fn copies<T: Table<Event = Copy> + 'a>(&'a self, id: TableId, columns: Columns) -> Box<dyn Rows + 'a> {
        let copies = self.events(|e| &e.copies[id]);
        rows::<T>(columns, copies.len(), |i| copies[i])
    }
}

/// Tables of first and last values, whose rows are known from the program and the end of the run.
trait OfRun {
    fn rows<'a>(run: &'a Run<'a>, columns: Columns) -> Box<dyn Rows + 'a>;
}

impl OfRun for memory::Program {
    fn rows<'a>(run: &'a Run<'a>, columns: Columns) -> Box<dyn Rows + 'a> {
        let fetches = run.ended(|r| &r.fetches);
        let ended = run.records.is_some() || columns == Columns::Fixed;
        rows::<Self>(columns, if ended { run.words.len() } else { 0 }, |i| {
            let CellWords { pc, w0, w1 } = run.words[i];
            Fetched { pc, w0, w1, last_time: fetches.get(i).copied().unwrap_or(0) }
        })
    }
}

impl OfRun for memory::Registers {
    fn rows<'a>(run: &'a Run<'a>, columns: Columns) -> Box<dyn Rows + 'a> {
        let registers = run.ended(|r| &r.registers);
        rows::<Self>(columns, registers.len(), |i| LastRegister { index: i as u8, last: registers[i] })
    }
}

impl OfRun for memory::Image {
    fn rows<'a>(run: &'a Run<'a>, columns: Columns) -> Box<dyn Rows + 'a> {
        let cells = run.ended(|r| &r.cells);
        rows::<Self>(columns, run.image.len(), |i| {
            let ImageCell { address, read_only, value } = run.image[i];
            match cells.binary_search_by_key(&address, |c| c.address) {
                Ok(at) => Chained { cell: Cell { first: value, read_only, ..cells[at] }, ..link(cells, at) },
                Err(_) => Chained {
                    cell: Cell { address, read_only, first: value, ..Cell::default() },
                    previous: 0,
                },
            }
        })
    }
}

impl OfRun for memory::Ram {
    fn rows<'a>(run: &'a Run<'a>, columns: Columns) -> Box<dyn Rows + 'a> {
        let cells = run.ended(|r| &r.cells);
        rows::<Self>(columns, run.others.len(), |i| link(cells, run.others[i] as usize))
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
    use crate::list::Op;
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
            words.push(CellWords { pc: event.step.pc, w0: event.w0, w1: event.w1 });
            records.events.steps[TableId::ShiftRight].push(event.step);
            expected.extend(dyad_rules::fill::<InRows<families::shift::ShiftRight>>(&event).committed);
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
