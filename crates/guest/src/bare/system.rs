//! System calls, with Linux's numbers and meaning.
#![allow(unsafe_code)]

use core::{arch::asm, mem::MaybeUninit};

use dyad_abi::{CALL_EXIT, CALL_READ, CALL_WRITE};

/// Most bytes asked for in one call: the machine takes lengths below 2^32, Linux below 2^31.
const LARGEST: usize = 1 << 30;

/// Ends the program.
pub fn exit(code: u8) -> ! {
    // SAFETY: the call takes a number and never returns.
    unsafe {
        asm!("ecall", in("a7") CALL_EXIT, in("a0") usize::from(code), options(noreturn, nostack));
    }
}

/// Fills `room` from its start, as far as the file reaches, and returns how many bytes that are; 0
/// at the end of the file.
pub fn read(file: u64, room: &mut [MaybeUninit<u8>]) -> usize {
    let asked = room.len().min(LARGEST);
    let mut result = file as usize;
    // SAFETY: the call writes at most `asked` bytes from `room` on, and `room` has that many.
    unsafe {
        asm!(
            "ecall",
            in("a7") CALL_READ,
            inlateout("a0") result,
            in("a1") room.as_mut_ptr(),
            in("a2") asked,
            options(nostack),
        );
    }
    // Negative values are Linux's errors, and what the machine delivers is the prover's choice.
    assert!(result <= asked, "read delivered {} bytes where {asked} were asked for", result as isize);
    result
}

/// Writes all of `bytes`.
pub fn write_all(file: u64, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let asked = bytes.len().min(LARGEST);
        let mut result = file as usize;
        // SAFETY: the call reads `asked` bytes from `bytes` on, and `bytes` has that many.
        unsafe {
            asm!(
                "ecall",
                in("a7") CALL_WRITE,
                inlateout("a0") result,
                in("a1") bytes.as_ptr(),
                in("a2") asked,
                options(nostack, readonly),
            );
        }
        match bytes.get(result..) {
            Some(rest) if result > 0 => bytes = rest,
            // Only under Linux: the reader is gone. A message about it could fail the same way.
            _ => exit(crate::PANIC_EXIT_CODE),
        }
    }
}
