//! What the tests of instruction tables share: events, and the messages that they should cause.

pub mod determined;

use alloc::vec::Vec;

use dyad_rules::check::MessageValue;
use dyad_rules::harness::{self, Claim, EDGES, Exempt, Random, Said, Trial};

use crate::frame::{Instruction, Memory};
use crate::instr::{CellWords, Field, Instr, Placed, SINK};
use crate::list::{Op, execute};
use crate::message::Message;
use crate::record::Step;
use crate::row::{Executed, InRows, TIME_STEP, halves};

/// An instruction and the event of executing it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The instruction.
    pub instr: Instr,
    /// Where execution goes on, unless the instruction says otherwise.
    pub next: u32,
    /// What happened.
    pub event: Executed,
}

impl Case {
    /// `instr` executed with these values of rs1 and rs2, at a random pc and random times; values
    /// and times agree with one another where the instruction names a register twice.
    pub fn new(instr: Instr, rs1: u64, rs2: u64, random: &mut Random) -> Self {
        let pc = random.word() as u32 & !1;
        // Nothing derives one from the other.
        let next = [pc.wrapping_add(2), pc.wrapping_add(4), random.word() as u32][random.below(3)];
        let time = [64, 128, 1 << 31, u32::MAX - 127, random.word() as u32 & !127 | 64][random.below(5)];
        let mut prev = || match random.below(3) {
            0 => 0,
            1 => time - 1,
            _ => (random.word() % u64::from(time)) as u32,
        };
        let mut step = Step {
            pc,
            time,
            instr: 0,
            fetch_prev: prev() & !63,
            rs1_prev: prev(),
            rs2_prev: prev(),
            rd_prev: prev(),
            mem_prev: prev(),
            rs1,
            rs2,
            rd_old: random.operand(),
            mem: random.word(),
        };
        if instr.rs2 == instr.rs1 {
            (step.rs2, step.rs2_prev) = (step.rs1, time | 1);
        }
        if instr.rd == instr.rs2 {
            (step.rd_old, step.rd_prev) = (step.rs2, time | 2);
        } else if instr.rd == instr.rs1 {
            (step.rd_old, step.rd_prev) = (step.rs1, time | 1);
        }
        let CellWords { w0, w1, .. } = Placed { pc, next, instr }.words();
        Self { instr, next, event: Executed { step, w0, w1, ..Executed::default() } }
    }

    /// The second operand.
    pub fn b(&self) -> u64 {
        self.event.step.rs2 ^ self.instr.imm
    }
}

/// Cases for operations of two operands: all pairs of edges and random ones, as register and as
/// immediate forms, with rs1 = rs2 = rd, rd = rs1, rd = rs2, and rd = the sink.
pub fn cases(ops: &[Op], random: &mut Random) -> Vec<Case> {
    let mut out = Vec::new();
    for &op in ops {
        let has_immediate = op.name(|e| e.format.has_immediate()).is_some();
        let mut case = |rd, rs1, rs2, imm, a, b, random: &mut Random| {
            out.push(Case::new(Instr { op, rd, rs1, rs2, imm }, a, b, random));
        };
        for &a in EDGES {
            for &b in EDGES {
                case(10, 11, 12, 0, a, b, random);
            }
            case(5, 5, 5, 0, a, a, random);
            case(SINK, 5, 5, 0, a, a, random);
        }
        for i in 0..400 {
            let (a, b) = (random.operand(), random.operand());
            let (rd, rs1, rs2) = [(31, 31, 30), (30, 31, 30), (SINK, 1, 2), (1, 2, 3)][i % 4];
            case(rd, rs1, rs2, 0, a, b, random);
            if has_immediate {
                let few = [0u64, 1, 63, 31, 0x7ff, -1i64 as u64, -2048i64 as u64, random.word() % 64];
                case(rd, rs1, 0, few[i % 8], a, 0, random);
            }
        }
    }
    out
}

/// The events of some cases.
pub fn events(cases: &[Case]) -> Vec<Executed> {
    cases.iter().map(|c| c.event).collect()
}

/// The messages of an instruction without RAM that writes `result` to rd and goes on at `next`:
/// pushes and pulls, sorted.
pub fn messages(case: &Case, result: u64, next: u32) -> (Vec<MessageValue>, Vec<MessageValue>) {
    let (Executed { step: s, w0, w1, .. }, i) = (case.event, case.instr);
    let w1 = u64::from(w1);
    let accesses = i.kind().accesses();
    let mut pulls = alloc::vec![
        Message::State(halves(s.pc, s.time)),
        Message::Program { at: halves(s.pc, s.fetch_prev), w0, w1 }
    ];
    let mut pushes = alloc::vec![
        Message::State(halves(next, s.time + TIME_STEP as u32)),
        Message::Program { at: halves(s.pc, s.time), w0, w1 }
    ];
    for (used, slot, register, prev, old, new) in [
        (accesses.rs1, 1, i.rs1, s.rs1_prev, s.rs1, s.rs1),
        (accesses.rs2, 2, i.rs2, s.rs2_prev, s.rs2, s.rs2),
        (accesses.rd, 3, i.rd, s.rd_prev, s.rd_old, result),
    ] {
        if used {
            let register = u32::from(register);
            pulls.push(Message::Register { at: halves(register, prev), value: old });
            pushes.push(Message::Register { at: halves(register, s.time | slot), value: new });
        }
    }
    let values = |m: Vec<Message<u64>>| m.into_iter().map(Message::value).collect();
    harness::net(values(pushes), values(pulls))
}

/// What a table of instructions is tried with beside cases that happen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// Events that must have no row.
    pub refused: &'a [Executed],
    /// Lies about cases.
    pub claims: &'a [Claim<Executed>],
    /// Bit equations that no wrong row needs to single out.
    pub exempt: &'a [Exempt],
}

/// [`instruction_table_beside`] for a table that only refuses times in disorder.
pub fn instruction_table<I: Instruction>(cases: &[Case], execute: impl Fn(&Case) -> (u64, u32)) {
    instruction_table_beside::<I>(cases, &Beside::default(), execute);
}

/// [`instruction_table`] for operations of two operands: all cases of [`cases`].
pub fn two_operand_table<I: Instruction>(ops: &[Op], seed: u64) {
    instruction_table::<I>(&cases(ops, &mut Random(seed)), two_operands);
}

/// The result of an operation of two operands, and the next pc.
pub fn two_operands(c: &Case) -> (u64, u32) {
    (execute(c.instr.op, c.event.step.rs1, c.b()), c.next)
}

/// Runs the whole harness on a table of instructions without RAM, and compares the messages of
/// each honest row with what `execute` says: the result and the next pc.
pub fn instruction_table_beside<I: Instruction>(
    cases: &[Case],
    beside: &Beside<'_>,
    execute: impl Fn(&Case) -> (u64, u32),
) {
    let mut refused = beside.refused.to_vec();
    refused.extend(cases.iter().take(16).flat_map(disordered::<I>));
    trial::<I>(cases, &Beside { refused: &refused, ..*beside }, |case| {
        let (result, next) = execute(case);
        messages(case, result, next)
    });
}

/// Runs the whole harness on a table of instructions with all that is in `beside`, and compares the messages
/// of each honest row with `expected`: pushes and pulls, sorted.
pub fn trial<I: Instruction>(
    cases: &[Case],
    beside: &Beside<'_>,
    expected: impl Fn(&Case) -> (Vec<MessageValue>, Vec<MessageValue>),
) {
    only_its_kind::<I>();
    let happened = events(cases);
    let determined = match I::ACCESSES.memory {
        Memory::Read | Memory::ReadTwo => determined::places_to_read,
        Memory::None | Memory::Write | Memory::WriteTwo => determined::places,
    };
    let &Beside { refused, claims, exempt } = beside;
    let trial = Trial::<InRows<I>> { refused, claims, exempt, determined, ..Trial::of(&happened) };
    for (case, Said { pushes, pulls, .. }) in cases.iter().zip(trial.run()) {
        assert_eq!((pushes, pulls), expected(case), "{case:x?}");
    }
}

/// Whatever its words are, a row of an instruction table executes instructions of its kind.
fn only_its_kind<I: Instruction>() {
    let kind = I::KIND;
    let width = dyad_rules::fill::<InRows<I>>(&Executed::default()).committed.len();
    let mut random = Random(11);
    let program = Message::Program { at: 0, w0: 0, w1: 0 }.value()[0];
    for _ in 0..100 {
        let words: Vec<_> = (0..width).map(|_| random.word()).collect();
        let said = harness::said::<InRows<I>>(&words, &[]);
        for messages in [said.pushes, said.pulls] {
            let cells: Vec<_> = messages.iter().filter(|m| m[0] == program).collect();
            assert!(
                cells.len() == 1 && cells[0][3] >> Field::KIND.at == kind as u64,
                "{}: {messages:x?}",
                I::NAME
            );
        }
    }
}

/// The event with the previous time of one access not before the access.
pub fn disordered<I: Instruction>(case: &Case) -> Vec<Executed> {
    let accesses = I::ACCESSES;
    let mut out = Vec::new();
    let mut change = |used: bool, slot: u32, place: fn(&mut Executed) -> &mut u32| {
        let now = case.event.step.time | slot;
        for prev in [now, now.saturating_add(1), u32::MAX].into_iter().filter(|_| used) {
            let mut event = case.event;
            *place(&mut event) = prev;
            out.push(event);
        }
    };
    change(true, 0, |e| &mut e.step.fetch_prev);
    change(accesses.rs1, 1, |e| &mut e.step.rs1_prev);
    change(accesses.rs2, 2, |e| &mut e.step.rs2_prev);
    change(accesses.rd, 3, |e| &mut e.step.rd_prev);
    change(accesses.memory != Memory::None, 1, |e| &mut e.step.mem_prev);
    change(accesses.memory.cells() == 2, 2, |e| &mut e.further.cell.prev);
    change(accesses.reservation, 1, |e| &mut e.further.reservation.prev);
    out
}

/// Cases for loads and stores: `op` at all offsets that its `size` divides, at edges of the address
/// space and with values and immediates of all kinds.
pub fn memory_cases(op: Op, size: u64, store: bool, random: &mut Random) -> Vec<Case> {
    let mut out = Vec::new();
    for i in 0..300 {
        let start = [0x1000, 0xffff_fff8, 0x7fff_fff8, 0x8000_0000, random.word() & 0xffff_fff8][i % 5];
        let address = start + size * (random.word() % (8 / size));
        let imm =
            [0, 1, -1i64 as u64, 2047, -2048i64 as u64, (random.word() % 4096).wrapping_sub(2048)][i % 6];
        out.push(memory_case(op, address, imm, store, random));
    }
    out
}

/// A load or store `op` at `address`, with random data.
pub fn memory_case(op: Op, address: u64, imm: u64, store: bool, random: &mut Random) -> Case {
    let rs1 = address.wrapping_sub(imm);
    let which = random.below(3);
    let (rd, rs1_name, rs2) = if store { (SINK, 8, [9, 8, 0][which]) } else { ([9, 8, SINK][which], 8, 0) };
    let instr = Instr { op, rd, rs1: rs1_name, rs2, imm };
    let mut case = Case::new(instr, rs1, if rs2 == 0 { 0 } else { random.operand() }, random);
    if !store {
        case.event.step.rs2 = random.word() & 1;
    }
    if random.below(2) == 0 {
        case.event.step.mem = random.operand();
    }
    case
}

/// [`messages`] and those of the RAM cell that is `place`, address and read-only bit, and becomes
/// `new`.
pub fn messages_with_ram(
    case: &Case,
    result: u64,
    (place, new): (u32, u64),
) -> (Vec<MessageValue>, Vec<MessageValue>) {
    let s = case.event.step;
    let (mut pushes, mut pulls) = messages(case, result, case.next);
    pulls.push(Message::Ram { at: halves(place, s.mem_prev), value: s.mem }.value());
    pushes.push(Message::Ram { at: halves(place, s.time | 1), value: new }.value());
    harness::net(pushes, pulls)
}

/// Runs the harness on a table of loads or stores; `ram` gives the result, place and new value of
/// the cell. Demands that misaligned and distant addresses and disordered times are refused.
pub fn memory_table<I: Instruction>(ops: &[(Op, u64)], ram: impl Fn(&Case, u64) -> (u64, (u32, u64))) {
    let mut random = Random(31);
    let store = I::ACCESSES.memory == Memory::Write;
    let cases: Vec<_> =
        ops.iter().flat_map(|&(op, size)| memory_cases(op, size, store, &mut random)).collect();
    let mut wrong = Vec::new();
    for &(op, size) in ops {
        for offset in (0..8).filter(|offset| offset % size != 0) {
            wrong.push(memory_case(op, 0x2000 + offset, 0, store, &mut random).event);
        }
    }
    // Immediates of both signs: a carry into the wrong bit goes on from it only where it meets no other.
    let distant = (32..64).map(|k| 0x2000 | 1 << k).chain([!7, 0x1000_0000_2000]);
    for (i, address) in distant.enumerate() {
        for imm in [random.word() % 2048, !(random.word() % 2048)] {
            wrong.push(memory_case(ops[i % ops.len()].0, address, imm, store, &mut random).event);
        }
    }
    wrong.extend(cases.iter().take(16).flat_map(disordered::<I>));

    trial::<I>(&cases, &Beside { refused: &wrong, ..Beside::default() }, |case| {
        let address = case.event.step.rs1.wrapping_add(case.instr.imm);
        let (result, cell) = ram(case, address);
        messages_with_ram(case, result, cell)
    });
}
