//! What can be typed.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};

/// Runs RISC-V programs and proves what they gave, to anyone, without showing their input.
#[derive(Parser)]
#[command(name = "dyad", version = crate::builds::version(), arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make a guest project, with a test that runs on this machine
    New(New),
    /// Build a guest project into an ELF file
    Build(Build),
    /// Give the paths that a program takes most often tables of their own: proofs take a third to a twelfth of the time
    ///
    /// The program is run with each input, and the list of paths put into its ELF file, in a section that is not loaded:
    /// the program is the same, its key another one.
    Tune(Tune),
    /// Execute a program: output, exit code, cycles by table
    Run(Run),
    /// Make the verifying key of a program
    Key(Key),
    /// Execute a program and prove the run
    ///
    /// The proof hides the input, unless `--transparent` is given. What shows are the numbers of rows: exact
    /// counts of instructions by class, of memory cells touched, of bytes of input read. Where these depend
    /// on a secret, they tell about it.
    Prove(Prove),
    /// Check a proof against a verifying key; needs neither program nor input
    ///
    /// What a proof says is what the command prints. Whoever has the proof sees the numbers of rows, too (`dyad
    /// inspect --key`), and nothing else of the input if the proof hides, which is printed.
    Verify(Verify),
    /// Say what an ELF file, a key or a proof is
    Inspect(Inspect),
}

#[derive(clap::Args)]
pub struct New {
    /// Directory to make; its last part is the project's name
    pub directory: PathBuf,
}

#[derive(clap::Args)]
pub struct Build {
    /// The guest project
    #[arg(default_value = ".")]
    pub directory: PathBuf,
    /// Where to write the ELF file [default: NAME.elf]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The binary to build, where the project has several
    #[arg(long, value_name = "NAME")]
    pub bin: Option<String>,
    /// Features of the project to turn on
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub features: Vec<String>,
    /// Fail rather than change Cargo.lock
    #[arg(long)]
    pub locked: bool,
    /// Where cargo keeps its results [default: `dyad` in the project's target directory]
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
    /// Show what cargo says only if the build fails
    #[arg(short, long)]
    pub quiet: bool,
    /// Then do what `dyad tune` does: the ELF file has the list of paths that pay
    #[arg(long)]
    pub tune: bool,
    /// A private input to tune by; of several, each is run. None: an empty one
    #[arg(short, long, value_name = "FILE", requires = "tune")]
    pub input: Vec<PathBuf>,
    /// The most terms of all tables, as for `dyad tune`
    #[arg(long, value_name = "N", default_value_t = 100_000, requires = "tune")]
    pub terms: usize,
    /// The most cycles of each run to tune by, as for `dyad tune`
    #[arg(long, value_name = "N", value_parser = cycles, requires = "tune")]
    pub max_cycles: Option<u64>,
}

#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Tune {
    /// The program: a static RV64IMAC ELF file
    pub elf: PathBuf,
    /// A private input that it may have; with several, `-i A -i B`, each is run. None: an empty one
    #[arg(short, long, value_name = "FILE")]
    pub input: Vec<PathBuf>,
    /// Where to write the ELF file [default: in the place of the program]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The most terms of all tables: a verifier spends about 20 ns on each, a key has about 2 bytes for it [default:
    /// 100000, or 40000 with --static]
    #[arg(long, value_name = "N")]
    pub terms: Option<usize>,
    /// Give up on a run after this many cycles, such as 500k or 2M [default: 1073741822, all that time can count]
    #[arg(long, value_name = "N", value_parser = cycles, conflicts_with_all = ["without_runs", "none"])]
    pub max_cycles: Option<u64>,
    /// Run nothing: choose paths that are likely to pay from the code alone
    #[arg(long = "static", conflicts_with_all = ["input", "show"])]
    pub without_runs: bool,
    /// Choose none: an empty list, with which runs are rows of instructions alone
    #[arg(long, conflicts_with_all = ["input", "show", "without_runs", "terms"])]
    pub none: bool,
    /// Show what the ELF file has, with source lines where it has debug information; with inputs, also what of their runs
    /// is in which block. Nothing is written
    #[arg(long, conflicts_with_all = ["output", "terms"])]
    pub show: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A program and its input.
#[derive(clap::Args)]
pub struct Task {
    /// The program: a static RV64IMAC ELF file
    pub elf: PathBuf,
    /// The private input, `-` for standard input [default: empty]
    #[arg(short, long, value_name = "FILE")]
    pub input: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct Run {
    #[command(flatten)]
    pub task: Task,
    /// Write the public output to a file, `-` for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Stop after this many cycles [default: 1073741822, all that time can count]. A proof holds fewer, 40
    /// to 60 million of most programs; the report says whether it holds this run
    #[arg(long, value_name = "N", value_parser = cycles)]
    pub max_cycles: Option<u64>,
    /// Print one JSON object
    #[arg(long, conflicts_with = "output")]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Key {
    /// The program: a static RV64IMAC ELF file
    pub elf: PathBuf,
    /// Where to write the key [default: the program's name with .key]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Prove {
    #[command(flatten)]
    pub task: Task,
    /// Where to write the proof [default: the program's name with .proof]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Threads to use [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Take no more memory than this, such as 4G or 512MiB: a run that needs more is refused before it is proved
    /// [default: as much as there is]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory: Option<ByteSize>,
    /// Bits of security that the proof has; `dyad verify --level` demands them
    #[arg(long, value_name = "BITS", default_value = "100", value_parser = bits())]
    pub level: u32,
    /// Make a proof that is a quarter smaller, in a quarter more memory and up to twice the time, or up to four times
    /// where a run has less than some 100 000 cycles; it is for the same key
    #[arg(long)]
    pub small: bool,
    /// Make a proof that does not hide what it is made from, the same bytes each time
    #[arg(long)]
    pub transparent: bool,
    /// Show where the time went, and what was done in it
    #[arg(long)]
    pub timings: bool,
    /// Compare timings with what this machine needs at least, from a file that `cargo xtask floor` wrote
    #[arg(long, value_name = "FILE")]
    pub floor: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Verify {
    /// The proof
    pub proof: PathBuf,
    /// The verifying key of the program that the proof must be about
    #[arg(short, long, value_name = "FILE")]
    pub key: PathBuf,
    /// Write the proved public output to a file, `-` for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The bits of security that the proof's level must have at least
    #[arg(long, value_name = "BITS", default_value = "100", value_parser = bits())]
    pub level: u32,
    /// The exit code that the run must have
    #[arg(long, value_name = "CODE", default_value_t = 0)]
    pub exit_code: u8,
    /// Print one JSON object
    #[arg(long, conflicts_with = "output")]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Inspect {
    /// An ELF file, a key or a proof
    pub file: PathBuf,
    /// The verifying key of a proof: shows the numbers of rows of all tables, sections and security, too, if the proof
    /// is valid
    #[arg(short, long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A number of cycles: digits, `_` between them where that reads better, and `k`, `M` or `G`.
fn cycles(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1_000),
        Some(b'M') => (&text[..text.len() - 1], 1_000_000),
        Some(b'G') => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    let number = digits.replace('_', "").parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    number.ok_or_else(|| "a number of cycles is one such as 500000, 500k or 2M".to_owned())
}

/// The levels that proofs may have.
fn bits() -> impl TypedValueParser<Value = u32> {
    PossibleValuesParser::new(["100", "128"]).try_map(|bits| bits.parse())
}

fn memory(text: &str) -> Result<ByteSize, String> {
    text.parse().map_err(|_| "a size is one such as 800M, 4G or 512MiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn numbers_that_people_type() {
        let cases = [("0", 0), ("1_000", 1000), ("3k", 3000), ("2M", 2_000_000), ("1G", 1_000_000_000)];
        for (text, number) in cases {
            assert_eq!(cycles(text), Ok(number));
        }
        for text in ["", "k", "-1", "1.5M", "many", "1m", "18446744073709551615k"] {
            assert!(cycles(text).unwrap_err().contains("such as"), "{text}");
        }
        assert!(memory("lots").unwrap_err().contains("such as"));
        assert_eq!(memory("4G"), Ok(ByteSize::gb(4)));
    }
}
