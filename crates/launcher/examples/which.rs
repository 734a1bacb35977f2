//! A program that may have several builds: says which build runs, and its arguments.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    if let Err(error) = dyad_launcher::start("which", "1.2.3") {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let build = dyad_launcher::current().map_or("any", |build| build.name);
    println!("{build} {:?}", env::args().skip(1).collect::<Vec<_>>());
    ExitCode::SUCCESS
}
