//! The slow suites.

use crate::steps::{Failure, Steps, cargo, root, run as run_command};

#[derive(clap::Args)]
pub struct Args {
    /// Random cases of each property
    #[arg(long, default_value_t = 5_000)]
    cases: u32,
}

/// Runs all tests, optimized, with many more random cases.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut steps = Steps::default();
    steps.step(&format!("tests with {} random cases", args.cases), || {
        let mut tests = cargo(root(), "test --locked --release --workspace --all-targets");
        run_command(tests.env("PROPTEST_CASES", args.cases.to_string()))
    })?;
    steps.summary();
    Ok(())
}
