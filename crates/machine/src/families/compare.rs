//! Comparisons into a register: SLT, SLTU and their immediate forms.

use dyad_rules::{Rules, Word, gadgets};

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

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

/// The table of comparisons into a register.
pub struct Compare;

impl Instruction for Compare {
    const NAME: &'static str = "compare";
    const KIND: Kind = Kind::Compare;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 12 committed words, 4 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        // Signed order is unsigned order with the signs flipped.
        let sign = f.flags().bit(0) << 63;
        let b = rs2 ^ f.imm();
        let less = gadgets::less_than(r, "less", rs1 ^ sign, b ^ sign);
        f.set_rd(r, less);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn compare() {
        two_operand_table::<Compare>(&[Op::Slt, Op::Sltu], 4);
    }
}
