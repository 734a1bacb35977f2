//! Blocks of random programs: their tables pass, and tables without an equation do not.

mod common;

use common::programs_asked_for;
use dyad_audit::{Auditor, Effort, Mutations};
use dyad_blocks::tune::{Budget, tune};
use dyad_executor::{Limits, trace};
use dyad_program::Program;
use dyad_program::testing::random::{MACHINE, random_program};

/// A random program, and blocks for its own run.
fn tuned(seed: u64) -> (Program, Vec<dyad_blocks::Block>) {
    let program = Program::from_elf(&random_program(seed, 120, MACHINE)).expect("a program");
    let input: Vec<u8> = (0..=255).collect();
    let run = trace(&program, &input, Limits::default(), 1 << 16).expect("a run");
    let budget = Budget { instructions: 40, joins: 30, ..Budget::default() };
    let chosen = tune(program.instrs(), program.image(), &run, budget);
    (program, chosen.into_iter().map(|c| c.block).collect())
}

/// How many programs; `DYAD_RANDOM_PROGRAMS` asks for more.
fn programs(most: u64) -> u64 {
    programs_asked_for().map_or(most, |n| n / 10).max(most)
}

#[test]
fn blocks_of_random_programs_pass() {
    let (mut all, mut sampled, mut aliased, mut quotients) = (0, 0, 0, 0);
    for seed in 0..programs(40) {
        let (program, blocks) = tuned(seed);
        let mut auditor = Auditor::new(&program);
        for block in &blocks {
            let report = auditor.block(block.forms(), &block.path.instrs, Effort::KEY);
            let report = report.unwrap_or_else(|falsehood| panic!("program {seed}: {falsehood}"));
            all += 1;
            sampled += u32::from(report.sampled());
            aliased += report.aliased;
            quotients += report.quotients;
        }
    }
    eprintln!(
        "{sampled} of {all} blocks sampled, {aliased} rows with a cell found twice, {quotients} quotients"
    );
    assert!(all >= 100 && 10 * sampled >= 8 * all, "{sampled} of {all}");
    assert!(aliased > 0 && quotients > 0);
}

#[test]
fn equations_that_are_left_out_are_noticed() {
    let (program, blocks) = tuned(3);
    let mut auditor = Auditor::new(&program);
    let effort = Effort { rows: 4, tries: 20, changes: 2 };
    let mut sum = Mutations::default();
    for block in blocks.iter().filter(|b| b.path.instrs.len() <= 12).take(12) {
        let found = auditor.mutations(block.forms(), &block.path.instrs, effort, 60);
        sum.add(&found.expect("an honest table"));
    }
    eprintln!("{sum:?}");
    assert!(sum.tried >= 200 && 10 * sum.noticed() >= 8 * sum.tried, "{sum:?}");
    // Every flip of a bit breaks the row, but for those that are free.
    assert_eq!(sum.broken + sum.free, sum.flips);
}
