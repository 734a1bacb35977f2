//! Installs what is missing, and says so.

use std::{env, process::Command};

use dyad_build::BuildError;

use crate::steps::{Failure, command, root, run};

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
