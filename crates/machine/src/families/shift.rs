//! Shifts: SLL, SRL, SRA, their immediate forms and W forms, and SLLI.UW (Zba).

use dyad_rules::{LOW, Rules, Word, gadgets};

use super::{Encoding, FUNCT6, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: the operand and the result are 32 bits, the amount 5.
pub const W: u32 = 1;
/// Flag of shifts to the left: of the operand only the low half counts.
pub const UW: u32 = 2;
/// Flag of shifts to the right: SRA, copies of bit 63 come in.
pub const ARITHMETIC: u32 = 2;
/// Flag of shifts to the right: SRAW, copies of bit 31 come in.
pub const ARITHMETIC_W: u32 = 4;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("sll",   (FUNCT7, 0x0000_1033), Format::R,     Op::Sll,  Kind::ShiftLeft,  0),
    line("srl",   (FUNCT7, 0x0000_5033), Format::R,     Op::Srl,  Kind::ShiftRight, 0),
    line("sra",   (FUNCT7, 0x4000_5033), Format::R,     Op::Sra,  Kind::ShiftRight, ARITHMETIC),
    line("sllw",  (FUNCT7, 0x0000_103b), Format::R,     Op::Sllw, Kind::ShiftLeft,  W),
    line("srlw",  (FUNCT7, 0x0000_503b), Format::R,     Op::Srlw, Kind::ShiftRight, W),
    line("sraw",  (FUNCT7, 0x4000_503b), Format::R,     Op::Sraw, Kind::ShiftRight, W | ARITHMETIC_W),
    line("slli",  (FUNCT6, 0x0000_1013), Format::Shift, Op::Sll,  Kind::ShiftLeft,  0),
    line("slli.uw", (FUNCT6, 0x0800_101b), Format::Shift, Op::SlliUw, Kind::ShiftLeft, UW),
    line("srli",  (FUNCT6, 0x0000_5013), Format::Shift, Op::Srl,  Kind::ShiftRight, 0),
    line("srai",  (FUNCT6, 0x4000_5013), Format::Shift, Op::Sra,  Kind::ShiftRight, ARITHMETIC),
    line("slliw", (FUNCT7, 0x0000_101b), Format::Shift, Op::Sllw, Kind::ShiftLeft,  W),
    line("srliw", (FUNCT7, 0x0000_501b), Format::Shift, Op::Srlw, Kind::ShiftRight, W),
    line("sraiw", (FUNCT7, 0x4000_501b), Format::Shift, Op::Sraw, Kind::ShiftRight, W | ARITHMETIC_W),
];

/// `a` shifted by the low 6 bits of `b`, in W forms by the low 5.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let n = b as u32;
    let word = |x: u32| i64::from(x.cast_signed()) as u64;
    match op {
        Op::Sll => a.wrapping_shl(n),
        Op::Srl => a.wrapping_shr(n),
        Op::Sra => (a as i64).wrapping_shr(n) as u64,
        Op::SlliUw => (a & LOW).wrapping_shl(n),
        Op::Sllw => word((a as u32).wrapping_shl(n)),
        Op::Srlw => word((a as u32).wrapping_shr(n)),
        Op::Sraw => i64::from((a as i32).wrapping_shr(n)) as u64,
        _ => unreachable!("not a shift"),
    }
}

const STAGES: [&str; 5] = ["shift by 1", "shift by 2", "shift by 4", "shift by 8", "shift by 16"];

/// The table of shifts to the left.
pub struct ShiftLeft;

impl Instruction for ShiftLeft {
    const NAME: &'static str = "shift left";
    const KIND: Kind = Kind::ShiftLeft;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 18 committed words, 10 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let amount = rs2 ^ f.imm();
        // One word of products: bit 0 is "by 32", the high half is that of the operand, if it counts.
        let one = r.constant(1);
        let high = (f.flags().broadcast(1) ^ r.constant(u64::MAX)) & !LOW;
        let left = amount.bit(5) ^ (rs1 & !LOW);
        let prepared = r.and("prepared", left, f.flags().bit(0) ^ one ^ high);
        let mut x = (prepared & !LOW) ^ (rs1 & LOW);
        for (k, name) in (0..).zip(STAGES) {
            x = gadgets::select(r, name, amount.broadcast(k), x << (1 << k), x);
        }
        x = gadgets::select(r, "shift by 32", prepared.broadcast(0), x << 32, x);
        let result = f.sign_extend_if(r, f.flags().broadcast(0), x);
        f.set_rd(r, result);
        f.fall_through()
    }
}

/// The table of shifts to the right.
///
/// Where ones come in, the operand is inverted before and after, so that zeros come in always. The
/// high half of a W form's operand is cleared, and stays 0 until the result is sign-extended.
pub struct ShiftRight;

impl Instruction for ShiftRight {
    const NAME: &'static str = "shift right";
    const KIND: Kind = Kind::ShiftRight;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 18 committed words, 10 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let amount = rs2 ^ f.imm();
        let flags = f.flags();
        let not_w = flags.broadcast(0) ^ r.constant(u64::MAX);

        // One word of products: bit 0 is "by 32", bits 1 and 2 say that ones come in, by SRA and
        // by SRAW, and the high half is that of the operand, inverted if so, cleared in W forms.
        let left = amount.bit(5) ^ (flags & 6) ^ (not_w & !LOW);
        let right = (not_w & 1) ^ (rs1.bit(63) << 1) ^ (rs1.bit(31) << 2);
        let advice = || {
            let bits = left.value() & right.value();
            let ones = if bits & 6 == 0 { 0 } else { u64::MAX };
            (bits & 7) | (left.value() & (rs1.value() ^ ones) & !LOW)
        };
        let (products, (ones, inverted)) = r.and_pieces("prepared", &[7, !LOW], advice, |products| {
            let ones = (products >> 1).broadcast(0) ^ (products >> 2).broadcast(0);
            let inverted = rs1 ^ ones;
            ([left, right ^ (inverted & !LOW), products], (ones, inverted))
        });

        let mut x = (products & !LOW) ^ (inverted & LOW);
        for (k, name) in (0..).zip(STAGES) {
            x = gadgets::select(r, name, amount.broadcast(k), x >> (1 << k), x);
        }
        x = gadgets::select(r, "shift by 32", products.broadcast(0), x >> 32, x);
        let result = f.sign_extend_if(r, flags.broadcast(0), x) ^ ones;
        f.set_rd(r, result);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn shift_left() {
        two_operand_table::<ShiftLeft>(&[Op::Sll, Op::Sllw, Op::SlliUw], 11);
    }

    #[test]
    fn shift_right() {
        two_operand_table::<ShiftRight>(&[Op::Srl, Op::Sra, Op::Srlw, Op::Sraw], 12);
    }
}
