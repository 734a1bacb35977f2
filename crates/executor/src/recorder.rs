//! Records a run: events with the previous time of every cell they access.

use dyad_machine::instr::{Kind, OUTPUT_LENGTH, RAM_TOP, REGISTERS};
use dyad_machine::record::{Access, Cell, Copy, Ecall, Records, Step};
use dyad_program::Program;

use crate::Outcome;
use crate::interpreter::Interpreter;
use crate::memory::Paged;
use crate::observer::{Call, Direction, Observer, Seen, Unit};

/// Which registers a table's rows access.
#[derive(Clone, Copy)]
struct Uses {
    rs1: bool,
    rs2: bool,
    rd: bool,
}

/// What the rows of each table access beside the program cell and RAM.
const fn uses(kind: Kind) -> Uses {
    match kind {
        Kind::Upper | Kind::Jump => Uses { rs1: false, rs2: false, rd: true },
        Kind::JumpRegister | Kind::Load => Uses { rs1: true, rs2: false, rd: true },
        Kind::BranchEqual | Kind::BranchLess | Kind::Store => Uses { rs1: true, rs2: true, rd: false },
        _ => Uses { rs1: true, rs2: true, rd: true },
    }
}

/// The last access of each register.
struct Times([u32; 64]);

impl Times {
    /// An access at `now`; returns the time of the one before.
    #[inline(always)]
    fn access(&mut self, register: u8, now: u32) -> u32 {
        core::mem::replace(&mut self.0[usize::from(register) % 64], now)
    }
}

/// Records.
pub(crate) struct Recorder {
    registers: Times,
    ram: Paged<u32>,
    records: Records,
}

impl Recorder {
    pub fn new(program: &Program) -> Self {
        let records = Records { fetches: vec![0; program.instrs().len()], ..Records::default() };
        let mut ram = Paged::new();
        // Makes the page, so that the top cell is listed.
        ram.entry(RAM_TOP as u32);
        Self { registers: Times([0; 64]), ram, records }
    }

    /// The records of a run that exited.
    pub fn finish(self, machine: &Interpreter<'_>, outcome: &Outcome) -> Records {
        let Self { registers, ram, mut records } = self;
        let last = |r: u8| Access { value: machine.registers.get(r), prev: registers.0[usize::from(r)] };
        records.registers = (0..REGISTERS as u8).map(last).collect();
        records.cells = cells(machine, &ram);
        records.output.clone_from(&outcome.output);
        records.exit_code = outcome.exit_code;
        records.instructions = outcome.instructions;
        records.cycles = outcome.cycles;
        records
    }

    #[inline(always)]
    fn fetch(&mut self, index: u32, time: u32) -> u32 {
        match self.records.fetches.get_mut(index as usize) {
            Some(last) => core::mem::replace(last, time),
            None => 0,
        }
    }

    fn access(&mut self, register: u8, found: Access, time: u32) -> Access {
        Access { prev: self.registers.access(register, time | 1), ..found }
    }
}

/// The image's cells, the others that were accessed and the top cell, by increasing address.
fn cells(machine: &Interpreter<'_>, ram: &Paged<u32>) -> Vec<Cell> {
    let mut image = machine.program.image().iter().peekable();
    let mut cells = Vec::new();
    let mut push = |address, read_only, first| {
        let (last, last_time) = (machine.memory.get(address), ram.get(address));
        cells.push(Cell { address, read_only, first, last, last_time });
    };
    for (address, _) in ram.iter().filter(|&(address, time)| time != 0 || address == RAM_TOP as u32) {
        while let Some(i) = image.next_if(|i| i.address < address) {
            push(i.address, i.read_only, i.value);
        }
        match image.next_if(|i| i.address == address) {
            Some(i) => push(address, i.read_only, i.value),
            None => push(address, false, 0),
        }
    }
    cells
}

impl Observer for Recorder {
    #[inline(always)]
    fn step(&mut self, s: Seen) {
        let kind = s.instr.kind();
        let uses = uses(kind);
        let mut step = Step {
            pc: s.pc,
            time: s.time,
            instr: s.index,
            fetch_prev: self.fetch(s.index, s.time),
            ..Step::default()
        };
        if uses.rs1 {
            step.rs1 = s.rs1;
            step.rs1_prev = self.registers.access(s.instr.rs1, s.time | 1);
        }
        if uses.rs2 {
            step.rs2 = s.rs2;
            step.rs2_prev = self.registers.access(s.instr.rs2, s.time | 2);
        }
        if uses.rd {
            step.rd_old = s.rd_old;
            step.rd_prev = self.registers.access(s.instr.rd, s.time | 3);
        }
        if let Some(ram) = s.ram {
            step.mem = ram.before;
            step.mem_prev = core::mem::replace(self.ram.entry(ram.address), s.time | 1);
            if kind == Kind::Load {
                step.rs2 = u64::from(ram.read_only);
            }
        }
        self.records.steps[kind as usize].push(step);
    }

    fn call(&mut self, call: Call, e: Ecall) {
        let mut event = Ecall {
            fetch_prev: self.fetch(e.instr, e.time),
            a7: self.access(17, e.a7, e.time),
            a0: self.access(10, e.a0, e.time),
            a1: self.access(11, e.a1, e.time),
            a2: self.access(12, e.a2, e.time),
            ..e
        };
        let list = match call {
            Call::Exit => {
                event.output = self.access(OUTPUT_LENGTH, e.output, e.time);
                &mut self.records.exits
            }
            Call::Read => &mut self.records.reads,
            Call::Write => &mut self.records.writes,
            Call::Diagnose => &mut self.records.diagnostics,
        };
        list.push(event);
    }

    fn copy(&mut self, direction: Direction, unit: Unit, mut event: Copy) {
        if unit != Unit::End {
            event.mem.prev = core::mem::replace(self.ram.entry(event.pointer), event.time | 1);
            if direction == Direction::Out {
                event.output = self.access(OUTPUT_LENGTH, event.output, event.time);
            }
        }
        let records = &mut self.records;
        let list = match (direction, unit) {
            (Direction::Out, Unit::Byte) => &mut records.copy_out_bytes,
            (Direction::Out, Unit::Word) => &mut records.copy_out_words,
            (Direction::Out, Unit::End) => &mut records.copy_out_ends,
            (Direction::In, Unit::Byte) => &mut records.copy_in_bytes,
            (Direction::In, Unit::Word) => &mut records.copy_in_words,
            (Direction::In, Unit::End) => &mut records.copy_in_ends,
        };
        list.push(event);
    }
}
