//! What guests and the machine agree on, written once: numbers of system calls, files, exit codes
//! and addresses. Guests in Rust use this crate, guests in C the header that [`c_header`] makes of it.
#![no_std]

extern crate alloc;

use alloc::string::String;
use core::fmt::Write;

macro_rules! numbers {
    ($($(#[doc = $doc:literal])* $name:ident = $value:literal;)*) => {
        $($(#[doc = $doc])* pub const $name: u64 = $value;)*

        /// Each constant: its documentation, name and value.
        const ALL: &[(&str, &str, u64)] = &[$((concat!($($doc),*), stringify!($name), $value)),*];
    };
}

numbers! {
    /// Linux's number of `read`: bytes of the private input into memory.
    CALL_READ = 63;
    /// Linux's number of `write`: bytes of memory to the public output or the diagnostics.
    CALL_WRITE = 64;
    /// Linux's number of `exit`.
    CALL_EXIT = 93;
    /// The file that `read` reads: the private input.
    FILE_INPUT = 0;
    /// The file that `write` writes public output to.
    FILE_OUTPUT = 1;
    /// The file that `write` writes diagnostics to: not proved, not public.
    FILE_DIAGNOSTICS = 2;
    /// The exit code of a program that gives up: a panic in Rust, `abort` in C.
    EXIT_PANIC = 101;
    /// The lowest address of memory: the page below is never there.
    RAM_START = 0x1000;
    /// One past the highest address of memory.
    RAM_END = 0x1_0000_0000;
    /// The first value of the stack pointer; programs with a stack of their own replace it.
    STACK_TOP = 0xffff_f000;
}

/// The constants as a header for C and C++, each named `DYAD_` and its name here.
pub fn c_header() -> String {
    let mut text = String::from(
        "/* What guests and the machine agree on. Made from crates/guest/abi, which a test compares: change it\n \
         * there. */\n#ifndef DYAD_ABI_H\n#define DYAD_ABI_H\n",
    );
    for (doc, name, value) in ALL {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n/*{doc} */\n#define DYAD_{name} {value:#x}UL\n");
    }
    text + "\n#endif\n"
}
