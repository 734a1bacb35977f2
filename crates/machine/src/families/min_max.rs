//! Minimum and maximum (Zbb): MIN, MINU, MAX, MAXU.

use dyad_rules::{Rules, Word, gadgets};

use super::{Encoding, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: the operands are signed.
pub const SIGNED: u32 = 1;
/// Flag: the greater one.
pub const MAX: u32 = 2;

const KIND: Kind = Kind::MinMax;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("min",  (FUNCT7, 0x0a00_4033), Format::R, Op::Min,  KIND, SIGNED),
    line("minu", (FUNCT7, 0x0a00_5033), Format::R, Op::Minu, KIND, 0),
    line("max",  (FUNCT7, 0x0a00_6033), Format::R, Op::Max,  KIND, SIGNED | MAX),
    line("maxu", (FUNCT7, 0x0a00_7033), Format::R, Op::Maxu, KIND, MAX),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    match op {
        Op::Min => (a as i64).min(b as i64) as u64,
        Op::Minu => a.min(b),
        Op::Max => (a as i64).max(b as i64) as u64,
        Op::Maxu => a.max(b),
        _ => unreachable!("neither a minimum nor a maximum"),
    }
}

/// The table of minima and maxima.
pub struct MinMax;

impl Instruction for MinMax {
    const NAME: &'static str = "min max";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 13 committed words, 5 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2, flags) = (f.rs1(r), f.rs2(r), f.flags());
        // Signed order is unsigned order with the signs flipped.
        let sign = flags.bit(0) << 63;
        let less = gadgets::less_than(r, "less", rs1 ^ sign, rs2 ^ sign);
        let first = less ^ flags.bit(1);
        let result = gadgets::select(r, "result", first.broadcast(0), rs1, rs2);
        f.set_rd(r, result);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn min_max() {
        two_operand_table::<MinMax>(&[Op::Min, Op::Minu, Op::Max, Op::Maxu], 73);
    }
}
