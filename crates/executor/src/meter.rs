//! Counts the rows of each table.

use dyad_machine::instr::{Instr, KINDS, Kind, OPS, RAM_TOP, REGISTERS};
use dyad_machine::record::{Copy, Ecall, Records};
use dyad_machine::tables::{TABLES, TableId};
use dyad_program::Program;

use crate::memory::Paged;
use crate::observer::{Call, Direction, Observer, Seen, Unit};

/// The rows of each table that a proof of a run has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Instructions by table, indexed by [`Kind`] as a number.
    pub steps: [u64; KINDS],
    /// `exit`: 1.
    pub exits: u64,
    /// `read` of fd 0.
    pub reads: u64,
    /// `write` to fd 1.
    pub writes: u64,
    /// `write` to fd 2.
    pub diagnostics: u64,
    /// Copies from memory, one byte.
    pub copy_out_bytes: u64,
    /// Copies from memory, eight bytes.
    pub copy_out_words: u64,
    /// Copies into memory, one byte.
    pub copy_in_bytes: u64,
    /// Copies into memory, eight bytes.
    pub copy_in_words: u64,
    /// Ends of copies from memory.
    pub copy_out_ends: u64,
    /// Ends of copies into memory.
    pub copy_in_ends: u64,
    /// Instructions of the program.
    pub program: u64,
    /// Registers.
    pub registers: u64,
    /// Cells of the image.
    pub image: u64,
    /// Other cells touched, and in any case the top cell.
    pub ram: u64,
}

impl Rows {
    /// The rows that a recorded run of `program` has.
    pub fn of(records: &Records, program: &Program) -> Self {
        let count = |length: usize| length as u64;
        Self {
            steps: core::array::from_fn(|kind| count(records.steps[kind].len())),
            exits: count(records.exits.len()),
            reads: count(records.reads.len()),
            writes: count(records.writes.len()),
            diagnostics: count(records.diagnostics.len()),
            copy_out_bytes: count(records.copy_out_bytes.len()),
            copy_out_words: count(records.copy_out_words.len()),
            copy_in_bytes: count(records.copy_in_bytes.len()),
            copy_in_words: count(records.copy_in_words.len()),
            copy_out_ends: count(records.copy_out_ends.len()),
            copy_in_ends: count(records.copy_in_ends.len()),
            program: count(program.instrs().len()),
            registers: count(REGISTERS),
            image: count(program.image().len()),
            ram: count(records.cells.len() - program.image().len()),
        }
    }

    /// The rows of every table, in the order and under the names of `dyad_machine::tables`.
    pub fn by_table(&self) -> Vec<(&'static str, u64)> {
        let count = |id: TableId| match id {
            TableId::Addition => self.steps_of(Kind::Addition),
            TableId::AndOr => self.steps_of(Kind::AndOr),
            TableId::Xor => self.steps_of(Kind::Xor),
            TableId::ShiftLeft => self.steps_of(Kind::ShiftLeft),
            TableId::ShiftRight => self.steps_of(Kind::ShiftRight),
            TableId::Compare => self.steps_of(Kind::Compare),
            TableId::Upper => self.steps_of(Kind::Upper),
            TableId::BranchEqual => self.steps_of(Kind::BranchEqual),
            TableId::BranchLess => self.steps_of(Kind::BranchLess),
            TableId::Jump => self.steps_of(Kind::Jump),
            TableId::JumpRegister => self.steps_of(Kind::JumpRegister),
            TableId::Load => self.steps_of(Kind::Load),
            TableId::Store => self.steps_of(Kind::Store),
            TableId::Multiply => self.steps_of(Kind::Multiply),
            TableId::MultiplyHigh => self.steps_of(Kind::MultiplyHigh),
            TableId::Divide => self.steps_of(Kind::Divide),
            TableId::Exit => self.exits,
            TableId::Read => self.reads,
            TableId::Write => self.writes,
            TableId::Diagnostic => self.diagnostics,
            TableId::CopyOutByte => self.copy_out_bytes,
            TableId::CopyOutWord => self.copy_out_words,
            TableId::CopyOutEnd => self.copy_out_ends,
            TableId::CopyInByte => self.copy_in_bytes,
            TableId::CopyInWord => self.copy_in_words,
            TableId::CopyInEnd => self.copy_in_ends,
            TableId::Program => self.program,
            TableId::Registers => self.registers,
            TableId::Image => self.image,
            TableId::Ram => self.ram,
        };
        TABLES.iter().map(|t| (t.rules.name(), count(t.id))).collect()
    }

    /// The rows of the table of one kind of instruction.
    pub fn steps_of(&self, kind: Kind) -> u64 {
        self.steps[kind as usize]
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
        let count = |length: usize| length as u64;
        let rows = Rows {
            program: count(program.instrs().len()),
            registers: count(REGISTERS),
            image: count(program.image().len()),
            ram: 1,
            ..Rows::default()
        };
        Self { ops: [0; OPS], known, rows }
    }

    pub fn rows(mut self) -> Rows {
        for encoding in dyad_machine::families::FAMILIES.iter().flat_map(|f| f.encodings) {
            let count = core::mem::take(&mut self.ops[encoding.op as usize]);
            self.rows.steps[encoding.kind as usize] += count;
        }
        self.rows
    }

    #[inline]
    fn touch(&mut self, address: u32) {
        let known = self.known.entry(address);
        self.rows.ram += u64::from(!*known);
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
        *match call {
            Call::Exit => &mut self.rows.exits,
            Call::Read => &mut self.rows.reads,
            Call::Write => &mut self.rows.writes,
            Call::Diagnose => &mut self.rows.diagnostics,
        } += 1;
    }

    fn copy(&mut self, direction: Direction, unit: Unit, event: Copy) {
        let rows = &mut self.rows;
        *match (direction, unit) {
            (Direction::Out, Unit::Byte) => &mut rows.copy_out_bytes,
            (Direction::Out, Unit::Word) => &mut rows.copy_out_words,
            (Direction::Out, Unit::End) => &mut rows.copy_out_ends,
            (Direction::In, Unit::Byte) => &mut rows.copy_in_bytes,
            (Direction::In, Unit::Word) => &mut rows.copy_in_words,
            (Direction::In, Unit::End) => &mut rows.copy_in_ends,
        } += 1;
        if unit != Unit::End {
            self.touch(event.pointer);
        }
    }
}
