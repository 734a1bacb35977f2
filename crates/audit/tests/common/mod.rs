//! What several tests use.
#![allow(dead_code, reason = "not each test uses all of it")]

use dyad_audit::{Auditor, Effort, Falsehood, Report};
use dyad_blocks::{Block, Path};
use dyad_program::Program;
use dyad_program::testing::{CODE, Elf};

/// What the check says of the block of the first `length` instructions of some code, one after the other.
pub fn check(code: &[u32], length: usize, effort: Effort) -> Result<Report, Falsehood> {
    let program = Program::from_elf(&Elf::new(CODE).code(CODE, code).build()).expect("a program");
    let index = |pc| program.instrs().iter().position(|i| i.pc == pc).expect("an instruction") as u32;
    let instrs: Vec<u32> = (0..length as u32).map(|i| index(CODE as u32 + 4 * i)).collect();
    let path = Path { instrs, ..Path::default() };
    let block = Block::new(path.clone(), program.instrs(), program.image()).expect("a block");
    Auditor::new(&program).block(block.forms(), &path.instrs, effort)
}

/// How many random programs `DYAD_RANDOM_PROGRAMS` asks for.
pub fn programs_asked_for() -> Option<u64> {
    std::env::var("DYAD_RANDOM_PROGRAMS").ok().and_then(|n| n.parse().ok())
}
