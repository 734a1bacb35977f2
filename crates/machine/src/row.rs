//! The frame in which an instruction is a row of a table: machine state, fetch, register accesses and
//! the order of time.
//!
//! A row is opened with [`Row::open`], accesses its cells, and is closed with [`Row::close`].
//! Its comparisons of times, the addition of the step to the time and small products are equations on 32
//! bits, two to a committed word ([`Equations`]).

use core::marker::PhantomData;

use dyad_rules::{LOW, Rules, Table, Word};

use crate::equations::Equations;
use crate::frame::{Accesses, Frame, Instruction, Memory};
use crate::instr::{Field, RESERVATION};
use crate::list::Kind;
use crate::message::{Message, pull, push};
use crate::record::{Access, Further, Step};

/// The bits of the kind in the second word of a program cell.
const KIND_BITS: u64 = Field::KIND.mask() << Field::KIND.at;

/// A [`Step`] with the two words of its program cell: the event of every instruction table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Executed {
    /// What the executor recorded.
    pub step: Step,
    /// What else it recorded, where the table needs it.
    pub further: Further,
    /// First word of the program cell.
    pub w0: u64,
    /// Second word of the program cell, the kind included.
    pub w1: u32,
}

/// What time goes on by from a row to the next: accesses in between are at `time | slot`, of which a row of one
/// instruction uses slots 0 to 3.
pub const TIME_STEP: u64 = 64;
/// Times are numbers of so many bits, and their sums are modulo 2 to it.
pub const TIME_BITS: u32 = 32;

/// An instruction row under construction.
pub struct Row<W> {
    /// `pc | time << 32`.
    pub state: W,
    /// The time, in the low half.
    pub time: W,
    /// Where the next instruction in memory is, in the low half.
    pub fall_through: W,
    /// The immediate, all 64 bits.
    pub imm: W,
    /// The flags, from bit 0.
    pub flags: W,
    /// rd, rs1, rs2 as words.
    pub registers: [W; 3],
    /// the time of the next row, in the low half.
    next_time: W,
    equations: Equations<W>,
    operands: Operands<W>,
}

/// What a row found in the registers and the cells that its instruction accesses. What is not accessed
/// has a word that means nothing: no options, which would be copied in the prover's inner loop.
struct Operands<W> {
    accesses: Accesses,
    rs1: W,
    rs2: W,
    rd: Found<W>,
    cells: [Cell<W>; 2],
    reservation: Found<W>,
}

/// A value found, and the time of the access before, in the low half.
#[derive(Clone, Copy)]
struct Found<W> {
    prev: W,
    old: W,
}

/// A memory cell.
#[derive(Clone, Copy)]
struct Cell<W> {
    found: Found<W>,
    /// The read-only bit, where cells are only read.
    read_only: W,
    /// Its address, once it is known, where cells are written.
    place: W,
}

impl<W: Word> Operands<W> {
    /// Nothing is accessed.
    #[inline(always)]
    fn none(nothing: W) -> Self {
        let found = Found { prev: nothing, old: nothing };
        let cell = Cell { found, read_only: nothing, place: nothing };
        let accesses = Accesses::NONE;
        Self { accesses, rs1: nothing, rs2: nothing, rd: found, cells: [cell; 2], reservation: found }
    }
}

/// The advice for committing two 32-bit numbers in one word.
pub fn halves(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

impl<W: Word> Row<W> {
    /// Takes the machine's state and the program cell of an instruction of a kind, and reads the
    /// registers that it accesses. Cost 4/1; a word for each register and cell read or written, one for
    /// each two previous times, and an equation for each access.
    #[inline(always)]
    pub fn open<R: Rules<Word = W>>(r: &mut R, kind: Kind, accesses: Accesses, event: &Executed) -> Self {
        let s = event.step;
        let mut row = Self::open_at(r, kind, (s.pc, s.time, s.fetch_prev), (event.w0, event.w1));
        row.find_operands(r, accesses, event);
        row
    }

    /// As [`Row::open`] without registers, from its parts: (pc, time, previous time of the program cell)
    /// and the words of the program cell.
    #[inline(always)]
    pub fn open_at<R: Rules<Word = W>>(
        r: &mut R,
        kind: Kind,
        (pc, time, fetch_prev): (u32, u32, u32),
        (w0, w1): (u64, u32),
    ) -> Self {
        let kind_bits = (kind as u64) << Field::KIND.at;
        let state = r.commit("state", || halves(pc, time));
        let w0 = r.commit("instruction 0", || w0);
        // The kind is a constant of the table and the committed bits in its place are ignored: if
        // they were added, a row could execute the instruction of another table.
        let w1p = r.commit_with_free("instruction 1 | fetch prev", KIND_BITS, || {
            halves(w1 & !(KIND_BITS as u32), fetch_prev)
        });
        let w1 = (w1p & (LOW & !KIND_BITS)) ^ r.constant(kind_bits);
        pull(r, Message::State(state));
        let pc = state & LOW;
        let time = state >> 32;
        pull(r, Message::Program { at: pc ^ (w1p & !LOW), w0, w1 });
        push(r, Message::Program { at: state, w0, w1 });
        let field = |f: Field| (w1 >> f.at) & f.mask();
        let sign = w1.broadcast(Field::IMM_SIGN.at) & !((1 << 33) - 1);
        let imm = (w0 >> 32) ^ (field(Field::IMM_32) << 32) ^ sign;
        let mut equations = Equations::new();
        equations.less(r, w1p >> 32, time);
        let step = r.constant(TIME_STEP);
        let carries = equations.carries(r, time, step);
        Self {
            state,
            time,
            fall_through: w0 & LOW,
            imm,
            flags: field(Field::FLAGS),
            registers: [Field::RD, Field::RS1, Field::RS2].map(field),
            next_time: time ^ step ^ ((carries << 1) & LOW),
            equations,
            operands: Operands::none(state),
        }
    }

    /// Commits to what the registers and the cells hold, and to the times of their accesses before, two to
    /// a word where they pair. Reads rs1 in slot 1 and rs2 in slot 2.
    #[inline(always)]
    fn find_operands<R: Rules<Word = W>>(&mut self, r: &mut R, accesses: Accesses, event: &Executed) {
        let s = event.step;
        let mut found = Operands::none(self.state);
        found.accesses = accesses;
        if accesses.rs1 {
            found.rs1 = r.commit("rs1", || s.rs1);
        }
        if accesses.rs2 {
            found.rs2 = r.commit("rs2", || s.rs2);
        }
        let (rs1, rs2) = (found.rs1, found.rs2);
        let mut rd_prev = None;
        if accesses.rs2 {
            let prev = r.commit("prev rs1 | rs2", || halves(s.rs1_prev, s.rs2_prev));
            self.register(r, 1, self.registers[1], prev & LOW, rs1, rs1);
            self.register(r, 2, self.registers[2], prev >> 32, rs2, rs2);
        } else if accesses.rs1 {
            let prev = r.commit("prev rs1 | rd", || halves(s.rs1_prev, s.rd_prev));
            self.register(r, 1, self.registers[1], prev & LOW, rs1, rs1);
            rd_prev = Some(prev >> 32);
        }
        if accesses.rd {
            let prev = match rd_prev {
                Some(prev) => prev,
                None => r.commit_with_free("prev rd", !LOW, || u64::from(s.rd_prev)) & LOW,
            };
            found.rd = Found { prev, old: r.commit("rd old", || s.rd_old) };
            self.after(r, 3, prev);
        }
        match accesses.memory.cells() {
            0 => {}
            1 => found.cells[0] = self.find_cell(r, accesses.memory, event),
            _ => found.cells = self.find_two_cells(r, accesses.memory, event),
        }
        if accesses.reservation {
            let Access { value, prev } = event.further.reservation;
            let old = r.commit("reservation", || value);
            let prev = r.commit_with_free("prev reservation", !LOW, || u64::from(prev)) & LOW;
            self.after(r, 1, prev);
            found.reservation = Found { prev, old };
        }
        self.operands = found;
    }

    /// Commits to the cell of memory that is accessed, in slot 1.
    #[inline(always)]
    fn find_cell<R: Rules<Word = W>>(&mut self, r: &mut R, memory: Memory, event: &Executed) -> Cell<W> {
        let s = event.step;
        let old = r.commit("cell", || s.mem);
        // The read-only bit is the prover's claim: the bus has the cell under one of the two.
        let word = if memory.writes() {
            r.commit_with_free("prev cell", !LOW, || u64::from(s.mem_prev))
        } else {
            let free = !(LOW << 1 | 1);
            r.commit_with_free("prev cell | read-only", free, || halves(s.mem_prev, s.rs2 as u32))
        };
        let prev = word & LOW;
        self.after(r, 1, prev);
        let read_only = if memory.writes() { prev } else { word.bit(32) };
        Cell { found: Found { prev, old }, read_only, place: prev }
    }

    /// Commits to the cells of memory that are accessed, in slots 1 and 2.
    #[inline(always)]
    fn find_two_cells<R: Rules<Word = W>>(
        &mut self,
        r: &mut R,
        memory: Memory,
        event: &Executed,
    ) -> [Cell<W>; 2] {
        let (s, second) = (event.step, event.further.cell);
        let old = [r.commit("cell", || s.mem), r.commit("second cell", || second.value)];
        let prev = r.commit("prev cells", || halves(s.mem_prev, second.prev));
        let prev = [prev & LOW, prev >> 32];
        let read_only =
            if memory.writes() { prev[0] } else { r.commit_with_free("read-only", !3, || s.rs2 & 3) };
        self.after(r, 1, prev[0]);
        self.after(r, 2, prev[1]);
        let cell = |n: usize| {
            let found = Found { prev: prev[n], old: old[n] };
            let read_only = if memory.writes() { prev[n] } else { read_only.bit(n as u32) };
            Cell { found, read_only, place: prev[n] }
        };
        [cell(0), cell(1)]
    }

    /// The time of an access in `slot` 0..=3, in the low half.
    #[inline(always)]
    pub fn at<R: Rules<Word = W>>(&self, r: &mut R, slot: u64) -> W {
        self.time ^ r.constant(slot)
    }

    /// Demands that an access at `slot` comes after `prev` (low half; high half zero).
    /// Cost: one equation.
    #[inline(always)]
    pub fn after<R: Rules<Word = W>>(&mut self, r: &mut R, slot: u64, prev: W) {
        let now = self.at(r, slot);
        self.equations.less(r, prev, now);
    }

    /// A register access: finds `old`, leaves `new`. `register` is the index, `prev` the previous
    /// time, both in the low half with zero high halves. Cost: one equation.
    #[inline(always)]
    pub fn register<R: Rules<Word = W>>(
        &mut self,
        r: &mut R,
        slot: u64,
        register: W,
        prev: W,
        old: W,
        new: W,
    ) {
        let now = self.at(r, slot);
        pull(r, Message::Register { at: register ^ (prev << 32), value: old });
        push(r, Message::Register { at: register ^ (now << 32), value: new });
        self.after(r, slot, prev);
    }

    /// Completes the row and returns `next_pc | next time << 32`, where `next_pc` has a zero high
    /// half.
    #[inline(always)]
    pub fn next_state<R: Rules<Word = W>>(&mut self, r: &mut R, next_pc: W) -> W {
        self.equations.finish(r);
        next_pc ^ (self.next_time << 32)
    }

    /// [`Row::next_state`], put on the bus.
    #[inline(always)]
    pub fn close<R: Rules<Word = W>>(mut self, r: &mut R, next_pc: W) {
        let next = self.next_state(r, next_pc);
        push(r, Message::State(next));
    }
}

impl<R: Rules> Frame<R> for Row<R::Word> {
    #[inline(always)]
    fn fall_through(&self) -> R::Word {
        self.fall_through
    }

    #[inline(always)]
    fn imm(&self) -> R::Word {
        self.imm
    }

    #[inline(always)]
    fn flags(&self) -> R::Word {
        self.flags
    }

    #[inline(always)]
    fn rs1(&mut self, _: &mut R) -> R::Word {
        assert!(self.operands.accesses.rs1, "rs1 is not accessed");
        self.operands.rs1
    }

    #[inline(always)]
    fn rs2(&mut self, _: &mut R) -> R::Word {
        assert!(self.operands.accesses.rs2, "rs2 is not accessed");
        self.operands.rs2
    }

    #[inline(always)]
    fn set_rd(&mut self, r: &mut R, value: R::Word) {
        assert!(self.operands.accesses.rd, "rd is not accessed");
        let Found { prev, old } = self.operands.rd;
        let register = self.registers[0];
        let now = self.at(r, 3);
        pull(r, Message::Register { at: register ^ (prev << 32), value: old });
        push(r, Message::Register { at: register ^ (now << 32), value });
    }

    #[inline(always)]
    fn cell(&mut self, r: &mut R, n: usize, address: R::Word) -> R::Word {
        let memory = self.operands.accesses.memory;
        assert!(n < memory.cells(), "so many cells are not accessed");
        let now = self.at(r, 1 + n as u64);
        let Cell { found: Found { prev, old }, read_only, .. } = self.operands.cells[n];
        let place = address & (LOW & !7);
        if memory.writes() {
            // The read-only bit is 0: no cell that may not be written is on the bus under this name.
            self.operands.cells[n].place = place;
        } else {
            let place = place ^ read_only;
            pull(r, Message::Ram { at: place ^ (prev << 32), value: old });
            push(r, Message::Ram { at: place ^ (now << 32), value: old });
        }
        old
    }

    #[inline(always)]
    fn set_cell(&mut self, r: &mut R, n: usize, value: R::Word) {
        let memory = self.operands.accesses.memory;
        assert!(n < memory.cells() && memory.writes(), "so many cells are not written");
        let now = self.at(r, 1 + n as u64);
        let Cell { found: Found { prev, old }, place, .. } = self.operands.cells[n];
        pull(r, Message::Ram { at: place ^ (prev << 32), value: old });
        push(r, Message::Ram { at: place ^ (now << 32), value });
    }

    #[inline(always)]
    fn reservation(&mut self, _: &mut R) -> R::Word {
        assert!(self.operands.accesses.reservation, "the reservation is not accessed");
        self.operands.reservation.old
    }

    #[inline(always)]
    fn set_reservation(&mut self, r: &mut R, value: R::Word) {
        assert!(self.operands.accesses.reservation, "the reservation is not accessed");
        let Found { prev, old } = self.operands.reservation;
        let register = r.constant(u64::from(RESERVATION));
        let now = self.at(r, 1);
        pull(r, Message::Register { at: register ^ (prev << 32), value: old });
        push(r, Message::Register { at: register ^ (now << 32), value });
    }

    #[inline(always)]
    fn and(&mut self, r: &mut R, x: R::Word, y: R::Word) -> R::Word {
        self.equations.and(r, x & LOW, y & LOW)
    }
}

/// The table in which each instruction of `I` is a row.
pub struct InRows<I>(PhantomData<fn() -> I>);

impl<I> InRows<I> {
    /// The table.
    pub const TABLE: Self = Self(PhantomData);
}

impl<I: Instruction> Table for InRows<I> {
    type Event = Executed;
    const NAME: &'static str = I::NAME;

    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, I::KIND, I::ACCESSES, event);
        let next_pc = I::meaning(r, &mut row);
        row.close(r, next_pc);
    }
}
