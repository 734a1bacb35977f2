//! Addition: ADD, ADDI, SUB and their W forms; FENCE, which adds nothing to the sink.

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::instr::{Kind, Op};

/// Flag: subtract.
pub const SUBTRACT: u32 = 1;
/// Flag: the result is the sign-extended low half.
pub const W: u32 = 2;

const KIND: Kind = Kind::Addition;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("add",   (FUNCT7, 0x0000_0033), Format::R,    Op::Add,  KIND, 0),
    line("sub",   (FUNCT7, 0x4000_0033), Format::R,    Op::Sub,  KIND, SUBTRACT),
    line("addw",  (FUNCT7, 0x0000_003b), Format::R,    Op::Addw, KIND, W),
    line("subw",  (FUNCT7, 0x4000_003b), Format::R,    Op::Subw, KIND, SUBTRACT | W),
    line("addi",  (FUNCT3, 0x0000_0013), Format::I,    Op::Add,  KIND, 0),
    line("addiw", (FUNCT3, 0x0000_001b), Format::I,    Op::Addw, KIND, W),
    line("fence", (FUNCT3, 0x0000_000f), Format::None, Op::Add,  KIND, 0),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    match op {
        Op::Add => a.wrapping_add(b),
        Op::Sub => a.wrapping_sub(b),
        Op::Addw => i64::from(a.wrapping_add(b) as i32) as u64,
        Op::Subw => i64::from(a.wrapping_sub(b) as i32) as u64,
        _ => unreachable!("not an addition"),
    }
}
