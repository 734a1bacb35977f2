//! Single bits (Zbs): BCLR, BEXT, BINV, BSET and their immediate forms.

use dyad_rules::{Rules, Word, gadgets};

use super::{Encoding, FUNCT6, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: the bit is inverted.
pub const INVERT: u32 = 1;
/// Flag: the bit is set.
pub const SET: u32 = 2;
/// Flag: the result is the bit.
pub const EXTRACT: u32 = 4;

const KIND: Kind = Kind::SingleBit;

/// The family's instructions. Without a flag the bit is cleared.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("bclr",  (FUNCT7, 0x4800_1033), Format::R,     Op::Bclr, KIND, 0),
    line("bext",  (FUNCT7, 0x4800_5033), Format::R,     Op::Bext, KIND, EXTRACT),
    line("binv",  (FUNCT7, 0x6800_1033), Format::R,     Op::Binv, KIND, INVERT),
    line("bset",  (FUNCT7, 0x2800_1033), Format::R,     Op::Bset, KIND, SET),
    line("bclri", (FUNCT6, 0x4800_1013), Format::Shift, Op::Bclr, KIND, 0),
    line("bexti", (FUNCT6, 0x4800_5013), Format::Shift, Op::Bext, KIND, EXTRACT),
    line("binvi", (FUNCT6, 0x6800_1013), Format::Shift, Op::Binv, KIND, INVERT),
    line("bseti", (FUNCT6, 0x2800_1013), Format::Shift, Op::Bset, KIND, SET),
];

/// The result for `a` and the bit that the low 6 bits of `b` name.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let bit = 1 << (b & 63);
    match op {
        Op::Bclr => a & !bit,
        Op::Bext => u64::from(a & bit != 0),
        Op::Binv => a ^ bit,
        Op::Bset => a | bit,
        _ => unreachable!("not an operation on a single bit"),
    }
}

/// The table of operations on single bits.
pub struct SingleBit;

impl Instruction for SingleBit {
    const NAME: &'static str = "single bit";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 16 committed words, 8 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, flags) = (f.rs1(r), f.flags());
        let index = f.rs2(r) ^ f.imm();
        let bit = one_hot(r, index);
        // What the bit meets: all ones where it is inverted, the operand inverted where it is set.
        let ones = r.constant(u64::MAX);
        let met = r.and("met", flags.broadcast(0) ^ ones, rs1) ^ flags.broadcast(0) ^ flags.broadcast(1);
        let change = r.and("change", bit, met);
        let extracted = [32, 16, 8, 4, 2, 1].iter().fold(change, |x, &n| x ^ (x >> n)) & 1;
        let result = gadgets::select(r, "result", flags.broadcast(2), extracted, rs1 ^ change);
        f.set_rd(r, result);
        f.fall_through()
    }
}

/// The word with a 1 at the place that the low 6 bits of `index` say. Cost 2/2.
///
/// Of each three bits of the index the eight products of them or their inverses are lines, one of
/// which is 1. With `t = b0 b1`, four products of two are linear in b0, b1 and t, and what a third bit
/// makes of them costs four more.
#[inline(always)]
fn one_hot<R: Rules>(r: &mut R, index: R::Word) -> R::Word {
    let one = r.constant(1);
    let pair = |index: u64, at: u32| (index >> at & 1) & (index >> (at + 1) & 1);
    let advice = || {
        let index = index.value();
        let half = |at: u32| {
            let four = 1 << (index >> at & 3);
            pair(index, at) | (if index >> (at + 2) & 1 == 1 { four } else { 0 }) << 1
        };
        half(0) | half(3) << 8
    };
    let pieces = [0x101, 0x1e1e];
    let (word, (low, high)) = r.and_pieces("lines", &pieces, advice, |word| {
        // Where t stands, and the four products that a third bit keeps, at 1 to 4 beside it.
        let four = |at: u32, index_at: u32| {
            let (b0, b1, t) = (index.bit(index_at), index.bit(index_at + 1), word.bit(at));
            (one ^ b0 ^ b1 ^ t) ^ ((b0 ^ t) << 1) ^ ((b1 ^ t) << 2) ^ (t << 3)
        };
        let (low, high) = (four(0, 0), four(8, 3));
        let third = |index_at: u32| index.broadcast(index_at) & 0x1e;
        let left = index.bit(0) ^ third(2) ^ ((index.bit(3) ^ third(5)) << 8);
        let right = index.bit(1) ^ (low << 1) ^ ((index.bit(4) ^ (high << 1)) << 8);
        ([left, right, word], (low, high))
    });
    let eight = |four: R::Word, at: u32| {
        let kept = (word >> (at + 1)) & 15;
        four ^ kept ^ (kept << 4)
    };
    let (low, high) = (eight(low, 0), eight(high, 8));
    let spread = |line: u32, mask: u64| high.broadcast(line) & mask;
    let rows = (1..8).fold(spread(0, 0xff), |all, line| all ^ spread(line, 0xff << (8 * line)));
    let columns = (1..8).fold(low, |all, line| all ^ (low << (8 * line)));
    r.and("bit", rows, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn single_bit() {
        two_operand_table::<SingleBit>(&[Op::Bclr, Op::Bext, Op::Binv, Op::Bset], 75);
    }

    #[test]
    fn one_line_is_one() {
        use dyad_rules::check::Check;
        use dyad_rules::fill::{Fill, Value};
        for index in (0..64).chain([64, 0xffff_ffff_ffff_ffc5, u64::MAX]) {
            let mut fill = Fill::default();
            assert_eq!(one_hot(&mut fill, Value(index)).0, 1 << (index & 63));
            let mut check = Check::new(&fill.committed, &[], true);
            one_hot(&mut check, Value(index));
            assert!(check.broken.is_empty(), "{index}: {:?}", check.broken);
        }
    }
}
