//! Measures proofs of the examples, through the `dyad` command as users run it.

mod workload;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::Value;

use crate::{
    setup,
    steps::{Failure, cargo, command, output, root, run as run_command, target_dir, title},
};
use workload::{WORKLOADS, Workload};

#[derive(clap::Args)]
pub struct Args {
    /// Millions of cycles to prove
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 4, 8], value_parser = clap::value_parser!(u64).range(1..=256))]
    cycles: Vec<u64>,
    /// Examples to prove [default: all]
    #[arg(long, value_delimiter = ',')]
    example: Vec<String>,
    /// Proofs of each, of which the median by speed is shown
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=99))]
    runs: u64,
    /// Also write the JSON objects of all runs, one a line, to a file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs the benchmark and prints its tables, in Markdown.
pub fn run(args: &Args) -> Result<(), Failure> {
    let chosen = choose(&args.example)?;
    setup::guest_compiler()?;
    run_command(&mut cargo(root(), "build --quiet --locked --release --package dyad-cli"))?;
    let bench = Bench::new()?;

    let mut rows = Vec::new();
    let mut log = String::new();
    for workload in chosen {
        title(workload.name);
        bench.build(workload)?;
        for &millions in &args.cycles {
            let input = workload.input_for(millions * 1_000_000, |input| bench.cycles(workload, input))?;
            let mut runs = Vec::new();
            for _ in 0..args.runs {
                let result = bench.prove(workload, &input)?;
                anstream::eprintln!("{} cycles: {:.0} kHz", result["cycles"], float(&result, "khz"));
                log += &result.to_string();
                log.push('\n');
                runs.push(result);
            }
            runs.sort_by(|a, b| float(a, "khz").total_cmp(&float(b, "khz")));
            rows.push((workload.name, runs.swap_remove(runs.len() / 2)));
        }
    }
    if let Some(path) = &args.json {
        fs::write(path, log).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let text = format!("{}\n\n{}\n{}", machine(), figures(&rows), timings(&rows));
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn choose(names: &[String]) -> Result<Vec<&'static Workload>, Failure> {
    if names.is_empty() {
        return Ok(WORKLOADS.iter().collect());
    }
    let find = |name: &String| {
        WORKLOADS.iter().find(|workload| workload.name == name).ok_or_else(|| {
            let known: Vec<_> = WORKLOADS.iter().map(|workload| workload.name).collect();
            format!("no example {name}; there are {}", known.join(", "))
        })
    };
    names.iter().map(find).collect()
}

/// The files that the benchmark works with.
struct Bench {
    dyad: PathBuf,
    folder: PathBuf,
}

impl Bench {
    fn new() -> Result<Self, Failure> {
        let folder = target_dir().join("bench");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { dyad: target_dir().join("release/dyad"), folder })
    }

    fn elf(workload: &Workload) -> String {
        format!("{}.elf", workload.name)
    }

    fn build(&self, workload: &Workload) -> Result<(), Failure> {
        let project = root().join("examples").join(workload.name);
        let guests = target_dir().join("guests");
        let mut build = command(&self.dyad, &self.folder, ["build", "-q", "-o", &Self::elf(workload)]);
        output(build.arg(project).arg("--target-dir").arg(guests))?;
        let key = ["key", &Self::elf(workload), "-o", "key"];
        output(&mut command(&self.dyad, &self.folder, key)).map(|_| ())
    }

    fn ask(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let text = output(&mut command(&self.dyad, &self.folder, arguments))?;
        serde_json::from_slice(&text).map_err(|error| format!("dyad {}: {error}", arguments.join(" ")))
    }

    fn cycles(&self, workload: &Workload, input: &[u8]) -> Result<u64, Failure> {
        self.write("in", input)?;
        let run = self.ask(&[
            "run",
            &Self::elf(workload),
            "--input",
            "in",
            "--json",
            "--max-cycles",
            "1000000000",
        ])?;
        run["cycles"].as_u64().ok_or_else(|| "dyad run --json names no cycles".to_owned())
    }

    /// Proves and verifies; the prover's own object, with the time of verification.
    fn prove(&self, workload: &Workload, input: &[u8]) -> Result<Value, Failure> {
        self.write("in", input)?;
        let elf = Self::elf(workload);
        let mut result = self.ask(&["prove", &elf, "--input", "in", "-o", "proof", "--json"])?;
        let start = Instant::now();
        let verified = self.ask(&["verify", "proof", "--key", "key", "--json"])?;
        let whole = start.elapsed().as_secs_f64();
        let seconds = verified["seconds"].as_f64().unwrap_or(whole);
        result["verify_milliseconds"] = (seconds * 1000.0).into();
        result["example"] = workload.name.into();
        Ok(result)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        fs::write(self.folder.join(name), bytes).map_err(|error| format!("{name}: {error}"))
    }
}

fn float(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or(f64::NAN)
}

fn figures(rows: &[(&str, Value)]) -> String {
    let head =
        ["example", "cycles", "kHz", "execute s", "prove s", "peak MB", "proof kB", "verify ms", "bits"];
    let lines = rows.iter().map(|(name, row)| {
        vec![
            (*name).to_owned(),
            row["cycles"].to_string(),
            format!("{:.0}", float(row, "khz")),
            format!("{:.3}", float(row, "execute_seconds")),
            format!("{:.2}", float(row, "prove_seconds")),
            format!("{:.0}", float(row, "peak_rss_bytes") / 1e6),
            format!("{:.0}", float(row, "proof_bytes") / 1e3),
            format!("{:.1}", float(row, "verify_milliseconds")),
            format!("{:.1}", float(row, "security_bits")),
        ]
    });
    table(&head.map(str::to_owned), &lines.collect::<Vec<_>>())
}

/// Nanoseconds a cycle by step, times the threads: what `docs/performance.md` compares.
fn timings(rows: &[(&str, Value)]) -> String {
    let steps = |row: &Value| row["timings"].as_array().cloned().unwrap_or_default();
    let Some((_, first)) = rows.first() else { return String::new() };
    let names: Vec<String> =
        steps(first).iter().map(|step| step["step"].as_str().unwrap_or_default().to_owned()).collect();
    let head = ["ns·core a cycle".to_owned(), "cycles".to_owned()].into_iter().chain(names.iter().cloned());
    let lines = rows.iter().map(|(name, row)| {
        let scale = 1e9 * float(row, "threads") / float(row, "cycles");
        let times = steps(row).into_iter().map(|step| format!("{:.0}", float(&step, "seconds") * scale));
        [(*name).to_owned(), row["cycles"].to_string()].into_iter().chain(times).collect()
    });
    table(&head.collect::<Vec<_>>(), &lines.collect::<Vec<_>>())
}

fn table(head: &[String], lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells =
            std::iter::once(head).chain(lines.iter().map(Vec::as_slice)).filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let row = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).enumerate().map(|(i, (cell, &width))| {
            if i == 0 { format!(" {cell:<width$} |") } else { format!(" {cell:>width$} |") }
        });
        format!("|{}\n", cells.collect::<String>())
    };
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width + 1)).collect();
    let rule = format!(
        "|{}-|{}:|
",
        rule[0],
        rule[1..].join(":|")
    );
    let body: String = lines.iter().map(|line| row(line)).collect();
    format!("{}{rule}{body}", row(head))
}

/// The machine and the build, in a line.
fn machine() -> String {
    let text = |command: &mut std::process::Command| {
        output(command)
            .map_or_else(|_| "unknown".to_owned(), |text| String::from_utf8_lossy(&text).trim().to_owned())
    };
    let field = |file: &str, key: &str| {
        let text = fs::read_to_string(Path::new("/proc").join(file)).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
        line.split_once(':').map_or("", |(_, value)| value.trim()).to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let flags = field("cpuinfo", "flags");
    let has = |flag: &str| flags.split(' ').any(|word| word == flag);
    let features: Vec<&str> =
        ["avx2", "pclmulqdq", "vpclmulqdq", "gfni", "avx512f"].into_iter().filter(|flag| has(flag)).collect();
    format!(
        "{}, {cores} cores, {} memory, {}; {}; commit {}",
        field("cpuinfo", "model name"),
        field("meminfo", "MemTotal"),
        features.join(" "),
        text(&mut command("rustc", root(), ["--version"])),
        text(&mut command("git", root(), ["describe", "--always", "--dirty", "--abbrev=10"])),
    )
}
