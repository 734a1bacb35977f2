//! Sums, products and comparisons whose results are shifted to and fro before anything else uses them: what one shift takes
//! away is not there for the next.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

use dyad_audit::{Auditor, Effort};
use dyad_blocks::{Block, Path};
use dyad_program::Program;
use dyad_program::testing::{CODE, Elf, asm::*};
use dyad_rules::harness::Random;

/// Whether the table of a straight line says what its instructions do.
fn passes(code: &[u32]) -> bool {
    let program = Program::from_elf(&Elf::new(CODE).code(CODE, code).build()).expect("a program");
    let index = |pc| program.instrs().iter().position(|i| i.pc == pc).expect("an instruction") as u32;
    let instrs = (0..code.len() as u32).map(|i| index(CODE as u32 + 4 * i)).collect();
    let path = Path { instrs, ..Path::default() };
    let block = Block::new(path, program.instrs(), program.image()).expect("a block");
    let found = Auditor::new(&program).block(block.forms(), &block.path.instrs, Effort::KEY);
    found.map_err(|falsehood| eprintln!("{falsehood}")).is_ok()
}

/// The first word is used by nothing but the second, which has one bit of it.
#[test]
fn a_bit_that_is_moved_up_again() {
    assert!(passes(&[sltu(A0, A1, A2), slli(A0, A0, 32)]));
    assert!(passes(&[sltu(A0, A1, A2), pack(A3, ZERO, A0), addi(A0, ZERO, 63)]));
}

#[test]
fn random_ways() {
    let mut random = Random(92);
    for round in 0..400 {
        let makes = [add, sub, and, or, xor, sltu, slt, addw, mul, sh1add];
        let mut code = vec![makes[random.below(makes.len())](A0, A1, A2)];
        for _ in 0..=random.below(6) {
            let by = 1 + random.below(63) as u32;
            code.push(match random.below(6) {
                0 | 1 => slli(A0, A0, by),
                2 | 3 => srli(A0, A0, by),
                4 => xor(A0, A0, A3),
                _ => add(A0, A0, A3),
            });
        }
        assert!(passes(&code), "round {round}: {code:x?}");
    }
}
