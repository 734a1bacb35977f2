//! No run that differs from an honest one, and no claim that differs from what a run did, keeps every
//! rule and balances.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod common;

use common::{findings, load, sound};
use dyad_executor::{Fault, Limits, Moment, Outcome, record_with};
use dyad_machine::audit::audit;
use dyad_machine::instr::{Instr, SINK};
use dyad_machine::list::{Kind, Op};
use dyad_machine::tables::Run;
use dyad_program::Program;
use dyad_program::testing::asm::*;
use dyad_program::testing::random::{BYTES, MACHINE, Random, WORK, random_program};
use dyad_program::testing::{CODE, DATA};

/// Programs to lie about, and lies about each.
const PROGRAMS: u64 = 12;
const LIES: usize = 90;

fn random(seed: u64, pieces: usize) -> Program {
    Program::from_elf(&random_program(seed, pieces, MACHINE)).expect("the program loads")
}

fn input(seed: u64) -> Vec<u8> {
    (0..600u64).map(|i| (i * 7 + seed) as u8).collect()
}

#[test]
fn another_output_exit_code_or_entry_is_refused() {
    let program = random(1, 40);
    let (outcome, records) = sound(&program, &input(1));
    let run = Run::new(&records, program.words(), program.image());
    let (output, code, entry) = (&outcome.output, outcome.exit_code, program.entry());
    assert!(!audit(&run, entry, output, code ^ 1).is_empty());
    assert!(!audit(&run, entry + 4, output, code).is_empty());
    assert!(!audit(&run, entry, &output[1..], code).is_empty());
    assert!(!audit(&run, entry, &output[..output.len() - 1], code).is_empty());
    assert!(!audit(&run, entry, &[output.as_slice(), &[0]].concat(), code).is_empty());
    for at in [0, 7, 8, output.len() - 1] {
        let mut other = output.clone();
        other[at] ^= 0x10;
        assert!(!audit(&run, entry, &other, code).is_empty(), "byte {at}");
    }
}

#[test]
fn bytes_in_another_order_and_outputs_of_another_length_are_refused() {
    let program = load(&[syscall(64, 1, DATA, 9), exit(5)].concat(), b"123456789");
    let (outcome, records) = sound(&program, &[]);
    let claims: [(&[u8], u8); 6] = [
        (b"123456789", 4),
        (b"123456788", 5),
        (b"12345678", 5),
        (b"1234567890", 5),
        (b"213456789", 5),
        (b"", 5),
    ];
    for (output, code) in claims {
        let claim = Outcome { output: output.to_vec(), exit_code: code, ..outcome.clone() };
        assert!(!findings(&program, &claim, &records).is_empty(), "{output:?} {code}");
    }
}

#[test]
fn an_exit_code_that_a0_does_not_hold_is_refused() {
    let program = load(&exit(3), &[]);
    let tamper = |m: &Moment| (m.instr.op == Op::Ecall).then_some(Fault::ExitCode(0));
    let (outcome, records) = record_with(&program, &[], Limits::default(), tamper).expect("exits");
    assert_eq!(outcome.exit_code, 0);
    assert!(!findings(&program, &outcome, &records).is_empty());
}

/// Kinds of lies.
const KINDS: u64 = 9;

/// A lie of a kind about the instruction at hand, where it makes sense and the machine forbids it: what
/// `read` delivers, and how much, is the prover's choice.
fn lie(kind: u64, r: &mut Random, m: &Moment, program: &Program) -> Option<Fault> {
    let branch = matches!(m.instr.kind(), Kind::BranchEqual | Kind::BranchLess);
    let store = m.instr.kind() == Kind::Store;
    let instrs = program.instrs();
    Some(match kind {
        0 if branch || store || m.instr.op == Op::Ecall => return None,
        0 => Fault::Result(r.operand()),
        1 if !store => return None,
        1 => Fault::Stored(r.operand()),
        2 => Fault::Skip,
        3 => Fault::Repeat,
        4 if !branch => return None,
        4 => Fault::Branch,
        5 => Fault::Register { register: r.below(34) as u8, value: r.operand() },
        6 => Fault::Memory { address: WORK as u32 + r.below(BYTES as usize) as u32, value: r.operand() },
        7 => Fault::Instruction(r.pick(instrs).instr),
        _ => Fault::Next(m.pc.wrapping_add(2 * r.below(17) as u32).wrapping_sub(16)),
    })
}

#[test]
fn runs_that_did_not_happen_are_refused() {
    let mut r = Random(99);
    let mut refused = [0; KINDS as usize];
    for seed in 0..PROGRAMS {
        let program = random(1000 + seed, 30);
        let input = input(seed);
        let (_, honest) = sound(&program, &input);
        for kind in (0..KINDS).cycle().take(LIES) {
            let at = r.below(honest.cycles as usize) as u64;
            let mut told = None;
            let tamper = |m: &Moment| {
                if m.cycle < at || told.is_some() {
                    return None;
                }
                told = lie(kind, &mut r, m, &program);
                told
            };
            let limits = Limits { max_cycles: 4 * honest.cycles, ..Limits::default() };
            // A lie may end in a trap: then there is nothing to prove.
            let Ok((outcome, records)) = record_with(&program, &input, limits, tamper) else { continue };
            // A lie may be the truth.
            if records == honest {
                continue;
            }
            let found = findings(&program, &outcome, &records);
            assert!(!found.is_empty(), "program {seed}, cycle {at}: {told:x?} is accepted");
            refused[kind as usize] += 1;
        }
    }
    assert!(refused.iter().all(|&n| n >= 10), "too few of a kind: {refused:?}");
}

/// Each instruction replaced by one of another table with the same operands: the row of that other
/// table takes no program cell that exists.
#[test]
fn no_table_executes_the_instructions_of_another() {
    let program = random(7, 60);
    let (_, honest) = sound(&program, &input(7));
    let mut refused = 0;
    for other in [Op::Add, Op::Xor, Op::And, Op::Sll, Op::Srl, Op::Sltu, Op::Mul, Op::Mulhu, Op::Divu] {
        for at in (0..honest.cycles).step_by(37) {
            let mut once = true;
            let tamper = |m: &Moment| {
                let wanted = m.cycle >= at && m.instr.kind() != other.kind() && m.instr.kind() < Kind::Upper;
                let lie = Instr { op: other, ..m.instr };
                (wanted && core::mem::take(&mut once)).then_some(Fault::Instruction(lie))
            };
            let limits = Limits { max_cycles: 4 * honest.cycles, ..Limits::default() };
            let Ok((outcome, records)) = record_with(&program, &input(7), limits, tamper) else { continue };
            if records == honest {
                continue;
            }
            assert!(!findings(&program, &outcome, &records).is_empty(), "{other} at {at} is accepted");
            refused += 1;
        }
    }
    assert!(refused > 20, "only {refused}");
}

/// Each system call made as another, and recorded in the table of that: the row finds another number or
/// another file in the registers than the table's.
#[test]
fn no_table_makes_the_call_of_another() {
    let calls = [
        syscall(64, 1, DATA, 8),
        syscall(64, 2, DATA, 8),
        syscall(63, 0, DATA + 8, 8),
        // The second is reached where the first is made as another call.
        exit(3),
        exit(3),
    ];
    let program = load(&calls.concat(), &[5; 16]);
    let input = [7; 32];
    let (_, honest) = sound(&program, &input);
    // Each call, by number and file: exit has none.
    let tables = [(64, 1), (64, 2), (63, 0), (93, 3)];
    let mut refused = 0;
    for (i, &own) in tables.iter().enumerate() {
        for &(number, file) in tables.iter().filter(|&&other| other != own) {
            let mut calls = 0..;
            let tamper = |m: &Moment| {
                let told = m.instr.op == Op::Ecall && calls.next() == Some(i);
                told.then_some(Fault::Call { number, file })
            };
            let (outcome, records) =
                record_with(&program, &input, Limits::default(), tamper).expect("every such run exits");
            assert_ne!(records, honest);
            let found = findings(&program, &outcome, &records);
            assert!(!found.is_empty(), "{own:?} made as {:?} is accepted", (number, file));
            refused += 1;
        }
    }
    assert_eq!(refused, 12);
}

/// All operations of two registers.
const OPERATIONS: [fn(Reg, Reg, Reg) -> u32; 28] = [
    add, sub, sll, slt, sltu, xor, srl, sra, or, and, addw, subw, sllw, srlw, sraw, mul, mulh, mulhsu, mulhu,
    div, divu, rem, remu, mulw, divw, divuw, remw, remuw,
];

/// A program that uses every kind of instruction and whose result depends on all of them.
fn sensitive() -> Vec<u32> {
    let mut code = [li(31, DATA), li(T0, 0x1234_5678_9abc_def1), li(T1, (-77i64) as u64)].concat();
    code.extend([sd(T0, 31, 0), sb(T1, 31, 3), lw(T2, 31, 0), lhu(S0, 31, 2), ld(S1, 31, 0)]);
    for operation in OPERATIONS {
        code.extend([operation(A0, T0, T1), xor(S1, S1, A0), add(T0, T0, S1), operation(T1, T1, T2)]);
        code.extend([ori(T1, T1, 1)]);
    }
    code.extend([blt(T0, T1, 8), addi(S1, S1, 1), beq(T0, T1, 8), addi(S1, S1, 2), jal(RA, 8), nop()]);
    code.extend([auipc(RA, 0), jalr(RA, RA, 12), nop(), add(S1, S1, RA), sd(S1, 31, 8)]);
    code.extend([syscall(63, 0, DATA + 17, 13), syscall(64, 1, DATA + 1, 31), exit(9)].concat());
    code
}

/// Every kind of lie at every instruction: the records that follow from it are never those of a
/// run.
#[test]
fn every_lie_at_every_instruction_is_refused() {
    let program = load(&sensitive(), &[5; 40]);
    let input = b"private input";
    let (honest, records) = sound(&program, input);
    let other = Instr { op: Op::Sub, rd: 5, rs1: 6, rs2: 7, imm: 0 };
    let nothing = Instr { op: Op::Add, rd: SINK, rs1: 0, rs2: 0, imm: 0 };
    let mut r = Random(72);
    let (mut told, mut trapped) = (0, 0);
    for cycle in 0..honest.cycles {
        let faults = [
            Fault::Result(r.operand()),
            Fault::Result(1),
            Fault::Stored(r.operand()),
            Fault::Skip,
            Fault::Repeat,
            Fault::Branch,
            Fault::Register { register: r.below(32) as u8, value: r.operand() },
            Fault::Written { length: 8, rest: 0 },
            Fault::Memory { address: DATA as u32 + 8 * r.below(5) as u32, value: r.word() },
            Fault::Instruction(other),
            Fault::Instruction(nothing),
            Fault::Next(CODE as u32 + 4 * r.below(200) as u32),
            Fault::ExitCode(r.word() as u8),
        ];
        for fault in faults {
            let once = |m: &Moment| (m.cycle == cycle).then_some(fault);
            let Ok((outcome, lies)) =
                record_with(&program, input, Limits { max_cycles: 2000, ..Limits::default() }, once)
            else {
                trapped += 1;
                continue;
            };
            if outcome == honest && lies == records {
                continue;
            }
            told += 1;
            let found = findings(&program, &outcome, &lies);
            assert!(!found.is_empty(), "{fault:x?} at cycle {cycle} passes");
        }
    }
    assert!(told > 1000, "{told} lies, {trapped} traps");
}
