//! What the prover's work costs on this machine at least, and how far proofs are from that.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    bench::{Bench, find, millions},
    machine,
    steps::{Failure, cargo, output, root, run as run_command, target_dir},
    table::table,
};

#[derive(clap::Args)]
pub struct Args {
    /// Also prove a run of this example, and compare each step with the floor
    #[arg(long, value_name = "EXAMPLE", num_args = 0..=1, default_missing_value = "loops")]
    prove: Option<String>,
    /// Millions of cycles of that run
    #[arg(long, value_name = "MILLIONS", default_value = "1", value_parser = millions)]
    cycles: u64,
    /// Print a JSON array, an object for each number of threads, in seconds
    #[arg(long, conflicts_with = "prove")]
    json: bool,
}

/// An operation that is measured: its name in JSON, what it is, a unit, and how many of the unit a second
/// of one is, or one of a second where the unit is a speed.
struct Operation {
    key: &'static str,
    name: &'static str,
    unit: &'static str,
    show: fn(f64) -> f64,
}

const OPERATIONS: [Operation; 8] = [
    Operation { key: "products", name: "product in K, packed", unit: "ns", show: |s| s * 1e9 },
    Operation { key: "encoded", name: "element encoded at rate 1/2", unit: "ns", show: |s| s * 1e9 },
    Operation { key: "hashed", name: "leaves hashed", unit: "GB/s", show: |s| 1e-9 / s },
    Operation { key: "mapped", name: "element through a bit matrix", unit: "ns", show: |s| s * 1e9 },
    Operation { key: "summed", name: "element of sums over bits", unit: "ns", show: |s| s * 1e9 },
    Operation { key: "skipped", name: "constraint, univariate round", unit: "ns", show: |s| s * 1e9 },
    Operation { key: "moved", name: "copy, read and written", unit: "GB/s", show: |s| 1e-9 / s },
    Operation { key: "fresh", name: "first touch of 4 KiB", unit: "ns", show: |s| s * 4096e9 },
];

/// Measures, prints, and keeps the result for `dyad prove --floor`.
pub fn run(args: &Args) -> Result<(), Failure> {
    let (floors, file) = measure()?;
    let text = if args.json { format!("{floors}\n") } else { show(&floors, &file) };
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    match &args.prove {
        Some(example) => prove(example, args.cycles, &file),
        None => Ok(()),
    }
}

/// Measures the floor: the JSON array, and the file that has it.
pub fn measure() -> Result<(Value, PathBuf), Failure> {
    let arguments = "run --quiet --locked --release --package dyad-prover --example floor";
    let text = output(&mut cargo(root(), arguments))?;
    let floors = serde_json::from_slice(&text).map_err(|error| format!("the floor: {error}"))?;
    let file = target_dir().join("floor.json");
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok((floors, file))
}

fn show(floors: &Value, file: &Path) -> String {
    let floors = floors.as_array().map(Vec::as_slice).unwrap_or_default();
    let threads = floors.iter().map(|floor| format!("{} threads", floor["threads"]));
    let head: Vec<String> = ["operation".to_owned(), "unit".to_owned()].into_iter().chain(threads).collect();
    let lines = OPERATIONS.iter().map(|operation| {
        let of = |floor: &Value| (operation.show)(floor[operation.key].as_f64().unwrap_or(f64::NAN));
        let cells = floors.iter().map(|floor| format!("{:.2}", of(floor)));
        [operation.name.to_owned(), operation.unit.to_owned()].into_iter().chain(cells).collect()
    });
    let table = table(&head, &lines.collect::<Vec<_>>());
    format!("{}\n\n{table}\nkept in {}, for dyad prove --floor\n", machine::describe(), file.display())
}

/// Proves a run of an example; the command shows the comparison.
fn prove(example: &str, cycles: u64, floor: &Path) -> Result<(), Failure> {
    let workload = find(example)?;
    let bench = Bench::new()?;
    bench.build(workload)?;
    bench.write_input(workload, cycles)?;
    run_command(bench.prover(workload.name).arg("--floor").arg(floor))
}
