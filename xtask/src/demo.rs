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

/// Runs the demonstration.
pub fn run() -> Result<(), Failure> {
    let folder = target_dir().join("demo");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::write(folder.join("in.txt"), INPUT).map_err(|error| format!("in.txt: {error}"))?;
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
