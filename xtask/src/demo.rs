//! From nothing to a verified proof, with what happens shown.

use std::{fs, path::PathBuf};

use anstyle::{AnsiColor, Style};

use crate::{
    setup,
    steps::{self, Failure, Steps, cargo, command, describe, root, target_dir},
};

const PROMPT: Style = AnsiColor::Green.on_default().bold();
const NOTE: Style = Style::new().dimmed();

/// The input: which Fibonacci number. About five cycles each.
const INPUT: &str = "100000";
/// The input that the program is tuned by.
pub const SAMPLE: &str = "9999";

/// Runs the demonstration.
pub fn run() -> Result<(), Failure> {
    let folder = target_dir().join("demo");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (file, text) in [("in.txt", INPUT), ("sample.txt", SAMPLE)] {
        fs::write(folder.join(file), text).map_err(|error| format!("{file}: {error}"))?;
    }
    let example = root().join("examples/fibonacci");

    let mut steps = Steps::default();
    steps.step("what builds guests", setup::guest_compiler)?;
    steps.step("the dyad command, optimized for this machine", || {
        steps::run(&mut cargo(root(), "build --quiet --locked --release --package dyad-cli"))
    })?;
    let demo = Demo { dyad: target_dir().join("release/dyad"), folder };
    let example = example.display().to_string();
    let guests = target_dir().join("guests").display().to_string();
    steps.step("a guest program, from source", || {
        Demo::say(
            "examples/fibonacci is an ordinary Rust program: it reads n and writes the n-th Fibonacci number",
        );
        demo.dyad(&["build", &example, "-o", "fibonacci.elf", "--target-dir", &guests])
    })?;
    steps.step("a run", || {
        Demo::say(&format!("the input, n = {INPUT}, is private; the output and the exit code are public"));
        demo.dyad(&["run", "fibonacci.elf", "--input", "in.txt"])
    })?;
    steps.step("the verifying key", || {
        Demo::say("made once for a program; whoever has it can check any proof about that program");
        demo.dyad(&["key", "fibonacci.elf", "-o", "fibonacci.key"])
    })?;
    steps.step("a proof", || {
        demo.dyad(&["prove", "fibonacci.elf", "--input", "in.txt", "-o", "fibonacci.proof", "--timings"])
    })?;
    steps.step("verification, without program and input", || {
        demo.dyad(&["verify", "fibonacci.proof", "--key", "fibonacci.key"])
    })?;
    steps.step("the same program, with a circuit of its own", || {
        Demo::say(
            "a run with another input shows which paths it takes most often: each becomes one row of a table",
        );
        demo.dyad(&["tune", "fibonacci.elf", "--input", "sample.txt", "-o", "tuned.elf"])?;
        demo.dyad(&["key", "tuned.elf", "-o", "tuned.key"])?;
        demo.dyad(&["prove", "tuned.elf", "--input", "in.txt", "-o", "tuned.proof"])?;
        demo.dyad(&["verify", "tuned.proof", "--key", "tuned.key"])
    })?;
    steps.summary();
    anstream::eprintln!(
        "\nThe files are in {}. Next: {} new hello",
        demo.folder.display(),
        demo.dyad.display()
    );
    Ok(())
}

struct Demo {
    dyad: PathBuf,
    folder: PathBuf,
}

impl Demo {
    fn say(text: &str) {
        anstream::eprintln!("{NOTE}{text}{NOTE:#}");
    }

    fn dyad(&self, arguments: &[&str]) -> Result<(), Failure> {
        let mut command = command(&self.dyad, &self.folder, arguments);
        anstream::eprintln!("{PROMPT}${PROMPT:#} {}\n", describe(&command));
        steps::run(&mut command)
    }
}
