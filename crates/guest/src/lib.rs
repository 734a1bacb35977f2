//! Runtime of the programs that Dyad runs and proves.
//!
//! ```
//! #![cfg_attr(target_os = "none", no_std, no_main)]
//!
//! dyad_guest::entry!(main);
//!
//! fn main() {
//!     let input = dyad_guest::read_input();
//!     dyad_guest::write_output(&input);
//! }
//! ```
//!
//! Input is private: a verifier never sees it. Output is public: it and the exit code are what a
//! proof speaks about. Diagnostics are for the person who runs the program and are not proved.
//!
//! `dyad build` compiles for RV64IMC with Zba, Zbb and Zbs, and system calls have Linux's numbers,
//! so a guest also runs under `qemu-riscv64`. On any other target than bare RISC-V the same program
//! reads standard input and writes standard output: guests have ordinary tests.
//!
//! # Exit codes
//!
//! 0 when `main` returns `()` or `Ok`; 1 when it returns `Err`, with the error as a diagnostic;
//! 101 after a panic, with its message as a diagnostic; any other through [`exit`]. A program
//! that traps (a null pointer, a full stack) has no exit code and no proof.

#![cfg_attr(target_os = "none", no_std)]

extern crate alloc;

use alloc::vec::Vec;
use core::fmt;

#[cfg(target_os = "none")]
mod bare;
#[cfg(target_os = "none")]
use bare as platform;

#[cfg(not(target_os = "none"))]
mod host;
#[cfg(not(target_os = "none"))]
use host as platform;

/// Exit code after a panic.
pub const PANIC_EXIT_CODE: u8 = dyad_abi::EXIT_PANIC as u8;

/// Reads all of the private input that is left; empty when nothing is.
///
/// On the guest the buffer's address is a multiple of 16. The prover is free to deliver any
/// bytes: a guest checks its input as it would check a stranger's file.
pub fn read_input() -> Vec<u8> {
    platform::read_input()
}

/// Appends `bytes` to the public output.
pub fn write_output(bytes: &[u8]) {
    platform::write_output(bytes);
}

/// Ends the program with `code`, which is public.
pub fn exit(code: u8) -> ! {
    platform::exit(code)
}

/// Writes a line for the person who runs the program: not proved, not public, and not seen by
/// a verifier. Formats like `println!`.
#[macro_export]
macro_rules! diagnostic {
    ($($argument:tt)*) => {
        $crate::write_diagnostic(::core::format_args!($($argument)*))
    };
}

/// What [`diagnostic!`] expands to.
#[doc(hidden)]
pub fn write_diagnostic(message: fmt::Arguments<'_>) {
    platform::write_diagnostic(message);
}

/// What `main` may return.
pub trait Termination {
    /// The exit code; says on the diagnostics what went wrong, where something did.
    fn report(self) -> u8;
}

impl Termination for () {
    fn report(self) -> u8 {
        0
    }
}

impl<T: Termination, E: fmt::Debug> Termination for Result<T, E> {
    fn report(self) -> u8 {
        match self {
            Ok(value) => value.report(),
            Err(error) => {
                diagnostic!("Error: {error:?}");
                1
            }
        }
    }
}

/// Names the function a guest starts with: `entry!(main)` or `entry!(path::to::function)`. It
/// takes nothing and returns a [`Termination`].
///
/// On targets other than bare RISC-V, `entry!(main)` leaves `main` as it is, and any other
/// function is called from a `main` that the macro defines.
#[macro_export]
macro_rules! entry {
    (main) => {
        #[cfg(target_os = "none")]
        const _: () = {
            #[unsafe(no_mangle)]
            fn __dyad_main() -> u8 {
                $crate::Termination::report(main())
            }
        };
    };
    ($function:path) => {
        #[cfg(target_os = "none")]
        const _: () = {
            #[unsafe(no_mangle)]
            fn __dyad_main() -> u8 {
                $crate::Termination::report($function())
            }
        };
        #[cfg(not(target_os = "none"))]
        fn main() {
            $crate::exit($crate::Termination::report($function()))
        }
    };
}

#[cfg(test)]
mod tests {
    use super::Termination;

    #[test]
    fn results_become_exit_codes() {
        assert_eq!(().report(), 0);
        assert_eq!(Ok::<(), &str>(()).report(), 0);
        assert_eq!(Err::<(), &str>("no such field").report(), 1);
    }
}
