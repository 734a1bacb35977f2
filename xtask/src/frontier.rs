//! Bytes, time and memory of proofs with other codes.

use crate::{
    bench::{Bench, find, millions},
    floor,
    steps::{Failure, cargo, root, run as run_command},
};

#[derive(clap::Args)]
pub struct Args {
    /// The example whose run is looked at
    #[arg(long, default_value = "loops")]
    example: String,
    /// Millions of cycles of that run
    #[arg(long, value_name = "MILLIONS", default_value = "1", value_parser = millions)]
    cycles: u64,
}

/// Measures the floor, and prints what proofs take with each of many choices of codes.
pub fn run(args: &Args) -> Result<(), Failure> {
    let (_, floor) = floor::measure()?;
    let workload = find(&args.example)?;
    let bench = Bench::new()?;
    let elf = bench.build(workload)?;
    bench.write_input(workload, args.cycles)?;
    let input = elf.with_file_name("in");
    let mut example = cargo(root(), "run --quiet --locked --release --package dyad --example frontier --");
    run_command(example.args([&elf, &input, &floor]))
}
