//! Conditional branches. The immediate is the target.

use dyad_rules::{Rules, Table, Word, gadgets};

use super::{Encoding, FUNCT3, Format, line};
use crate::instr::{Kind, Op};
use crate::row::{Executed, Row, Sources};

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
fn go<R: Rules>(r: &mut R, mut row: Row<R::Word>, taken: R::Word) {
    let change = row.next_pc ^ row.imm;
    let next_pc = row.next_pc ^ row.and(r, taken.broadcast(0), change);
    row.close(r, next_pc);
}

/// The table of BEQ and BNE.
pub struct BranchEqual;

impl Table for BranchEqual {
    type Event = Executed;
    const NAME: &'static str = "branch equal";

    /// 10 committed words, 4 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::BranchEqual, event);
        let Sources { rs1, rs2 } = Sources::read(r, &mut row, event);
        let differ = gadgets::is_nonzero(r, "differ", rs1 ^ rs2);
        let taken = differ ^ row.flags.bit(0) ^ r.constant(1);
        go(r, row, taken);
    }
}

/// The table of BLT, BGE, BLTU and BGEU.
pub struct BranchLess;

impl Table for BranchLess {
    type Event = Executed;
    const NAME: &'static str = "branch less";

    /// 10 committed words, 4 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::BranchLess, event);
        let Sources { rs1, rs2 } = Sources::read(r, &mut row, event);
        // Signed order is unsigned order with the signs flipped.
        let sign = row.flags.bit(0) << 63;
        let less = gadgets::less_than(r, "less", rs1 ^ sign, rs2 ^ sign);
        let taken = less ^ row.flags.bit(1);
        go(r, row, taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instr::{Instr, NOWHERE, SINK};
    use crate::testing::{Case, instruction_table};
    use alloc::vec::Vec;
    use dyad_rules::Table;
    use dyad_rules::harness::{EDGES, Random};

    fn branches<T: Table<Event = Executed>>(ops: &[Op], seed: u64) {
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
        instruction_table::<T>(&cases, |c| {
            let s = c.event.step;
            (0, if taken(c.instr.op, s.rs1, s.rs2) { c.instr.imm as u32 } else { s.pc + 4 })
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
