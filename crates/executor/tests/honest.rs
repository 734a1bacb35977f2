//! Honest runs keep every rule, and their messages balance: random programs, and small ones each made
//! for one difficulty.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod common;

use std::collections::BTreeSet;

use common::{load, sound};
use dyad_executor::{Limits, Outcome, record};
use dyad_machine::instr::RAM_TOP;
use dyad_machine::list::TableId;
use dyad_machine::tables::{Run, TABLES};
use dyad_program::Program;
use dyad_program::testing::asm::*;
use dyad_program::testing::random::{MACHINE, random_program};
use dyad_program::testing::{CODE, DATA, Elf, Part};

fn sound_code(code: &[Vec<u32>], data: &[u8], input: &[u8]) -> Outcome {
    sound(&load(&code.concat(), data), input).0
}

#[test]
fn random_programs_reach_every_table() {
    let mut reached = BTreeSet::new();
    for seed in 0..16 {
        let program = Program::from_elf(&random_program(seed, 400, MACHINE)).expect("the program loads");
        let input: Vec<u8> = (0..600u64).map(|i| (i * 7 + seed) as u8).collect();
        let (_, records) = sound(&program, &input);
        let run = Run::new(&records, program.words(), program.image());
        reached.extend(TABLES.iter().filter(|t| run.rows(t.id).rows() > 0).map(|t| t.id));
    }
    let missing: Vec<_> = TABLES.iter().map(|t| t.id).filter(|id| !reached.contains(id)).collect();
    assert!(missing.is_empty(), "no row in {missing:?}");
}

#[test]
fn the_shortest_run_balances() {
    let program = load(&[ecall()], &[]);
    assert!(record(&program, &[], Limits::default()).is_err(), "a7 is 0");
    sound_code(&[exit(255)], &[], &[]);
}

#[test]
fn loops_and_calls_balance() {
    // The sum 1 + ... + 100 by a function, called twice.
    let mut code = vec![jal(RA, 16), mv(S0, A0), jal(RA, 8), jal(ZERO, 28)];
    code.extend([addi(A0, ZERO, 0), addi(T0, ZERO, 100)]);
    code.extend([add(A0, A0, T0), addi(T0, T0, -1), bne(T0, ZERO, -8), jalr(ZERO, RA, 0)]);
    code.extend([add(A0, A0, S0), srli(A0, A0, 4), addi(A7, ZERO, 93), ecall()]);
    let (outcome, _) = sound(&load(&code, &[]), &[]);
    assert_eq!(outcome.exit_code, (5050u32 * 2 / 16) as u8);
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
fn copies_balance_wherever_input_and_output_are() {
    let data: Vec<u8> = (1..=64).collect();
    let input: Vec<u8> = (101..=200).collect();
    for offset in 0..9 {
        for length in [0, 1, 7, 8, 9, 17] {
            let code = [
                syscall(64, 1, DATA + 1, offset),
                syscall(63, 0, DATA + offset, length),
                syscall(64, 1, DATA + offset, length),
                syscall(63, 0, DATA + 8, 1000),
                syscall(64, 2, DATA, 3),
                syscall(63, 0, DATA, 5),
                syscall(64, 1, DATA, 40),
                exit(length),
            ]
            .concat();
            let (outcome, records) = sound(&load(&code, &data), &input);
            assert_eq!(outcome.output.len() as u64, offset + length + 40);
            assert_eq!(records.events.calls[TableId::Read].len(), 3);
        }
    }
}

#[test]
fn inputs_shorter_than_asked_for_balance() {
    let read = || syscall(63, 0, DATA + 5, 40);
    sound_code(&[read(), read(), exit(0)], &[9; 64], b"only a few bytes");
}

/// Input is the one thing that the prover chooses: any of it proves, and less than was asked for.
#[test]
fn input_is_free() {
    let program = load(&[syscall(63, 0, DATA + 3, 20), syscall(64, 1, DATA, 24), exit(0)].concat(), &[9; 24]);
    for input in [&b""[..], b"a", b"abcdefgh", b"abcdefghijklmnopqrst", b"much more than what is asked for"] {
        sound(&program, input);
    }
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

#[test]
fn read_only_memory_and_the_top_of_memory_balance() {
    let constants: Vec<u8> = (1..=40).collect();
    let code = [
        li(T0, 0x2003),
        vec![lb(T1, T0, 0), lwu(T2, T0, 1), ld(S0, T0, 5)],
        li(T0, RAM_TOP),
        vec![sb(T1, T0, 7), sw(T2, T0, 0), ld(S1, T0, 0)],
        syscall(64, 1, 0x2001, 33),
        syscall(64, 1, RAM_TOP, 8),
        syscall(63, 0, RAM_TOP + 3, 5),
        syscall(64, 1, RAM_TOP + 1, 7),
        syscall(64, 1, CODE, 16),
        exit(1),
    ]
    .concat();
    let elf = Elf::new(CODE).part(Part::load(4, 0x2000, &constants)).code(CODE, &code).build();
    let program = Program::from_elf(&elf).expect("the program loads");
    let (outcome, _) = sound(&program, b"hello");
    assert_eq!(outcome.output[..33], constants[1..34]);
    assert_eq!(&outcome.output[43..48], b"hello");
}
