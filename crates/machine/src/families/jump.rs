//! Jumps: JAL, whose immediate is the target, and JALR. Both write the fall-through address to rd.

use super::{Encoding, FUNCT3, Format, OPCODE, line};
use crate::instr::{Kind, Op};

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("jal",  (OPCODE, 0x6f), Format::J, Op::Jal,  Kind::Jump,         0),
    line("jalr", (FUNCT3, 0x67), Format::I, Op::Jalr, Kind::JumpRegister, 0),
];

/// The target of JALR for the value of rs1. There is no instruction at 2^32 or more, nor at
/// addresses that are not multiples of 4: jumping there traps.
#[inline]
pub fn target(rs1: u64, imm: u64) -> u64 {
    rs1.wrapping_add(imm) & !1
}
