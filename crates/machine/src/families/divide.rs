//! Division: DIV, DIVU, REM, REMU and their W forms.
//!
//! Dividing by zero gives a quotient of all ones and the dividend as remainder; the one overflow,
//! the least number by -1, gives the least number and remainder 0. W forms divide the low halves
//! and sign-extend the result, unsigned ones too.

use super::{Encoding, FUNCT7, Format, line};
use crate::instr::{Kind, Op};

/// Flag: the operands are signed.
pub const SIGNED: u32 = 1;
/// Flag: the operands are the low halves, the result is sign-extended.
pub const W: u32 = 2;
/// Flag: the result is the remainder.
pub const REMAINDER: u32 = 4;

const KIND: Kind = Kind::Divide;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("div",   (FUNCT7, 0x0200_4033), Format::R, Op::Div,   KIND, SIGNED),
    line("divu",  (FUNCT7, 0x0200_5033), Format::R, Op::Divu,  KIND, 0),
    line("rem",   (FUNCT7, 0x0200_6033), Format::R, Op::Rem,   KIND, SIGNED | REMAINDER),
    line("remu",  (FUNCT7, 0x0200_7033), Format::R, Op::Remu,  KIND, REMAINDER),
    line("divw",  (FUNCT7, 0x0200_403b), Format::R, Op::Divw,  KIND, SIGNED | W),
    line("divuw", (FUNCT7, 0x0200_503b), Format::R, Op::Divuw, KIND, W),
    line("remw",  (FUNCT7, 0x0200_603b), Format::R, Op::Remw,  KIND, SIGNED | W | REMAINDER),
    line("remuw", (FUNCT7, 0x0200_703b), Format::R, Op::Remuw, KIND, W | REMAINDER),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let (sa, sb) = (a as i64, b as i64);
    let (wa, wb) = (a as u32, b as u32);
    let (swa, swb) = (a as i32, b as i32);
    let word = |x: i32| i64::from(x) as u64;
    match op {
        Op::Div => {
            if sb == 0 {
                u64::MAX
            } else {
                sa.wrapping_div(sb) as u64
            }
        }
        Op::Divu => a.checked_div(b).unwrap_or(u64::MAX),
        Op::Rem => {
            if sb == 0 {
                a
            } else {
                sa.wrapping_rem(sb) as u64
            }
        }
        Op::Remu => a.checked_rem(b).unwrap_or(a),
        Op::Divw => {
            if swb == 0 {
                u64::MAX
            } else {
                word(swa.wrapping_div(swb))
            }
        }
        Op::Divuw => word(wa.checked_div(wb).unwrap_or(u32::MAX).cast_signed()),
        Op::Remw => {
            if swb == 0 {
                word(swa)
            } else {
                word(swa.wrapping_rem(swb))
            }
        }
        Op::Remuw => word(wa.checked_rem(wb).unwrap_or(wa).cast_signed()),
        _ => unreachable!("not a division"),
    }
}
