//! Bytes of a word (Zbb, Zbkb): REV8, BREV8, ORC.B.

use dyad_rules::{Rules, Word};

use super::{Encoding, Format, UNARY, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: the bytes in the opposite order.
pub const REVERSE: u32 = 1;
/// Flag: the bits of each byte in the opposite order.
pub const REVERSE_BITS: u32 = 2;
/// Flag: each byte becomes all ones unless it is 0.
pub const COMBINE: u32 = 4;

const KIND: Kind = Kind::Bytes;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("rev8",  (UNARY, 0x6b80_5013), Format::Unary, Op::Rev8,  KIND, REVERSE),
    line("brev8", (UNARY, 0x6870_5013), Format::Unary, Op::Brev8, KIND, REVERSE_BITS),
    line("orc.b", (UNARY, 0x2870_5013), Format::Unary, Op::OrcB,  KIND, COMBINE),
];

/// The result for `a`.
#[inline]
pub fn execute(op: Op, a: u64, _: u64) -> u64 {
    match op {
        Op::Rev8 => a.swap_bytes(),
        Op::Brev8 => a.reverse_bits().swap_bytes(),
        Op::OrcB => u64::from_le_bytes(a.to_le_bytes().map(|byte| if byte == 0 { 0 } else { 0xff })),
        _ => unreachable!("not an operation on bytes"),
    }
}

/// The lowest bit of each byte.
const LOWEST: u64 = 0x0101_0101_0101_0101;

/// The table of operations on bytes.
pub struct Bytes;

impl Instruction for Bytes {
    const NAME: &'static str = "bytes";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RD;

    /// 11 committed words, 5 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (a, flags) = (f.rs1(r), f.flags());
        let reversed = a.reverse_bytes();
        let result = r.and("bytes", flags.broadcast(0), reversed);
        let bits = r.and("bits", flags.broadcast(1), reversed.reverse_bits());
        // The carries of each byte plus 255, if that is asked for: the top one is 1 unless the byte is 0.
        let wanted = flags.broadcast(2);
        let advice = || {
            let reach = |byte: u8| if byte == 0 { 0 } else { 0xff << byte.trailing_zeros() };
            u64::from_le_bytes(a.value().to_le_bytes().map(reach)) & wanted.value()
        };
        let pieces: [u64; 8] = core::array::from_fn(|k| LOWEST << k);
        let (carries, ()) = r.and_pieces("not zero", &pieces, advice, |carries| {
            let into = (carries << 1) & !LOWEST;
            ([a ^ into, wanted ^ into, carries ^ into], ())
        });
        let all_ones = |k: u32| carries.broadcast(8 * k + 7) & 0xff << (8 * k);
        let combined = (1..8).fold(all_ones(0), |all, k| all ^ all_ones(k));
        f.set_rd(r, result ^ bits ^ combined);
        f.fall_through()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn bytes() {
        two_operand_table::<Bytes>(&[Op::Rev8, Op::Brev8, Op::OrcB], 77);
    }
}
