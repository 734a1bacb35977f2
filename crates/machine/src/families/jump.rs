//! Jumps: JAL, whose immediate is the target, and JALR. Both write the fall-through address to rd.

use dyad_rules::{LOW, Rules, gadgets};

use super::{Encoding, FUNCT3, Format, OPCODE, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("jal",  (OPCODE, 0x6f), Format::J, Op::Jal,  Kind::Jump,         0),
    line("jalr", (FUNCT3, 0x67), Format::I, Op::Jalr, Kind::JumpRegister, 0),
];

/// The target of JALR for the value of rs1, even. There is no instruction at 2^32 or more: jumping
/// there traps.
#[inline]
pub fn target(rs1: u64, imm: u64) -> u64 {
    rs1.wrapping_add(imm) & !1
}

/// The table of JAL.
pub struct Jump;

impl Instruction for Jump {
    const NAME: &'static str = "jump";
    const KIND: Kind = Kind::Jump;
    const ACCESSES: Accesses = Accesses::RD;

    /// 7 committed words, 2 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        f.set_rd(r, f.fall_through());
        f.imm() & LOW
    }
}

/// The table of JALR.
pub struct JumpRegister;

impl Instruction for JumpRegister {
    const NAME: &'static str = "jump register";
    const KIND: Kind = Kind::JumpRegister;
    const ACCESSES: Accesses = Accesses::RS1_RD;

    /// 9 committed words, 4 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let rs1 = f.rs1(r);
        f.set_rd(r, f.fall_through());
        let sum = gadgets::add(r, "target", rs1, f.imm()).sum;
        // Without this a target of 2^32 or more would run the instruction at its low half, or put
        // its high half in the time.
        gadgets::assert_zero(r, "target below 2^32", sum >> 32);
        sum & (LOW ^ 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instr::{Instr, NOWHERE, SINK};
    use crate::testing::{Beside, Case, events, instruction_table, instruction_table_beside};
    use alloc::vec::Vec;
    use dyad_rules::harness::Random;

    #[test]
    fn jump() {
        let mut random = Random(8);
        let case = |i: usize| {
            let imm = [0x1000, 0xffff_fffc, 0, u64::from(NOWHERE), 0x8000_0002][i % 5];
            Case::new(Instr { op: Op::Jal, rd: [1, 31, SINK][i % 3], rs1: 0, rs2: 0, imm }, 0, 0, &mut random)
        };
        let cases: Vec<_> = (0..100).map(case).collect();
        instruction_table::<Jump>(&cases, |c| (c.next.into(), c.instr.imm as u32));
    }

    /// JALR with an immediate, so that the target is `rs1 + imm` without its lowest bit.
    fn jalr(target: u64, i: usize, random: &mut Random) -> Case {
        let imm = [0u64, 1, 0x7ff, (-1i64) as u64, (-2048i64) as u64][i % 5];
        let (rd, rs1) = [(1, 5), (5, 5), (SINK, 1), (1, 1)][i % 4];
        Case::new(Instr { op: Op::Jalr, rd, rs1, rs2: 0, imm }, target.wrapping_sub(imm), 0, random)
    }

    /// A target of 2^32 or more is refused: there is no row.
    #[test]
    fn jump_register() {
        let mut random = Random(9);
        let targets = [0, 1, 2, 0x1000, 0x1001, 0x7fff_fffc, 0x8000_0000, 0xffff_fffc, 0xffff_ffff];
        let cases: Vec<_> = (0..360).map(|i| jalr(targets[i % 9], i, &mut random)).collect();
        let more = [u64::MAX, 0xffff_ffff_0000_1000, 0xdead_beef_0000_1000];
        let beyond = (32..64).map(|k| 1 << k | 0x1000).chain(more);
        let beyond: Vec<_> = beyond
            .flat_map(|target| (0..5).map(move |i| (target, i)))
            .map(|(t, i)| jalr(t, i, &mut random))
            .collect();
        let beside = Beside { refused: &events(&beyond), ..Beside::default() };
        instruction_table_beside::<JumpRegister>(&cases, &beside, |c| {
            let next = target(c.event.step.rs1, c.instr.imm);
            (c.next.into(), u32::try_from(next).expect("a target below 2^32"))
        });
    }
}
