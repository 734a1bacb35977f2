//! Records a run: events with the previous time of every cell they access.

use dyad_machine::instr::{Kind, OUTPUT_LENGTH, RAM_TOP, REGISTERS};
use dyad_machine::record::{Access, Cell, Copy, Ecall, Events, Records, Step};
use dyad_program::Program;

use crate::Outcome;
use crate::interpreter::Interpreter;
use crate::memory::Paged;
use crate::observer::{Call, Direction, Observer, Seen, Unit};

/// The last access of each register.
struct Times([u32; 64]);

impl Times {
    /// An access at `now`; returns the time of the one before.
    #[inline(always)]
    fn access(&mut self, register: u8, now: u32) -> u32 {
        core::mem::replace(&mut self.0[usize::from(register) % 64], now)
    }
}

/// Cycles between two times that events can be taken: few enough that the events of all kinds stay
/// in a second-level cache, and enough to hide what it costs to hand them over.
pub(crate) const PART: u32 = 1 << 12;

/// Records.
pub(crate) struct Recorder<'a> {
    registers: Times,
    ram: Paged<u32>,
    /// For each instruction of the program, the time of its last fetch.
    fetches: Vec<u32>,
    events: Events,
    /// Is offered the events every [`PART`] cycles, to take them out.
    take: &'a mut dyn FnMut(&mut Events),
}

impl<'a> Recorder<'a> {
    pub fn new(program: &Program, take: &'a mut dyn FnMut(&mut Events)) -> Self {
        let mut ram = Paged::new();
        // Makes the page, so that the top cell is listed.
        ram.entry(RAM_TOP as u32);
        let fetches = vec![0; program.instrs().len()];
        Self { registers: Times([0; 64]), ram, fetches, events: Events::default(), take }
    }

    /// The records of a run that exited, without the events that were taken.
    pub fn finish(self, machine: &Interpreter<'_>, outcome: &Outcome) -> Records {
        let Self { registers, ram, fetches, events, .. } = self;
        let last = |r: u8| Access { value: machine.registers.get(r), prev: registers.0[usize::from(r)] };
        Records {
            events,
            fetches,
            registers: (0..REGISTERS as u8).map(last).collect(),
            cells: cells(machine, &ram),
            output: outcome.output.clone(),
            exit_code: outcome.exit_code,
            instructions: outcome.instructions,
            cycles: outcome.cycles,
        }
    }

    #[inline(always)]
    fn fetch(&mut self, index: u32, time: u32) -> u32 {
        match self.fetches.get_mut(index as usize) {
            Some(last) => core::mem::replace(last, time),
            None => 0,
        }
    }

    /// Offers the events at the end of a part: after each step.
    #[inline(always)]
    fn passed(&mut self, time: u32) {
        if time.is_multiple_of(4 * PART) {
            (self.take)(&mut self.events);
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

impl Observer for Recorder<'_> {
    #[inline(always)]
    fn step(&mut self, s: Seen) {
        let kind = s.instr.kind();
        let accesses = kind.accesses();
        let mut step = Step {
            pc: s.pc,
            time: s.time,
            instr: s.index,
            fetch_prev: self.fetch(s.index, s.time),
            ..Step::default()
        };
        if accesses.rs1 {
            step.rs1 = s.rs1;
            step.rs1_prev = self.registers.access(s.instr.rs1, s.time | 1);
        }
        if accesses.rs2 {
            step.rs2 = s.rs2;
            step.rs2_prev = self.registers.access(s.instr.rs2, s.time | 2);
        }
        if accesses.rd {
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
        self.events.steps[kind as usize].push(step);
        self.passed(s.time);
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
                &mut self.events.exits
            }
            Call::Read => &mut self.events.reads,
            Call::Write => &mut self.events.writes,
            Call::Diagnose => &mut self.events.diagnostics,
        };
        list.push(event);
        self.passed(event.time);
    }

    fn copy(&mut self, direction: Direction, unit: Unit, mut event: Copy) {
        if unit != Unit::End {
            event.mem.prev = core::mem::replace(self.ram.entry(event.pointer), event.time | 1);
            if direction == Direction::Out {
                event.output = self.access(OUTPUT_LENGTH, event.output, event.time);
            }
        }
        let events = &mut self.events;
        let list = match (direction, unit) {
            (Direction::Out, Unit::Byte) => &mut events.copy_out_bytes,
            (Direction::Out, Unit::Word) => &mut events.copy_out_words,
            (Direction::Out, Unit::End) => &mut events.copy_out_ends,
            (Direction::In, Unit::Byte) => &mut events.copy_in_bytes,
            (Direction::In, Unit::Word) => &mut events.copy_in_words,
            (Direction::In, Unit::End) => &mut events.copy_in_ends,
        };
        list.push(event);
        self.passed(event.time);
    }
}
