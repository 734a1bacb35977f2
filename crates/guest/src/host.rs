//! A guest as an ordinary program: for its tests, and to try it without a machine.

use alloc::vec::Vec;
use core::fmt;
use std::io::{Read, Write};

pub fn read_input() -> Vec<u8> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input).expect("standard input can be read");
    input
}

pub fn write_output(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).expect("standard output can be written");
}

pub fn write_diagnostic(message: fmt::Arguments<'_>) {
    std::eprintln!("{message}");
}

pub fn exit(code: u8) -> ! {
    std::process::exit(i32::from(code))
}
