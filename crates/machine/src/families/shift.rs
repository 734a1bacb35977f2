//! Shifts: SLL, SRL, SRA, their immediate forms and W forms.

use super::{Encoding, FUNCT6, FUNCT7, Format, line};
use crate::instr::{Kind, Op};

/// Flag: the operand and the result are 32 bits, the amount 5.
pub const W: u32 = 1;
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
        Op::Sllw => word((a as u32).wrapping_shl(n)),
        Op::Srlw => word((a as u32).wrapping_shr(n)),
        Op::Sraw => i64::from((a as i32).wrapping_shr(n)) as u64,
        _ => unreachable!("not a shift"),
    }
}
