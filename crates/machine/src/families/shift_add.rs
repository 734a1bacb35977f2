//! Addresses (Zba): SH1ADD, SH2ADD, SH3ADD, their UW forms and ADD.UW. SLLI.UW is a shift.

use dyad_rules::{LOW, Rules, Word, gadgets};

use super::{Encoding, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: the first operand is shifted by 1, together with [`BY_2`] by 3.
pub const BY_1: u32 = 1;
/// Flag: the first operand is shifted by 2.
pub const BY_2: u32 = 2;
/// Flag: of the first operand only the low half counts.
pub const UW: u32 = 4;

const KIND: Kind = Kind::ShiftAdd;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("add.uw",    (FUNCT7, 0x0800_003b), Format::R, Op::AddUw,    KIND, UW),
    line("sh1add",    (FUNCT7, 0x2000_2033), Format::R, Op::Sh1add,   KIND, BY_1),
    line("sh2add",    (FUNCT7, 0x2000_4033), Format::R, Op::Sh2add,   KIND, BY_2),
    line("sh3add",    (FUNCT7, 0x2000_6033), Format::R, Op::Sh3add,   KIND, BY_1 | BY_2),
    line("sh1add.uw", (FUNCT7, 0x2000_203b), Format::R, Op::Sh1addUw, KIND, BY_1 | UW),
    line("sh2add.uw", (FUNCT7, 0x2000_403b), Format::R, Op::Sh2addUw, KIND, BY_2 | UW),
    line("sh3add.uw", (FUNCT7, 0x2000_603b), Format::R, Op::Sh3addUw, KIND, BY_1 | BY_2 | UW),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let shifted = match op {
        Op::AddUw => a & LOW,
        Op::Sh1add => a << 1,
        Op::Sh2add => a << 2,
        Op::Sh3add => a << 3,
        Op::Sh1addUw => (a & LOW) << 1,
        Op::Sh2addUw => (a & LOW) << 2,
        Op::Sh3addUw => (a & LOW) << 3,
        _ => unreachable!("not a shifted addition"),
    };
    shifted.wrapping_add(b)
}

/// The table of additions with a shifted operand.
pub struct ShiftAdd;

impl Instruction for ShiftAdd {
    const NAME: &'static str = "shift add";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 14 committed words, 6 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2, flags) = (f.rs1(r), f.rs2(r), f.flags());
        let whole = flags.broadcast(2) ^ r.constant(LOW);
        let x = (rs1 & LOW) ^ (f.and(r, whole, rs1 >> 32) << 32);
        let x = gadgets::select(r, "shift by 1", flags.broadcast(0), x << 1, x);
        let x = gadgets::select(r, "shift by 2", flags.broadcast(1), x << 2, x);
        let sum = gadgets::add(r, "sum", x, rs2).sum;
        f.set_rd(r, sum);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn shift_add() {
        let ops: alloc::vec::Vec<_> = ENCODINGS.iter().map(|e| e.op).collect();
        two_operand_table::<ShiftAdd>(&ops, 71);
    }
}
