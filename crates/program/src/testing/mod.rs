//! For tests: an assembler and an ELF writer, so that programs need no toolchain.

pub mod asm;
mod code;
mod elf;
pub mod random;

pub use code::Code;
pub use elf::{Elf, Part};

/// Where [`program`] puts the code.
pub const CODE: u64 = 0x1_0000;
/// Where [`program`] puts writable data.
pub const DATA: u64 = 0x10_0000;

/// An ELF file with `code` at [`CODE`], where it starts, and writable `data` at [`DATA`].
pub fn program(code: &[u32], data: &[u8]) -> Vec<u8> {
    let elf = Elf::new(CODE).code(CODE, code);
    if data.is_empty() { elf.build() } else { elf.data(DATA, data).build() }
}
