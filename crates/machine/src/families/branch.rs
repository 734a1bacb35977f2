//! Conditional branches. The immediate is the target.

use dyad_rules::{Rules, Word, gadgets};

use super::{Encoding, FUNCT3, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag of the equality table: taken where the operands differ.
pub const NOT_EQUAL: u32 = 1;
/// Flag of the order table: the operands are signed.
pub const SIGNED: u32 = 1;
/// Flag of the order table: taken where the first operand is not less.
pub const NOT_LESS: u32 = 2;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("beq",  (FUNCT3, 0x0063), Format::B, Op::Beq,  Kind::BranchEqual, 0),
    line("bne",  (FUNCT3, 0x1063), Format::B, Op::Bne,  Kind::BranchEqual, NOT_EQUAL),
    line("blt",  (FUNCT3, 0x4063), Format::B, Op::Blt,  Kind::BranchLess,  SIGNED),
    line("bge",  (FUNCT3, 0x5063), Format::B, Op::Bge,  Kind::BranchLess,  SIGNED | NOT_LESS),
    line("bltu", (FUNCT3, 0x6063), Format::B, Op::Bltu, Kind::BranchLess,  0),
    line("bgeu", (FUNCT3, 0x7063), Format::B, Op::Bgeu, Kind::BranchLess,  NOT_LESS),
];

/// Whether the branch is taken for the values `a` of rs1 and `b` of rs2.
#[inline]
pub fn taken(op: Op, a: u64, b: u64) -> bool {
    match op {
        Op::Beq => a == b,
        Op::Bne => a != b,
        Op::Blt => (a as i64) < b as i64,
        Op::Bge => (a as i64) >= b as i64,
        Op::Bltu => a < b,
        Op::Bgeu => a >= b,
        _ => unreachable!("not a branch"),
    }
}

/// Goes on at the immediate where bit 0 of `taken` is 1, else at the next instruction.
#[inline(always)]
fn go<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F, taken: R::Word) -> R::Word {
    let change = f.fall_through() ^ f.imm();
    f.fall_through() ^ f.and(r, taken.broadcast(0), change)
}

/// The table of BEQ and BNE.
pub struct BranchEqual;

impl Instruction for BranchEqual {
    const NAME: &'static str = "branch equal";
    const KIND: Kind = Kind::BranchEqual;
    const ACCESSES: Accesses = Accesses::RS1_RS2;

    /// 10 committed words, 4 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let differ = gadgets::is_nonzero(r, "differ", rs1 ^ rs2);
        let taken = differ ^ f.flags().bit(0) ^ r.constant(1);
        go(r, f, taken)
    }
}

/// The table of BLT, BGE, BLTU and BGEU.
pub struct BranchLess;

impl Instruction for BranchLess {
    const NAME: &'static str = "branch less";
    const KIND: Kind = Kind::BranchLess;
    const ACCESSES: Accesses = Accesses::RS1_RS2;

    /// 10 committed words, 4 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        // Signed order is unsigned order with the signs flipped.
        let sign = f.flags().bit(0) << 63;
        let less = gadgets::less_than(r, "less", rs1 ^ sign, rs2 ^ sign);
        let taken = less ^ f.flags().bit(1);
        go(r, f, taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instr::{Instr, NOWHERE, SINK};
    use crate::testing::{Case, instruction_table};
    use alloc::vec::Vec;
    use dyad_rules::harness::{EDGES, Random};

    fn branches<I: Instruction>(ops: &[Op], seed: u64) {
        let mut random = Random(seed);
        let mut cases = Vec::new();
        for &op in ops {
            for &a in EDGES {
                for &b in EDGES.iter().chain(&[a]) {
                    let imm = [0x1000, 0xffff_fffc, u64::from(NOWHERE), 0x8000_0002][random.below(4)];
                    let (rs1, rs2) = [(1, 2), (0, 31), (7, 7)][random.below(3)];
                    cases.push(Case::new(Instr { op, rd: SINK, rs1, rs2, imm }, a, b, &mut random));
                }
            }
        }
        instruction_table::<I>(&cases, |c| {
            let s = c.event.step;
            (0, if taken(c.instr.op, s.rs1, s.rs2) { c.instr.imm as u32 } else { c.next })
        });
    }

    #[test]
    fn branch_equal() {
        branches::<BranchEqual>(&[Op::Beq, Op::Bne], 6);
    }

    #[test]
    fn branch_less() {
        branches::<BranchLess>(&[Op::Blt, Op::Bge, Op::Bltu, Op::Bgeu], 7);
    }
}
