//! Bitwise logic: AND, OR, XOR and their immediate forms.

use dyad_rules::{Rules, Table, Word, gadgets};

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::instr::{Kind, Op};
use crate::row::{Executed, Operands, Row};

/// Flag of the AND/OR table: OR, which is AND with operands and result inverted.
pub const OR: u32 = 1;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("and",  (FUNCT7, 0x0000_7033), Format::R, Op::And, Kind::AndOr, 0),
    line("or",   (FUNCT7, 0x0000_6033), Format::R, Op::Or,  Kind::AndOr, OR),
    line("xor",  (FUNCT7, 0x0000_4033), Format::R, Op::Xor, Kind::Xor,   0),
    line("andi", (FUNCT3, 0x0000_7013), Format::I, Op::And, Kind::AndOr, 0),
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
        _ => unreachable!("not a logic operation"),
    }
}

/// The table of AND and OR.
pub struct AndOr;

impl Table for AndOr {
    type Event = Executed;
    const NAME: &'static str = "and or";

    /// 12 committed words, 4 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::AndOr, event);
        let ops = Operands::read(r, &mut row, event);
        // a | b = !(!a & !b).
        let inverted = row.flags.broadcast(0);
        let b = ops.rs2 ^ row.imm;
        let result = gadgets::and(r, "and", ops.rs1 ^ inverted, b ^ inverted) ^ inverted;
        ops.write(r, &row, result);
        let next_pc = row.next_pc;
        row.close(r, next_pc);
    }
}

/// The table of XOR.
pub struct Xor;

impl Table for Xor {
    type Event = Executed;
    const NAME: &'static str = "xor";

    /// 11 committed words, 3 constraints: the result is linear.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::Xor, event);
        let ops = Operands::read(r, &mut row, event);
        let result = ops.rs1 ^ ops.rs2 ^ row.imm;
        ops.write(r, &row, result);
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
    fn and_or() {
        let cases = cases(&[Op::And, Op::Or], &mut Random(2));
        instruction_table::<AndOr>(&cases, |c| {
            (execute(c.instr.op, c.event.step.rs1, c.b()), c.event.step.pc + 4)
        });
    }

    #[test]
    fn xor() {
        let cases = cases(&[Op::Xor], &mut Random(3));
        instruction_table::<Xor>(&cases, |c| {
            (execute(c.instr.op, c.event.step.rs1, c.b()), c.event.step.pc + 4)
        });
    }
}
