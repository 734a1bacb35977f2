//! The `dyad` command: guest projects, runs, proofs.
//!
//! Exit status: 0 on success, 1 where a run, a proof or a build is bad, 2 where the command
//! itself is. Results go to standard output, everything else to standard error.

mod args;
mod builds;
mod check;
mod commands;
mod failure;
mod files;
mod listing;
mod memory;
mod progress;
mod report;
mod text;
mod timings;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let result = builds::start().and_then(|()| run(Args::parse().command));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::print_error(&failure.to_string());
            failure.status()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::New(args) => commands::new::run(&args),
        Command::Build(args) => commands::build::run(&args),
        Command::Tune(args) => with_json(args.json, commands::tune::run(&args)),
        Command::Run(args) => with_json(args.json, commands::run::run(&args)),
        Command::Key(args) => commands::key::run(&args),
        Command::Prove(args) => with_json(args.json, commands::prove::run(&args)),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Inspect(args) => with_json(args.json, commands::inspect::run(&args)),
    }
}

/// Where `--json` was given, what was bad is the one object that is printed. (`verify` has more to say.)
fn with_json(json: bool, result: Result<(), Failure>) -> Result<(), Failure> {
    if json && let Err(Failure::Bad(error)) = &result {
        report::print_json(&serde_json::json!({ "error": error }));
    }
    result
}
