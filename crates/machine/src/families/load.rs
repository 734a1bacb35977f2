//! Loads, naturally aligned, from cells of 8 bytes.

use super::{Encoding, FUNCT3, Format, line};
use crate::instr::{Kind, Op};

/// Flag: 1 byte.
pub const BYTE: u32 = 1;
/// Flag: 2 bytes.
pub const HALF: u32 = 2;
/// Flag: 4 bytes.
pub const WORD: u32 = 4;
/// Flag: 8 bytes.
pub const DOUBLE: u32 = 8;
/// Flag: 1 byte, sign-extended; set together with [`BYTE`].
pub const SIGNED_BYTE: u32 = 16;
/// Flag: 2 bytes, sign-extended; set together with [`HALF`].
pub const SIGNED_HALF: u32 = 32;
/// Flag: 4 bytes, sign-extended; set together with [`WORD`].
pub const SIGNED_WORD: u32 = 64;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("lb",  (FUNCT3, 0x0003), Format::I, Op::Lb,  Kind::Load, BYTE | SIGNED_BYTE),
    line("lh",  (FUNCT3, 0x1003), Format::I, Op::Lh,  Kind::Load, HALF | SIGNED_HALF),
    line("lw",  (FUNCT3, 0x2003), Format::I, Op::Lw,  Kind::Load, WORD | SIGNED_WORD),
    line("ld",  (FUNCT3, 0x3003), Format::I, Op::Ld,  Kind::Load, DOUBLE),
    line("lbu", (FUNCT3, 0x4003), Format::I, Op::Lbu, Kind::Load, BYTE),
    line("lhu", (FUNCT3, 0x5003), Format::I, Op::Lhu, Kind::Load, HALF),
    line("lwu", (FUNCT3, 0x6003), Format::I, Op::Lwu, Kind::Load, WORD),
];

/// The bytes that a load reads; its address must be a multiple of it.
#[inline]
pub fn size(op: Op) -> u64 {
    match op {
        Op::Lb | Op::Lbu => 1,
        Op::Lh | Op::Lhu => 2,
        Op::Lw | Op::Lwu => 4,
        Op::Ld => 8,
        _ => unreachable!("not a load"),
    }
}

/// What a load of `address` (aligned) gives, `cell` being the 8 bytes at `address & !7`.
#[inline]
pub fn extract(op: Op, cell: u64, address: u64) -> u64 {
    let x = cell >> (8 * (address & 7));
    match op {
        Op::Lb => i64::from(x as i8) as u64,
        Op::Lh => i64::from(x as i16) as u64,
        Op::Lw => i64::from(x as i32) as u64,
        Op::Ld => x,
        Op::Lbu => u64::from(x as u8),
        Op::Lhu => u64::from(x as u16),
        Op::Lwu => u64::from(x as u32),
        _ => unreachable!("not a load"),
    }
}
