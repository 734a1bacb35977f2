//! The guest on the machine: start, input and output, panics.

mod heap;
mod start;
mod system;

use alloc::vec::Vec;
use core::fmt::{self, Write};

use dyad_abi::{FILE_DIAGNOSTICS, FILE_INPUT, FILE_OUTPUT};

pub use system::exit;

pub fn read_input() -> Vec<u8> {
    // Straight to where it stays: what is read ahead would have to be cleared again.
    heap::read_to_end(FILE_INPUT)
}

pub fn write_output(bytes: &[u8]) {
    system::write_all(FILE_OUTPUT, bytes);
}

pub fn write_diagnostic(message: fmt::Arguments<'_>) {
    let mut line = Line { bytes: [0; 256], len: 0 };
    // `Line` never fails; a failing `Display` ends the message early.
    let _ = writeln!(line, "{message}");
    line.flush();
}

/// Gathers a message, so that it takes few calls and no heap.
struct Line {
    bytes: [u8; 256],
    len: usize,
}

impl Line {
    fn flush(&mut self) {
        system::write_all(FILE_DIAGNOSTICS, &self.bytes[..self.len]);
        self.len = 0;
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.as_bytes().chunks(self.bytes.len()) {
            if part.len() > self.bytes.len() - self.len {
                self.flush();
            }
            self.bytes[self.len..self.len + part.len()].copy_from_slice(part);
            self.len += part.len();
        }
        Ok(())
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    write_diagnostic(format_args!("{info}"));
    if let Some(asked) = heap::refused() {
        write_diagnostic(format_args!(
            "the heap has {} of {} bytes left and was asked for {asked}; nothing but the newest \
             allocation is ever freed; its size is `heap` in [package.metadata.dyad]",
            heap::left(),
            heap::size(),
        ));
    }
    exit(crate::PANIC_EXIT_CODE)
}
