//! What can go wrong, and what to do about it.

use std::{io, path::PathBuf};

/// Why a guest was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The directory has no `Cargo.toml`.
    #[error("{} is no guest project: it has no Cargo.toml; `dyad new NAME` makes one", path.display())]
    NotAProject {
        /// The directory.
        path: PathBuf,
    },
    /// Cargo cannot read the project.
    #[error("cargo cannot read the project in {}:\n{messages}", path.display())]
    BadProject {
        /// The project's directory.
        path: PathBuf,
        /// What cargo says.
        messages: String,
    },
    /// The project builds no binary.
    #[error("{} builds no binary; a guest has src/main.rs with `dyad_guest::entry!(main)`", path.display())]
    NoBinary {
        /// The project's directory.
        path: PathBuf,
    },
    /// The project builds several binaries and none was chosen, or not one of them.
    #[error("choose one binary with --bin: {}", names.join(", "))]
    WhichBinary {
        /// The project's binaries.
        names: Vec<String>,
    },
    /// A value under `[package.metadata.dyad]` is wrong.
    #[error(
        "[package.metadata.dyad] {key} = {value}: expected whole bytes from 4096 to 4 GiB, such as \
         \"64 MiB\", and a multiple of 4096"
    )]
    BadSize {
        /// `heap` or `stack`.
        key: &'static str,
        /// What was found.
        value: String,
    },
    /// No compiler with the sources of `core` was found.
    #[error(
        "no Rust compiler here can build guests:\n{}\ninstall one of\n{}",
        indent(tried),
        indent(remedies)
    )]
    NoCompiler {
        /// Each compiler that was looked at, and what it lacks.
        tried: Vec<String>,
        /// Commands that install what is missing.
        remedies: Vec<String>,
    },
    /// No linker for RISC-V was found.
    #[error(
        "no linker for RISC-V: {} has no rust-lld, and neither ld.lld nor riscv64-unknown-elf-ld is on \
         the path; install one of\n  rustup (its toolchains bring rust-lld)\n  apt-get install lld",
        rustc.display()
    )]
    NoLinker {
        /// The compiler that would have been used.
        rustc: PathBuf,
    },
    /// A program could not be started.
    #[error("cannot run {program}: {source}")]
    CannotRun {
        /// The program.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A compiler answered what is not understood.
    #[error("{} does not describe its RISC-V targets as expected ({what}); use Rust 1.90 or newer", rustc.display())]
    BadCompiler {
        /// The compiler.
        rustc: PathBuf,
        /// What was wrong.
        what: String,
    },
    /// Cargo ran and failed.
    #[error("cargo could not build the guest ({status}){}{}", if messages.is_empty() { "" } else { ":\n" }, messages.trim_end())]
    Cargo {
        /// Its exit status.
        status: String,
        /// What it said; empty where it was shown already.
        messages: String,
    },
    /// Cargo succeeded but the file is not there.
    #[error("cargo built no {}", path.display())]
    NoResult {
        /// Where the file should be.
        path: PathBuf,
    },
    /// A file or directory could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A project's name is not one that cargo takes.
    #[error("{name:?} is no name for a project: use letters, digits, - and _, and start with a letter")]
    BadName {
        /// The name.
        name: String,
    },
    /// A new project's directory exists already.
    #[error("{} exists already", path.display())]
    Exists {
        /// The directory.
        path: PathBuf,
    },
}

fn indent(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
