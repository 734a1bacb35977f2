//! Bitwise logic: AND, OR, XOR and their immediate forms.

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::instr::{Kind, Op};

/// Flag of the AND/OR table: OR, which is AND with operands and result inverted.
pub const OR: u32 = 1;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("and",  (FUNCT7, 0x0000_7033), Format::R, Op::And, Kind::AndOr, 0),
    line("or",   (FUNCT7, 0x0000_6033), Format::R, Op::Or,  Kind::AndOr, OR),
    line("xor",  (FUNCT7, 0x0000_4033), Format::R, Op::Xor, Kind::Xor,   0),
    line("andi", (FUNCT3, 0x0000_7013), Format::I, Op::And, Kind::AndOr, 0),
    line("ori",  (FUNCT3, 0x0000_6013), Format::I, Op::Or,  Kind::AndOr, OR),
    line("xori", (FUNCT3, 0x0000_4013), Format::I, Op::Xor, Kind::Xor,   0),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    match op {
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        _ => unreachable!("not a logic operation"),
    }
}
