//! Records a run: events with the previous time of every cell they access.

use dyad_machine::block::{BlockRows, FoundCell, Operand, Pattern};
use dyad_machine::instr::{CellWords, RAM_TOP, REGISTERS, RESERVATION, SINK};
use dyad_machine::list::{TABLE_IDS, TableId};
use dyad_machine::record::{Access, Cell, Copy, Ecall, Events, Further, Records, Step};
use dyad_machine::row::TIME_STEP;
use dyad_machine::tables::Run;
use dyad_program::Program;

use crate::code::Code;
use crate::grouping::Patterns;
use crate::interpreter::{Interpreter, PAUSE};
use crate::memory::Paged;
use crate::meter::{RowCounts, rows_of};
use crate::observer::{Observer, Seen, Steps};
use crate::registers::Registers;
use crate::{MAX_RECORDED, Outcome, Progress};

/// Rows of instructions, or as much of blocks, between two times that events can be taken: few enough that the events of
/// all kinds stay in a second-level cache, and enough to hide what it costs to hand them over.
pub const PART: u32 = 1 << 12;

/// Bytes that an instruction's row takes to record.
const ROW: u32 = size_of::<Step>() as u32;

/// The bytes that these rows take to record, `blocks` being the patterns of those that have some.
pub fn recorded_bytes(rows: &RowCounts, blocks: &Patterns) -> u64 {
    let others = [TableId::Program, TableId::Registers, TableId::Image, TableId::Ram];
    let single = TABLE_IDS.iter().filter(|id| !others.contains(id)).map(|&id| rows[id]).sum::<u64>();
    let of_block = |(pattern, n): (&Pattern, &u64)| n * u64::from(block_row(pattern));
    single * u64::from(ROW) + blocks.list().iter().zip(&rows.blocks).map(of_block).sum::<u64>()
}

/// Bytes that a block's row takes to record.
fn block_row(pattern: &Pattern) -> u32 {
    4 + 12 * (pattern.registers.len() + pattern.cells.len()) as u32
}

/// What is watched of a record that is kept whole.
pub(crate) struct Kept<'a> {
    /// The most bytes that it may have, together with the times of accesses.
    pub most: u64,
    /// The program's cells, and how many blocks there are.
    pub words: &'a [CellWords],
    pub blocks: usize,
    /// Told how far the run has come; whether to go on.
    pub watch: &'a mut dyn FnMut(Progress<'_>) -> bool,
}

/// Records.
pub(crate) struct Recorder<'a> {
    /// The last access of each register.
    registers: Registers<u32>,
    /// The last access of what was written to the output.
    written: u32,
    ram: Paged<u32>,
    /// For each instruction of the program, the time of its last fetch.
    fetches: Vec<u32>,
    /// What the last row that wrote the sink left there, where blocks have written to it since, in the machine but not
    /// in their rows.
    sink: Option<u64>,
    /// The time of the next row.
    time: u32,
    /// Bytes recorded since events could be taken.
    since: u32,
    /// Bytes recorded before.
    before: u64,
    /// What is watched of a record that is kept.
    pub kept: Option<Kept<'a>>,
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
        let (registers, events) = (Registers::default(), Events::default());
        Self {
            registers,
            written: 0,
            ram,
            fetches,
            sink: None,
            time: TIME_STEP as u32,
            since: 0,
            before: 0,
            kept: None,
            events,
            take,
        }
    }

    /// Bytes recorded so far, and those that the times of accesses take.
    pub fn recorded(&self) -> u64 {
        self.events() + self.times()
    }

    /// Bytes recorded so far.
    fn events(&self) -> u64 {
        self.before + u64::from(self.since)
    }

    /// Bytes that the times of accesses take.
    pub fn times(&self) -> u64 {
        self.ram.bytes()
    }

    /// The records of a run that exited, without the events that were taken.
    pub fn finish(self, machine: &Interpreter<'_>, outcome: &Outcome) -> Records {
        let Self { registers, ram, fetches, events, sink, .. } = self;
        let value = |r: u8| sink.filter(|_| r == SINK).unwrap_or(machine.registers.get(r));
        let last = |r: u8| Access { value: value(r), prev: registers.get(r) };
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

    /// Goes on to the next row, after one that took so many bytes to record; offers the events at the end of a part.
    #[inline(always)]
    fn passed(&mut self, bytes: u32) {
        self.time = self.time.wrapping_add(TIME_STEP as u32);
        self.since += bytes;
        if self.since >= PART * ROW {
            self.before += u64::from(self.since);
            self.since = 0;
            (self.take)(&mut self.events);
        }
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

impl Recorder<'_> {
    /// What is recorded besides of an instruction that accesses a second cell or the reservation.
    fn further(&mut self, s: Seen) -> Further {
        let cell = s.second.map(|cell| {
            let prev = self.cell(cell.address, self.time | 2);
            Access { value: cell.before, prev }
        });
        let reservation = s.reservation.map(|value| {
            let prev = self.register(RESERVATION, self.time | 1);
            Access { value, prev }
        });
        Further { cell: cell.unwrap_or_default(), reservation: reservation.unwrap_or_default() }
    }
}

impl Observer for Recorder<'_> {
    #[inline(always)]
    fn step(&mut self, s: Seen) {
        let kind = s.instr.kind();
        let accesses = kind.accesses();
        let Some(table) = s.table.or(kind.table()) else { return };
        let time = self.time;
        let mut step =
            Step { pc: s.pc, time, instr: s.index, fetch_prev: self.fetch(s.index, time), ..Step::default() };
        if accesses.rs1 {
            step.rs1 = s.rs1;
            step.rs1_prev = self.register(s.instr.rs1, time | 1);
        }
        if accesses.rs2 {
            step.rs2 = s.rs2;
            step.rs2_prev = self.register(s.instr.rs2, time | 2);
        }
        if accesses.rd {
            step.rd_old = if s.instr.rd == SINK { self.sink.take().unwrap_or(s.rd_old) } else { s.rd_old };
            step.rd_prev = self.register(s.instr.rd, time | 3);
        }
        if let Some(ram) = s.ram {
            step.mem = ram.before;
            step.mem_prev = self.cell(ram.address, time | 1);
            if !accesses.memory.writes() {
                let second = s.second.is_some_and(|cell| cell.read_only);
                step.rs2 = u64::from(ram.read_only) | u64::from(second) << 1;
            }
        }
        if s.second.is_some() || s.reservation.is_some() {
            let further = self.further(s);
            self.events.further[table].push(further);
        }
        self.events.steps[table].push(step);
        self.passed(ROW);
    }

    fn block(&mut self, index: u32, pattern: &Pattern, steps: Steps<'_>) {
        let index = index as usize;
        if self.events.blocks.len() <= index {
            self.events.blocks.resize_with(index + 1, BlockRows::default);
        }
        if let (None, Some(at)) = (self.sink, pattern.sink) {
            self.sink = Some(steps.list[at as usize].rd_old);
        }
        let mut rows = core::mem::take(&mut self.events.blocks[index]);
        rows.times.push(self.time);
        for found in &pattern.registers {
            let at = found.at as usize;
            let seen = &steps.list[at];
            let value = match found.operand {
                Operand::Rs1 => seen.rs1,
                Operand::Rs2 => seen.rs2,
                Operand::Rd => seen.rd_old,
                Operand::Reservation => steps.reservation(at).unwrap_or_default(),
            };
            rows.values.push(value);
            rows.before.push(self.register(found.register, self.time));
        }
        // Cells are left in the order of their slots, which need not be that in which they are found.
        let first = rows.before.len();
        let touched = |cell: &FoundCell| steps.ram(cell.at as usize).expect("it accesses memory");
        rows.values.extend(pattern.cells.iter().map(|cell| touched(cell).before));
        rows.before.resize(first + pattern.cells.len(), 0);
        for &k in &pattern.order {
            let cell = &pattern.cells[k as usize];
            rows.before[first + k as usize] =
                self.cell(touched(cell).address, self.time | u32::from(cell.slot));
        }
        self.events.blocks[index] = rows;
        self.passed(block_row(pattern));
    }

    fn time(&self) -> u32 {
        self.time
    }

    #[inline(always)]
    fn fetch(&mut self, index: u32, now: u32) -> u32 {
        match self.fetches.get_mut(index as usize) {
            Some(last) => core::mem::replace(last, now),
            None => 0,
        }
    }

    #[inline(always)]
    fn register(&mut self, register: u8, now: u32) -> u32 {
        let before = self.registers.get(register);
        self.registers.set(register, now);
        before
    }

    #[inline(always)]
    fn written(&mut self, now: u32) -> u32 {
        core::mem::replace(&mut self.written, now)
    }

    #[inline(always)]
    fn cell(&mut self, address: u32, now: u32) -> u32 {
        core::mem::replace(self.ram.entry(address), now)
    }

    fn call(&mut self, table: TableId, event: Ecall) {
        self.events.calls[table].push(event);
        self.passed(ROW);
    }

    fn copy(&mut self, table: TableId, event: Copy) {
        self.events.copies[table].push(event);
        self.passed(ROW);
    }

    fn bytes(&self) -> u64 {
        self.ram.bytes()
    }

    fn goes_on(&mut self, cycles: u64, bytes: u64) -> bool {
        let (recorded, events) = (self.recorded(), self.events());
        let goes = self.kept.as_mut().is_none_or(|kept| {
            let rows = || rows_of(&Run::of_events(&self.events, kept.words), kept.blocks);
            let bytes = bytes + events;
            recorded <= kept.most && (kept.watch)(Progress { cycles, rows: &rows(), bytes })
        });
        // Each cycle until it is asked again may be a row.
        goes && u64::from(self.time) / TIME_STEP + PAUSE <= MAX_RECORDED
    }
}

/// Bytes that recording a run takes at most at one time, without the events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The machine's memory, and its decoded code.
    pub machine: u64,
    /// The times of accesses.
    pub times: u64,
    /// The list of cells, those of the image among them.
    pub cells: u64,
}

impl Recording {
    pub(crate) fn new(machine: &Interpreter<'_>, times: u64, cells: u64) -> Self {
        let instr = (size_of::<u32>() + Code::INSTR) as u64;
        Self {
            machine: machine.memory.bytes() + machine.program.instrs().len() as u64 * instr,
            times,
            cells: cells * size_of::<Cell>() as u64,
        }
    }

    /// All of it.
    pub fn bytes(&self) -> u64 {
        self.machine + self.times + self.cells
    }
}
