//! The tables of system calls.

use alloc::vec::Vec;

use dyad_abi::{
    CALL_EXIT as EXIT, CALL_READ as READ, CALL_WRITE as WRITE, FILE_DIAGNOSTICS as DIAGNOSTICS_FILE,
    FILE_INPUT as INPUT_FILE, FILE_OUTPUT as OUTPUT_FILE,
};
use dyad_rules::LOW;
use dyad_rules::harness::{self, Random, Said, Trial};

use crate::calls::Called;
use crate::calls::diagnostic::Diagnostic;
use crate::calls::exit::Exit;
use crate::calls::read::Read;
use crate::calls::write::Write;
use crate::instr::{CellWords, Instr, Placed, SINK};
use crate::list::Op;
use crate::message::Message;
use crate::record::{Access, Ecall, Written};
use crate::row::{TIME_STEP, halves};
use crate::testing::determined;

/// Calls with random pcs and times; `values` gives a7, a0, a1, a2 and the result.
fn calls(count: usize, random: &mut Random, values: impl Fn(usize, &mut Random) -> [u64; 5]) -> Vec<Called> {
    let one = |i: usize| {
        let pc = (random.word() as u32 & !3).min(u32::MAX - 7);
        let time = [64, 128, u32::MAX - 127, random.word() as u32 & !127 | 64][i % 4];
        let [a7, a0, a1, a2, result] = values(i, random);
        let length = random.word() >> 20;
        let rest = random.word();
        let mut prev = || [0, time - 1, (random.word() % u64::from(time)) as u32][random.below(3)];
        let mut access = |value| Access { value, prev: prev() };
        let (a7, a0, a1, a2) = (access(a7), access(a0), access(a1), access(a2));
        let written = Written { length, rest, prev: prev() };
        let instr = Instr { op: Op::Ecall, rd: SINK, rs1: 0, rs2: 0, imm: 0 };
        let CellWords { w0, w1, .. } = Placed { pc, next: pc + 4, instr }.words();
        let call = Ecall { pc, time, instr: 0, fetch_prev: prev() & !63, a7, a0, a1, a2, result, written };
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
        e.call.written.prev = e.call.time | 1;
        e
    }));
    let determined = |m: &_| determined::call(m, false);
    let trial = Trial::<Exit> { refused: &refused, determined, ..Trial::of(&events) };
    for (e, said) in events.iter().zip(trial.run()) {
        let c = e.call;
        let Written { length, rest, prev } = c.written;
        let exit = Message::Exit { code: c.a0.value & 0xff, length, rest };
        agrees(e, said, &[exit], &[Message::Written { at: halves(0, prev), length, rest }]);
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
    // More by one bit.
    refused.extend(calls(64, &mut random, |k, random| {
        let a2 = count(random) & !(1 << k);
        [READ, INPUT_FILE, count(random), a2, a2 + (1 << k)]
    }));
    refused.extend(late(&events));
    let determined = |m: &_| determined::call(m, true);
    let trial = Trial::<Read> { refused: &refused, chosen: &["result"], determined, ..Trial::of(&events) };
    for (e, said) in events.iter().zip(trial.run()) {
        let c = e.call;
        let range = halves(c.a1.value as u32, c.result as u32);
        agrees(e, said, &[Message::CopyIn { at: halves(c.pc + 4, c.time + TIME_STEP as u32), range }], &[]);
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
    let determined = |m: &_| determined::call(m, true);
    let trial = Trial::<Write> { refused: &refused, determined, ..Trial::of(&events) };
    for (e, said) in events.iter().zip(trial.run()) {
        let c = e.call;
        let range = halves(c.a1.value as u32, c.a2.value as u32);
        agrees(e, said, &[Message::CopyOut { at: halves(c.pc + 4, c.time + TIME_STEP as u32), range }], &[]);
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
    let determined = |m: &_| determined::call(m, true);
    let trial = Trial::<Diagnostic> { refused: &refused, determined, ..Trial::of(&events) };
    for (e, said) in events.iter().zip(trial.run()) {
        let c = e.call;
        agrees(e, said, &[Message::State(halves(c.pc + 4, c.time + TIME_STEP as u32))], &[]);
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
        let register =
            |index: u32, a: Access| Message::Register { at: halves(index, a.prev), value: a.value }.value();
        let (a7, a0) = (register(17, e.call.a7), register(10, e.call.a0));
        assert!(!(said.pulls.contains(&a7) && said.pulls.contains(&a0)), "{e:x?}");
    }
}
