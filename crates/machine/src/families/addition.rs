//! Addition: ADD, ADDI, SUB and their W forms; FENCE, which adds nothing to the sink.

use dyad_rules::{Rules, Word};

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

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

/// The table of additions.
pub struct Addition;

impl Instruction for Addition {
    const NAME: &'static str = "addition";
    const KIND: Kind = Kind::Addition;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 12 committed words, 4 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        // a - b is a + !b + 1.
        let inverted = f.flags().broadcast(0);
        let b = rs2 ^ f.imm() ^ inverted;
        let sum = r.add("sum", rs1, b, f.flags().bit(0)).sum;
        let result = f.sign_extend_if(r, f.flags().broadcast(1), sum);
        f.set_rd(r, result);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn addition() {
        two_operand_table::<Addition>(&[Op::Add, Op::Sub, Op::Addw, Op::Subw], 1);
    }
}
