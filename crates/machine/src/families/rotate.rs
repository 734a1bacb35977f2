//! Rotations (Zbb, Zbkb): ROL, ROR, RORI and their W forms.

use dyad_rules::{Rules, Word, gadgets};

use super::{Encoding, FUNCT6, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: the operand and the result are 32 bits, the amount 5.
pub const W: u32 = 1;
/// Flag: to the left.
pub const LEFT: u32 = 2;

const KIND: Kind = Kind::Rotate;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("rol",   (FUNCT7, 0x6000_1033), Format::R,     Op::Rol,  KIND, LEFT),
    line("ror",   (FUNCT7, 0x6000_5033), Format::R,     Op::Ror,  KIND, 0),
    line("rolw",  (FUNCT7, 0x6000_103b), Format::R,     Op::Rolw, KIND, LEFT | W),
    line("rorw",  (FUNCT7, 0x6000_503b), Format::R,     Op::Rorw, KIND, W),
    line("rori",  (FUNCT6, 0x6000_5013), Format::Shift, Op::Ror,  KIND, 0),
    line("roriw", (FUNCT7, 0x6000_501b), Format::Shift, Op::Rorw, KIND, W),
];

/// `a` rotated by the low 6 bits of `b`, in W forms by the low 5.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let (n, w) = (b as u32, b as u32 & 31);
    let word = |x: u32| i64::from(x.cast_signed()) as u64;
    match op {
        Op::Rol => a.rotate_left(n & 63),
        Op::Ror => a.rotate_right(n & 63),
        Op::Rolw => word((a as u32).rotate_left(w)),
        Op::Rorw => word((a as u32).rotate_right(w)),
        _ => unreachable!("not a rotation"),
    }
}

const STAGES: [&str; 6] =
    ["rotate by 1", "rotate by 2", "rotate by 4", "rotate by 8", "rotate by 16", "rotate by 32"];

/// The table of rotations.
///
/// A W form's operand stands in both halves, so that the rotation of 64 bits is that of 32 in each.
/// To the left by n is to the right by `63 - n`, whose bits are those of n inverted, and by 1 more.
pub struct Rotate;

impl Instruction for Rotate {
    const NAME: &'static str = "rotate";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 19 committed words, 11 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, flags) = (f.rs1(r), f.flags());
        let amount = f.rs2(r) ^ f.imm() ^ flags.broadcast(1);
        let doubled = f.and(r, flags.broadcast(0), rs1 ^ (rs1 >> 32));
        let mut x = rs1 ^ (doubled << 32);
        for (k, name) in (0..).zip(STAGES) {
            x = gadgets::select(r, name, amount.broadcast(k), x.rotate_right(1 << k), x);
        }
        x = gadgets::select(r, "to the left", flags.broadcast(1), x.rotate_right(1), x);
        let result = f.sign_extend_if(r, flags.broadcast(0), x);
        f.set_rd(r, result);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn rotate() {
        two_operand_table::<Rotate>(&[Op::Rol, Op::Ror, Op::Rolw, Op::Rorw], 72);
    }
}
