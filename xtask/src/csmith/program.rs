//! One program: its source by csmith, its ELF file by GCC.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    limited,
    setup::{C_COMPILER, csmith_headers},
    steps::{Failure, command, root},
};

/// What programs are compiled for, in turn: what the machine has, as GCC 12 knows it.
const MARCHES: &[&str] = &["rv64imac", "rv64imac_zba_zbb_zbs"];
/// What makes GCC take an access at any address for one instruction, as the Makefile of the example does:
/// where the bit extensions are, so that the fields of packed structs are reached in both ways.
const UNALIGNED: [&str; 2] = ["-mno-strict-align", "-mtune=thead-c906"];
/// Levels of optimization, in turn.
const OPTIMIZATIONS: [&str; 5] = ["-O0", "-O1", "-O2", "-O3", "-Os"];
/// Programs of moderate size, as csmith's own default is for compilers and takes many programs too long; with
/// packed structs, whose fields lie at any address.
const STYLE: &str = "--max-funcs 5 --max-block-depth 4 --max-expr-complexity 8 --no-argc --packed-struct";
/// How long csmith or GCC may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A program of csmith.
pub struct Program<'a> {
    /// csmith's seed.
    pub seed: u64,
    /// Which program it is: how it is compiled goes by it.
    pub index: u64,
    /// Where its files are.
    pub folder: &'a Path,
}

impl fmt::Display for Program<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {} {} {}", self.seed, self.march(), self.optimization())
    }
}

impl Program<'_> {
    fn optimization(&self) -> &'static str {
        OPTIMIZATIONS[self.index as usize % OPTIMIZATIONS.len()]
    }

    fn march(&self) -> &'static str {
        MARCHES[self.index as usize / OPTIMIZATIONS.len() % MARCHES.len()]
    }

    fn source(&self) -> PathBuf {
        self.folder.join(format!("{}.c", self.seed))
    }

    fn object(&self) -> PathBuf {
        self.folder.join(format!("{}.o", self.seed))
    }

    /// The ELF file.
    pub fn elf(&self) -> PathBuf {
        self.folder.join(format!("{}.elf", self.seed))
    }

    /// Makes source and ELF file; the inner error says why there are none.
    pub fn make(&self) -> Result<Result<(), String>, Failure> {
        // It leaves a note about the platform in the folder where it runs.
        let mut csmith = command("csmith", self.folder, STYLE.split(' '));
        csmith.args(["--seed", &self.seed.to_string()]).arg("--output").arg(self.source());
        match limited::run(&mut csmith, TIMEOUT)? {
            Some(said) if said.code == Some(0) => {}
            // It complains on standard output.
            Some(said) => {
                let why = String::from_utf8_lossy(&said.stdout).into_owned();
                return Ok(Err(format!("csmith makes none: {} {}", why.trim(), said.stderr.trim())));
            }
            None => return Ok(Err(format!("csmith did not end in {TIMEOUT:?}"))),
        }
        for mut step in [self.compiler()?, self.linker()] {
            match limited::run(&mut step, TIMEOUT)? {
                Some(said) if said.code == Some(0) => {}
                Some(said) => return Err(format!("GCC does not compile {self}: {}", said.stderr)),
                None => return Ok(Err(format!("GCC did not end in {TIMEOUT:?}"))),
            }
        }
        Ok(Ok(()))
    }

    /// GCC for an instruction set.
    fn gcc(march: &str) -> Command {
        let mut gcc =
            command(C_COMPILER, root(), ["--specs=picolibc.specs", "-mabi=lp64", "-mcmodel=medany"]);
        gcc.arg(format!("-march={march}")).arg("-I").arg(root().join("crates/guest/c"));
        gcc
    }

    fn compiler(&self) -> Result<Command, Failure> {
        let headers = csmith_headers().ok_or("there is no csmith.h: install libcsmith-dev")?;
        let mut gcc = Self::gcc(self.march());
        if self.march() != MARCHES[0] {
            gcc.args(UNALIGNED);
        }
        // Code that nobody wrote warrants many warnings; calls of printf stay what they are.
        gcc.args([self.optimization(), "-c", "-w", "-fno-builtin-printf"]).arg("-I").arg(headers);
        gcc.arg(self.source()).arg("-o").arg(self.object());
        Ok(gcc)
    }

    fn linker(&self) -> Command {
        let guest = root().join("crates/guest");
        // There are libraries for the instruction sets without the extensions that the underscores name.
        let libraries = self.march().split('_').next().unwrap_or_default();
        let mut gcc = Self::gcc(libraries);
        gcc.args(["-O2", "-nostartfiles", "-static", "-Wl,--gc-sections"])
            .arg("-T")
            .arg(guest.join("dyad.ld"));
        gcc.arg(self.object()).arg(guest.join("c/start.c")).arg(root().join("xtask/csmith/runtime.c"));
        gcc.arg("-o").arg(self.elf());
        gcc
    }

    /// Removes the files.
    pub fn remove(&self) {
        for file in [self.source(), self.object(), self.elf()] {
            // One that was never made is not there.
            let _ = fs::remove_file(file);
        }
    }
}
