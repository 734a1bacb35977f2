//! What runs cost, exactly: cycles, instructions, rows by table, committed words. They are compared with
//! snapshots that are checked in, so that a change shows in review. No time fails a test; a count does.
//!
//! With `BLESS=1` in the environment the snapshots are written anew.

#[path = "../common/mod.rs"]
mod common;
mod every_table;
mod inputs;
mod snapshot;

use std::{fs, io::Write as _, path::Path, process::Command};

use dyad::{Limits, Program};
use dyad_build::Compiler;

use snapshot::{Counts, check};

/// What a run costs.
fn count(name: &str, elf: &[u8], input: &[u8]) -> Counts {
    let program = Program::from_elf(elf).unwrap();
    let run = program.run(input, Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(run.exit_code, 0, "{name}: {}", String::from_utf8_lossy(&run.diagnostics));
    let sums = [("cycles", run.cycles), ("instructions", run.instructions), ("words", run.committed_words)];
    let rows = run.tables.iter().map(|(table, rows)| (format!("rows of {table}"), *rows));
    let counts = sums.map(|(what, n)| (what.to_owned(), n)).into_iter().chain(rows);
    Counts(counts.map(|(what, n)| (format!("{name}: {what}"), n)).collect())
}

/// A row in each table: what the machine itself costs, whatever compiles guests.
#[test]
fn the_machine() {
    let counts = count("every table", &every_table::elf(), every_table::INPUT);
    let tables = dyad_machine::tables::TABLES.iter().map(|table| table.rules.name());
    for table in tables {
        assert!(counts.0.contains_key(&format!("every table: rows of {table}")), "no row of {table}");
    }
    let known = check("machine.txt", "any compiler", &counts).unwrap_or_else(|message| panic!("{message}"));
    assert!(known, "no snapshot for the machine itself: set BLESS=1");
}

/// The programs of the benchmark, whose code depends on the compiler of guests and on its linker.
#[test]
fn guests() {
    let key = described(&dyad_build::find_compiler(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap());
    let mut all = Counts::default();
    for (name, input) in inputs::all() {
        all.0.extend(count(name, &fs::read(common::built(name)).unwrap(), &input).0);
    }
    let known = check("guests.txt", &key, &all).unwrap_or_else(|message| panic!("{message}"));
    if !known {
        // Past the harness, which keeps what a passing test prints to itself.
        let text = format!("counts: no snapshot for {key}, nothing to compare with:\n{all}");
        std::io::stderr().write_all(text.as_bytes()).unwrap();
    }
}

/// The compiler and its linker, which shortens calls, by their own names.
fn described(compiler: &Compiler) -> String {
    let ask = |arguments: &[&str]| {
        let asked = Command::new(&compiler.linker).args(arguments).output().ok()?;
        let said = String::from_utf8_lossy(&asked.stdout).lines().next()?.to_owned();
        Some(said).filter(|_| asked.status.success())
    };
    // LLVM's under its general name wants to know what to be.
    let linker = ask(&["--version"]).or_else(|| ask(&["-flavor", "gnu", "--version"]));
    format!("{}, {}", compiler.version, linker.unwrap_or_else(|| "unknown linker".to_owned()))
}
