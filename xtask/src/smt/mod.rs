//! Are the tables right? A solver compares their rules with a specification.

mod blocks;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    machine,
    steps::{Failure, cargo, command, describe, output, root, run as run_command, target_dir},
    table::table,
};

/// What `--write` writes in [`DOCUMENT`] stands after this line, to the end.
const MARK: &str = "<!-- what follows is written by cargo xtask smt --write -->\n";
const DOCUMENT: &str = "docs/smt.md";

#[derive(clap::Args, Default)]
pub struct Args {
    /// Print no line for each instruction
    #[arg(long)]
    short: bool,
    /// Check this table only
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Check this instruction only, and delete nothing
    #[arg(long, value_name = "MNEMONIC")]
    instruction: Option<String>,
    /// Write the results into docs/smt.md
    #[arg(long, conflicts_with_all = ["short", "table", "instruction"])]
    write: bool,
    /// Check the blocks of the tuned examples against the instructions of their paths instead
    #[arg(long, conflicts_with_all = ["short", "table", "instruction"])]
    blocks: bool,
    /// Check the blocks of these tuned ELF files instead of the examples'
    #[arg(long, value_name = "FILE", requires = "blocks", num_args = 1..)]
    elf: Vec<PathBuf>,
    /// Seconds of the processor that a block may take
    #[arg(long, default_value_t = blocks::SECONDS, requires = "blocks")]
    seconds: u64,
}

impl Args {
    /// Everything about the machine's tables, with a line for each, and some blocks.
    pub fn short() -> Self {
        Self { short: true, ..Self::default() }
    }

    /// The blocks of all examples.
    pub fn blocks() -> Self {
        Self { blocks: true, seconds: blocks::SECONDS, ..Self::default() }
    }
}

/// Checks, prints a table, and fails where a rule is not right or a deleted constraint is not missed.
pub fn run(args: &Args) -> Result<(), Failure> {
    let checker = Checker { python: python()?, shapes: shapes()? };
    if args.blocks {
        return blocks::run(&checker, args);
    }
    let results = check(&checker, args)?;
    let text = show(&results, args.short);
    anstream::println!("{text}");
    let wrong: Vec<String> = results.iter().filter_map(Outcome::complaint).collect();
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    if args.table.is_none() && args.instruction.is_none() {
        blocks::some(&checker)?;
    }
    if args.write {
        let head = format!("`cargo xtask smt`, {}.", machine::describe());
        write(&format!("\n{head}\n\n{text}"), MARK, None)?;
    }
    Ok(())
}

/// What runs the checks, and what the machine says of its tables.
struct Checker {
    python: PathBuf,
    shapes: PathBuf,
}

impl Checker {
    /// The results that a script prints, an object a line; people see its progress.
    fn ask<I: AsRef<OsStr>>(
        &self,
        script: &str,
        arguments: impl IntoIterator<Item = I>,
    ) -> Result<Vec<Value>, Failure> {
        let mut check = command(&self.python, root(), [script]);
        check.arg(&self.shapes).args(arguments);
        let name = describe(&check);
        let done = answers(&mut check).map_err(|error| format!("cannot run `{name}`: {error}"))?;
        let lines = done.lines().map(serde_json::from_str);
        let results: Vec<Value> =
            lines.collect::<Result<_, _>>().map_err(|error| format!("`{name}`: {error}"))?;
        if results.is_empty() { Err(format!("`{name}` failed")) } else { Ok(results) }
    }
}

/// A Python with the packages that `smt/requirements.txt` names, installed if they are missing.
fn python() -> Result<PathBuf, Failure> {
    let wanted = root().join("smt/requirements.txt");
    let list = read(&wanted)?;
    let folder = target_dir().join("smt/python");
    let (python, installed) = (folder.join("bin/python"), folder.join("installed.txt"));
    if python.is_file() && fs::read_to_string(&installed).is_ok_and(|text| text == list) {
        return Ok(python);
    }
    anstream::eprintln!("installing {} in {}", list.trim().replace('\n', ", "), folder.display());
    let folder = folder.display().to_string();
    run_command(&mut command("python3", root(), ["-m", "venv", "--clear", &folder]))
        .map_err(|error| format!("{error}; python3 with venv (Debian: python3-venv) is needed"))?;
    let packages = wanted.display().to_string();
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", &packages];
    run_command(&mut command(&python, root(), pip))?;
    fs::write(&installed, list).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}

/// The file with the shapes of all tables, as the machine has them now.
fn shapes() -> Result<PathBuf, Failure> {
    let arguments = "run --quiet --locked --package dyad-machine --example shapes";
    let text = output(&mut cargo(root(), arguments))?;
    let file = target_dir().join("smt/shapes.json");
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Runs the checks of the machine's tables.
fn check(checker: &Checker, args: &Args) -> Result<Vec<Outcome>, Failure> {
    let options = [("--table", &args.table), ("--instruction", &args.instruction)];
    let given = options.into_iter().filter_map(|(option, value)| Some([option, value.as_deref()?]));
    Ok(checker.ask("smt/check.py", given.flatten())?.into_iter().map(Outcome).collect())
}

/// What a command prints, whether it succeeds or not.
fn answers(command: &mut Command) -> std::io::Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A result of `smt/check.py`: something was proved or not, or a constraint deleted.
struct Outcome(Value);

impl Outcome {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn seconds(&self) -> f64 {
        self.0["seconds"].as_f64().unwrap_or_default()
    }

    fn is_deletion(&self) -> bool {
        !self.0["constraint"].is_null()
    }

    fn is_right(&self) -> bool {
        if self.is_deletion() { !self.0["noticed"].is_null() } else { self.0["proved"] == true }
    }

    /// What is wrong, if something is.
    fn complaint(&self) -> Option<String> {
        if self.is_right() {
            return None;
        }
        let (table, subject) = (self.text("table"), self.text("subject"));
        let what = if self.is_deletion() {
            format!("nobody misses the constraint \"{}\"", self.text("constraint"))
        } else {
            format!("{subject} is not proved")
        };
        Some(
            [table, &what, self.text("why")]
                .into_iter()
                .filter(|s| !s.is_empty())
                .collect::<Vec<_>>()
                .join(": "),
        )
    }

    fn verdict(&self) -> &'static str {
        if self.is_right() { "proved" } else { "NOT PROVED" }
    }
}

/// What is known of a table.
#[derive(Default)]
struct Sum {
    subjects: usize,
    proved: usize,
    proof_seconds: f64,
    deleted: usize,
    noticed: usize,
    deletion_seconds: f64,
}

impl Sum {
    fn add(&mut self, outcome: &Outcome) {
        let right = usize::from(outcome.is_right());
        if outcome.is_deletion() {
            self.deleted += 1;
            self.noticed += right;
            self.deletion_seconds += outcome.seconds();
        } else {
            self.subjects += 1;
            self.proved += right;
            self.proof_seconds += outcome.seconds();
        }
    }

    fn line(&self, name: &str) -> Vec<String> {
        let seconds = |s: f64| format!("{s:.1}");
        let counts = [self.subjects, self.proved].map(|n| n.to_string());
        let deletions = [self.deleted, self.noticed].map(|n| n.to_string());
        let mut line = vec![name.to_owned()];
        line.extend(counts);
        line.push(seconds(self.proof_seconds));
        line.extend(deletions);
        line.push(seconds(self.deletion_seconds));
        line
    }
}

/// The results by table, and by instruction unless they are many for a glance.
fn show(results: &[Outcome], short: bool) -> String {
    let mut order: Vec<&str> = Vec::new();
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut all = Sum::default();
    for outcome in results {
        let name = if outcome.0["table"].is_null() { outcome.text("subject") } else { outcome.text("table") };
        if !order.contains(&name) {
            order.push(name);
        }
        sums.entry(name).or_default().add(outcome);
        all.add(outcome);
    }
    let mut lines: Vec<_> = order.iter().map(|name| sums[name].line(name)).collect();
    lines.push(all.line("all"));
    let tables = table(
        &texts(["table", "sorts of rows", "proved", "seconds", "constraints deleted", "noticed", "seconds"]),
        &lines,
    );
    if short {
        return tables;
    }
    let proofs = results.iter().filter(|o| !o.is_deletion() && o.text("subject") != o.text("table"));
    let lines: Vec<_> = proofs
        .map(|o| texts([o.text("subject"), o.text("table"), o.verdict(), &format!("{:.2}", o.seconds())]))
        .collect();
    format!("{tables}\n{}", table(&texts(["row", "table", "result", "seconds"]), &lines))
}

fn texts<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// Replaces what an earlier run wrote in the document, from one mark to another or the end.
fn write(results: &str, mark: &str, end: Option<&str>) -> Result<(), Failure> {
    let file = root().join(DOCUMENT);
    let text = read(&file)?;
    let lacks = |mark| format!("{DOCUMENT} has no line {mark}");
    let (head, rest) = text.split_once(mark).ok_or_else(|| lacks(mark))?;
    let tail = match end {
        Some(end) => &rest[rest.find(end).ok_or_else(|| lacks(end))?..],
        None => "",
    };
    fs::write(&file, format!("{head}{mark}{results}{tail}"))
        .map_err(|error| format!("{}: {error}", file.display()))
}
