//! Multiplication: MUL, MULW and the high halves MULH, MULHSU, MULHU.

use super::{Encoding, FUNCT7, Format, line};
use crate::instr::{Kind, Op};

/// Flag of the low half's table: the result is the sign-extended low 32 bits.
pub const W: u32 = 1;
/// Flag of the high half's table: the first operand is signed.
pub const SIGNED_A: u32 = 1;
/// Flag of the high half's table: the second operand is signed.
pub const SIGNED_B: u32 = 2;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("mul",    (FUNCT7, 0x0200_0033), Format::R, Op::Mul,    Kind::Multiply,     0),
    line("mulw",   (FUNCT7, 0x0200_003b), Format::R, Op::Mulw,   Kind::Multiply,     W),
    line("mulh",   (FUNCT7, 0x0200_1033), Format::R, Op::Mulh,   Kind::MultiplyHigh, SIGNED_A | SIGNED_B),
    line("mulhsu", (FUNCT7, 0x0200_2033), Format::R, Op::Mulhsu, Kind::MultiplyHigh, SIGNED_A),
    line("mulhu",  (FUNCT7, 0x0200_3033), Format::R, Op::Mulhu,  Kind::MultiplyHigh, 0),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let signed = |x: u64| i128::from(x as i64);
    let unsigned = |x: u64| i128::from(x);
    match op {
        Op::Mul => a.wrapping_mul(b),
        Op::Mulw => i64::from(a.wrapping_mul(b) as i32) as u64,
        Op::Mulh => ((signed(a) * signed(b)) >> 64) as u64,
        Op::Mulhsu => ((signed(a) * unsigned(b)) >> 64) as u64,
        Op::Mulhu => ((u128::from(a) * u128::from(b)) >> 64) as u64,
        _ => unreachable!("not a multiplication"),
    }
}
