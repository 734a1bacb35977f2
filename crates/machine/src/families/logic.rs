//! Bitwise logic: AND, OR, XOR and their immediate forms; with an operand inverted (Zbb, Zbkb) ANDN, ORN,
//! XNOR.

use dyad_rules::{Rules, Word};

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag of the AND/OR table: the first operand and the result are inverted.
pub const INVERT: u32 = 1;
/// Flag of the AND/OR table: the second operand is inverted.
pub const INVERT_B: u32 = 2;
/// Flag of the XOR table: the result is inverted.
pub const INVERT_XOR: u32 = 1;

/// `a | b = !(!a & !b)`.
const OR: u32 = INVERT | INVERT_B;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("and",  (FUNCT7, 0x0000_7033), Format::R, Op::And, Kind::AndOr, 0),
    line("or",   (FUNCT7, 0x0000_6033), Format::R, Op::Or,  Kind::AndOr, OR),
    line("xor",  (FUNCT7, 0x0000_4033), Format::R, Op::Xor, Kind::Xor,   0),
    line("andi", (FUNCT3, 0x0000_7013), Format::I, Op::And, Kind::AndOr, 0),
    line("andn", (FUNCT7, 0x4000_7033), Format::R, Op::Andn, Kind::AndOr, INVERT_B),
    line("orn",  (FUNCT7, 0x4000_6033), Format::R, Op::Orn,  Kind::AndOr, INVERT),
    line("xnor", (FUNCT7, 0x4000_4033), Format::R, Op::Xnor, Kind::Xor,   INVERT_XOR),
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
        Op::Andn => a & !b,
        Op::Orn => a | !b,
        Op::Xnor => !(a ^ b),
        _ => unreachable!("not a logic operation"),
    }
}

/// The table of AND and OR.
pub struct AndOr;

impl Instruction for AndOr {
    const NAME: &'static str = "and or";
    const KIND: Kind = Kind::AndOr;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 12 committed words, 4 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let (invert, invert_b) = (f.flags().broadcast(0), f.flags().broadcast(1));
        let b = rs2 ^ f.imm() ^ invert_b;
        let result = r.and("and", rs1 ^ invert, b) ^ invert;
        f.set_rd(r, result);
        f.fall_through()
    }
}

/// The table of XOR.
pub struct Xor;

impl Instruction for Xor {
    const NAME: &'static str = "xor";
    const KIND: Kind = Kind::Xor;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 11 committed words, 3 constraints: the result is linear.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let result = rs1 ^ rs2 ^ f.imm() ^ f.flags().broadcast(0);
        f.set_rd(r, result);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn and_or() {
        two_operand_table::<AndOr>(&[Op::And, Op::Or, Op::Andn, Op::Orn], 2);
    }

    #[test]
    fn xor() {
        two_operand_table::<Xor>(&[Op::Xor, Op::Xnor], 3);
    }
}
