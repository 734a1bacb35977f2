//! What the tests share.

#![allow(dead_code, unused_imports, reason = "each test file uses some of it")]

use dyad_executor::{Cause, Error, Limits, Outcome, Trap, record, run};
use dyad_machine::audit::{Finding, audit};
use dyad_machine::record::Records;
use dyad_machine::tables::Run;
use dyad_program::Program;
use dyad_program::testing::program;

/// The program with this code at 0x1_0000 and `data` at 0x10_0000.
pub fn load(code: &[u32], data: &[u8]) -> Program {
    Program::from_elf(&program(code, data)).expect("the program loads")
}

/// Runs code that exits.
pub fn runs(code: &[u32], data: &[u8], input: &[u8]) -> Outcome {
    run(&load(code, data), input, Limits::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// Runs code that traps.
pub fn traps_with(program: &Program, input: &[u8]) -> Trap {
    match run(program, input, Limits::default()) {
        Err(Error::Trap(trap)) => *trap,
        other => panic!("no trap: {other:?}"),
    }
}

/// The cause of the trap that code makes, with the data of [`load`].
pub fn traps(code: &[u32], data: &[u8]) -> Cause {
    traps_with(&load(code, data), &[]).cause
}

/// What is wrong with the records of a run that claims this outcome.
pub fn findings(program: &Program, outcome: &Outcome, records: &Records) -> Vec<Finding> {
    let run = Run::new(records, program.words(), program.image());
    audit(&run, program.entry(), &outcome.output, outcome.exit_code)
}

/// Records a run that exits and demands that nothing is wrong with it.
pub fn sound(program: &Program, input: &[u8]) -> (Outcome, Records) {
    let (outcome, records) = record(program, input, Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    let found = findings(program, &outcome, &records);
    let shown: Vec<_> = found.iter().take(10).map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} findings: {shown:#?}", found.len());
    (outcome, records)
}
