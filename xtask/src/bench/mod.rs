//! Measures proofs of the examples, through the `dyad` command as users run it.

mod tables;
mod workload;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::Value;

use crate::{
    floor, machine, setup,
    steps::{Failure, cargo, command, describe, output, root, run as run_command, target_dir, title},
};
use tables::{Row, float};
use workload::{Draw, WORKLOADS, Workload};

#[derive(clap::Args)]
pub struct Args {
    /// Millions of cycles to prove
    #[arg(long, value_name = "MILLIONS", value_delimiter = ',', default_values = ["0.25", "1", "2", "4", "8"], value_parser = millions)]
    cycles: Vec<u64>,
    /// Examples to prove [default: all]
    #[arg(long, value_delimiter = ',')]
    example: Vec<String>,
    /// Threads to prove with [default: all; two or more numbers are compared by step]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..))]
    threads: Vec<u16>,
    /// Proofs of each, of which the median by speed is shown
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=99))]
    runs: u64,
    /// Measure the floor first, and compare each step with it
    #[arg(long)]
    floor: bool,
    /// Measure each example as its ELF file is and after `dyad tune` by another input
    #[arg(long)]
    tuned: bool,
    /// Measure each example as its ELF file is and with the paths that its code alone makes likely, by `dyad tune --static`
    #[arg(long = "static")]
    likely: bool,
    /// Also write the JSON objects of all runs, one a line, to a file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Cycles from a number of millions, which may have a fraction.
pub fn millions(text: &str) -> Result<u64, String> {
    match text.parse::<f64>() {
        Ok(millions) if (0.01..=256.0).contains(&millions) => Ok((millions * 1e6).round() as u64),
        _ => Err("a number from 0.01 to 256 is wanted".to_owned()),
    }
}

/// Runs the benchmark and prints its tables, in Markdown.
pub fn run(args: &Args) -> Result<(), Failure> {
    let chosen = choose(&args.example)?;
    let mut bench = Bench::new()?;
    if args.floor {
        bench.floor = Some(floor::measure()?.1);
    }
    let all = std::thread::available_parallelism().map_or(1, |n| n.get() as u16);
    let threads = if args.threads.is_empty() { &[all][..] } else { &args.threads };

    let mut rows = Vec::new();
    let mut log = String::new();
    for workload in chosen {
        title(workload.name);
        bench.build(workload)?;
        let mut builds = vec![workload.name.to_owned()];
        if args.likely {
            builds.push(bench.choose_likely(workload)?);
        }
        if args.tuned {
            builds.push(bench.tune(workload)?);
        }
        for &cycles in &args.cycles {
            bench.write_input(workload, cycles)?;
            for (&threads, build) in threads.iter().flat_map(|t| builds.iter().map(move |b| (t, b))) {
                let median = bench.median(build, threads, args.runs, &mut log)?;
                rows.push(Row { example: build.clone(), target: cycles, result: median });
            }
        }
    }
    if let Some(path) = &args.json {
        fs::write(path, log).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let text = format!("{}\n\n{}", machine::describe(), tables::all(&rows, args.floor));
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn choose(names: &[String]) -> Result<Vec<&'static Workload>, Failure> {
    if names.is_empty() { Ok(workloads().collect()) } else { names.iter().map(|name| find(name)).collect() }
}

/// All examples.
pub fn workloads() -> impl Iterator<Item = &'static Workload> {
    WORKLOADS.iter()
}

/// The example of this name.
pub fn find(name: &str) -> Result<&'static Workload, Failure> {
    WORKLOADS.iter().find(|workload| workload.name == name).ok_or_else(|| {
        let known: Vec<_> = WORKLOADS.iter().map(|workload| workload.name).collect();
        format!("no example {name}; there are {}", known.join(", "))
    })
}

/// The files that the benchmark works with.
pub struct Bench {
    dyad: PathBuf,
    folder: PathBuf,
    /// The floor to compare proofs with.
    floor: Option<PathBuf>,
}

impl Bench {
    /// Builds the command.
    pub fn new() -> Result<Self, Failure> {
        setup::guest_compiler()?;
        run_command(&mut cargo(root(), "build --quiet --locked --release --package dyad-cli"))?;
        let folder = target_dir().join("bench");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { dyad: target_dir().join("release/dyad"), folder, floor: None })
    }

    /// The ELF file of an example, or of its tuned build.
    fn elf(build: &str) -> String {
        format!("{build}.elf")
    }

    /// Where the ELF file of a build lies.
    pub fn path(&self, build: &str) -> PathBuf {
        self.folder.join(Self::elf(build))
    }

    fn key(build: &str) -> String {
        format!("{build}.key")
    }

    /// Builds an example and its key; returns its ELF file.
    pub fn build(&self, workload: &Workload) -> Result<PathBuf, Failure> {
        let project = root().join("examples").join(workload.name);
        let guests = target_dir().join("guests");
        let elf = Self::elf(workload.name);
        let mut build = command(&self.dyad, &self.folder, ["build", "-q", "-o", &elf]);
        output(build.arg(project).arg("--target-dir").arg(guests))?;
        self.write_key(workload.name)?;
        Ok(self.folder.join(elf))
    }

    fn write_key(&self, build: &str) -> Result<(), Failure> {
        let key = ["key", &Self::elf(build), "-o", &Self::key(build)];
        output(&mut command(&self.dyad, &self.folder, key)).map(drop)
    }

    /// Chooses paths of an example without a run; the name of that build.
    fn choose_likely(&self, workload: &Workload) -> Result<String, Failure> {
        let build = format!("{}-static", workload.name);
        let tune = ["tune", &Self::elf(workload.name), "--static", "-o", &Self::elf(&build)];
        output(&mut command(&self.dyad, &self.folder, tune))?;
        self.write_key(&build)?;
        Ok(build)
    }

    /// Tunes an example that is built by an input of half a million cycles that it is not measured with; the
    /// name of that build.
    pub fn tune(&self, workload: &Workload) -> Result<String, Failure> {
        let elf = Self::elf(workload.name);
        let sample =
            workload.input_for(500_000, Draw::Sample, |input| self.cycles(input, Path::new(&elf)))?;
        self.write("sample", &sample)?;
        let build = format!("{}-tuned", workload.name);
        let tune = ["tune", &elf, "--input", "sample", "-o", &Self::elf(&build)];
        output(&mut command(&self.dyad, &self.folder, tune))?;
        self.write_key(&build)?;
        Ok(build)
    }

    /// Writes an input whose run takes about so many cycles.
    pub fn write_input(&self, workload: &Workload, cycles: u64) -> Result<(), Failure> {
        self.write_input_for(workload, cycles, Path::new(&Self::elf(workload.name)))
    }

    /// The same for another ELF file of the example.
    pub fn write_input_for(&self, workload: &Workload, cycles: u64, elf: &Path) -> Result<(), Failure> {
        let input = workload.input_for(cycles, Draw::Measured, |input| self.cycles(input, elf))?;
        self.write("in", &input)
    }

    /// The cycles of a run.
    fn cycles(&self, input: &[u8], elf: &Path) -> Result<u64, Failure> {
        self.write("in", input)?;
        let run = self.count(elf)?;
        run["cycles"].as_u64().ok_or_else(|| "dyad run --json names no cycles".to_owned())
    }

    /// What a run of an ELF file on that input costs, as `dyad run` tells it.
    pub fn count(&self, elf: &Path) -> Result<Value, Failure> {
        let mut run = command(&self.dyad, &self.folder, ["run", "--input", "in", "--json"]);
        ask(run.args(["--max-cycles", "1000000000"]).arg(elf))
    }

    /// The command that proves a run on that input.
    pub fn prover(&self, build: &str) -> Command {
        let arguments = ["prove", &Self::elf(build), "--input", "in", "-o", "proof"];
        command(&self.dyad, &self.folder, arguments)
    }

    /// The run of median speed; all are added to the log.
    fn median(&self, build: &str, threads: u16, runs: u64, log: &mut String) -> Result<Value, Failure> {
        let mut results = Vec::new();
        for _ in 0..runs {
            let result = self.prove(build, threads)?;
            let khz = float(&result, "khz");
            anstream::eprintln!("{} cycles on {threads} threads: {khz:.0} kHz", result["cycles"]);
            *log += &result.to_string();
            log.push('\n');
            results.push(result);
        }
        results.sort_by(|a, b| float(a, "khz").total_cmp(&float(b, "khz")));
        Ok(results.swap_remove(results.len() / 2))
    }

    /// Proves and verifies; the prover's own object, with the time of verification.
    fn prove(&self, build: &str, threads: u16) -> Result<Value, Failure> {
        let mut prover = self.prover(build);
        prover.args(["--json", "--threads", &threads.to_string()]);
        if let Some(floor) = &self.floor {
            prover.arg("--floor").arg(floor);
        }
        let mut result = ask(&mut prover)?;
        let start = Instant::now();
        let verify = ["verify", "proof", "--key", &Self::key(build), "--json"];
        let verified = ask(&mut command(&self.dyad, &self.folder, verify))?;
        let whole = start.elapsed().as_secs_f64();
        let seconds = verified["seconds"].as_f64().unwrap_or(whole);
        result["verify_milliseconds"] = (seconds * 1000.0).into();
        result["example"] = build.into();
        Ok(result)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        fs::write(self.folder.join(name), bytes).map_err(|error| format!("{name}: {error}"))
    }
}

/// The JSON object that a command prints.
fn ask(command: &mut Command) -> Result<Value, Failure> {
    let text = output(command)?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", describe(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millions_may_have_fractions() {
        assert_eq!(["0.25", "8", "1.5"].map(millions), [Ok(250_000), Ok(8_000_000), Ok(1_500_000)]);
        assert!(["0", "-1", "1e9", "many", "NaN"].iter().all(|text| millions(text).is_err()));
    }
}
