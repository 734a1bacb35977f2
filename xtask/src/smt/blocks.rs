//! Are blocks right? A solver compares each with the specifications of its path's instructions, one after the other.

use std::{
    fs,
    path::{self, PathBuf},
};

use serde_json::Value;

use super::{Args, Checker, texts, write};
use crate::{
    bench::{Bench, workloads},
    demo, machine,
    steps::{Failure, cargo, command, output, root, target_dir},
    table::table,
};

/// Seconds of the processor that a block may take, unless said otherwise.
pub const SECONDS: u64 = 600;
/// The constraints of blocks that are proved in so many seconds of the processor are deleted.
const DELETIONS: &str = "0.2";
/// Random programs of which some paths are checked with the tables.
const PROGRAMS: &str = "8";
/// Seconds for each of those.
const SECONDS_OF_SOME: &str = "120";

/// What `--write` writes stands between these lines.
const MARK: &str = "<!-- what follows is written by cargo xtask smt --blocks --write -->\n";
const END: &str = "<!-- end of what is written -->\n";

/// Checks the blocks of all examples, or of given ELF files, and prints a table.
pub fn run(checker: &Checker, args: &Args) -> Result<(), Failure> {
    let elf = if args.elf.is_empty() { examples()? } else { args.elf.clone() };
    let here = |file: &PathBuf| path::absolute(file).map_err(|error| format!("{}: {error}", file.display()));
    let files = elf.iter().map(here).collect::<Result<Vec<_>, _>>()?;
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let results = Results::of(checker, &files, &args.seconds.to_string())?;
    let text = results.show();
    anstream::println!("{text}");
    results.check()?;
    if args.write {
        let head = format!("`cargo xtask smt --blocks`, {}.", machine::describe());
        write(&format!("\n{head}\n\n{text}\n"), MARK, Some(END))?;
    }
    Ok(())
}

/// Checks some paths of random programs, and that wrong blocks are noticed.
pub fn some(checker: &Checker) -> Result<(), Failure> {
    let arguments = ["--random", PROGRAMS].map(str::to_owned);
    let results = Results::of(checker, &arguments, SECONDS_OF_SOME)?;
    anstream::println!("{}", results.show());
    results.check()?;
    let changes = checker.ask("smt/sabotage.py", [export_file()])?;
    let count = |change: &Value, key: &str| change[key].as_u64().unwrap_or_default();
    for change in &changes {
        let [made, noticed] = ["made", "noticed"].map(|key| count(change, key));
        anstream::println!(
            "blocks with {}: {made}, noticed {noticed}",
            change["change"].as_str().unwrap_or("?")
        );
        if made == 0 || noticed != made {
            return Err(format!("blocks that are wrong count as proved: {change}"));
        }
    }
    Ok(())
}

/// The tuned ELF files of the examples, and that of the demo.
fn examples() -> Result<Vec<PathBuf>, Failure> {
    let bench = Bench::new()?;
    let folder = target_dir().join("bench");
    let mut files = Vec::new();
    for workload in workloads() {
        bench.build(workload)?;
        files.push(folder.join(bench.tune(workload)? + ".elf"));
    }
    let sample = folder.join("sample");
    fs::write(&sample, demo::SAMPLE).map_err(|error| format!("{}: {error}", sample.display()))?;
    let tune = ["tune", "fibonacci.elf", "--input", "sample", "-o", "demo.elf"];
    output(&mut command(target_dir().join("release/dyad"), &folder, tune))?;
    files.push(folder.join("demo.elf"));
    Ok(files)
}

/// The file with the exported blocks.
fn export_file() -> PathBuf {
    target_dir().join("smt/blocks.json")
}

/// Exports the blocks that the arguments name.
fn export(arguments: &[String]) -> Result<PathBuf, Failure> {
    let mut cargo = cargo(root(), "run --quiet --locked --package dyad-blocks --example blocks --");
    let text = output(cargo.args(arguments))?;
    let file = export_file();
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

/// What was found out, a result for each block.
struct Results(Vec<Value>);

/// What is known of the blocks of a program.
#[derive(Default)]
struct Sum {
    blocks: usize,
    instructions: u64,
    proved: usize,
    undecided: usize,
    seconds: f64,
    deleted: u64,
    noticed: u64,
}

impl Sum {
    fn add(&mut self, result: &Value) {
        let number = |key: &str| result[key].as_u64().unwrap_or_default();
        self.blocks += 1;
        self.instructions += number("steps");
        self.proved += usize::from(result["result"] == "proved");
        self.undecided += usize::from(result["result"] == "not decided");
        self.seconds += result["seconds"].as_f64().unwrap_or_default();
        self.deleted += number("deleted");
        self.noticed += number("noticed");
    }

    fn line(&self, name: &str) -> Vec<String> {
        let mut line = texts([name, &self.blocks.to_string(), &self.instructions.to_string()]);
        line.extend([self.proved, self.undecided].map(|n| n.to_string()));
        line.push(format!("{:.0}", self.seconds));
        line.extend([self.deleted, self.noticed].map(|n| n.to_string()));
        line
    }
}

impl Results {
    fn of(checker: &Checker, exported: &[String], seconds: &str) -> Result<Self, Failure> {
        let file = export(exported)?.display().to_string();
        checker.ask("smt/blocks.py", [&file, "--seconds", seconds, "--deletions", DELETIONS]).map(Self)
    }

    /// A line for each program, and what is not proved or not missed.
    fn show(&self) -> String {
        let mut sums: Vec<(&str, Sum)> = Vec::new();
        let mut all = Sum::default();
        for result in &self.0 {
            let name = result["program"].as_str().unwrap_or_default();
            if sums.last().is_none_or(|(last, _)| *last != name) {
                sums.push((name, Sum::default()));
            }
            sums.last_mut().expect("there is one").1.add(result);
            all.add(result);
        }
        let mut lines: Vec<_> = sums.iter().map(|(name, sum)| sum.line(name)).collect();
        lines.push(all.line("all"));
        let head = ["program", "blocks", "instructions", "proved", "not decided", "seconds"];
        let mut head = texts(head);
        head.extend(texts(["constraints deleted", "noticed"]));
        let notes: Vec<String> =
            self.0.iter().flat_map(Self::notes).map(|note| format!("\n- {note}")).collect();
        table(&head, &lines) + &notes.concat()
    }

    /// What is worth saying of a block.
    fn notes(result: &Value) -> Vec<String> {
        let text = |key: &str| result[key].as_str().unwrap_or_default();
        let block = format!("{}, {}", text("program"), text("block"));
        let mut notes = Vec::new();
        if result["result"] != "proved" {
            notes.push(format!("{block}: {}: {}", text("result"), text("why")));
        }
        let spared = result["spared"].as_array().map_or(0, Vec::len);
        let open = result["open"].as_u64().unwrap_or_default();
        if spared > 0 {
            notes.push(format!("{block}: proved without {spared} of its constraints"));
        }
        if open > 0 {
            notes.push(format!("{block}: {open} deletions not decided"));
        }
        notes
    }

    /// Fails where a block is not what the path's instructions are.
    fn check(&self) -> Result<(), Failure> {
        let wrong = self.0.iter().filter(|r| r["result"] != "proved" && r["result"] != "not decided");
        let wrong: Vec<String> = wrong.flat_map(Self::notes).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }
}
