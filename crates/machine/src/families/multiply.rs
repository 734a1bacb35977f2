//! Multiplication: MUL, MULW and the high halves MULH, MULHSU, MULHU.

use dyad_rules::product::{Extent, Factors, product};
use dyad_rules::{Rules, Table, Word, gadgets};

use super::{Encoding, FUNCT7, Format, line};
use crate::instr::{Kind, Op};
use crate::row::{Executed, Operands, Row};

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

impl Table for Multiply {
    type Event = Executed;
    const NAME: &'static str = "multiply";

    /// 45 committed words, 37 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::Multiply, event);
        let ops = Operands::read(r, &mut row, event);
        let factors = Factors::unsigned(r, ops.rs1, ops.rs2);
        let p = product(r, Extent::Low, factors);
        let (zero, one) = (r.constant(0), r.constant(1));
        let low = gadgets::add_with_carry(r, "low half", p.low, zero, one).sum;
        // The low 32 bits depend on the operands' low 32 bits only.
        let result = row.sign_extend_if(r, row.flags.broadcast(0), low);
        ops.write(r, &row, result);
        let next_pc = row.next_pc;
        row.close(r, next_pc);
    }
}

/// The table of high halves: MULH, MULHSU, MULHU.
pub struct MultiplyHigh;

impl Table for MultiplyHigh {
    type Event = Executed;
    const NAME: &'static str = "multiply high";

    /// 79 committed words, 71 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::MultiplyHigh, event);
        let ops = Operands::read(r, &mut row, event);
        let (a, b) = (ops.rs1, ops.rs2);
        let (zero, one) = (r.constant(0), r.constant(1));
        // Bit 0: the sign of a, if a is signed; bit 1: the same of b.
        let top = a.bit(63) ^ (b.bit(63) << 1);
        let signs = row.and(r, row.flags & 3, top);
        let (a_sign, b_sign) = (signs.bit(0), signs.bit(1));
        // H + A_64 of the product's formula: 65 bits.
        let high = gadgets::add_with_carry(r, "signs", b ^ a_sign.broadcast(0), zero, a_sign);
        let high_64 = one ^ a_sign ^ b_sign ^ high.carries.bit(63);
        let p = product(r, Extent::Full, Factors { a, b, b_sign, high: high.sum, high_64 });
        // B_64 2^64 of a sum whose bit 1 is bit 0 here.
        let low = gadgets::add_with_carry(r, "low half", p.low, b_sign << 63, one);
        let high = gadgets::add_with_carry(r, "high half", p.sum, p.carry, low.carries.bit(63));
        ops.write(r, &row, high.sum);
        let next_pc = row.next_pc;
        row.close(r, next_pc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cases, instruction_table};
    use dyad_rules::harness::Random;

    #[test]
    fn low_halves() {
        let cases = cases(&[Op::Mul, Op::Mulw], &mut Random(11));
        instruction_table::<Multiply>(&cases, |c| {
            (execute(c.instr.op, c.event.step.rs1, c.event.step.rs2), c.event.step.pc + 4)
        });
    }

    #[test]
    fn high_halves() {
        let cases = cases(&[Op::Mulh, Op::Mulhsu, Op::Mulhu], &mut Random(12));
        instruction_table::<MultiplyHigh>(&cases, |c| {
            (execute(c.instr.op, c.event.step.rs1, c.event.step.rs2), c.event.step.pc + 4)
        });
    }
}
