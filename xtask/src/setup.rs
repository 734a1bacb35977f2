//! Installs what is missing, and says so.

use std::{env, fs, path::PathBuf, process::Command};

use dyad_build::BuildError;

use crate::steps::{Failure, command, root, run};

/// What compiles guests in C.
pub const C_COMPILER: &str = "riscv64-unknown-elf-gcc";

/// Makes sure that guests can be built: the sources of `core` by rustup, or else a compiler with
/// them by Debian's packages.
pub fn guest_compiler() -> Result<(), Failure> {
    if is_ready()? {
        return Ok(());
    }
    let rustup = run(&mut command("rustup", root(), ["component", "add", "rust-src"]));
    if rustup.is_ok() && is_ready()? {
        return Ok(());
    }
    let packages = apt(&["rustc-web", "rust-web-src", "lld"]);
    if is_ready()? {
        return Ok(());
    }
    let notes: Vec<String> = [rustup, packages].into_iter().filter_map(Result::err).collect();
    match dyad_build::find_compiler(root()) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{error}\ntried:\n  {}", notes.join("\n  "))),
    }
}

/// Whether guests can be built already; says by what.
fn is_ready() -> Result<bool, Failure> {
    match dyad_build::find_compiler(root()) {
        Ok(compiler) => {
            anstream::eprintln!("guests are built by {compiler}");
            Ok(true)
        }
        Err(BuildError::NoCompiler { .. } | BuildError::NoLinker { .. }) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// Makes sure that `qemu-riscv64` is there, which tests compare the machine with.
pub fn qemu() -> Result<(), Failure> {
    if on_path("qemu-riscv64") {
        return Ok(());
    }
    anstream::eprintln!("installing qemu-user: tests compare the machine with qemu-riscv64");
    apt(&["qemu-user"]).map_err(|error| format!("qemu-riscv64 is missing; install qemu-user ({error})"))
}

/// Makes sure that csmith and its headers are there, and a C compiler for its programs.
pub fn csmith() -> Result<(), Failure> {
    let mut missing = Vec::new();
    if !on_path("csmith") || csmith_headers().is_none() {
        missing.extend(["csmith", "libcsmith-dev"]);
    }
    if !on_path(C_COMPILER) {
        missing.extend(["gcc-riscv64-unknown-elf", "picolibc-riscv64-unknown-elf"]);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(", ");
    anstream::eprintln!(
        "installing {names}: tests compare the machine with qemu-riscv64 on random C programs"
    );
    apt(&missing).map_err(|error| format!("install {names} ({error})"))
}

/// The folder of csmith's headers: Debian's, or one with a version in its name.
pub fn csmith_headers() -> Option<PathBuf> {
    let entries = ["/usr/include", "/usr/local/include"].into_iter().filter_map(|dir| fs::read_dir(dir).ok());
    let mut folders = entries.flatten().flatten().map(|entry| entry.path());
    folders.find(|folder| folder.join("csmith.h").is_file())
}

/// Whether a program can be started by its name.
pub fn on_path(name: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// Installs Debian packages, as root or through sudo.
fn apt(packages: &[&str]) -> Result<(), Failure> {
    if !on_path("apt-get") {
        return Err("this system has no apt-get".to_owned());
    }
    let prefix: &[&str] = if is_root() { &[] } else { &["sudo"] };
    let words = |tail: &[&str]| -> Vec<String> {
        prefix.iter().chain(&["apt-get"]).chain(tail).map(|word| (*word).to_owned()).collect()
    };
    // An old list of packages may still do.
    let _ = start(&words(&["update", "-q"]));
    let mut install = vec!["install", "-q", "-y", "--no-install-recommends"];
    install.extend(packages);
    start(&words(&install))
}

fn start(words: &[String]) -> Result<(), Failure> {
    let (program, arguments) = words.split_first().ok_or("no command")?;
    run(command(program, root(), arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
