//! Comparisons into a register: SLT, SLTU and their immediate forms.

use dyad_rules::{Rules, Table, Word, gadgets};

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::instr::{Kind, Op};
use crate::row::{Executed, Operands, Row};

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

impl Table for Compare {
    type Event = Executed;
    const NAME: &'static str = "compare";

    /// 12 committed words, 4 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::Compare, event);
        let ops = Operands::read(r, &mut row, event);
        // Signed order is unsigned order with the signs flipped.
        let sign = row.flags.bit(0) << 63;
        let b = ops.rs2 ^ row.imm;
        let less = gadgets::less_than(r, "less", ops.rs1 ^ sign, b ^ sign);
        ops.write(r, &row, less);
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
    fn compare() {
        let cases = cases(&[Op::Slt, Op::Sltu], &mut Random(4));
        instruction_table::<Compare>(&cases, |c| {
            (execute(c.instr.op, c.event.step.rs1, c.b()), c.event.step.pc + 4)
        });
    }
}
