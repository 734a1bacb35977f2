//! Paths of random programs.

use std::error::Error;

use dyad_blocks::{Path, Residue};
use dyad_executor::{Limits, trace};
use dyad_machine::trace::Trace;
use dyad_program::Program;
use dyad_program::testing::random::{MACHINE, random_program};
use dyad_rules::harness::Random;

/// Pieces of a program, most of one instruction.
const PIECES: usize = 60;
/// Paths of each.
const PATHS: usize = 6;
/// How long they may be.
const LENGTHS: [usize; 4] = [2, 4, 8, 16];

/// A program, and some paths that it takes, with what holds there of its accesses of memory. Some have no block.
pub fn paths(seed: u64) -> Result<(Program, Vec<Path>), Box<dyn Error>> {
    let mut random = Random(seed ^ 0x5eed);
    let program = Program::from_elf(&random_program(seed, PIECES, MACHINE))?;
    let input: Vec<u8> = (0..=255).collect();
    let run = trace(&program, &input, Limits::default(), 10_000)?;
    let paths = (0..PATHS).map(|_| path(&program, &run, &mut random)).collect();
    Ok((program, paths))
}

/// A window of a run, cut where a path cannot go on.
fn path(program: &Program, run: &Trace, random: &mut Random) -> Path {
    let first = random.below(run.instrs.len());
    let most = LENGTHS[random.below(LENGTHS.len())];
    let instrs: Vec<u32> =
        run.instrs[first..].iter().take(most).take_while(|&&i| i != Trace::BREAK).copied().collect();
    let (addresses, read_only) = run.of(first..first + instrs.len());
    let reads = |access: u32| {
        let accesses = instrs.iter().map(|&i| program.instrs()[i as usize].instr.kind().accesses().memory);
        accesses.filter(|m| m.cells() > 0).nth(access as usize).is_some_and(|m| !m.writes())
    };
    let residue = |(&address, access)| {
        let bits = [0, 3, 3, 3][random.below(4)];
        Residue { access, bits, value: (address & ((1 << bits) - 1)) as u16 }
    };
    let residues = addresses.iter().zip(0..).map(residue).collect();
    let read_only = read_only.iter().zip(0..).filter(|&(&is, access)| is && reads(access)).map(|(_, a)| a);
    Path { residues, read_only: read_only.collect(), instrs, ..Path::default() }
}
