//! ECALL and EBREAK.
//!
//! A system call is a row of one of four tables, each for one value of a7, the call's number, and
//! (but for `exit`) of a0, the file: the values are constants of the table, which the bus compares
//! with the registers. Any other call has no row. `read` and `write` hand over to the tables of
//! [`crate::copy`], which move the bytes a step at a time and then continue the program.

use dyad_rules::{Rules, Table, Word, gadgets};

use super::{Encoding, Format, WHOLE, line};
use crate::instr::{Kind, OUTPUT_LENGTH, Op};
use crate::message::{Message, push};
use crate::record::Ecall;
use crate::row::{Row, halves};

/// Linux's number of `read`.
pub const READ: u64 = 63;
/// Linux's number of `write`.
pub const WRITE: u64 = 64;
/// Linux's number of `exit`.
pub const EXIT: u64 = 93;
/// The file that `read` reads: the private input.
pub const INPUT_FILE: u64 = 0;
/// The file that `write` writes public output to.
pub const OUTPUT_FILE: u64 = 1;
/// The file that `write` writes diagnostics to.
pub const DIAGNOSTICS_FILE: u64 = 2;

const LOW: u64 = 0xffff_ffff;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("ecall",  (WHOLE, 0x0000_0073), Format::None, Op::Ecall,  Kind::System,     0),
    line("ebreak", (WHOLE, 0x0010_0073), Format::None, Op::Ebreak, Kind::Breakpoint, 0),
];

/// An [`Ecall`] with the two words of its program cell: the event of the tables of system calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// What the executor recorded.
    pub call: Ecall,
    /// First word of the program cell.
    pub w0: u64,
    /// Second word of the program cell, the kind included.
    pub w1: u32,
}

/// What a system call finds in registers and leaves in a0.
struct Registers<W> {
    number: W,
    a0: W,
    a0_new: W,
    a1: W,
    a2: W,
}

/// Accesses a7, a0, a1 and a2 in slot 1. Cost 2/0 and four lanes.
fn registers<R: Rules>(r: &mut R, row: &mut Row<R::Word>, call: &Ecall, found: &Registers<R::Word>) {
    let first = r.commit("prev a7 | a0", || halves(call.a7.prev, call.a0.prev));
    let second = r.commit("prev a1 | a2", || halves(call.a1.prev, call.a2.prev));
    for (register, prev, old, new) in [
        (17, first & LOW, found.number, found.number),
        (10, first >> 32, found.a0, found.a0_new),
        (11, second & LOW, found.a1, found.a1),
        (12, second >> 32, found.a2, found.a2),
    ] {
        let register = r.constant(register);
        row.register(r, 1, register, prev, old, new);
    }
}

fn open<R: Rules>(r: &mut R, event: &Called) -> Row<R::Word> {
    let c = event.call;
    Row::open_at(r, Kind::System, (c.pc, c.time, c.fetch_prev), (event.w0, event.w1))
}

/// The table of `exit`: the code is the low byte of a0. No state follows.
pub struct Exit;

impl Table for Exit {
    type Event = Called;
    const NAME: &'static str = "exit";

    /// 14 committed words, 4 constraints; one row a run.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let a0 = r.commit("a0", || call.a0.value);
        let a1 = r.commit("a1", || call.a1.value);
        let a2 = r.commit("a2", || call.a2.value);
        let number = r.constant(EXIT);
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: a0, a1, a2 });
        let length = r.commit("output length", || call.output.value);
        let prev = r.commit_with_free("prev output length", !LOW, || u64::from(call.output.prev));
        let register = r.constant(u64::from(OUTPUT_LENGTH));
        row.register(r, 1, register, prev & LOW, length, length);
        push(r, Message::Exit { code: a0 & 0xff, length });
        // No state follows, but the row's times are to be compared.
        let next_pc = row.next_pc;
        row.next_state(r, next_pc);
    }
}

/// The table of `read` of the input: any number of bytes up to a2, as the prover likes, is
/// delivered to a1. Addresses and counts of 2^32 and more have no row.
pub struct Read;

impl Table for Read {
    type Event = Called;
    const NAME: &'static str = "read";

    /// 11 committed words, 5 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let buffer = r.commit("a1 | a2", || halves(call.a1.value as u32, call.a2.value as u32));
        let (a1, a2) = (buffer & LOW, buffer >> 32);
        let delivered = r.commit("result", || call.result);
        let (number, a0) = (r.constant(READ), r.constant(INPUT_FILE));
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: delivered, a1, a2 });
        // a2 - result does not borrow; so the result, too, is below 2^32.
        let no_borrow = gadgets::subtract(r, "result at most a2", a2, delivered).carries.bit(63);
        let one = r.constant(1);
        gadgets::assert_zero(r, "result at most a2", no_borrow ^ one);
        let next_pc = row.next_pc;
        let at = row.next_state(r, next_pc);
        push(r, Message::CopyIn { at, range: a1 ^ (delivered << 32) });
    }
}

/// The table of `write` to the public output: a2 bytes from a1. Addresses and counts of 2^32 and
/// more have no row.
pub struct Write;

impl Table for Write {
    type Event = Called;
    const NAME: &'static str = "write";

    /// 9 committed words, 3 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let range = r.commit("a1 | a2", || halves(call.a1.value as u32, call.a2.value as u32));
        let (a1, a2) = (range & LOW, range >> 32);
        let (number, a0) = (r.constant(WRITE), r.constant(OUTPUT_FILE));
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: a2, a1, a2 });
        let next_pc = row.next_pc;
        let at = row.next_state(r, next_pc);
        push(r, Message::CopyOut { at, range });
    }
}

/// The table of `write` to the diagnostics: to the proof, it only returns a2.
pub struct Diagnostic;

impl Table for Diagnostic {
    type Event = Called;
    const NAME: &'static str = "diagnostic";

    /// 10 committed words, 3 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let a1 = r.commit("a1", || call.a1.value);
        let a2 = r.commit("a2", || call.a2.value);
        let (number, a0) = (r.constant(WRITE), r.constant(DIAGNOSTICS_FILE));
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: a2, a1, a2 });
        let next_pc = row.next_pc;
        row.close(r, next_pc);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use dyad_rules::harness::{self, Random, Said};

    use super::*;
    use crate::instr::{Instr, SINK};
    use crate::record::Access;
    use crate::row::halves;

    /// Calls with random pcs and times; `values` gives a7, a0, a1, a2 and the result.
    fn calls(
        count: usize,
        random: &mut Random,
        values: impl Fn(usize, &mut Random) -> [u64; 5],
    ) -> Vec<Called> {
        let one = |i: usize| {
            let pc = (random.word() as u32 & !3).min(u32::MAX - 7);
            let time = [4, 8, u32::MAX - 7, random.word() as u32 & !7 | 4][i % 4];
            let [a7, a0, a1, a2, result] = values(i, random);
            let length = random.word() >> 20;
            let mut prev = || [0, time - 1, (random.word() % u64::from(time)) as u32][random.below(3)];
            let mut access = |value| Access { value, prev: prev() };
            let (a7, a0, a1, a2) = (access(a7), access(a0), access(a1), access(a2));
            let output = Access { prev: prev(), value: length };
            let (w0, w1) = Instr { op: Op::Ecall, rd: SINK, rs1: 0, rs2: 0, imm: 0 }.words(pc);
            let call = Ecall { pc, time, instr: 0, fetch_prev: prev() & !3, a7, a0, a1, a2, result, output };
            Called { call, w0, w1 }
        };
        (0..count).map(one).collect()
    }

    /// Events with a previous time that is too late.
    fn late(events: &[Called]) -> Vec<Called> {
        let mut out = Vec::new();
        for (i, e) in events.iter().take(40).enumerate() {
            let mut e = *e;
            let c = &mut e.call;
            let prev = [&mut c.a7.prev, &mut c.a0.prev, &mut c.a1.prev, &mut c.a2.prev, &mut c.fetch_prev];
            let which = i % 5;
            for (k, prev) in prev.into_iter().enumerate() {
                if k == which {
                    *prev = [c.time | 1, c.time | 2, u32::MAX][i % 3];
                }
            }
            out.push(e);
        }
        out
    }

    /// What the call says beside `more`, which are its own messages.
    fn agrees(e: &Called, said: Said, more: &[Message<u64>], more_pulls: &[Message<u64>]) {
        let c = e.call;
        let w1 = u64::from(e.w1);
        let mut pushes = alloc::vec![Message::Program { at: halves(c.pc, c.time), w0: e.w0, w1 }];
        let mut pulls = alloc::vec![
            Message::State(halves(c.pc, c.time)),
            Message::Program { at: halves(c.pc, c.fetch_prev), w0: e.w0, w1 }
        ];
        for (index, access, new) in
            [(17, c.a7, c.a7.value), (10, c.a0, c.result), (11, c.a1, c.a1.value), (12, c.a2, c.a2.value)]
        {
            pulls.push(Message::Register { at: halves(index, access.prev), value: access.value });
            pushes.push(Message::Register { at: halves(index, c.time | 1), value: new });
        }
        pushes.extend(more);
        pulls.extend(more_pulls);
        let values = |m: Vec<Message<u64>>| m.into_iter().map(Message::value).collect();
        assert_eq!((said.pushes, said.pulls), harness::net(values(pushes), values(pulls)), "{e:x?}");
    }

    #[test]
    fn exits() {
        let mut random = Random(51);
        let events = calls(120, &mut random, |_, random| {
            let a0 = random.operand();
            [EXIT, a0, random.operand(), random.operand(), a0]
        });
        let mut refused = late(&events);
        refused.extend(events.iter().take(8).map(|e| {
            let mut e = *e;
            e.call.output.prev = e.call.time | 1;
            e
        }));
        for (e, said) in events.iter().zip(harness::all_refusing::<Exit>(&events, &refused, &[])) {
            let c = e.call;
            let (length, now) = (c.output.value, halves(33, c.time | 1));
            let exit = Message::Exit { code: c.a0.value & 0xff, length };
            let pushes = [exit, Message::Register { at: now, value: length }];
            let pulls = [Message::Register { at: halves(33, c.output.prev), value: length }];
            agrees(e, said, &pushes, &pulls);
        }
    }

    #[test]
    fn reads() {
        let mut random = Random(52);
        let count = |random: &mut Random| random.operand() & LOW;
        let events = calls(200, &mut random, |i, random| {
            let a2 = count(random);
            let n = [a2, 0, random.word() % (a2 + 1), a2 / 2][i % 4];
            [READ, INPUT_FILE, count(random), a2, n]
        });
        // More than was asked for.
        let mut refused = calls(80, &mut random, |i, random| {
            let a2 = count(random);
            let n = [a2 + 1, 1 << 32, u64::MAX, a2 | 1 << 63][i % 4];
            [READ, INPUT_FILE, count(random), a2, n]
        });
        refused.extend(late(&events));
        for (e, said) in events.iter().zip(harness::all_refusing::<Read>(&events, &refused, &["result"])) {
            let c = e.call;
            let range = halves(c.a1.value as u32, c.result as u32);
            agrees(e, said, &[Message::CopyIn { at: halves(c.pc + 4, c.time + 4), range }], &[]);
        }
    }

    #[test]
    fn writes() {
        let mut random = Random(53);
        let events = calls(120, &mut random, |_, random| {
            let a2 = random.operand() & LOW;
            [WRITE, OUTPUT_FILE, random.operand() & LOW, a2, a2]
        });
        let refused = late(&events);
        for (e, said) in events.iter().zip(harness::all_refusing::<Write>(&events, &refused, &[])) {
            let c = e.call;
            let range = halves(c.a1.value as u32, c.a2.value as u32);
            agrees(e, said, &[Message::CopyOut { at: halves(c.pc + 4, c.time + 4), range }], &[]);
        }
    }

    #[test]
    fn diagnostics() {
        let mut random = Random(54);
        let events = calls(120, &mut random, |_, random| {
            let a2 = random.operand();
            [WRITE, DIAGNOSTICS_FILE, random.operand(), a2, a2]
        });
        let refused = late(&events);
        for (e, said) in events.iter().zip(harness::all_refusing::<Diagnostic>(&events, &refused, &[])) {
            let c = e.call;
            agrees(e, said, &[Message::State(halves(c.pc + 4, c.time + 4))], &[]);
        }
    }

    /// Registers that hold other values than the row wants: the row says something else.
    #[test]
    fn numbers_and_files_are_those_of_the_table() {
        let mut random = Random(55);
        let other = calls(20, &mut random, |i, _| {
            [[WRITE, 93, 0, u64::MAX, 64 | 1 << 32][i % 5], [0, 2, 3, 1 << 32, 1 << 63][i / 4], 0x1000, 8, 8]
        });
        for e in other {
            let row = dyad_rules::fill::<Write>(&e);
            let said = harness::said::<Write>(&row.committed, &row.fixed);
            let register = |index: u32, a: Access| {
                Message::Register { at: halves(index, a.prev), value: a.value }.value()
            };
            let (a7, a0) = (register(17, e.call.a7), register(10, e.call.a0));
            assert!(!(said.pulls.contains(&a7) && said.pulls.contains(&a0)), "{e:x?}");
        }
    }
}
