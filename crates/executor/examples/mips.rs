//! Measures the executor: millions of instructions a second, silent, metering, recording with the
//! events thrown away part by part, and recording with all of them kept.
//!
//! `cargo run --release -p dyad-executor --example mips [ELF [INPUT-FILE]]`; without an ELF, a
//! loop of additions, shifts, loads, stores, products and branches.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

use std::time::Instant;

use dyad_executor::{Limits, Patterns, meter, record, record_parts, run};
use dyad_machine::record::Events;
use dyad_program::Program;
use dyad_program::testing::asm::*;
use dyad_program::testing::{DATA, program};

/// Rounds of the built-in loop: 16 instructions each.
const ROUNDS: u64 = 1_000_000;

fn mixed_loop() -> Vec<u8> {
    let body = [
        mul(T0, T0, T1),
        addi(T0, T0, 1),
        srli(A3, T0, 40),
        andi(A3, A3, 0x7f8),
        add(A3, A3, S1),
        ld(A2, A3, 0),
        xor(A2, A2, T0),
        sd(A2, A3, 0),
        lw(A1, A3, 4),
        sltu(A0, A1, A2),
        beq(A0, ZERO, 8),
        addi(T2, T2, 1),
        sb(T2, A3, 1),
        slli(A1, A1, 3),
        addi(S0, S0, -1),
    ];
    let back = bne(S0, ZERO, -4 * body.len() as i32);
    let start = [li(T1, 0x5851_f42d_4c95_7f2d), li(S1, DATA), li(S0, ROUNDS), li(T0, 1)].concat();
    program(&[start, body.to_vec(), vec![back], exit(0)].concat(), &[0; 2048])
}

fn main() {
    let files: Vec<Vec<u8>> =
        std::env::args().skip(1).map(|path| std::fs::read(path).expect("the file can be read")).collect();
    let elf = files.first().cloned().unwrap_or_else(mixed_loop);
    let input = files.get(1).cloned().unwrap_or_default();
    let program = Program::from_elf(&elf).expect("the ELF file is a program");
    let limits = Limits::default();
    let measure = |name: &str, run: &dyn Fn() -> u64| {
        let mut seconds: Vec<f64> = Vec::new();
        let mut instructions = 0;
        for _ in 0..5 {
            let start = Instant::now();
            instructions = run();
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        let rate = instructions as f64 / seconds[2] / 1e6;
        println!(
            "{name:10} {rate:8.1} million instructions a second (median of 5, {instructions} instructions)"
        );
    };
    measure("silent", &|| run(&program, &input, limits).expect("the program exits").instructions);
    measure("metering", &|| meter(&program, &input, limits).expect("the program exits").0.instructions);
    let recorded = || record_parts(&program, &Patterns::default(), &input, limits, &mut Events::clear);
    measure("recording", &|| recorded().expect("the program exits").0.instructions);
    measure("keeping", &|| record(&program, &input, limits).expect("the program exits").0.instructions);
}
