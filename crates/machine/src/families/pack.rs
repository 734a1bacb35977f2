//! Small pieces put together or extended (Zbb, Zbkb): SEXT.B, SEXT.H, PACK, PACKH, PACKW. ZEXT.H is
//! PACKW with x0.

use dyad_rules::{LOW, Rules, Word};

use super::{Encoding, FUNCT7, Format, UNARY, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: SEXT.B.
pub const BYTE: u32 = 1;
/// Flag: SEXT.H.
pub const HALF: u32 = 2;
/// Flag: PACK, two words.
pub const WORDS: u32 = 4;
/// Flag: PACKH, two bytes.
pub const BYTES: u32 = 8;
/// Flag: PACKW, two halves, sign-extended.
pub const HALVES: u32 = 16;

const KIND: Kind = Kind::Pack;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("sext.b", (UNARY,  0x6040_1013), Format::Unary, Op::SextB, KIND, BYTE),
    line("sext.h", (UNARY,  0x6050_1013), Format::Unary, Op::SextH, KIND, HALF),
    line("pack",   (FUNCT7, 0x0800_4033), Format::R,     Op::Pack,  KIND, WORDS),
    line("packh",  (FUNCT7, 0x0800_7033), Format::R,     Op::Packh, KIND, BYTES),
    line("packw",  (FUNCT7, 0x0800_403b), Format::R,     Op::Packw, KIND, HALVES),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    match op {
        Op::SextB => i64::from(a as i8) as u64,
        Op::SextH => i64::from(a as i16) as u64,
        Op::Pack => a & LOW | b << 32,
        Op::Packh => a & 0xff | (b & 0xff) << 8,
        Op::Packw => i64::from((a as u32 & 0xffff | (b as u32) << 16).cast_signed()) as u64,
        _ => unreachable!("nothing is packed"),
    }
}

/// The second byte.
const SECOND: u64 = 0xff00;

/// The table of small pieces.
pub struct Pack;

impl Instruction for Pack {
    const NAME: &'static str = "pack";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 12 committed words, 4 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (a, b, flags) = (f.rs1(r), f.rs2(r), f.flags());
        let [byte, half, words, bytes, halves] = [0, 1, 2, 3, 4].map(|k| flags.broadcast(k));
        // The upper word of PACK.
        let upper = f.and(r, words, b);
        // Products, each in its place: second bytes for SEXT.B and PACKH, second halves for PACK and
        // PACKW, and signs.
        let second = ((a.broadcast(7) ^ a) & SECOND) ^ (((b << 8) ^ a) & SECOND) << 8;
        let products = r.and(
            "pieces",
            (byte & SECOND)
                ^ ((bytes & SECOND) << 8)
                ^ ((words & 0xffff_0000) << 8)
                ^ ((halves & 0xffff) << 40)
                ^ (byte & 1)
                ^ (half & 2)
                ^ (halves & 4),
            second
                ^ ((a & 0xffff_0000) << 8)
                ^ ((b & 0xffff) << 40)
                ^ a.bit(7)
                ^ (a.bit(15) << 1)
                ^ (b.bit(15) << 2),
        );
        let low = (a & 0xffff) ^ (products & SECOND) ^ ((products >> 8) & SECOND);
        let second_half = ((products >> 8) & 0xffff_0000) ^ ((products >> 24) & 0xffff_0000);
        let sign = products.broadcast(0) ^ products.broadcast(1);
        let extension = (sign & !0xffff) ^ (products.broadcast(2) & !LOW);
        f.set_rd(r, low ^ second_half ^ (upper << 32) ^ extension);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn pack() {
        two_operand_table::<Pack>(&[Op::SextB, Op::SextH, Op::Pack, Op::Packh, Op::Packw], 76);
    }
}
