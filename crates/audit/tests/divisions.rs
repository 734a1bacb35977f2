//! Paths with divisions whose results decide where they lead: what the check finds of right tables is never false.

use dyad_audit::{Auditor, Effort};
use dyad_blocks::{Block, Path};
use dyad_program::Program;
use dyad_program::testing::{CODE, Elf, asm::*};

/// The block of the first `length` instructions, one after the other, is not called false.
fn passes(code: &[u32], length: u32, effort: Effort) {
    let program = Program::from_elf(&Elf::new(CODE).code(CODE, code).build()).expect("a program");
    let index = |pc| program.instrs().iter().position(|i| i.pc == pc).expect("an instruction") as u32;
    let instrs: Vec<u32> = (0..length).map(|i| index(CODE as u32 + 4 * i)).collect();
    let path = Path { instrs, ..Path::default() };
    let block = Block::new(path.clone(), program.instrs(), program.image()).expect("a block");
    let checked = Auditor::new(&program).block(block.forms(), &path.instrs, effort);
    checked.unwrap_or_else(|falsehood| panic!("{falsehood}"));
}

#[test]
fn branches_on_quotients() {
    for effort in [Effort::KEY, Effort { rows: 12, tries: 60, changes: 2 }] {
        for divides in [divu as fn(u8, u8, u8) -> u32, div, remu, rem] {
            for branches in [beq as fn(u8, u8, i32) -> u32, bne, blt, bge, bltu, bgeu] {
                let after = [addi(A0, A0, 1), addi(A0, A0, 2)];
                passes(&[&[divides(T0, A0, A1), branches(T0, A2, 8)], &after[..]].concat(), 3, effort);
                passes(&[&[divides(T0, A0, A1), branches(A2, T0, 8)], &after[..]].concat(), 3, effort);
                let product = [divides(T0, A0, A1), mul(T1, T0, A1), branches(T1, A0, 8)];
                passes(&[&product, &after[..]].concat(), 4, effort);
            }
        }
    }
}
