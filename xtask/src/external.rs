//! ELF files that were built elsewhere: riscv-tests, riscv-arch-test.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use anstyle::AnsiColor;

use crate::{
    dyad::{Dyad, Ran, Trouble},
    steps::{Failure, target_dir},
};

/// The environment's variable that names the folder.
const VARIABLE: &str = "DYAD_EXTERNAL_ELFS";

#[derive(clap::Args)]
pub struct Args {
    /// Also prove each run and verify the proof
    #[arg(long)]
    prove: bool,
    /// Seconds that each run, key, proof or verification may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u64,
}

/// Runs every ELF file in the folder; a program passes that exits with 0.
pub fn run(args: &Args) -> Result<(), Failure> {
    let folder = env::var_os(VARIABLE).ok_or_else(|| {
        format!("{VARIABLE} is not set: it names the folder of the ELF files to run, as docs/testing.md says")
    })?;
    let folder = env::current_dir().map_err(|error| error.to_string())?.join(folder);
    let elfs = elfs(&folder)?;
    let dyad = Dyad::build(true, Duration::from_secs(args.timeout))?;
    let proofs = target_dir().join("external");
    fs::create_dir_all(&proofs).map_err(|error| format!("{}: {error}", proofs.display()))?;

    let mut failed = 0;
    for elf in &elfs {
        let ran = one(&dyad, elf, args.prove.then_some(&*proofs));
        failed += usize::from(ran.is_err());
        report(elf.strip_prefix(&folder).unwrap_or(elf), &ran);
    }
    anstream::println!("{} programs, {} passed, {failed} failed", elfs.len(), elfs.len() - failed);
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} of {} programs failed", elfs.len())),
    }
}

fn one(dyad: &Dyad, elf: &Path, proofs: Option<&Path>) -> Result<Ran, Trouble> {
    let ran = dyad.run(elf, None)?;
    if ran.exit_code != 0 {
        return Err(Trouble::Failed(format!("exit code {} after {} cycles", ran.exit_code, ran.cycles)));
    }
    if let Some(folder) = proofs {
        dyad.prove(elf, &ran, folder)?;
    }
    Ok(ran)
}

fn report(name: &Path, ran: &Result<Ran, Trouble>) {
    let (good, bad) = (AnsiColor::Green.on_default(), AnsiColor::Red.on_default());
    let name = name.display();
    match ran {
        Ok(ran) => anstream::println!("{good}PASS{good:#} {name} {} cycles", ran.cycles),
        Err(trouble) => anstream::println!("{bad}FAIL{bad:#} {name} {trouble}"),
    }
}

/// The ELF files below a folder, by name.
fn elfs(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    collect(folder, &mut found).map_err(|error| format!("{VARIABLE}, {}: {error}", folder.display()))?;
    found.sort();
    if found.is_empty() {
        return Err(format!("{VARIABLE}, {}: there is no ELF file in it", folder.display()));
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            collect(&path, found)?;
        } else if path.is_file() && is_elf(&path)? {
            found.push(path);
        }
    }
    Ok(())
}

fn is_elf(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, 4), &mut start)?;
    Ok(start == b"\x7fELF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elf_files_are_found_in_folders_and_others_left_out() {
        let folder = target_dir().join("xtask-external-test");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("b/c")).expect("the folder can be made");
        assert!(elfs(&folder).is_err_and(|message| message.contains("no ELF file")));
        assert!(elfs(&folder.join("d")).is_err());
        for (name, bytes) in [("b/c/x", "\x7fELF2"), ("b/y", "\x7fELF"), ("a", "\x7fELF"), ("b/z", "\x7fEL")]
        {
            fs::write(folder.join(name), bytes).expect("the file can be written");
        }
        let found = elfs(&folder).expect("there are some");
        let names: Vec<_> = found.iter().filter_map(|path| path.strip_prefix(&folder).ok()).collect();
        assert_eq!(names, [Path::new("a"), Path::new("b/c/x"), Path::new("b/y")]);
    }
}
