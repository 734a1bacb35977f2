//! Random programs run under `qemu-riscv64` too: output and exit code must agree.

#![cfg(unix)]

mod common;

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::io::{ErrorKind, Write, stderr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dyad_executor::{Limits, record_with, run};
use dyad_machine::families::FAMILIES;
use dyad_machine::list::Op;
use dyad_program::Program;
use dyad_program::testing::random::{Extensions, MACHINE, random_program};

/// Programs to compare, unless the environment's `DYAD_RANDOM_PROGRAMS` says another number.
const PROGRAMS: u64 = 100;
/// Random pieces in a body; most are one instruction.
const PIECES: usize = 600;
/// What qemu is told to emulate: its default and these.
const CPU: &str = "rv64,zba=true,zbb=true,zbs=true,zbkb=true";
/// What qemu 7.2 lacks, and what it gets wrong: it counts the zeros of all 64 bits where the low half is 0 and
/// the manual says 32. `reference.rs` compares them with something else.
const NOT_IN_QEMU: Extensions = Extensions::ZICOND.and(Extensions::CTZW_OF_ANY);

/// No run that exits has the first; the others are of Zicond.
const NOT_COMPARED: [&str; 3] = ["ebreak", "czero.eqz", "czero.nez"];

fn programs() -> u64 {
    env::var("DYAD_RANDOM_PROGRAMS").map_or(PROGRAMS, |text| text.parse().expect("a number of programs"))
}

/// Where the program and its input are for qemu.
struct Files {
    elf: PathBuf,
    input: PathBuf,
}

impl Files {
    fn write(elf: &[u8], input: &[u8]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let files = Self { elf: folder.join("random.elf"), input: folder.join("random.input") };
        fs::write(&files.elf, elf).expect("the folder can be written");
        fs::write(&files.input, input).expect("the folder can be written");
        fs::set_permissions(&files.elf, fs::Permissions::from_mode(0o755)).expect("the file is ours");
        files
    }

    /// The output and exit code under qemu; `None` where it isn't installed.
    fn under_qemu(&self) -> Option<(Vec<u8>, i32)> {
        let stdin = Stdio::from(File::open(&self.input).expect("the input was written"));
        let mut qemu = Command::new("qemu-riscv64");
        let output = match qemu.args(["-cpu", CPU]).arg(&self.elf).stdin(stdin).output() {
            Err(e) if e.kind() == ErrorKind::NotFound => return None,
            output => output.expect("qemu-riscv64 starts"),
        };
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code().unwrap_or_else(|| panic!("qemu: {}", said()));
        // A program that qemu does not even load writes nothing, and ours always do.
        assert!(!output.stdout.is_empty(), "qemu: {}", said());
        Some((output.stdout, code))
    }
}

/// The operations that a run executes, and how many times it executes any.
fn executed(program: &Program, input: &[u8], operations: &mut BTreeSet<Op>) -> u64 {
    let mut look = |op| {
        operations.insert(op);
        None
    };
    let (recorded, _) = record_with(program, input, Limits::default(), |moment| look(moment.instr.op))
        .expect("it ran before");
    recorded.instructions
}

/// The mnemonics of operations that no run executed and that one could have executed.
fn missing(executed: &BTreeSet<Op>) -> Vec<&'static str> {
    let all = FAMILIES.iter().flat_map(|family| family.encodings).filter(|e| !executed.contains(&e.op));
    all.map(|e| e.name).filter(|name| !NOT_COMPARED.contains(name)).collect()
}

/// Past the test harness, which hides what tests print.
fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

#[test]
fn random_programs_agree_with_qemu() {
    let (mut operations, mut instructions) = (BTreeSet::new(), 0);
    for seed in 0..programs() {
        let elf = random_program(seed, PIECES, MACHINE.without(NOT_IN_QEMU));
        let program = Program::from_elf(&elf).expect("the program loads");
        let input: Vec<u8> = (0..4000u64).map(|i| (i * 7 + seed) as u8).collect();
        let ours = run(&program, &input, Limits::default()).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let files = Files::write(&elf, &input);
        let Some((output, exit_code)) = files.under_qemu() else {
            say("SKIPPED: qemu-riscv64 is not installed, nothing was compared");
            return;
        };
        let place = format!("seed {seed}, kept in {}", files.elf.display());
        assert_eq!(i32::from(ours.exit_code), exit_code, "{place}");
        if ours.output != output {
            let at = ours.output.iter().zip(&output).position(|(a, b)| a != b);
            panic!("{place}: {} and {} bytes differ first at {at:?}", ours.output.len(), output.len());
        }
        instructions += executed(&program, &input, &mut operations);
    }
    say(&format!("{instructions} instructions of {} programs agree with qemu", programs()));
    let lacking: Vec<_> = missing(&operations);
    assert!(programs() < PROGRAMS || lacking.is_empty(), "never executed: {lacking:?}");
}
