//! Paths whose tables no key could carry.

use dyad_blocks::tune::{Budget, tune};
use dyad_blocks::{Block, Path, Refused};
use dyad_executor::{Limits, trace};
use dyad_program::Program;
use dyad_program::testing::{CODE, asm::*, program};
use dyad_rules::forms::MOST;

/// The most divisions of a path: each has twenty forms.
const LONGEST: usize = 3275;

/// A program that divides two registers by each other so many times in a straight line, which it goes through twenty times.
fn quotients(divisions: usize) -> Program {
    let line = (0..divisions).map(|i| if i % 2 == 0 { div(T0, T0, T1) } else { div(T1, T1, T0) });
    let back = -4 * (divisions as i32 + 1);
    let code: Vec<u32> = [vec![addi(S1, ZERO, 20)], line.collect(), vec![addi(S1, S1, -1)]].concat();
    // The branch reaches a jump, and that the line.
    let code = [code, vec![beq(S1, ZERO, 8), jal(ZERO, back - 4)], exit(0)].concat();
    Program::from_elf(&program(&code, &[])).expect("a program")
}

/// The path of the line's first instructions.
fn path(program: &Program, length: usize) -> Path {
    let at = |i: usize| program.instrs().binary_search_by_key(&(CODE as u32 + 4 + 4 * i as u32), |p| p.pc);
    Path { instrs: (0..length).map(|i| at(i).expect("an instruction") as u32).collect(), ..Path::default() }
}

#[test]
fn tables_that_no_key_could_carry_are_refused() {
    let program = quotients(LONGEST + 1);
    let compile = |length| Block::new(path(&program, length), program.instrs(), program.image());
    let forms = compile(LONGEST).expect("a block").forms().forms.len();
    assert!(forms <= MOST && forms + 20 > MOST, "{forms} forms");
    let refused = compile(LONGEST + 1).expect_err("is refused");
    assert_eq!(refused, Refused::Large);
    assert!(refused.to_string().contains("65535 columns, forms"), "{refused}");
}

/// Whatever the budget allows.
#[test]
fn the_tuner_leaves_them_out() {
    let budget = Budget { terms: usize::MAX, instructions: usize::MAX, ..Budget::default() };
    let longest = |divisions| {
        let program = quotients(divisions);
        let trace = trace(&program, &[], Limits::default(), usize::MAX).expect("exits");
        let chosen = tune(program.instrs(), program.image(), &trace, budget);
        assert!(chosen.iter().all(|c| c.block.forms().fits_a_key()));
        chosen.iter().map(|c| c.block.path.instrs.len()).max()
    };
    assert!(longest(500) >= Some(500));
    assert!(longest(LONGEST + 1) < Some(500));
}
