//! Random C programs by csmith, each compiled and run under `qemu-riscv64` and by `dyad run`: output and
//! exit code must agree. A program prints a checksum of its variables.

mod program;

use std::{fmt::Write as _, fs, path::Path, time::Duration};

use crate::{
    dyad::{Dyad, Ran, Trouble},
    limited, setup,
    steps::{Failure, command, root, target_dir},
};
use program::Program;

/// What qemu is told to emulate: its default and what compilers may use beyond it.
const CPU: &str = "rv64,zba=true,zbb=true,zbs=true";
/// How long qemu may run a program.
const QEMU_TIMEOUT: Duration = Duration::from_secs(3);
/// How long each use of our command may take.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The cycles that a run may take; optimized, the command takes about a second for them.
const MAX_CYCLES: u64 = 50_000_000;
/// The cycles that a proof may take, for the sake of memory.
const MAX_PROVED_CYCLES: u64 = 2_000_000;

#[derive(clap::Args)]
pub struct Args {
    /// Programs to compare
    #[arg(long, default_value_t = 300)]
    programs: u64,
    /// csmith's seed for the first one; the others have the seeds that follow
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also prove each run and verify the proof
    #[arg(long)]
    prove: bool,
}

/// Runs the comparison.
pub fn run(args: &Args) -> Result<(), Failure> {
    compare(args, true)
}

/// The comparison as part of other tasks, with an optimized command or the one that tests have.
pub fn some(programs: u64, optimized: bool) -> Result<(), Failure> {
    compare(&Args { programs, seed: 1, prove: false }, optimized)
}

fn compare(args: &Args, optimized: bool) -> Result<(), Failure> {
    setup::qemu()?;
    setup::csmith()?;
    Comparison::new(args.prove, optimized)?.run(args.programs, args.seed)
}

/// What came of a program.
enum Outcome {
    Agrees(Ran),
    Differs(String),
    Skipped(String),
}

struct Comparison {
    dyad: Dyad,
    folder: std::path::PathBuf,
    prove: bool,
}

/// What was found.
#[derive(Default)]
struct Tally {
    compared: u64,
    differing: u64,
    skipped: u64,
    instructions: u64,
    proved: u64,
}

impl Comparison {
    fn new(prove: bool, optimized: bool) -> Result<Self, Failure> {
        let folder = target_dir().join("csmith");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { dyad: Dyad::build(optimized, TIMEOUT)?, folder, prove })
    }

    /// Compares so many programs; those that are skipped are replaced by others, but not without end.
    fn run(&self, programs: u64, seed: u64) -> Result<(), Failure> {
        let mut tally = Tally::default();
        for index in 0.. {
            if tally.compared == programs {
                break;
            }
            if tally.skipped > programs + 10 {
                return Err(format!("{}; that is too many without a result", tally.text()));
            }
            let program = Program { seed: seed + index, index, folder: &self.folder };
            self.one(&program, &mut tally)?;
        }
        anstream::eprintln!("{}", tally.text());
        match tally.differing {
            0 => Ok(()),
            n => {
                Err(format!("{n} of {programs} programs differ; they are kept in {}", self.folder.display()))
            }
        }
    }

    fn one(&self, program: &Program<'_>, tally: &mut Tally) -> Result<(), Failure> {
        match self.outcome(program)? {
            Outcome::Agrees(ran) => {
                tally.compared += 1;
                tally.instructions += ran.instructions;
                tally.proved += u64::from(self.prove && ran.cycles <= MAX_PROVED_CYCLES);
                program.remove();
            }
            Outcome::Differs(how) => {
                tally.compared += 1;
                tally.differing += 1;
                anstream::eprintln!("{program} differs: {how}");
            }
            Outcome::Skipped(why) => {
                tally.skipped += 1;
                anstream::eprintln!("{program} is skipped: {why}");
                program.remove();
            }
        }
        Ok(())
    }

    /// Makes, compiles and runs a program.
    fn outcome(&self, program: &Program<'_>) -> Result<Outcome, Failure> {
        if let Err(why) = program.make()? {
            return Ok(Outcome::Skipped(why));
        }
        let (output, code) = match qemu(&program.elf())? {
            Ok(result) => result,
            Err(why) => return Ok(Outcome::Skipped(why)),
        };
        let ran = match self.dyad.run(&program.elf(), Some(MAX_CYCLES)) {
            Ok(ran) => ran,
            Err(Trouble::TooLong(why)) => return Ok(Outcome::Skipped(why)),
            Err(Trouble::Failed(why)) => return Ok(Outcome::Differs(format!("under qemu it ends, {why}"))),
        };
        if (&ran.output, ran.exit_code) != (&output, code) {
            let [ours, theirs] = [&ran.output, &output].map(|output| text(output));
            let codes = format!("exit code {} by dyad, {code} by qemu", ran.exit_code);
            return Ok(Outcome::Differs(format!("{ours:?} by dyad, {theirs:?} by qemu; {codes}")));
        }
        if self.prove && ran.cycles <= MAX_PROVED_CYCLES {
            let proved = self.dyad.prove(&program.elf(), &ran, &self.folder);
            return Ok(proved.map_or_else(|why| Outcome::Differs(why.to_string()), |()| Outcome::Agrees(ran)));
        }
        Ok(Outcome::Agrees(ran))
    }
}

impl Tally {
    fn text(&self) -> String {
        let Self { compared, differing, skipped, instructions, proved } = self;
        let mut text = format!("{compared} programs compared, {differing} differing, {skipped} skipped, ");
        let _ = write!(text, "{instructions} instructions");
        if *proved > 0 {
            let _ = write!(text, ", {proved} runs proved");
        }
        text
    }
}

/// Bytes in hexadecimal as text.
fn text(hex: &str) -> String {
    let byte = |at| hex.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    (0..hex.len()).step_by(2).filter_map(byte).map(char::from).collect()
}

/// The output in hexadecimal and the exit code under qemu; the inner error says why there are none.
fn qemu(elf: &Path) -> Result<Result<(String, u64), String>, Failure> {
    let mut qemu = command("qemu-riscv64", root(), ["-cpu", CPU, &elf.display().to_string()]);
    let Some(said) = limited::run(&mut qemu, QEMU_TIMEOUT)? else {
        return Ok(Err(format!("qemu did not end it in {QEMU_TIMEOUT:?}")));
    };
    match said.code {
        // csmith's programs print a checksum: what prints nothing was not run.
        Some(code) if !said.stdout.is_empty() => {
            let output = said.stdout.iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
            Ok(Ok((output, code as u64)))
        }
        _ => Ok(Err(format!("qemu: {}", said.last_line()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_shown_as_text() {
        assert_eq!(text("636865636b0a"), "check\n");
        assert_eq!(text(""), "");
    }
}
