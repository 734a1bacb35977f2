//! Constants: LUI and AUIPC. Both are decoded to their result, so the machine only writes it.

use dyad_rules::Rules;

use super::{Encoding, Format, OPCODE, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("lui",   (OPCODE, 0x37), Format::U,   Op::Upper, Kind::Upper, 0),
    line("auipc", (OPCODE, 0x17), Format::UPc, Op::Upper, Kind::Upper, 0),
];

/// The result, which is the immediate.
#[inline]
pub fn execute(_: Op, _: u64, b: u64) -> u64 {
    b
}

/// The table of LUI and AUIPC.
pub struct Upper;

impl Instruction for Upper {
    const NAME: &'static str = "upper";
    const KIND: Kind = Kind::Upper;
    const ACCESSES: Accesses = Accesses::RD;

    /// 7 committed words, 2 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        f.set_rd(r, f.imm());
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instr::{Instr, SINK};
    use crate::testing::{Case, instruction_table};
    use alloc::vec::Vec;
    use dyad_rules::harness::Random;

    #[test]
    fn upper() {
        let mut random = Random(5);
        let results = [0, 0x1000, 0x7fff_f000, 0xffff_ffff_8000_0000, 0x1_7fff_e000, 0xffff_ffff_ffff_f004];
        let case = |i: usize| {
            let rd = [1, 31, SINK][i % 3];
            Case::new(Instr { op: Op::Upper, rd, rs1: 0, rs2: 0, imm: results[i % 6] }, 0, 0, &mut random)
        };
        let cases: Vec<_> = (0..100).map(case).collect();
        instruction_table::<Upper>(&cases, |c| (c.instr.imm, c.next));
    }
}
