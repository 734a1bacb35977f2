//! What the tests share.

#![allow(dead_code, reason = "each test file uses some of it")]

pub mod random;

use dyad_executor::{Cause, Error, Limits, Outcome, Trap, run};
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
