//! Recorded runs and the machine's rules: an honest run breaks nothing and its messages balance; no
//! run that differs from it does.

mod common;

use std::collections::BTreeSet;

use common::random::{Random, random_program};
use dyad_executor::{Fault, Limits, Moment, Outcome, record, record_with};
use dyad_machine::audit::{Finding, audit};
use dyad_machine::instr::{Kind, Op};
use dyad_machine::record::Records;
use dyad_machine::tables::{Run, TABLES};
use dyad_program::Program;

/// Honest runs.
const HONEST: u64 = 8;
/// Programs to lie about, and lies about each.
const PROGRAMS: u64 = 12;
const LIES: u64 = 80;

fn load(seed: u64, pieces: u64) -> Program {
    Program::from_elf(&random_program(seed, pieces)).expect("the program loads")
}

fn input(seed: u64) -> Vec<u8> {
    (0..600u64).map(|i| (i * 7 + seed) as u8).collect()
}

fn findings(program: &Program, outcome: &Outcome, records: &Records) -> Vec<Finding> {
    let run = Run::new(records, program.words(), program.image());
    audit(&run, program.entry(), &outcome.output, outcome.exit_code)
}

fn show(findings: &[Finding]) -> String {
    findings.iter().take(9).map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn honest_runs_are_accepted_and_reach_every_table() {
    let mut reached = BTreeSet::new();
    for seed in 0..HONEST {
        let program = load(seed, 400);
        let (outcome, records) = record(&program, &input(seed), Limits::default()).expect("runs");
        let found = findings(&program, &outcome, &records);
        assert!(found.is_empty(), "seed {seed}:\n{}", show(&found));
        let run = Run::new(&records, program.words(), program.image());
        reached.extend(TABLES.iter().filter(|t| run.rows(t.id).rows() > 0).map(|t| t.id));
    }
    let missing: Vec<_> = TABLES.iter().map(|t| t.id).filter(|id| !reached.contains(id)).collect();
    assert!(missing.is_empty(), "no row in {missing:?}");
}

#[test]
fn another_output_exit_code_or_entry_is_refused() {
    let program = load(1, 40);
    let (outcome, records) = record(&program, &input(1), Limits::default()).expect("runs");
    let run = Run::new(&records, program.words(), program.image());
    let (output, code, entry) = (&outcome.output, outcome.exit_code, program.entry());
    assert!(audit(&run, entry, output, code).is_empty());
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

/// A lie about the instruction at hand.
fn lie(r: &mut Random, m: &Moment, program: &Program) -> Fault {
    let instrs = program.instrs();
    match r.below(9) {
        0 => Fault::Result(r.value()),
        1 => Fault::Stored(r.value()),
        2 => Fault::Skip,
        3 => Fault::Repeat,
        4 => Fault::Branch,
        5 => Fault::Register { register: r.below(34) as u8, value: r.value() },
        6 => Fault::Memory { address: (0x10_0000 + r.below(0x1000)) as u32, value: r.value() },
        7 => Fault::Instruction(instrs[r.below(instrs.len() as u64) as usize].1),
        _ => Fault::Next(m.pc.wrapping_add(4 * r.below(9) as u32).wrapping_sub(16)),
    }
}

/// Lies that the machine permits: what `read` delivers, and how much, is the prover's choice.
fn permitted(m: &Moment, fault: &Fault) -> bool {
    m.instr.op == Op::Ecall && matches!(fault, Fault::Result(_))
}

#[test]
fn runs_that_did_not_happen_are_refused() {
    let mut r = Random(99);
    let (mut refused, mut kinds) = (0, BTreeSet::new());
    for seed in 0..PROGRAMS {
        let program = load(1000 + seed, 30);
        let input = input(seed);
        let (_, honest) = record(&program, &input, Limits::default()).expect("runs");
        for _ in 0..LIES {
            let at = r.below(honest.cycles);
            let mut told = None;
            let tamper = |m: &Moment| {
                if m.cycle != at || told.is_some() {
                    return None;
                }
                let fault = lie(&mut r, m, &program);
                told = Some(fault);
                if permitted(m, &fault) { None } else { Some(fault) }
            };
            let limits = Limits { max_cycles: 4 * honest.cycles };
            // A lie may end in a trap: then there is nothing to prove.
            let Ok((outcome, records)) = record_with(&program, &input, limits, tamper) else { continue };
            // A lie may be the truth.
            if records == honest {
                continue;
            }
            let found = findings(&program, &outcome, &records);
            assert!(!found.is_empty(), "program {seed}, cycle {at}: {told:x?} is accepted");
            refused += 1;
            kinds.extend(told.map(|f| format!("{f:?}").split([' ', '(']).next().map(str::to_owned)));
        }
    }
    assert!(refused > PROGRAMS * LIES / 8, "only {refused} lies led to a run");
    assert!(kinds.len() >= 8, "only {kinds:?}");
}

/// Each instruction replaced by one of another table with the same operands: the row of that other
/// table takes no program cell that exists.
#[test]
fn no_table_executes_the_instructions_of_another() {
    let program = load(7, 60);
    let (_, honest) = record(&program, &input(7), Limits::default()).expect("runs");
    let mut refused = 0;
    for other in [Op::Add, Op::Xor, Op::And, Op::Sll, Op::Srl, Op::Sltu, Op::Mul, Op::Mulhu, Op::Divu] {
        for at in (0..honest.cycles).step_by(37) {
            let mut once = true;
            let tamper = |m: &Moment| {
                let wanted = m.cycle >= at && m.instr.kind() != other.kind() && m.instr.kind() < Kind::Upper;
                let lie = dyad_machine::instr::Instr { op: other, ..m.instr };
                (wanted && core::mem::take(&mut once)).then_some(Fault::Instruction(lie))
            };
            let limits = Limits { max_cycles: 4 * honest.cycles };
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
