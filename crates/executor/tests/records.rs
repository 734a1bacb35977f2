//! What a recorded run consists of, on programs small enough to follow by hand.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod common;

use common::load;
use dyad_executor::{
    Error, Fault, Limits, Moment, Patterns, meter, record, record_parts, record_with, record_within,
    recorded_bytes, rows_of, trace,
};
use dyad_machine::instr::{RAM_TOP, decode};
use dyad_machine::list::TableId;
use dyad_machine::record::{Access, Cell, Copy, Ecall, Events, Records, Step, Written};
use dyad_machine::row::TIME_STEP;
use dyad_machine::tables::Run;
use dyad_machine::trace::Trace;
use dyad_program::testing::asm::*;
use dyad_program::testing::{CODE, DATA};

const PC: u32 = CODE as u32;

fn recorded(code: &[u32], data: &[u8], input: &[u8]) -> Records {
    record(&load(code, data), input, Limits::default()).expect("the program exits").1
}

/// The time of an access in a slot of the step of this number, from 1.
fn at(step: u32, slot: u32) -> u32 {
    step * TIME_STEP as u32 + slot
}

fn access(value: u64, prev: u32) -> Access {
    Access { value, prev }
}

#[test]
fn steps_hold_values_and_previous_times() {
    let code = [
        addi(T0, ZERO, 5), // step 1
        add(T0, T0, T0),   // step 2
        fence(),           // step 3
        auipc(A1, 0xf0),   // step 4
        sd(T0, A1, -12),   // step 5: at DATA
        lw(T1, A1, -12),   // step 6
        lwu(T1, A1, -8),   // step 7: the same cell
        beq(T1, ZERO, 8),  // step 8
        ebreak(),
        jal(RA, 4),         // step 9
        addi(A7, ZERO, 93), // step 10
        ecall(),            // step 11
    ];
    let r = recorded(&code, &[7; 8], &[]);
    let program = load(&code, &[7; 8]);
    // Among the instructions are those that begin within others.
    let index = |pc: u32| program.instrs().iter().position(|i| i.pc == pc).expect("an instruction");
    let step = |n: u32, instr: u32| {
        let pc = PC + 4 * instr;
        Step { pc, instr: index(pc) as u32, time: at(n, 0), ..Step::default() }
    };
    assert_eq!(
        r.events.steps[TableId::Addition],
        [
            Step { rs2_prev: at(1, 1), ..step(1, 0) },
            Step {
                rs1_prev: at(1, 3),
                rs1: 5,
                rs2_prev: at(2, 1),
                rs2: 5,
                rd_prev: at(2, 2),
                rd_old: 5,
                ..step(2, 1)
            },
            Step { rs1_prev: at(1, 2), rs2_prev: at(3, 1), ..step(3, 2) },
            Step { rs1_prev: at(8, 2), rs2_prev: at(10, 1), rd_prev: 0, ..step(10, 10) },
        ]
    );
    assert_eq!(r.events.steps[TableId::Upper], [step(4, 3)]);
    let cell = 0x0707_0707_0707_0707;
    let base = DATA + 12;
    assert_eq!(
        r.events.steps[TableId::Store],
        [Step { rs1: base, rs1_prev: at(4, 3), rs2: 10, rs2_prev: at(2, 3), mem: cell, ..step(5, 4) }]
    );
    assert_eq!(
        r.events.steps[TableId::Load],
        [
            Step { rs1: base, rs1_prev: at(5, 1), mem: 10, mem_prev: at(5, 1), ..step(6, 5) },
            Step {
                rs1: base,
                rs1_prev: at(6, 1),
                rd_old: 10,
                rd_prev: at(6, 3),
                mem: 10,
                mem_prev: at(6, 1),
                ..step(7, 6)
            },
        ]
    );
    assert_eq!(
        r.events.steps[TableId::BranchEqual],
        [Step { rs1_prev: at(7, 3), rs2_prev: at(3, 2), ..step(8, 7) }]
    );
    assert_eq!(r.events.steps[TableId::Jump], [step(9, 9)]);
    assert_eq!(
        r.events.calls[TableId::Exit],
        [Ecall {
            pc: PC + 44,
            time: at(11, 0),
            instr: index(PC + 44) as u32,
            a7: access(93, at(10, 3)),
            a1: access(base, at(7, 1)),
            ..Ecall::default()
        }]
    );
    assert_eq!(r.fetches.len(), program.instrs().len());
    let fetches: Vec<_> = (0..12).map(|i| r.fetches[index(PC + 4 * i)]).collect();
    assert_eq!(fetches, [1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 10, 11].map(|n| at(n, 0)));
    assert_eq!(r.fetches.iter().filter(|&&time| time != 0).count(), 11);
    assert_eq!(r.registers.len(), 34);
    assert_eq!(r.registers[0], access(0, at(10, 2)));
    assert_eq!(r.registers[1], access(u64::from(PC) + 40, at(9, 3)));
    assert_eq!(r.registers[2], access(0xffff_f000, 0));
    assert_eq!(r.registers[5], access(10, at(5, 2)));
    assert_eq!(r.registers[32], access(0, at(3, 3)));
    assert_eq!(r.registers[33], access(0, 0));
    let cells = &r.cells[code.len() / 2..];
    let top = Cell { address: RAM_TOP as u32, ..Cell::default() };
    assert_eq!(
        cells,
        [Cell { address: DATA as u32, first: cell, last: 10, last_time: at(7, 1), read_only: false }, top]
    );
    assert!(r.cells[..code.len() / 2].iter().all(|c| c.read_only && c.first == c.last && c.last_time == 0));
    assert_eq!((r.instructions, r.cycles, r.exit_code), (11, 11, 0));
}

#[test]
fn loads_say_whether_their_cell_is_read_only() {
    let r = recorded(&[vec![auipc(A1, 0), lw(A0, A1, 0), lw(A0, SP, 0)], exit(0)].concat(), &[], &[]);
    let loads = &r.events.steps[TableId::Load];
    assert_eq!((loads[0].rs2, loads[1].rs2), (1, 0));
}

#[test]
fn copies_have_times_of_their_own() {
    let read = syscall(63, 0, DATA + 7, 10);
    let code = [read.clone(), syscall(64, 1, DATA + 7, 10), exit(0)].concat();
    let r = recorded(&code, &[0; 24], b"ABCDEFGHIJKL");
    let called = read.len() as u32;
    let pc = PC + 4 * called;
    let copy = |step: u32, pointer: u64, remaining| Copy {
        pc,
        time: at(called + step, 0),
        pointer: pointer as u32,
        remaining,
        ..Copy::default()
    };
    let (abc, first) = (u64::from_le_bytes(*b"BCDEFGHI"), u64::from(b'A') << 56);
    let call = r.events.calls[TableId::Read][0];
    assert_eq!((call.time, call.result, call.a2.value), (at(called, 0), 10, 10));
    assert_eq!(
        r.events.copies[TableId::CopyInByte],
        [
            Copy { mem_new: first, ..copy(1, DATA + 7, 10) },
            Copy { mem_new: u64::from(b'J'), ..copy(3, DATA + 16, 1) },
        ]
    );
    assert_eq!(r.events.copies[TableId::CopyInWord], [Copy { mem_new: abc, ..copy(2, DATA + 8, 9) }]);
    assert_eq!(r.events.copies[TableId::CopyInEnd], [copy(4, DATA + 17, 0)]);
    // Out: a byte up to the next cell, eight whatever the output's length is, and what is left.
    let bytes = &r.events.copies[TableId::CopyOutByte];
    let words = &r.events.copies[TableId::CopyOutWord];
    assert_eq!((bytes.len(), words.len()), (2, 1));
    assert_eq!(bytes[0].mem, access(first, at(called + 1, 1)));
    assert_eq!(words[0].mem, access(abc, at(called + 2, 1)));
    let written = |length, rest, prev| Written { length, rest, prev };
    assert_eq!(bytes[0].written, written(0, 0, 0));
    assert_eq!(words[0].written, written(1, u64::from(b'A'), bytes[0].time | 1));
    assert_eq!(bytes[1].written, written(9, u64::from(b'I'), words[0].time | 1));
    assert_eq!(r.events.copies[TableId::CopyOutEnd][0].time, bytes[1].time + TIME_STEP as u32);
    let rest = u64::from_le_bytes(*b"IJ\0\0\0\0\0\0");
    assert_eq!(r.events.calls[TableId::Exit][0].written, written(10, rest, bytes[1].time | 1));
    assert_eq!((r.output.as_slice(), r.cycles), (&b"ABCDEFGHIJ"[..], r.instructions + 4 + 4));
}

#[test]
fn the_eighth_byte_is_a_step_of_its_own() {
    // Seven bytes before a cell's end, then one, then one more.
    let code =
        [syscall(64, 1, DATA + 1, 7), syscall(64, 1, DATA + 1, 1), syscall(64, 1, DATA + 2, 1), exit(0)];
    let r = recorded(&code.concat(), b"ABCDEFGH", &[]);
    let lengths = |table| r.events.copies[table].iter().map(|c| c.written.length).collect::<Vec<_>>();
    assert_eq!(lengths(TableId::CopyOutByte), [0, 1, 2, 3, 4, 5, 6, 8]);
    assert_eq!(lengths(TableId::CopyOutEighth), [7]);
    assert_eq!(r.output, b"BCDEFGHBC");
}

#[test]
fn a_copy_may_end_with_the_address_space() {
    let r = recorded(&[syscall(63, 0, 0xffff_fff8, 8), exit(0)].concat(), &[], &[1; 8]);
    assert_eq!(r.events.copies[TableId::CopyInEnd][0].pointer, 0);
    let top = r.cells.last().expect("the top cell");
    assert_eq!((top.address, top.last), (RAM_TOP as u32, 0x0101_0101_0101_0101));
}

/// Events taken while the program runs are those of the whole run, few at a time, and what is known at
/// the end does not depend on it.
#[test]
fn parts_together_are_the_whole() {
    let round =
        [syscall(63, 0, DATA + 1, 900), syscall(64, 1, DATA + 1, 900), syscall(64, 2, DATA, 5)].concat();
    let mut code = [li(S0, 300), round].concat();
    let back = 4 * (code.len() - li(S0, 300).len()) as i32;
    code.extend([addi(S0, S0, -1), mul(T0, S0, S0), bne(S0, ZERO, -back - 8)]);
    code.extend(exit(0));
    let program = load(&code, &[3; 1000]);
    let input: Vec<u8> = (0..40_000u32).map(|i| i as u8).collect();
    let (outcome, whole) = record(&program, &input, Limits::default()).expect("exits");
    let mut taken = Events::default();
    let mut parts = 0;
    let mut take = |events: &mut Events| {
        assert!(events.count() <= 4096);
        taken.append(events);
        events.clear();
        parts += 1;
    };
    let (same, mut rest) =
        record_parts(&program, &Patterns::default(), &input, Limits::default(), &mut take).expect("exits");
    taken.append(&rest.events);
    rest.events = taken;
    assert!(parts > 10 && outcome == same && rest == whole, "{parts} parts");
}

/// A record is kept whole, or not at all.
#[test]
fn a_record_is_kept_as_far_as_there_is_room() {
    let code = [li(S0, 40_000), vec![addi(S0, S0, -1), bne(S0, ZERO, -4)], exit(0)].concat();
    let program = load(&code, &[]);
    let (outcome, whole) = record(&program, &[], Limits::default()).expect("exits");
    let none = Patterns::default();
    let (_, rows) = meter(&program, &[], Limits::default()).expect("exits");
    let bytes = recorded_bytes(&rows, &none);
    let within = |most, goes_on: bool| {
        record_within(&program, &none, &[], Limits::default(), most, &mut |at| {
            assert!(at.cycles == 0 || at.rows[TableId::Addition] > 0);
            // Half of the instructions are in rows of 64 bytes at least.
            assert!(at.bytes >= 32 * at.cycles, "{} bytes after {} cycles", at.bytes, at.cycles);
            goes_on || at.cycles < 20_000
        })
    };
    // The times of accesses take some pages.
    let kept = within(bytes + 100_000, true).expect("exits").expect("there is room");
    assert!(kept.outcome == outcome && kept.records == whole);
    assert!(kept.recording.times > 0 && kept.recording.times < 100_000);
    for most in [0, bytes / 2, bytes] {
        assert!(within(most, true).expect("exits").is_none(), "{most} bytes");
    }
    assert!(matches!(within(u64::MAX, false), Err(Error::Stopped(_))));
}

/// Of a long run parts are written down, the last of them near its end.
#[test]
fn a_trace_of_a_long_run_has_parts_of_it() {
    let code = [li(S0, 50_000), vec![addi(S0, S0, -1), sd(S0, SP, -8), bne(S0, ZERO, -8)], exit(0)].concat();
    let program = load(&code, &[]);
    let whole = trace(&program, &[], Limits::default(), 1 << 20).expect("exits");
    assert!(whole.instrs.len() > 150_000 && whole.addresses.len() == 50_000);
    let parts = trace(&program, &[], Limits::default(), 1600).expect("exits");
    let breaks = parts.instrs.iter().filter(|&&i| i == Trace::BREAK).count();
    assert_eq!((parts.instrs.len(), breaks), (1600 + 15, 15));
    // One instruction of three stores.
    assert!(parts.addresses.len().abs_diff(1600 / 3) <= 16, "{}", parts.addresses.len());
    for (i, part) in parts.instrs.split(|&i| i == Trace::BREAK).enumerate() {
        let first = i * (whole.instrs.len().div_ceil(16));
        let found = (first.saturating_sub(2)..=first + 2).find(|&at| whole.instrs[at..].starts_with(part));
        assert!(found.is_some(), "part {i}");
    }
}

/// Sums 1 to 10 in memory and exits with the sum.
fn sum() -> Vec<u32> {
    let code = [
        vec![addi(T0, ZERO, 10), lui(T1, 0x100)],
        vec![ld(T2, T1, 0), add(T2, T2, T0), sd(T2, T1, 0), addi(T0, T0, -1), bne(T0, ZERO, -16)],
        vec![mv(A0, T2), addi(A7, ZERO, 93), ecall()],
    ];
    code.concat()
}

/// The exit code and the records where `fault` happens before cycle `at`.
fn lying(at: u64, fault: Fault) -> (u8, Records) {
    let program = load(&sum(), &[0; 8]);
    // Once: the instruction after a skipped one is at the same cycle.
    let mut fault = Some(fault);
    let tamper = |m: &Moment| if m.cycle == at { fault.take() } else { None };
    let (outcome, records) =
        record_with(&program, &[], Limits { max_cycles: 1000, ..Limits::default() }, tamper)
            .expect("the program exits");
    assert_eq!(outcome.exit_code, records.exit_code);
    (outcome.exit_code, records)
}

#[test]
fn without_faults_the_liar_is_honest() {
    let program = load(&sum(), &[0; 8]);
    let honest = record(&program, &[], Limits::default()).expect("runs");
    let liar = record_with(&program, &[], Limits::default(), |_| None).expect("runs");
    assert_eq!(honest, liar);
    assert_eq!(honest.0.exit_code, 55);
    let (outcome, rows) = meter(&program, &[], Limits::default()).expect("runs");
    assert_eq!(
        (outcome, rows),
        (honest.0, rows_of(&Run::new(&honest.1, program.words(), program.image()), 0))
    );
}

#[test]
fn all_that_follows_a_fault_agrees_with_it() {
    // Cycle 2 is the first LD, 3 ADD, 4 SD, 5 ADDI, 6 BNE.
    assert_eq!(lying(2, Fault::Result(100)).0, 155);
    assert_eq!(lying(3, Fault::Result(100)).0, 145);
    assert_eq!(lying(4, Fault::Stored(100)).0, 145);
    assert_eq!(lying(3, Fault::Skip).0, 45);
    assert_eq!(lying(3, Fault::Repeat).0, 65);
    assert_eq!(lying(6, Fault::Branch).0, 10);
    assert_eq!(lying(3, Fault::Register { register: T0, value: 20 }).0, 210);
    assert_eq!(lying(2, Fault::Memory { address: DATA as u32, value: 5 }).0, 60);
    assert_eq!(lying(6, Fault::Next(PC + 4 * 7)).0, 10);
    let word = sub(T2, T2, T0);
    let other = decode(word as u16, Some((word >> 16) as u16), PC + 12).expect("decodes").instr;
    assert_eq!(lying(3, Fault::Instruction(other)).0, 35);
    let last = 2 + 5 * 10 + 2;
    assert_eq!(lying(last, Fault::ExitCode(1)).0, 1);
    let (code, records) = lying(3, Fault::Result(100));
    assert_eq!((code, records.events.steps[TableId::Store][0].rs2), (145, 100));
    let (_, records) = lying(3, Fault::Repeat);
    let times: Vec<_> = records.events.steps[TableId::Addition].iter().map(|s| (s.pc - PC, s.time)).collect();
    assert_eq!(times[1..3], [(12, at(4, 0)), (12, at(5, 0))]);
}
