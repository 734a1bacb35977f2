//! What instruction rows share: machine state, fetch, register accesses and the order of time.
//!
//! A row is opened with [`Row::open`], accesses its cells, and is closed with [`Row::close`].
//! Its comparisons of times, the addition of 4 to the time and small products are lanes of 32
//! bits, two to a committed word of carries ([`Lanes`]).

use dyad_rules::{Rules, Word, gadgets};

use crate::instr::Kind;
use crate::message::{Message, pull, push};
use crate::record::Step;

const LOW: u64 = 0xffff_ffff;
/// The bits of the kind in the second word of a program cell.
const KIND_BITS: u64 = 0x1f << 27;

/// A [`Step`] with the two words of its program cell: the event of every instruction table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Executed {
    /// What the executor recorded.
    pub step: Step,
    /// First word of the program cell.
    pub w0: u64,
    /// Second word of the program cell, the kind included.
    pub w1: u32,
}

/// Equations on 32 bits, packed two to a committed word: a lane waits for the next one, and what is
/// left when the row is closed gets a word of its own.
pub struct Lanes<W> {
    waiting: Option<Equation<W>>,
    words: usize,
}

/// Bit by bit `(a ^ i) & (b ^ i) = c ^ i`, `i` being `c` shifted up by one where the mask `carried`
/// is 1. `c` is the word of carries of `a + b` where all but bit 0 is carried, and `a & b` where
/// nothing is.
#[derive(Clone, Copy)]
struct Equation<W> {
    /// In the low half.
    a: W,
    /// In the low half.
    b: W,
    /// Where the carry of the bit below comes in.
    carried: u64,
    /// The bits of `c` that are the constant 1; they are not committed.
    forced: u64,
}

/// A lane that carries.
const CARRIED: u64 = 0xffff_fffe;

const NAMES: [&str; 6] = ["times 0", "times 1", "times 2", "times 3", "times 4", "times 5"];

impl<W: Word> Lanes<W> {
    /// No lanes.
    #[inline(always)]
    #[allow(clippy::new_without_default, reason = "an empty list of equations says nothing")]
    pub fn new() -> Self {
        Self { waiting: None, words: 0 }
    }

    /// Demands `x < y` as unsigned numbers, `y` having a zero high half; that of `x` is ignored.
    ///
    /// `y + !x` carries out exactly when x < y: the top carry is the constant 1.
    #[inline(always)]
    pub fn less<R: Rules<Word = W>>(&mut self, r: &mut R, x: W, y: W) {
        let a = (x & LOW) ^ r.constant(LOW);
        self.add_equation(r, Equation { a, b: y, carried: CARRIED, forced: 1 << 31 });
    }

    /// `x & y`, both with a zero high half.
    #[inline(always)]
    pub fn and<R: Rules<Word = W>>(&mut self, r: &mut R, x: W, y: W) -> W {
        self.at_once(r, Equation { a: x, b: y, carried: 0, forced: 0 })
    }

    /// The carries of `x + y`, both with a zero high half.
    #[inline(always)]
    pub fn carries<R: Rules<Word = W>>(&mut self, r: &mut R, x: W, y: W) -> W {
        self.at_once(r, Equation { a: x, b: y, carried: CARRIED, forced: 0 })
    }

    /// Commits what waits.
    #[inline(always)]
    pub fn finish<R: Rules<Word = W>>(&mut self, r: &mut R) {
        if let Some(low) = self.waiting.take() {
            self.word(r, low, None);
        }
    }

    #[inline(always)]
    fn add_equation<R: Rules<Word = W>>(&mut self, r: &mut R, e: Equation<W>) {
        match self.waiting.take() {
            Some(low) => {
                self.word(r, low, Some(e));
            }
            None => self.waiting = Some(e),
        }
    }

    /// Commits an equation now and returns its `c`, in the low half.
    #[inline(always)]
    fn at_once<R: Rules<Word = W>>(&mut self, r: &mut R, e: Equation<W>) -> W {
        match self.waiting.take() {
            Some(low) => self.word(r, low, Some(e)) >> 32,
            None => self.word(r, e, None),
        }
    }

    /// One committed word. Cost 1/1.
    #[inline(always)]
    fn word<R: Rules<Word = W>>(&mut self, r: &mut R, low: Equation<W>, high: Option<Equation<W>>) -> W {
        let Equation { mut a, mut b, mut carried, mut forced } = low;
        if let Some(high) = high {
            a = a ^ (high.a << 32);
            b = b ^ (high.b << 32);
            carried |= high.carried << 32;
            forced |= high.forced << 32;
        }
        let name = NAMES[self.words];
        self.words += 1;
        let committed = r.commit_with_free(name, forced, || {
            let half = |x: u64, y: u64, carried: u64| {
                if carried & LOW == 0 { x & y & LOW } else { gadgets::carries(x, y, false) & LOW }
            };
            let (a, b) = (a.value(), b.value());
            (half(a & LOW, b & LOW, carried) | half(a >> 32, b >> 32, carried >> 32) << 32) & !forced
        });
        let c = if forced == 0 { committed } else { (committed & !forced) ^ r.constant(forced) };
        let i = (c << 1) & carried;
        r.assert_and(name, a ^ i, b ^ i, c ^ i);
        c
    }
}

/// An instruction row under construction.
pub struct Row<W> {
    /// `pc | time << 32`.
    pub state: W,
    /// The time, in the low half.
    pub time: W,
    /// Fall-through pc, in the low half.
    pub next_pc: W,
    /// The immediate, all 64 bits.
    pub imm: W,
    /// The flags, from bit 0.
    pub flags: W,
    /// rd, rs1, rs2 as words.
    pub registers: [W; 3],
    /// `time + 4`, in the low half.
    next_time: W,
    lanes: Lanes<W>,
}

/// The advice for committing two 32-bit numbers in one word.
pub fn halves(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

impl<W: Word> Row<W> {
    /// Takes the machine's state and the program cell of an instruction of this kind.
    /// Cost 4/1.
    #[inline(always)]
    pub fn open<R: Rules<Word = W>>(r: &mut R, kind: Kind, event: &Executed) -> Self {
        let s = event.step;
        Self::open_at(r, kind, (s.pc, s.time, s.fetch_prev), (event.w0, event.w1))
    }

    /// As [`Row::open`], from its parts: (pc, time, previous time of the program cell) and the
    /// words of the program cell.
    #[inline(always)]
    pub fn open_at<R: Rules<Word = W>>(
        r: &mut R,
        kind: Kind,
        (pc, time, fetch_prev): (u32, u32, u32),
        (w0, w1): (u64, u32),
    ) -> Self {
        let kind_bits = (kind as u64) << 27;
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
        let imm = (w0 >> 32) ^ (w1.bit(16) << 32) ^ (w1.broadcast(17) & !((1 << 33) - 1));
        let mut lanes = Lanes::new();
        lanes.less(r, w1p >> 32, time);
        let four = r.constant(4);
        let carries = lanes.carries(r, time, four);
        Self {
            state,
            time,
            next_pc: w0 & LOW,
            imm,
            flags: (w1 >> 18) & 0x1ff,
            registers: [w1 & 0x3f, (w1 >> 6) & 0x1f, (w1 >> 11) & 0x1f],
            next_time: time ^ four ^ ((carries << 1) & LOW),
            lanes,
        }
    }

    /// The time of an access in `slot` 0..=3, in the low half.
    #[inline(always)]
    pub fn at<R: Rules<Word = W>>(&self, r: &mut R, slot: u64) -> W {
        self.time ^ r.constant(slot)
    }

    /// Demands that an access at `slot` comes after `prev` (low half; high half zero).
    /// Cost: one lane.
    #[inline(always)]
    pub fn after<R: Rules<Word = W>>(&mut self, r: &mut R, slot: u64, prev: W) {
        let now = self.at(r, slot);
        self.lanes.less(r, prev, now);
    }

    /// A register access: finds `old`, leaves `new`. `register` is the index, `prev` the previous
    /// time, both in the low half with zero high halves. Cost: one lane.
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

    /// A RAM access: `cell` is the address with its read-only bit, in the low half. Cost: one lane.
    #[inline(always)]
    pub fn ram<R: Rules<Word = W>>(&mut self, r: &mut R, slot: u64, cell: W, prev: W, old: W, new: W) {
        let now = self.at(r, slot);
        pull(r, Message::Ram { at: cell ^ (prev << 32), value: old });
        push(r, Message::Ram { at: cell ^ (now << 32), value: new });
        self.after(r, slot, prev);
    }

    /// `x & y` of two low halves. Cost 1/1, or nothing where an odd number of accesses waits for
    /// another lane.
    #[inline(always)]
    pub fn and<R: Rules<Word = W>>(&mut self, r: &mut R, x: W, y: W) -> W {
        self.lanes.and(r, x & LOW, y & LOW)
    }

    /// `x` with its high half replaced by copies of bit 31 where `condition` is all ones; `x` where
    /// it is 0. Cost as for [`Row::and`], whose product it uses.
    #[inline(always)]
    pub fn sign_extend_if<R: Rules<Word = W>>(&mut self, r: &mut R, condition: W, x: W) -> W {
        let change = (x >> 32) ^ x.broadcast(31);
        x ^ (self.and(r, condition, change) << 32)
    }

    /// Completes the row and returns `next_pc | (time + 4) << 32`, where `next_pc` has a zero high
    /// half.
    #[inline(always)]
    pub fn next_state<R: Rules<Word = W>>(&mut self, r: &mut R, next_pc: W) -> W {
        self.lanes.finish(r);
        next_pc ^ (self.next_time << 32)
    }

    /// [`Row::next_state`], put on the bus.
    #[inline(always)]
    pub fn close<R: Rules<Word = W>>(mut self, r: &mut R, next_pc: W) {
        let next = self.next_state(r, next_pc);
        push(r, Message::State(next));
    }
}

/// The register that an instruction writes, in slot 3.
pub struct Destination<W> {
    prev: W,
    old: W,
}

impl<W: Word> Destination<W> {
    /// Commits to what rd held, given its previous time `prev` in the low half (high half zero).
    /// Cost 1/0 and one lane.
    #[inline(always)]
    pub fn find<R: Rules<Word = W>>(r: &mut R, row: &mut Row<W>, event: &Executed, prev: W) -> Self {
        let old = r.commit("rd old", || event.step.rd_old);
        row.after(r, 3, prev);
        Self { prev, old }
    }

    /// [`Destination::find`] with a word of its own for the previous time, half of it free.
    /// Cost 2/0 and one lane.
    #[inline(always)]
    pub fn find_alone<R: Rules<Word = W>>(r: &mut R, row: &mut Row<W>, event: &Executed) -> Self {
        let prev = r.commit_with_free("prev rd", !LOW, || u64::from(event.step.rd_prev));
        Self::find(r, row, event, prev & LOW)
    }

    /// Writes rd.
    #[inline(always)]
    pub fn write<R: Rules<Word = W>>(&self, r: &mut R, row: &Row<W>, value: W) {
        let register = row.registers[0];
        let now = row.at(r, 3);
        pull(r, Message::Register { at: register ^ (self.prev << 32), value: self.old });
        push(r, Message::Register { at: register ^ (now << 32), value });
    }
}

/// The registers that an instruction reads: rs1 in slot 1, rs2 in slot 2.
pub struct Sources<W> {
    /// Value of rs1.
    pub rs1: W,
    /// Value of rs2.
    pub rs2: W,
}

impl<W: Word> Sources<W> {
    /// Reads rs1 and rs2. Cost 3/0 and two lanes.
    #[inline(always)]
    pub fn read<R: Rules<Word = W>>(r: &mut R, row: &mut Row<W>, event: &Executed) -> Self {
        let s = event.step;
        let rs1 = r.commit("rs1", || s.rs1);
        let rs2 = r.commit("rs2", || s.rs2);
        let prev = r.commit("prev rs1 | rs2", || halves(s.rs1_prev, s.rs2_prev));
        row.register(r, 1, row.registers[1], prev & LOW, rs1, rs1);
        row.register(r, 2, row.registers[2], prev >> 32, rs2, rs2);
        Self { rs1, rs2 }
    }
}

/// The three register accesses of an instruction with rs1, rs2 and rd: what most rows start with.
pub struct Operands<W> {
    /// Value of rs1.
    pub rs1: W,
    /// Value of rs2.
    pub rs2: W,
    rd: Destination<W>,
}

impl<W: Word> Operands<W> {
    /// Reads rs1 (slot 1) and rs2 (slot 2) and commits to what rd held. Cost 5/0 and three lanes.
    #[inline(always)]
    pub fn read<R: Rules<Word = W>>(r: &mut R, row: &mut Row<W>, event: &Executed) -> Self {
        let Sources { rs1, rs2 } = Sources::read(r, row, event);
        let rd = Destination::find_alone(r, row, event);
        Self { rs1, rs2, rd }
    }

    /// Writes rd (slot 3).
    #[inline(always)]
    pub fn write<R: Rules<Word = W>>(&self, r: &mut R, row: &Row<W>, value: W) {
        self.rd.write(r, row, value);
    }
}
