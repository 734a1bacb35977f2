//! The slow suites.

use crate::{
    bench::{Bench, workloads},
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
    /// Equations to leave out of each block of the benchmark's examples, at most
    #[arg(long, default_value_t = 16)]
    equations: u32,
}

/// Runs all tests, optimized, with many more random cases, many more comparisons with qemu, and all deletions of parts
/// of the verifier; tables of blocks without one of their equations, and a solver about the blocks of the examples.
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
    steps.step(&format!("blocks without {} of their equations in turn", args.equations), || {
        blocks(args.equations)
    })?;
    steps.step("blocks against the instructions of their paths", || smt::run(&smt::Args::blocks()))?;
    steps.summary();
    Ok(())
}

/// Checks the blocks of all examples of the benchmark, tuned, and how much the check sees.
fn blocks(equations: u32) -> Result<(), Failure> {
    let bench = Bench::new()?;
    let example = "run --quiet --locked --release --package dyad-audit --example mutations --";
    let mut check = cargo(root(), example);
    check.arg(equations.to_string());
    for workload in workloads() {
        bench.build(workload)?;
        check.arg(bench.path(&bench.tune(workload)?));
    }
    run_command(&mut check)
}
