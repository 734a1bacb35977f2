//! `dyad run`: executes a program and says what came out and what it took.

use std::time::Instant;

use dyad_executor::{Limits, Rows};
use dyad_machine::families::FAMILIES;
use dyad_program::Program;
use serde_json::json;

use crate::{
    args::Run,
    failure::{Failure, bad},
    files,
    report::{self, Report, hex, number, time, value},
};

pub fn run(args: &Run) -> Result<(), Failure> {
    let program = Program::from_elf(&files::read(&args.task.elf)?)
        .map_err(|error| bad(format_args!("{}: {error}", args.task.elf.display())))?;
    let input = files::read_input(args.task.input.as_deref())?;
    let limits = args.max_cycles.map_or_else(Limits::default, |max_cycles| Limits { max_cycles });

    let start = Instant::now();
    let (run, rows) = dyad_executor::meter(&program, &input, limits).map_err(bad)?;
    let seconds = start.elapsed().as_secs_f64();
    let tables = tables(&rows);

    if args.json {
        report::print_json(&json!({
            "exit_code": run.exit_code,
            "output_hex": hex(&run.output),
            "cycles": run.cycles,
            "instructions": run.instructions,
            "seconds": seconds,
            "tables": tables.iter().map(|(name, rows)| json!({"name": name, "rows": rows})).collect::<Vec<_>>(),
            "diagnostics": String::from_utf8_lossy(&run.diagnostics),
        }));
    } else {
        report::print_diagnostics(&run.diagnostics);
        if let Some(path) = &args.output {
            files::write(path, &run.output)?;
        }
        let parts: Vec<_> =
            tables.iter().map(|(name, rows)| (name.clone(), *rows as f64, number(*rows))).collect();
        Report::default()
            .title(format_args!("{} ran", args.task.elf.display()))
            .fact("output", value(&run.output))
            .fact("exit code", run.exit_code)
            .fact("cycles", number(run.cycles))
            .fact("time", time(seconds))
            .parts("table", "rows", &parts)
            .print(files::fills_stdout(args.output.as_deref()));
    }
    match run.exit_code {
        0 => Ok(()),
        code => Err(bad(format_args!("the program exited with code {code}"))),
    }
}

/// The tables of the machine with their rows.
fn tables(rows: &Rows) -> Vec<(String, u64)> {
    let mut tables: Vec<(String, u64)> = Vec::new();
    for family in FAMILIES {
        let mut kinds: Vec<_> = family.encodings.iter().map(|encoding| encoding.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        tables.extend(kinds.into_iter().map(|kind| (format!("{kind:?}"), rows.steps_of(kind))));
    }
    let copies = [rows.copy_in_bytes, rows.copy_in_words, rows.copy_in_ends].into_iter().chain([
        rows.copy_out_bytes,
        rows.copy_out_words,
        rows.copy_out_ends,
    ]);
    let calls = rows.exits + rows.reads + rows.writes + rows.diagnostics;
    tables.extend([("System calls".into(), calls), ("Copies".into(), copies.sum())]);
    tables.retain(|(_, rows)| *rows > 0);
    tables
}
