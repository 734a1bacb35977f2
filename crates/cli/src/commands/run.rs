//! `dyad run`: executes a program and says what came out and what it took.

use dyad::Limits;
use serde_json::json;

use crate::{
    args::Run,
    failure::{Failure, bad},
    files, memory,
    report::{self, Report, hex, number, size, time, value},
};

pub fn run(args: &Run) -> Result<(), Failure> {
    let program = files::read_program(&args.task.elf)?;
    let input = files::read_input(args.task.input.as_deref())?;
    let limits = args.max_cycles.map_or_else(Limits::default, |max_cycles| Limits { max_cycles });
    let run = program.run(&input, limits).map_err(report::failed_run)?;

    let base = memory::resident().unwrap_or(0);
    let proof_memory = run.proof_memory.map(|bytes| base + bytes);
    if args.json {
        let tables = run.tables.iter().map(|(name, rows)| json!({"name": name, "rows": rows}));
        report::print_json(&json!({
            "exit_code": run.exit_code,
            "output_hex": hex(&run.output),
            "cycles": run.cycles,
            "instructions": run.instructions,
            "seconds": run.seconds,
            "proof_memory_bytes": proof_memory,
            "tables": tables.collect::<Vec<_>>(),
            "diagnostics": String::from_utf8_lossy(&run.diagnostics),
        }));
    } else {
        report::print_diagnostics(&run.diagnostics);
        if let Some(path) = &args.output {
            files::write(path, &run.output)?;
        }
        let parts: Vec<_> =
            run.tables.iter().map(|(name, rows)| ((*name).to_owned(), *rows as f64, number(*rows))).collect();
        Report::default()
            .title(format_args!("{} ran", args.task.elf.display()))
            .fact("output", value(&run.output))
            .fact("exit code", run.exit_code)
            .fact("cycles", number(run.cycles))
            .fact("time", time(run.seconds))
            .fact(
                "to prove it",
                proof_memory
                    .map_or("too long for one proof".to_owned(), |b| format!("{} of memory", size(b))),
            )
            .parts("table", "rows", &parts)
            .print(files::fills_stdout(args.output.as_deref()));
    }
    match run.exit_code {
        0 => Ok(()),
        code => Err(bad(format_args!("the program exited with code {code}"))),
    }
}
