//! What proofs are said to take, against the peak of a process that makes one, and what happens where
//! that is too much.

mod common;

use common::{Folder, built, json};
use dyad_program::testing::{DATA, Elf, Part, asm::*, program};
use serde_json::Value;

/// What nothing is promised of.
const FLOOR: f64 = 5e6;

/// Proves a run and compares; returns the report.
fn check(name: &str, folder: &Folder, elf: &str, input: &[u8]) -> Value {
    let input = folder.write("in", input);
    let report = json(&folder.dyad(&["prove", elf, "--input", &input, "-o", "proof", "--json"]));
    let number = |key: &str| report[key].as_f64().unwrap();
    let (peak, expected) = (number("peak_rss_bytes"), number("expected_memory_bytes"));
    println!(
        "{name}: {} cycles, peak {:.1} MB, expected {:.1} MB",
        report["cycles"],
        peak / 1e6,
        expected / 1e6
    );
    assert!((peak - expected).abs() <= 0.05 * expected + FLOOR, "{name}: {peak} taken, {expected} expected");
    let run = json(&folder.dyad(&["run", elf, "--input", &input, "--json"]));
    let said = run["proof_memory_bytes"].as_f64().unwrap();
    assert!((peak - said).abs() <= 0.05 * said + FLOOR, "{name}: {peak} taken, `dyad run` says {said}");
    report
}

/// Stores to a cell each `step` bytes, `count` of them, four cycles each.
fn sparse(count: u64, step: u64) -> Vec<u8> {
    let start = [li(S0, 0x20_0000), li(S1, count), li(T0, step)].concat();
    let body = vec![sd(S1, S0, 0), add(S0, S0, T0), addi(S1, S1, -1), bne(S1, ZERO, -12)];
    program(&[start, body, exit(0)].concat(), &[0; 8])
}

/// Writes `bytes` of memory as its output.
fn talkative(bytes: u64) -> Vec<u8> {
    program(&[syscall(64, 1, DATA, bytes), exit(0)].concat(), &[0; 8])
}

#[test]
fn sparse_memory() {
    let folder = Folder::new("sparse");
    for (count, step) in [(4_095, 0x1_0000), (62_500, 0x1_0000), (120_000, 0x1000), (30_000, 8)] {
        let elf = folder.write("elf", &sparse(count, step));
        check(&format!("{count} stores each {step} bytes"), &folder, &elf, b"");
    }
}

#[test]
fn large_outputs() {
    let folder = Folder::new("outputs");
    for bytes in [100_000, 2 << 20, 8_000_000] {
        let elf = folder.write("elf", &talkative(bytes));
        check(&format!("{bytes} bytes of output"), &folder, &elf, b"");
    }
}

#[test]
fn examples() {
    let folder = Folder::new("expected");
    for (example, input) in [("loops", "60000"), ("fibonacci", "100000"), ("multiply", "30000")] {
        check(example, &folder, &built(example), input.as_bytes());
    }
}

#[test]
fn what_needs_more_than_allowed_is_refused_before_work() {
    let folder = Folder::new("refused");
    let elf = folder.write("elf", &sparse(62_500, 0x1_0000));
    let refused = folder.try_dyad(&["prove", &elf, "-o", "proof", "--memory", "300M"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("of memory, more than the 300 MB allowed"), "{said}");
    // Metering alone takes more than this.
    let refused = folder.try_dyad(&["prove", &elf, "-o", "proof", "--memory", "100M"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("the program takes more than") && said.contains("pages of 4 KiB"), "{said}");
}

/// A commitment to a large program is not part of any estimate: the process ends, and says so.
#[test]
fn a_process_that_takes_more_than_allowed_is_ended() {
    let folder = Folder::new("ended");
    let code = Part::load(5, 0x1_0000, &exit(0).iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<_>>());
    let image = Part::load(4, 0x10_0000, &vec![7; 48 << 20]);
    let elf = folder.write("elf", &Elf::new(0x1_0000).part(code).part(image).build());
    let ended = folder.try_dyad(&["prove", &elf, "-o", "proof", "--memory", "400M"]);
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("stopped at ") && said.contains("more than the 400.0 MB allowed"), "{said}");
}
