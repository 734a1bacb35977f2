//! Recorded runs of small programs, each made for one difficulty, keep every rule and balance; and
//! every kind of lie about a run is found where it makes sense.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod common;

use std::collections::BTreeMap;

use common::load;
use common::random::{Random, random_program};
use dyad_executor::{Fault, Limits, Moment, Outcome, record, record_with};
use dyad_machine::audit::{Finding, audit};
use dyad_machine::instr::{Kind, Op, decode};
use dyad_machine::record::Records;
use dyad_machine::tables::Run;
use dyad_program::Program;
use dyad_program::testing::asm::*;
use dyad_program::testing::{CODE, DATA, Elf};

fn findings(program: &Program, outcome: &Outcome, records: &Records) -> Vec<Finding> {
    let run = Run::new(records, program.words(), program.image());
    audit(&run, program.entry(), &outcome.output, outcome.exit_code)
}

/// Records a run and demands that nothing is wrong with it.
fn sound(program: &Program, input: &[u8]) -> (Outcome, Records) {
    let (outcome, records) = record(program, input, Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    let found = findings(program, &outcome, &records);
    let shown: Vec<_> = found.iter().take(10).map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} findings: {shown:#?}", found.len());
    (outcome, records)
}

fn sound_code(code: &[Vec<u32>], data: &[u8], input: &[u8]) -> Outcome {
    sound(&load(&code.concat(), data), input).0
}

fn some_input() -> Vec<u8> {
    (0..4000u32).map(|i| (i * 7 + 1) as u8).collect()
}

#[test]
fn the_shortest_run_balances() {
    let program = load(&[ecall()], &[]);
    assert!(record(&program, &[], Limits::default()).is_err(), "a7 is 0");
    sound_code(&[exit(255)], &[], &[]);
}

#[test]
fn copies_balance_at_every_alignment() {
    let data: Vec<u8> = (1..=64).collect();
    for offset in 0..9 {
        for length in [0, 1, 7, 8, 9, 17] {
            let code = [
                syscall(64, 1, DATA + offset, length),
                syscall(63, 0, DATA + 24 + offset, length),
                syscall(64, 1, DATA + 24, 24),
                syscall(64, 2, DATA, length),
                exit(length),
            ];
            sound_code(&code, &data, &data);
        }
    }
}

#[test]
fn inputs_shorter_than_asked_for_balance() {
    let read = || syscall(63, 0, DATA + 5, 40);
    sound_code(&[read(), read(), exit(0)], &[9; 64], b"only a few bytes");
}

#[test]
fn the_edges_of_memory_balance() {
    let top = 0xffff_fff8;
    let touch = |address| [li(A1, address), vec![sd(A1, A1, 0), lbu(A0, A1, 7)]].concat();
    sound_code(&[touch(0x1000), touch(top), exit(0)], &[], &[]);
    sound_code(&[syscall(63, 0, top, 8), syscall(64, 1, top + 4, 4), exit(0)], &[], &[1; 8]);
    sound_code(&[syscall(63, 0, 0, 8), syscall(64, 1, 0xffff_ffff, 0), exit(0)], &[], &[]);
    sound_code(&[syscall(64, 2, u64::MAX, u64::MAX), exit(0)], &[], &[]);
}

#[test]
fn read_only_memory_balances() {
    let code = [vec![auipc(A1, 0), lw(A0, A1, 0), ld(A0, A1, 8)], syscall(64, 1, CODE, 13), exit(0)].concat();
    let elf = Elf::new(CODE).code(CODE, &code).read_only(DATA, &[1; 20]).bss(DATA + 0x100, 64);
    sound(&Program::from_elf(&elf.build()).expect("loads"), &[]);
}

#[test]
fn jumps_and_aliases_balance() {
    let alias = vec![
        addi(T0, ZERO, 3),
        add(T0, T0, T0),
        mul(T0, T0, T0),
        div(T0, T0, T0),
        add(ZERO, T0, T0),
        auipc(T0, 0),
        jalr(T0, T0, 8),
        ld(SP, SP, 0),
        sd(SP, SP, 0x7f8),
        lui(ZERO, 1),
        jal(ZERO, 4),
        fence(),
    ];
    let far = [li(T1, 0xf000_0000), vec![jalr(RA, T1, 0)], li(SP, DATA), alias, exit(0)].concat();
    let elf = Elf::new(CODE)
        .code(CODE, &far)
        .code(0xf000_0000, &[jalr(ZERO, RA, 1)])
        .data(DATA, &DATA.to_le_bytes());
    sound(&Program::from_elf(&elf.build()).expect("loads"), &[]);
}

/// Kinds of lies.
const LIES: u64 = 9;

/// A random lie of a kind about the instruction at `m`, where it makes sense.
fn fault(kind: u64, r: &mut Random, m: &Moment) -> Option<Fault> {
    let branch = matches!(m.instr.kind(), Kind::BranchEqual | Kind::BranchLess);
    let store = m.instr.kind() == Kind::Store;
    let nearby = |r: &mut Random, value: u64| value ^ 1 << r.below(64);
    Some(match kind {
        0 if branch || store => return None,
        0 => Fault::Result(r.value()),
        1 if !store => return None,
        1 => Fault::Stored(r.value()),
        2 => Fault::Skip,
        3 => Fault::Repeat,
        4 if !branch => return None,
        4 => Fault::Branch,
        5 => Fault::Register { register: r.below(34) as u8, value: r.value() },
        6 => Fault::Memory { address: DATA as u32 + 8 * r.below(256) as u32, value: nearby(r, 0) },
        7 => Fault::Next((m.pc + 4).wrapping_add(4 * r.below(8) as u32)),
        _ => {
            let words = [sub(5, 6, 7), divu(5, 6, 7), xori(5, 6, -1), sltu(5, 6, 7), lui(5, 7)];
            Fault::Instruction(decode(r.pick(&words), m.pc).unwrap_or(m.instr))
        }
    })
}

#[test]
fn every_lie_is_found() {
    let input = some_input();
    let mut told = BTreeMap::new();
    for seed in 0..300 {
        let program = Program::from_elf(&random_program(seed % 5, 40)).expect("the program loads");
        let honest = record(&program, &input, Limits::default()).expect("the program exits");
        let mut r = Random(seed);
        let at = r.below(honest.0.instructions);
        let mut lie = None;
        let tamper = |m: &Moment| {
            if lie.is_some() || m.cycle < at {
                return None;
            }
            lie = fault(seed % LIES, &mut r, m);
            lie
        };
        let limits = Limits { max_cycles: 10 * honest.0.cycles };
        let Ok((outcome, records)) = record_with(&program, &input, limits, tamper) else { continue };
        if records == honest.1 {
            continue;
        }
        let lie = lie.expect("it was told, for the records differ");
        assert!(!findings(&program, &outcome, &records).is_empty(), "seed {seed}: {lie:?} goes unnoticed");
        *told.entry(seed % LIES).or_insert(0) += 1;
    }
    assert!(told.len() as u64 == LIES && told.values().all(|&n| n >= 10), "too few lies of a kind: {told:?}");
}

#[test]
fn a_wrong_exit_code_is_found() {
    let program = load(&exit(3), &[]);
    let tamper = |m: &Moment| (m.instr.op == Op::Ecall).then_some(Fault::ExitCode(0));
    let (outcome, records) = record_with(&program, &[], Limits::default(), tamper).expect("exits");
    assert_eq!(outcome.exit_code, 0);
    assert!(!findings(&program, &outcome, &records).is_empty());
}
