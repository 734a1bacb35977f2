//! Conditional zero (Zicond): CZERO.EQZ, CZERO.NEZ.

use dyad_rules::{Rules, Word, gadgets};

use super::{Encoding, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: zero where the condition is not 0, rather than where it is.
pub const NOT_EQUAL: u32 = 1;

const KIND: Kind = Kind::ConditionalZero;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("czero.eqz", (FUNCT7, 0x0e00_5033), Format::R, Op::CzeroEqz, KIND, 0),
    line("czero.nez", (FUNCT7, 0x0e00_7033), Format::R, Op::CzeroNez, KIND, NOT_EQUAL),
];

/// `a` or 0, by the condition `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let zero = match op {
        Op::CzeroEqz => b == 0,
        Op::CzeroNez => b != 0,
        _ => unreachable!("not a conditional zero"),
    };
    if zero { 0 } else { a }
}

/// The table of conditional zeros.
pub struct ConditionalZero;

impl Instruction for ConditionalZero {
    const NAME: &'static str = "conditional zero";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 13 committed words, 5 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let kept = gadgets::is_nonzero(r, "condition", rs2) ^ f.flags().bit(0);
        let result = r.and("result", kept.broadcast(0), rs1);
        f.set_rd(r, result);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn conditional_zero() {
        two_operand_table::<ConditionalZero>(&[Op::CzeroEqz, Op::CzeroNez], 74);
    }
}
