//! Comparisons into a register: SLT, SLTU and their immediate forms.

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::instr::{Kind, Op};

/// Flag: the operands are signed.
pub const SIGNED: u32 = 1;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("slt",   (FUNCT7, 0x0000_2033), Format::R, Op::Slt,  Kind::Compare, SIGNED),
    line("sltu",  (FUNCT7, 0x0000_3033), Format::R, Op::Sltu, Kind::Compare, 0),
    line("slti",  (FUNCT3, 0x0000_2013), Format::I, Op::Slt,  Kind::Compare, SIGNED),
    line("sltiu", (FUNCT3, 0x0000_3013), Format::I, Op::Sltu, Kind::Compare, 0),
];

/// 1 where `a < b`, else 0.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    u64::from(match op {
        Op::Slt => (a as i64) < b as i64,
        Op::Sltu => a < b,
        _ => unreachable!("not a comparison"),
    })
}
