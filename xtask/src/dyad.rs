//! The built `dyad` command, on ELF files that came from elsewhere.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use crate::{
    limited::{self, Said},
    steps::{Failure, cargo, command, root, run as run_command, target_dir},
};

/// The command, and how long each use of it may take.
pub struct Dyad {
    path: PathBuf,
    timeout: Duration,
}

/// What a run gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub exit_code: u64,
    /// In hexadecimal.
    pub output: String,
    pub cycles: u64,
    pub instructions: u64,
}

/// Why there is nothing to look at.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It takes longer than it may.
    TooLong(String),
    /// It failed.
    Failed(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::TooLong(text) | Self::Failed(text)) = self;
        f.write_str(text)
    }
}

impl Dyad {
    /// Builds the command, optimized or as tests have it.
    pub fn build(optimized: bool, timeout: Duration) -> Result<Self, Failure> {
        let (profile, folder) = if optimized { ("--release", "release") } else { ("", "debug") };
        run_command(&mut cargo(root(), &format!("build --quiet --locked {profile} --package dyad-cli")))?;
        Ok(Self { path: target_dir().join(folder).join("dyad"), timeout })
    }

    /// Runs a program with empty input.
    pub fn run(&self, elf: &Path, max_cycles: Option<u64>) -> Result<Ran, Trouble> {
        let mut arguments = vec!["run".to_owned(), "--json".to_owned(), elf.display().to_string()];
        arguments.extend(max_cycles.map(|cycles| format!("--max-cycles={cycles}")));
        let said = self.start(&arguments)?;
        // A program that exits with another code than 0 is a failure of the command, with a result.
        let result: Value = serde_json::from_slice(&said.stdout).map_err(|_| {
            let why = said.last_line().to_owned();
            if why.contains("did not exit within") { Trouble::TooLong(why) } else { Trouble::Failed(why) }
        })?;
        read_run(&result).ok_or_else(|| Trouble::Failed(format!("dyad run printed {result}")))
    }

    /// Makes a key, proves the same run and verifies the proof, which must say what the run gave; keeps the
    /// files in `folder`.
    pub fn prove(&self, elf: &Path, ran: &Ran, folder: &Path) -> Result<(), Trouble> {
        let files = ["program.key", "program.proof"].map(|name| folder.join(name));
        // Those of another program, where there are any.
        files.iter().for_each(|file| drop(fs::remove_file(file)));
        let [key, proof] = files.each_ref().map(|file| file.display().to_string());
        let elf = elf.display().to_string();
        let code = format!("--exit-code={}", ran.exit_code);
        self.succeed(&["key", &elf, "--output", &key])?;
        let said = self.start(&["prove", &elf, "--output", &proof])?;
        // The status is that of the program, where there is a proof.
        if !files[1].is_file() {
            return Err(Trouble::Failed(format!("dyad prove: {}", said.last_line())));
        }
        let said = self.succeed(&["verify", &proof, "--key", &key, &code, "--json"])?;
        let proved: Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
        if proved["valid"] == true && proved["output_hex"] == *ran.output {
            Ok(())
        } else {
            Err(Trouble::Failed(format!("the proof says {proved}, the run {ran:?}")))
        }
    }

    fn start(&self, arguments: &[impl AsRef<std::ffi::OsStr>]) -> Result<Said, Trouble> {
        let mut command = command(&self.path, root(), arguments);
        match limited::run(&mut command, self.timeout) {
            Ok(Some(said)) => Ok(said),
            Ok(None) => Err(Trouble::TooLong(format!("dyad did not end in {:?}", self.timeout))),
            Err(message) => Err(Trouble::Failed(message)),
        }
    }

    fn succeed(&self, arguments: &[&str]) -> Result<Said, Trouble> {
        let said = self.start(arguments)?;
        match said.code {
            Some(0) => Ok(said),
            _ => Err(Trouble::Failed(format!("dyad {}: {}", arguments[0], said.last_line()))),
        }
    }
}

fn read_run(result: &Value) -> Option<Ran> {
    Some(Ran {
        exit_code: result["exit_code"].as_u64()?,
        output: result["output_hex"].as_str()?.to_owned(),
        cycles: result["cycles"].as_u64()?,
        instructions: result["instructions"].as_u64()?,
    })
}
