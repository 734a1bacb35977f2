//! The slow suites.

use crate::{
    csmith, deletions, smt,
    steps::{Failure, Steps, cargo, root, run as run_command},
};

#[derive(clap::Args)]
pub struct Args {
    /// Random cases of each property
    #[arg(long, default_value_t = 5_000)]
    cases: u32,
    /// Random programs to compare with qemu, of a few thousand instructions each
    #[arg(long, default_value_t = 1_000)]
    programs: u32,
    /// Random C programs to compare with qemu
    #[arg(long, default_value_t = 300)]
    c_programs: u64,
}

/// Runs all tests, optimized, with many more random cases, many more comparisons with qemu, and all deletions of parts
/// of the verifier; a solver about the blocks of the examples.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut steps = Steps::default();
    steps.step(&format!("tests with {} random cases", args.cases), || {
        let mut tests = cargo(root(), "test --locked --release --workspace --all-targets");
        tests.env("PROPTEST_CASES", args.cases.to_string());
        run_command(tests.env("DYAD_RANDOM_PROGRAMS", args.programs.to_string()))
    })?;
    steps
        .step(&format!("{} C programs of csmith", args.c_programs), || csmith::some(args.c_programs, true))?;
    steps.step("every part of the verifier left out in turn", || {
        deletions::run(&deletions::Args::default())
    })?;
    steps.step("blocks against the instructions of their paths", || smt::run(&smt::Args::blocks()))?;
    steps.summary();
    Ok(())
}
