//! Project tasks: `cargo xtask --help`.

mod bench;
mod counts;
mod csmith;
mod deletions;
mod demo;
mod deny;
mod dist;
mod dyad;
mod external;
mod floor;
mod frontier;
mod limited;
mod machine;
mod setup;
mod smt;
mod soak;
mod steps;
mod table;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Project tasks", arg_required_else_help = true)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build an example guest, run it, prove the run and verify the proof, from nothing
    Demo,
    /// Everything that CI runs: formatting, dependencies, lints, documentation, all tests
    Test,
    /// Measure proofs of the examples: speed, time by step, memory, sizes
    Bench(bench::Args),
    /// Compare what runs of the examples cost with other builds of them: cycles, rows, committed words
    Counts(counts::Args),
    /// Builds of the dyad command to hand out: for any processor, and faster ones beside it
    Dist(dist::Args),
    /// Measure what this machine can do at least, and how far a proof is from it
    Floor(floor::Args),
    /// What proofs would take with other codes: the frontier of bytes, time and memory
    Frontier(frontier::Args),
    /// Ask a solver whether the tables do what the RISC-V manual says
    Smt(smt::Args),
    /// Leave out each check of the verifier, each message and each challenge in turn: a test has to notice
    Deletions(deletions::Args),
    /// The slow suites: many more random cases, long runs
    Soak(soak::Args),
    /// Compare random C programs with qemu-riscv64
    Csmith(csmith::Args),
    /// Run the ELF files of the folder that DYAD_EXTERNAL_ELFS names, such as riscv-tests
    External(external::Args),
    /// Install what guests and tests need and is missing
    Setup,
}

fn main() -> ExitCode {
    let result = match Args::parse().task {
        Task::Demo => demo::run(),
        Task::Test => test::check(),
        Task::Bench(args) => bench::run(&args),
        Task::Counts(args) => counts::run(&args),
        Task::Dist(args) => dist::run(&args),
        Task::Floor(args) => floor::run(&args),
        Task::Frontier(args) => frontier::run(&args),
        Task::Smt(args) => smt::run(&args),
        Task::Deletions(args) => deletions::run(&args),
        Task::Soak(args) => soak::run(&args),
        Task::Csmith(args) => csmith::run(&args),
        Task::External(args) => external::run(&args),
        Task::Setup => setup::guest_compiler().and_then(|()| setup::qemu()).and_then(|()| setup::csmith()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error:{red:#} {message}");
            ExitCode::FAILURE
        }
    }
}
