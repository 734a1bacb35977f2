//! Paths of small programs, each with one thing that has to be seen.

use dyad_program::Program;
use dyad_program::testing::{CODE, DATA, Elf, asm::*};

use super::{ROUNDS, TERMS, likely_paths};
use crate::path::Path;

struct Guessed {
    program: Program,
    paths: Vec<Path>,
}

impl Guessed {
    fn of(code: &[Vec<u32>]) -> Self {
        let elf = Elf::new(CODE).code(CODE, &code.concat()).data(DATA, &[7; 64]);
        let program = Program::from_elf(&elf.build()).expect("a program");
        let paths = likely_paths(program.instrs(), program.image(), TERMS);
        Self { program, paths }
    }

    /// The places of a path's instructions, counted from the first of the code.
    fn places(&self, path: &Path) -> Vec<u64> {
        path.instrs.iter().map(|&i| (u64::from(self.program.instrs()[i as usize].pc) - CODE) / 4).collect()
    }

    /// The path of these instructions.
    fn path(&self, places: &[u64]) -> Option<&Path> {
        self.paths.iter().find(|path| self.places(path) == places)
    }
}

/// The instructions of a body between what is before and the end.
fn round(before: usize, body: usize) -> Vec<u64> {
    (before as u64..(before + body) as u64).collect()
}

#[test]
fn words_of_a_loop_share_cells() {
    let body = [lw(T0, A0, 0), add(T1, T1, T0), addi(A0, A0, 4), addi(A1, A1, -1), bne(A1, ZERO, -16)];
    let start = [li(A0, DATA), li(A1, 40)].concat();
    let guessed = Guessed::of(&[start.clone(), body.to_vec(), exit(0)]);
    let once = round(start.len(), body.len());
    let path = guessed.path(&once.repeat(ROUNDS)).expect("several rounds");
    let first = path.residues[0];
    assert_eq!((first.access, first.bits, first.value), (0, 3, 0));
    assert_eq!((path.residues[1].bits, path.residues[1].value), (3, 4));
    // A single round, for where that does not hold.
    let path = guessed.path(&once).expect("one round");
    assert_eq!((path.residues[0].bits, path.residues[0].value), (2, 0));
}

#[test]
fn tables_are_read_only() {
    // Code is the memory that is read-only.
    let body = [ld(T0, A0, 0), add(T1, T1, T0), addi(A0, A0, 8), addi(A1, A1, -1), bne(A1, ZERO, -16)];
    for (address, read_only) in [(CODE, vec![0]), (DATA, vec![])] {
        let start = [li(A0, address), li(A1, 20)].concat();
        let guessed = Guessed::of(&[start.clone(), body.to_vec(), exit(0)]);
        let path = guessed.path(&round(start.len(), body.len())).expect("one round");
        assert_eq!(path.read_only, read_only, "{address:#x}");
    }
}

#[test]
fn both_ways_through_a_loop_are_paths() {
    let body = [
        xor(T0, T0, A1),
        add(T0, T0, A1),
        bltu(T0, A2, 12),
        sub(T0, T0, A2),
        xor(T1, T1, T0),
        addi(A1, A1, -1),
        bne(A1, ZERO, -24),
    ];
    let start = li(A1, 40);
    let guessed = Guessed::of(&[start.clone(), body.to_vec(), exit(0)]);
    let at = start.len() as u64;
    let all = round(start.len(), body.len());
    let short = [0, 1, 2, 5, 6].map(|i| at + i);
    assert!(guessed.path(&all).is_some() && guessed.path(&short).is_some(), "{:?}", guessed.paths);
}

#[test]
fn a_path_goes_through_a_short_function_and_not_to_where_nothing_goes_on() {
    // A loop that calls a function, and stops the program if it returned 0.
    let body = [
        add(A0, A0, A1),
        jal(RA, 24),
        beq(A0, ZERO, 16),
        addi(A1, A1, -1),
        bne(A1, ZERO, -16),
        jal(ZERO, 20),
        ebreak(),
    ];
    let function = [xor(A0, A0, A1), addi(A0, A0, 3), jalr(ZERO, RA, 0)];
    let start = li(A1, 40);
    let guessed = Guessed::of(&[start.clone(), body.to_vec(), function.to_vec(), exit(0)]);
    let round = [0, 1, 7, 8, 9, 2, 3, 4].map(|i| start.len() as u64 + i);
    let found: Vec<_> = guessed.paths.iter().map(|path| guessed.places(path)).collect();
    assert!(guessed.path(&round).is_some(), "{found:?}");
    let stop = start.len() as u64 + 6;
    assert!(guessed.paths.iter().all(|path| !guessed.places(path).contains(&stop)));
}

#[test]
fn long_ways_are_cut() {
    let code: Vec<u32> = (0..3000).flat_map(|_| [xor(T0, T0, A1), slli(T0, T0, 1)]).collect();
    let guessed = Guessed::of(&[code, exit(0)]);
    let lengths: Vec<usize> = guessed.paths.iter().map(|path| path.instrs.len()).collect();
    assert!(
        lengths.iter().sum::<usize>() >= 6000 && lengths.iter().all(|&n| n <= super::LONGEST),
        "{lengths:?}"
    );
}

#[test]
fn no_code_has_no_paths() {
    assert_eq!(likely_paths(&[], &[], TERMS), []);
    assert_eq!(Guessed::of(&[exit(0)]).paths.len(), 0);
}
