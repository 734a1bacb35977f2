//! The tests: each runs alone in a process, first to see which parts of the verifier it comes to.

use std::{
    collections::BTreeSet,
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::AT_ONCE;
use crate::{
    limited,
    steps::{Failure, cargo, command, output, root, target_dir},
};

/// What is built: the tests of the verifier, of proofs as files, and of the prover.
const BUILD: &str = "test --locked --no-run --message-format=json-render-diagnostics --features \
    dyad-verifier/deletions -p dyad-verifier -p dyad-proof -p dyad-prover --test *";
/// Tests that notice nothing but that something changed: bytes of proofs and times of provers.
const LEFT_OUT: [&str; 1] = ["fast"];
/// The comparison with the model takes a minute. It comes after all others, where these notice nothing, and is not
/// run to see what it comes to, which is everything.
const LAST: &str = "model";
/// About what that takes.
const LAST_TIME: Duration = Duration::from_secs(60);
/// Tests that notice the loss of a label without saying what the protocol needs it for: those of the transcript as
/// such, with labels that stand for any, but for those of `start`; and those that look labels up in a log.
const OF_LABELS: [&str; 2] = ["transcript", "hiding"];
const OF_START: &str = "bug_004";

/// What a test is allowed beyond ten times what it takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// One test.
pub struct Test {
    program: PathBuf,
    /// The file that it is in.
    file: String,
    name: String,
    /// The parts that it comes to.
    pub parts: BTreeSet<String>,
    /// How long it takes.
    pub time: Duration,
}

/// What a test said of a verifier that lacks a part.
pub enum Outcome {
    Passed,
    Failed,
    TooSlow,
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.file, self.name)
    }
}

impl Test {
    /// Whether all others are asked before.
    pub fn is_last(&self) -> bool {
        self.file == LAST
    }

    /// Whether it misses labels for reasons of its own.
    pub fn needs_labels(&self) -> bool {
        OF_LABELS.contains(&&*self.file) && !self.name.starts_with(OF_START)
    }

    /// The file and the name, and the time that it takes.
    pub fn line(&self) -> Vec<String> {
        vec![self.to_string(), format!("{:.1}", self.time.as_secs_f64()), self.parts.len().to_string()]
    }

    /// The test alone, with as few threads as its neighbours leave.
    fn command(&self) -> Command {
        let mut test = command(&self.program, root(), ["--exact", &self.name]);
        test.env("RAYON_NUM_THREADS", "1");
        // What fails here fails on purpose: no case of it is to be kept or made smaller.
        test.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1").env("PROPTEST_MAX_SHRINK_ITERS", "0");
        test.env_remove("DYAD_DELETE").env_remove("DYAD_SITES");
        test
    }

    /// Runs the test without the part of this name.
    pub fn run_without(&self, part: &str) -> Result<Outcome, Failure> {
        let said = limited::run(self.command().env("DYAD_DELETE", part), PATIENCE + 10 * self.time)?;
        Ok(match said.map(|said| said.code) {
            None => Outcome::TooSlow,
            Some(Some(0)) => Outcome::Passed,
            Some(_) => Outcome::Failed,
        })
    }

    /// Runs the test with all parts, to see which ones it comes to.
    fn see(&mut self, list: &Path) -> Result<(), Failure> {
        if self.is_last() {
            self.time = LAST_TIME;
            return Ok(());
        }
        // An earlier one may have left it.
        let _ = fs::remove_file(list);
        let start = Instant::now();
        let said = limited::run(self.command().env("DYAD_SITES", list), Duration::from_secs(600))?;
        match said {
            Some(said) if said.code == Some(0) => {}
            _ => return Err(format!("{self} fails though nothing is left out")),
        }
        self.time = start.elapsed();
        // Those that verify nothing leave none.
        let seen = fs::read_to_string(list).unwrap_or_default();
        self.parts = seen.lines().map(str::to_owned).collect();
        Ok(())
    }
}

/// Builds all tests, and runs each to see what it comes to.
pub fn all() -> Result<Vec<Test>, Failure> {
    let messages = output(&mut cargo(root(), BUILD))?;
    let mut tests = Vec::new();
    for line in String::from_utf8_lossy(&messages).lines() {
        let message: Value = serde_json::from_str(line).map_err(|error| format!("cargo says {error}"))?;
        let (Some(program), Some(file)) =
            (message["executable"].as_str(), message["target"]["name"].as_str())
        else {
            continue;
        };
        if !LEFT_OUT.contains(&file) {
            tests.extend(of(Path::new(program), file)?);
        }
    }
    let folder = target_dir().join("deletions");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (next, tests) = (AtomicUsize::new(0), tests.into_iter().map(Mutex::new).collect::<Vec<_>>());
    let work = |i: usize| -> Result<(), Failure> {
        while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
            test.lock().map_err(|_| "a thread failed")?.see(&folder.join(format!("parts-{i}")))?;
        }
        Ok(())
    };
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|i| scope.spawn(move || work(i))).collect();
        threads.into_iter().try_for_each(|t| t.join().map_err(|_| "a thread failed")?)
    })?;
    let tests = tests.into_iter().map(|test| test.into_inner().map_err(|_| "a thread failed".into()));
    let mut tests: Vec<Test> = tests.collect::<Result<_, Failure>>()?;
    let parts: BTreeSet<String> = tests.iter().flat_map(|test| test.parts.clone()).collect();
    tests.iter_mut().filter(|test| test.is_last()).for_each(|test| test.parts.clone_from(&parts));
    Ok(tests)
}

/// The tests of a program.
fn of(program: &Path, file: &str) -> Result<Vec<Test>, Failure> {
    let listed = output(&mut command(program, root(), ["--list", "--format", "terse"]))?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    let (program, file) = (program.to_path_buf(), file.to_owned());
    let test = |name: &str| Test {
        program: program.clone(),
        file: file.clone(),
        name: name.to_owned(),
        parts: BTreeSet::new(),
        time: Duration::ZERO,
    };
    Ok(names.map(test).collect())
}
