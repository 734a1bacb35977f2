//! What runs of the examples cost, beside what they cost when they were built otherwise.

use std::{io::Write, path::PathBuf};

use serde_json::Value;

use crate::{
    bench::{Bench, millions, workloads},
    steps::{Failure, title},
    table::table,
};

#[derive(clap::Args)]
pub struct Args {
    /// A folder with ELF files of the examples, each NAME.elf, to compare with
    #[arg(value_name = "DIR")]
    before: PathBuf,
    /// Millions of cycles that those take at most
    #[arg(long, value_name = "MILLIONS", default_value = "1", value_parser = millions)]
    cycles: u64,
}

/// Runs both builds of each example on the same input, and prints a table in Markdown.
pub fn run(args: &Args) -> Result<(), Failure> {
    let bench = Bench::new()?;
    let before = args.before.canonicalize().map_err(|error| format!("{}: {error}", args.before.display()))?;
    let head = ["example", "cycles before", "now", "ratio", "rows before", "now", "ratio"];
    let head = head.into_iter().chain(["words before", "now", "ratio"]).map(str::to_owned);
    let mut lines = Vec::new();
    for workload in workloads() {
        title(workload.name);
        let elf = before.join(format!("{}.elf", workload.name));
        bench.write_input_for(workload, args.cycles, &elf)?;
        let old = bench.count(&elf)?;
        let new = bench.count(&bench.build(workload)?)?;
        if old["output_hex"] != new["output_hex"] {
            return Err(format!("the two builds of {} have different outputs", workload.name));
        }
        let figures = [cycles, rows, words].into_iter().flat_map(|of| {
            let (old, new) = (of(&old), of(&new));
            [old.to_string(), new.to_string(), format!("{:.3}", new as f64 / old as f64)]
        });
        lines.push([workload.name.to_owned()].into_iter().chain(figures).collect());
    }
    let text = table(&head.collect::<Vec<_>>(), &lines);
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn cycles(run: &Value) -> u64 {
    run["cycles"].as_u64().unwrap_or(0)
}

fn rows(run: &Value) -> u64 {
    run["tables"].as_array().into_iter().flatten().filter_map(|table| table["rows"].as_u64()).sum()
}

fn words(run: &Value) -> u64 {
    run["committed_words"].as_u64().unwrap_or(0)
}
