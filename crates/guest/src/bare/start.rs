//! From the machine's first instruction to `main`.
#![allow(unsafe_code)]

use core::arch::global_asm;

// Memory is zero where the file says nothing, so there is no .bss to clear. Under Linux the
// stack pointer comes from the kernel; here and there the guest uses its own stack, which lies
// above read-only memory (see dyad.ld).
global_asm!(
    ".section .text._start, \"ax\", @progbits",
    ".globl _start",
    ".type _start, @function",
    "_start:",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "la sp, _stack_top",
    // For thread-local variables of C that is linked in.
    "la tp, __tls_base",
    "call {start}",
    "unimp",
    ".size _start, . - _start",
    start = sym start,
);

unsafe extern "Rust" {
    /// Defined by `entry!`.
    fn __dyad_main() -> u8;
}

extern "C" fn start() -> ! {
    // SAFETY: `entry!` defines `__dyad_main` with this very signature; if a program has no
    // `entry!`, or two, it does not link.
    super::exit(unsafe { __dyad_main() })
}
