//! Multiplication: MUL, MULW and the high halves MULH, MULHSU, MULHU.

use dyad_rules::{Rules, Word, gadgets};

use super::{Encoding, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

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

/// The table of low halves: MUL, MULW.
pub struct Multiply;

impl Instruction for Multiply {
    const NAME: &'static str = "multiply";
    const KIND: Kind = Kind::Multiply;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 13 committed words, 3 constraints, a product.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let [low, _] = r.multiply(["low half", "high half"], rs1, rs2);
        // The low 32 bits depend on the operands' low 32 bits only.
        let result = f.sign_extend_if(r, f.flags().broadcast(0), low);
        f.set_rd(r, result);
        f.fall_through()
    }
}

/// The table of high halves: MULH, MULHSU, MULHU.
pub struct MultiplyHigh;

impl Instruction for MultiplyHigh {
    const NAME: &'static str = "multiply high";
    const KIND: Kind = Kind::MultiplyHigh;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 17 committed words, 7 constraints, a product.
    ///
    /// As numbers of 64 bits without sign, a negative factor is 2^64 too large: the high half of the product is too
    /// large by the other factor.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (a, b) = (f.rs1(r), f.rs2(r));
        let [_, high] = r.multiply(["low half", "high half"], a, b);
        // Bit 0: the sign of a, if a is signed; bit 1: the same of b.
        let top = a.bit(63) ^ (b.bit(63) << 1);
        let signs = f.and(r, f.flags() & 3, top);
        let of_a = r.and("b if a is negative", signs.broadcast(0), b);
        let of_b = r.and("a if b is negative", signs.broadcast(1), a);
        let high = gadgets::subtract(r, "sign of a", high, of_a).sum;
        let high = gadgets::subtract(r, "sign of b", high, of_b).sum;
        f.set_rd(r, high);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn low_halves() {
        two_operand_table::<Multiply>(&[Op::Mul, Op::Mulw], 11);
    }

    #[test]
    fn high_halves() {
        two_operand_table::<MultiplyHigh>(&[Op::Mulh, Op::Mulhsu, Op::Mulhu], 12);
    }
}
