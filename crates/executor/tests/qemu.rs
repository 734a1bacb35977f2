//! Random programs run under `qemu-riscv64` too: output and exit code must agree.

#![cfg(unix)]

mod common;

use std::fs::{self, File};
use std::io::{ErrorKind, Write, stderr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::random::random_program;
use dyad_executor::{Limits, run};
use dyad_program::Program;

/// Programs to compare.
const PROGRAMS: u64 = 100;
/// Random pieces in a body; most are one instruction.
const PIECES: u64 = 600;

/// The output and exit code under qemu; `None` where it isn't installed.
fn qemu(elf: &Path, input: &Path) -> Option<(Vec<u8>, i32)> {
    let stdin = Stdio::from(File::open(input).expect("the input was written"));
    let output = match Command::new("qemu-riscv64").arg(elf).stdin(stdin).output() {
        Err(e) if e.kind() == ErrorKind::NotFound => return None,
        output => output.expect("qemu-riscv64 starts"),
    };
    let code =
        output.status.code().unwrap_or_else(|| panic!("qemu: {}", String::from_utf8_lossy(&output.stderr)));
    Some((output.stdout, code))
}

#[test]
fn random_programs_agree_with_qemu() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut covered = std::collections::BTreeSet::new();
    for seed in 0..PROGRAMS {
        let elf = random_program(seed, PIECES);
        let program = Program::from_elf(&elf).expect("the program loads");
        covered.extend(program.instrs().iter().map(|i| i.instr.op));
        let input: Vec<u8> = (0..4000u64).map(|i| (i * 7 + seed) as u8).collect();
        let ours = run(&program, &input, Limits::default()).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let paths = [folder.join("random.elf"), folder.join("random.input")];
        fs::write(&paths[0], &elf).expect("the folder can be written");
        fs::write(&paths[1], &input).expect("the folder can be written");
        fs::set_permissions(&paths[0], fs::Permissions::from_mode(0o755)).expect("the file is ours");
        let Some((output, exit_code)) = qemu(&paths[0], &paths[1]) else {
            // Past the test harness, which would hide it.
            let _ = writeln!(stderr(), "SKIPPED: qemu-riscv64 is not installed, nothing was compared");
            return;
        };
        assert_eq!(i32::from(ours.exit_code), exit_code, "seed {seed}");
        if ours.output != output {
            let at = ours.output.iter().zip(&output).position(|(a, b)| a != b);
            panic!("seed {seed}: {} and {} bytes differ first at {at:?}", ours.output.len(), output.len());
        }
    }
    assert_eq!(covered.len(), dyad_machine::list::OPS.len(), "some operation was never generated");
}
