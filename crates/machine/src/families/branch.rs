//! Conditional branches. The immediate is the target.

use super::{Encoding, FUNCT3, Format, line};
use crate::instr::{Kind, Op};

/// Flag of the equality table: taken where the operands differ.
pub const NOT_EQUAL: u32 = 1;
/// Flag of the order table: the operands are signed.
pub const SIGNED: u32 = 1;
/// Flag of the order table: taken where the first operand is not less.
pub const NOT_LESS: u32 = 2;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("beq",  (FUNCT3, 0x0063), Format::B, Op::Beq,  Kind::BranchEqual, 0),
    line("bne",  (FUNCT3, 0x1063), Format::B, Op::Bne,  Kind::BranchEqual, NOT_EQUAL),
    line("blt",  (FUNCT3, 0x4063), Format::B, Op::Blt,  Kind::BranchLess,  SIGNED),
    line("bge",  (FUNCT3, 0x5063), Format::B, Op::Bge,  Kind::BranchLess,  SIGNED | NOT_LESS),
    line("bltu", (FUNCT3, 0x6063), Format::B, Op::Bltu, Kind::BranchLess,  0),
    line("bgeu", (FUNCT3, 0x7063), Format::B, Op::Bgeu, Kind::BranchLess,  NOT_LESS),
];

/// Whether the branch is taken for the values `a` of rs1 and `b` of rs2.
#[inline]
pub fn taken(op: Op, a: u64, b: u64) -> bool {
    match op {
        Op::Beq => a == b,
        Op::Bne => a != b,
        Op::Blt => (a as i64) < b as i64,
        Op::Bge => (a as i64) >= b as i64,
        Op::Bltu => a < b,
        Op::Bgeu => a >= b,
        _ => unreachable!("not a branch"),
    }
}
