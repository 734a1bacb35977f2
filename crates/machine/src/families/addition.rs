//! Addition: ADD, ADDI, SUB and their W forms; FENCE, which adds nothing to the sink.

use dyad_rules::{Rules, Table, Word, gadgets};

use super::{Encoding, FUNCT3, FUNCT7, Format, line};
use crate::instr::{Kind, Op};
use crate::row::{Executed, Operands, Row};

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

impl Table for Addition {
    type Event = Executed;
    const NAME: &'static str = "addition";

    /// 12 committed words, 4 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, KIND, event);
        let ops = Operands::read(r, &mut row, event);
        // a - b is a + !b + 1.
        let inverted = row.flags.broadcast(0);
        let b = ops.rs2 ^ row.imm ^ inverted;
        let sum = gadgets::add_with_carry(r, "sum", ops.rs1, b, row.flags.bit(0)).sum;
        let result = row.sign_extend_if(r, row.flags.broadcast(1), sum);
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
    fn addition() {
        let cases = cases(&[Op::Add, Op::Sub, Op::Addw, Op::Subw], &mut Random(1));
        instruction_table::<Addition>(&cases, |c| {
            (execute(c.instr.op, c.event.step.rs1, c.b()), c.event.step.pc + 4)
        });
    }
}
