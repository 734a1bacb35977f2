//! Stores, naturally aligned, to cells of 8 bytes.

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

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("sb", (FUNCT3, 0x0023), Format::S, Op::Sb, Kind::Store, BYTE),
    line("sh", (FUNCT3, 0x1023), Format::S, Op::Sh, Kind::Store, HALF),
    line("sw", (FUNCT3, 0x2023), Format::S, Op::Sw, Kind::Store, WORD),
    line("sd", (FUNCT3, 0x3023), Format::S, Op::Sd, Kind::Store, DOUBLE),
];

/// The bytes that a store writes; its address must be a multiple of it.
#[inline]
pub fn size(op: Op) -> u64 {
    match op {
        Op::Sb => 1,
        Op::Sh => 2,
        Op::Sw => 4,
        Op::Sd => 8,
        _ => unreachable!("not a store"),
    }
}

/// The 8 bytes at `address & !7` after a store of `value` at `address` (aligned), `cell` being
/// those before.
#[inline]
pub fn merge(op: Op, cell: u64, address: u64, value: u64) -> u64 {
    let mask = match op {
        Op::Sb => 0xff,
        Op::Sh => 0xffff,
        Op::Sw => 0xffff_ffff,
        Op::Sd => u64::MAX,
        _ => unreachable!("not a store"),
    };
    let shift = 8 * (address & 7);
    (cell & !(mask << shift)) | (value & mask) << shift
}
