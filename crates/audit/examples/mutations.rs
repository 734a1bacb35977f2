//! Checks the blocks of tuned programs, and how much the check sees: `mutations MOST FILE...`, where MOST is the most
//! equations of a block that are left out.

use std::time::Instant;

use dyad_audit::{Auditor, Effort, Mutations, Report};
use dyad_blocks::{Block, Blocks, list};
use dyad_program::Program;
use rayon::prelude::*;

/// How rows are looked for.
const EFFORT: Effort = Effort { rows: 6, tries: 30, changes: 4 };

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let most: usize = args.next().ok_or("the most equations of a block, and ELF files")?.parse()?;
    for file in args {
        let program = Program::from_elf(&std::fs::read(&file)?)?;
        let section = program.section(list::SECTION).ok_or("the program was not tuned")?;
        let paths = list::decode(section, program.instrs())?;
        let blocks = Blocks::compile(paths, program.instrs(), program.image())
            .map_err(|(i, refused)| format!("block {i}: {refused}"))?;
        let start = Instant::now();
        let check = |auditor: &mut Auditor<'_>, block: &Block| {
            let path = &block.path.instrs;
            let report = auditor.block(block.forms(), path, EFFORT)?;
            Ok((report, auditor.mutations(block.forms(), path, EFFORT, most)?))
        };
        let all: Vec<Result<(Report, Mutations), dyad_audit::Falsehood>> =
            blocks.list().par_iter().map_init(|| Auditor::new(&program), check).collect();
        let all: Vec<_> = all.into_iter().collect::<Result<_, _>>()?;
        show(&file, &all, start.elapsed().as_secs_f64());
        let flips =
            |of: fn(&Mutations) -> usize| all.iter().map(|(_, mutations)| of(mutations)).sum::<usize>();
        if flips(|m| m.broken + m.free) != flips(|m| m.flips) {
            return Err("a flipped bit changes what a row puts and breaks nothing".into());
        }
    }
    Ok(())
}

fn show(file: &str, all: &[(Report, Mutations)], seconds: f64) {
    let mut sum = Mutations::default();
    all.iter().for_each(|(_, mutations)| sum.add(mutations));
    let count = |of: &dyn Fn(&Report) -> u32| all.iter().map(|(report, _)| of(report)).sum::<u32>();
    println!(
        "{file}: {} of {} blocks sampled, {} rows ({} with a cell found twice, {} changed, {} refused), {seconds:.0} s",
        count(&|r| u32::from(r.sampled())),
        all.len(),
        count(&|r| r.rows),
        count(&|r| r.aliased),
        count(&|r| r.changed),
        count(&|r| r.refused),
    );
    println!(
        "  equations: noticed {} of {} tried ({} left open, {} false rows; {} implied by others, {} harmless, {} unseen), of {}",
        sum.noticed(),
        sum.tried,
        sum.open,
        sum.false_rows,
        sum.implied,
        sum.harmless.len(),
        sum.unseen.len(),
        sum.equations,
    );
    println!("  bits flipped: {} of {} break a row, {} are free", sum.broken, sum.flips, sum.free);
}
