//! Counts the rows of each table.

use core::ops::{Index, IndexMut};

use dyad_machine::families::FAMILIES;
use dyad_machine::instr::{Instr, OPS, RAM_TOP, REGISTERS};
use dyad_machine::record::{Copy, Ecall};
use dyad_machine::tables::{Run, TABLES, TableId};
use dyad_program::Program;

use crate::memory::Paged;
use crate::observer::{Call, Direction, Observer, Seen, Unit};

/// The rows of each table that a proof of a run has, in the order of
/// [`TABLES`](dyad_machine::tables::TABLES).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows([u64; TABLES.len()]);

impl Rows {
    /// The rows that a recorded run has.
    pub fn of(run: &Run<'_>) -> Self {
        Self(core::array::from_fn(|table| run.rows(TABLES[table].id).rows() as u64))
    }

    /// All of them.
    pub fn all(&self) -> &[u64] {
        &self.0
    }

    /// The rows of every table with its name.
    pub fn by_table(&self) -> impl Iterator<Item = (&'static str, u64)> {
        TABLES.iter().map(|t| t.rules.name()).zip(self.0)
    }
}

impl Index<TableId> for Rows {
    type Output = u64;

    fn index(&self, id: TableId) -> &u64 {
        &self.0[id as usize]
    }
}

impl IndexMut<TableId> for Rows {
    fn index_mut(&mut self, id: TableId) -> &mut u64 {
        &mut self.0[id as usize]
    }
}

/// Counts.
pub(crate) struct Meter {
    ops: [u64; OPS],
    /// Whether a cell is known, the image's from the beginning.
    known: Paged<bool>,
    rows: Rows,
}

impl Meter {
    pub fn new(program: &Program) -> Self {
        let mut known = Paged::new();
        for cell in program.image() {
            *known.entry(cell.address) = true;
        }
        *known.entry(RAM_TOP as u32) = true;
        let mut rows = Rows([0; TABLES.len()]);
        rows[TableId::Program] = program.instrs().len() as u64;
        rows[TableId::Registers] = REGISTERS as u64;
        rows[TableId::Image] = program.image().len() as u64;
        rows[TableId::Ram] = 1;
        Self { ops: [0; OPS], known, rows }
    }

    pub fn rows(mut self) -> Rows {
        for encoding in FAMILIES.iter().flat_map(|f| f.encodings) {
            // Several lines may be of the same operation: it counts once.
            let count = core::mem::take(&mut self.ops[encoding.op as usize]);
            if let Some(table) = TableId::of(encoding.kind) {
                self.rows[table] += count;
            }
        }
        self.rows
    }

    #[inline]
    fn touch(&mut self, address: u32) {
        let known = self.known.entry(address);
        self.rows[TableId::Ram] += u64::from(!*known);
        *known = true;
    }
}

impl Observer for Meter {
    #[inline(always)]
    fn step(&mut self, Seen { instr: Instr { op, .. }, ram, .. }: Seen) {
        self.ops[op as usize] += 1;
        if let Some(touched) = ram {
            self.touch(touched.address);
        }
    }

    fn call(&mut self, call: Call, _: Ecall) {
        self.rows[match call {
            Call::Exit => TableId::Exit,
            Call::Read => TableId::Read,
            Call::Write => TableId::Write,
            Call::Diagnose => TableId::Diagnostic,
        }] += 1;
    }

    fn copy(&mut self, direction: Direction, unit: Unit, event: Copy) {
        self.rows[match (direction, unit) {
            (Direction::Out, Unit::Byte) => TableId::CopyOutByte,
            (Direction::Out, Unit::Word) => TableId::CopyOutWord,
            (Direction::Out, Unit::End) => TableId::CopyOutEnd,
            (Direction::In, Unit::Byte) => TableId::CopyInByte,
            (Direction::In, Unit::Word) => TableId::CopyInWord,
            (Direction::In, Unit::End) => TableId::CopyInEnd,
        }] += 1;
        if unit != Unit::End {
            self.touch(event.pointer);
        }
    }
}
