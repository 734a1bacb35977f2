//! Programs whose paths have tables of their own: proofs of their runs, and that nothing else changes.

use dyad::{Path, Program, Prover, Residue, verify};
use dyad_program::testing::{DATA, asm::*, program};

/// Adds up numbers of the data, as many as the input says, and stores the sums.
fn sums() -> Vec<u8> {
    let start = [syscall(63, 0, DATA, 8), li(S0, DATA), vec![ld(S1, S0, 0), addi(T2, S0, 16)]].concat();
    let round = vec![
        ld(T0, T2, 0),
        add(T1, T1, T0),
        xor(T1, T1, S1),
        mul(T0, T0, T1),
        sd(T0, T2, 8),
        addi(S1, S1, -1),
    ];
    let back = -4 * round.len() as i32;
    let end = [vec![sd(T1, S0, 8)], syscall(64, 1, DATA + 8, 8), exit(0)].concat();
    let code = [start, round, vec![bne(S1, ZERO, back)], end].concat();
    program(&code, &[7; 64])
}

fn index(program: &Program, pc: u32) -> u32 {
    program.details().instrs().iter().position(|i| i.pc == pc).expect("an instruction") as u32
}

/// The loop of [`sums`], so many rounds of it.
fn rounds(program: &Program, rounds: usize) -> Path {
    let instrs = program.details().instrs();
    let branch = instrs.iter().rposition(|i| i.instr.op == dyad_machine::list::Op::Bne && i.pc % 4 == 0);
    let branch = &instrs[branch.expect("a branch")];
    let first = branch.instr.imm as u32;
    let body: Vec<u32> = (first..=branch.pc).step_by(4).map(|pc| index(program, pc)).collect();
    let residues = vec![Residue { access: 0, bits: 3, value: 0 }];
    Path { instrs: body.repeat(rounds), residues, ..Path::default() }
}

#[test]
fn a_run_with_blocks_is_proved() {
    let plain = Program::from_elf(&sums()).expect("a program");
    for lengths in [&[1][..], &[4], &[1, 4], &[3, 7]] {
        let paths = lengths.iter().map(|&n| rounds(&plain, n)).collect();
        let program = plain.clone().with_blocks(paths).expect("paths");
        let prover = Prover::new(&program).expect("a prover");
        for input in [1u64, 5, 300] {
            let without = plain.run(&input.to_le_bytes(), dyad::Limits::default()).expect("exits");
            let run = program.run(&input.to_le_bytes(), dyad::Limits::default()).expect("exits");
            assert_eq!((&run.output, run.cycles), (&without.output, without.cycles));
            let (proof, report) = prover.prove(&input.to_le_bytes()).expect("proves");
            let verified = verify(prover.key(), &proof).expect("is valid");
            assert_eq!(verified.output, without.output);
            let rows: Vec<_> = report.tables.iter().filter(|t| t.0.starts_with("block")).collect();
            assert_eq!(rows.len(), lengths.len());
            assert!(report.cycles == run.cycles);
        }
    }
}
