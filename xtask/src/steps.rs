//! Commands, run one after another, with what they took.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anstyle::{AnsiColor, Style};

/// Why a task failed.
pub type Failure = String;

const TITLE: Style = AnsiColor::Cyan.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The workspace's target directory.
pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A command in `directory`, with arguments.
pub fn command<I: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    directory: impl AsRef<Path>,
    arguments: impl IntoIterator<Item = I>,
) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).args(arguments).stdin(Stdio::null());
    command
}

/// Cargo in `directory`, with words as arguments.
pub fn cargo(directory: impl AsRef<Path>, arguments: &str) -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), directory, arguments.split_whitespace())
}

/// Runs a command whose output people see.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let name = describe(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed: {status}")),
        Err(error) => Err(format!("cannot run `{name}`: {error}")),
    }
}

/// Runs a command and returns what it writes to standard output.
pub fn output(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let name = describe(command);
    match command.stderr(Stdio::inherit()).output() {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => Err(format!("`{name}` failed: {}", output.status)),
        Err(error) => Err(format!("cannot run `{name}`: {error}")),
    }
}

/// The command as one would type it.
pub fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| shorten(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn shorten(word: &str) -> String {
    word.strip_prefix(&*root().to_string_lossy()).map_or(word, |rest| rest.trim_start_matches('/')).to_owned()
}

/// Prints a headline.
pub fn title(text: &str) {
    anstream::eprintln!("\n{TITLE}== {text}{TITLE:#}");
}

/// Steps with their durations.
#[derive(Default)]
pub struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// Runs one step; a failure ends the task.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        title(name);
        let start = Instant::now();
        work().map_err(|message| format!("{name}: {message}"))?;
        self.done.push((name.to_owned(), start.elapsed()));
        Ok(())
    }

    /// Prints what each step took.
    pub fn summary(&self) {
        title("done");
        let mut total = Duration::ZERO;
        for (name, duration) in &self.done {
            total += *duration;
            anstream::eprintln!("{GOOD}ok{GOOD:#} {:7.1} s  {name}", duration.as_secs_f64());
        }
        anstream::eprintln!("   {:7.1} s  in all", total.as_secs_f64());
    }
}
