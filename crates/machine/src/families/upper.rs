//! Constants: LUI and AUIPC. Both are decoded to their result, so the machine only writes it.

use dyad_rules::{Rules, Table};

use super::{Encoding, Format, OPCODE, line};
use crate::instr::{Kind, Op};
use crate::row::{Destination, Executed, Row};

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("lui",   (OPCODE, 0x37), Format::U,   Op::Upper, Kind::Upper, 0),
    line("auipc", (OPCODE, 0x17), Format::UPc, Op::Upper, Kind::Upper, 0),
];

/// The table of LUI and AUIPC.
pub struct Upper;

impl Table for Upper {
    type Event = Executed;
    const NAME: &'static str = "upper";

    /// 7 committed words, 2 constraints.
    #[inline(always)]
    fn rules<R: Rules>(r: &mut R, event: &Executed) {
        let mut row = Row::open(r, Kind::Upper, event);
        let rd = Destination::find_alone(r, &mut row, event);
        rd.write(r, &row, row.imm);
        let next_pc = row.next_pc;
        row.close(r, next_pc);
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
        instruction_table::<Upper>(&cases, |c| (c.instr.imm, c.event.step.pc + 4));
    }
}
