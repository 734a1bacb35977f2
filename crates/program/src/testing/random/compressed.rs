//! Compressed instructions that compute a register from registers, hints among them.

use crate::testing::Code;
use crate::testing::asm::*;

use super::Source;

const SHORT: &[fn(Reg, Reg) -> u16] = &[c_sub, c_xor, c_or, c_and, c_subw, c_addw];

/// One of them.
pub fn arithmetic(s: &mut Source) -> Code {
    let half = match s.below(16) {
        0 => c_nop(),
        1 | 2 => c_addi(s.register(), s.immediate(6)),
        3 => c_addiw(s.nonzero(), s.immediate(6)),
        4 => c_li(s.register(), s.immediate(6)),
        5 => lui(s),
        6 => c_addi4spn(s.short(), 4 * (1 + s.below(255) as u32)),
        7 => addi16sp(s),
        8 => s.random.pick(&[c_srli, c_srai])(s.short(), s.below(64) as u32),
        9 => c_slli(s.register(), s.below(64) as u32),
        10 => c_andi(s.short(), s.immediate(6)),
        11 => c_mv(s.register(), s.nonzero()),
        12 => c_add(s.register(), s.nonzero()),
        _ => s.random.pick(SHORT)(s.short(), s.short()),
    };
    half.into()
}

fn lui(s: &mut Source) -> u16 {
    match (s.register(), s.immediate(6)) {
        (SP, _) | (_, 0) => c_nop(),
        (rd, upper) => c_lui(rd, upper),
    }
}

fn addi16sp(s: &mut Source) -> u16 {
    match s.immediate(6) {
        0 => c_nop(),
        imm => c_addi16sp(16 * imm),
    }
}
