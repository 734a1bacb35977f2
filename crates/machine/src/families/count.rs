//! Counts (Zbb): CLZ, CTZ, CPOP and their W forms.

use dyad_rules::fill::Value;
use dyad_rules::{LOW, Rules, Word, gadgets};

use super::{Encoding, Format, UNARY, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: from the other end, of 64 bits.
pub const REVERSE: u32 = 1;
/// Flag: from the other end, of the low 32 bits.
pub const REVERSE_W: u32 = 2;
/// Flag: the low half counts alone.
pub const W: u32 = 4;
/// Flag: zeros below the lowest one, not ones.
pub const ZEROS: u32 = 8;

const KIND: Kind = Kind::Count;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("clz",   (UNARY, 0x6000_1013), Format::Unary, Op::Clz,   KIND, ZEROS | REVERSE),
    line("ctz",   (UNARY, 0x6010_1013), Format::Unary, Op::Ctz,   KIND, ZEROS),
    line("cpop",  (UNARY, 0x6020_1013), Format::Unary, Op::Cpop,  KIND, 0),
    line("clzw",  (UNARY, 0x6000_101b), Format::Unary, Op::Clzw,  KIND, ZEROS | W | REVERSE_W),
    line("ctzw",  (UNARY, 0x6010_101b), Format::Unary, Op::Ctzw,  KIND, ZEROS | W),
    line("cpopw", (UNARY, 0x6020_101b), Format::Unary, Op::Cpopw, KIND, W),
];

/// The result for `a`.
#[inline]
pub fn execute(op: Op, a: u64, _: u64) -> u64 {
    u64::from(match op {
        Op::Clz => a.leading_zeros(),
        Op::Ctz => a.trailing_zeros(),
        Op::Cpop => a.count_ones(),
        Op::Clzw => (a as u32).leading_zeros(),
        Op::Ctzw => (a as u32).trailing_zeros(),
        Op::Cpopw => (a as u32).count_ones(),
        _ => unreachable!("not a count"),
    })
}

/// The table of counts.
pub struct Count;

impl Instruction for Count {
    const NAME: &'static str = "count";
    const KIND: Kind = KIND;
    const ACCESSES: Accesses = Accesses::RS1_RD;

    /// 13 committed words, 7 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (a, flags) = (f.rs1(r), f.flags());
        let [reverse, reverse_w, w, zeros] = [0, 1, 2, 3].map(|k| flags.broadcast(k));
        let reversed = a.reverse_bits();
        let all = r.and("reversed", reverse, reversed ^ a);
        // W forms: the low half from the other end, and above it ones that end the zeros, or zeros.
        let change = (((reversed >> 32) ^ a) & LOW) ^ ((a ^ zeros) & !LOW);
        let low = r.and("narrowed", (reverse_w & LOW) ^ (w & !LOW), change);
        let x = a ^ all ^ low;
        // Bit i of the carries of x plus all ones: whether x has a one at i or below.
        let ones = r.constant(u64::MAX);
        let reach = gadgets::add(r, "reach", x, ones).carries;
        let counted = gadgets::select(r, "counted", zeros, reach ^ ones, x);
        let count = count_ones(r, counted);
        f.set_rd(r, count);
        f.fall_through()
    }
}

/// Numbers of one weight that are added two and two, with a bit more for each pair.
struct Level {
    /// The distance of the sums from one another.
    every: u32,
    /// Where, from each sum, the further bit is.
    more: u32,
    /// Where, from each sum, the carry out of each of its bits is committed.
    carries: &'static [u32],
}

/// 63 bits are sixteen times three and 15 more, a bit for each addition of two sums; the last bit is
/// added to what comes out.
const LEVELS: [Level; 4] = [
    Level { every: 8, more: 3, carries: &[1, 2] },
    Level { every: 16, more: 7, carries: &[3, 5, 6] },
    Level { every: 32, more: 15, carries: &[7, 11, 13, 14] },
    Level { every: 64, more: 31, carries: &[15, 23, 27, 29, 30] },
];
/// Where the carries of the last addition are committed.
const LAST: [u32; 6] = [31, 47, 55, 59, 61, 62];

/// Every `n`th bit, from bit 0.
const fn every(n: u32) -> u64 {
    if n == 64 { 1 } else { u64::MAX / ((1 << n) - 1) }
}

/// The number of ones of `x`. `majority` gives the majority of three words at the places of a mask; it is
/// to be committed so many places above them.
#[inline(always)]
fn tree<W: Word>(x: W, zero: W, mut majority: impl FnMut(u64, u32, [W; 3]) -> W) -> W {
    // Sums of three bits, every fourth place.
    let mask = every(4);
    let three = [x & mask, (x >> 1) & mask, (x >> 2) & mask];
    let mut sums = [zero; 7];
    sums[0] = three[0] ^ three[1] ^ three[2];
    sums[1] = majority(mask, 0, three);
    for Level { every: distance, more, carries } in LEVELS {
        let mask = every(distance);
        let mut carry = (x >> more) & mask;
        for (sum, &at) in sums.iter_mut().zip(carries) {
            let (a, b) = (*sum & mask, (*sum >> (distance / 2)) & mask);
            *sum = a ^ b ^ carry;
            carry = majority(mask, at, [a, b, carry]);
        }
        sums[carries.len()] = carry;
    }
    let mut carry = x.bit(63);
    for (sum, at) in sums.iter_mut().zip(LAST) {
        let a = *sum;
        *sum = a ^ carry;
        carry = majority(1, at, [a, carry, zero]);
    }
    sums[6] = carry;
    (1..).zip(&sums[1..]).fold(sums[0], |all, (i, &sum)| all ^ (sum << i))
}

/// The number of ones of `x`. Cost 1/1: all carries are in one word.
///
/// A carry is the majority m of a, b and c: `(a ^ c) & (b ^ c) = m ^ c`. No carry lies at bit 63, which
/// must be 0.
#[inline(always)]
fn count_ones<R: Rules>(r: &mut R, x: R::Word) -> R::Word {
    let zero = r.constant(0);
    let advice = || {
        let mut word = 0;
        tree(Value(x.value()), Value(0), |mask, at, [Value(a), Value(b), Value(c)]| {
            let majority = (a & b) ^ (a & c) ^ (b & c);
            word |= (majority & mask) << at;
            Value(majority)
        });
        word
    };
    let (_, count) = r.and_pieces("carries", &PIECES, advice, |carries| {
        let mut operands = [zero, zero, carries & 1 << 63];
        let count = tree(x, zero, |mask, at, [a, b, c]| {
            let majority = (carries >> at) & mask;
            for (operand, x) in operands.iter_mut().zip([a, b, majority]) {
                *operand = *operand ^ ((x ^ c) << at);
            }
            majority
        });
        (operands, count)
    });
    count
}

/// The carries of each addition, in the order in which they are known.
const PIECES: [u64; 21] = {
    let mut out = [0; 21];
    out[0] = every(4);
    let mut next = 1;
    let mut level = 0;
    while level < LEVELS.len() {
        let Level { every: distance, carries, .. } = LEVELS[level];
        let mut i = 0;
        while i < carries.len() {
            out[next] = every(distance) << carries[i];
            (next, i) = (next + 1, i + 1);
        }
        level += 1;
    }
    let mut i = 0;
    while i < LAST.len() {
        out[next] = 1 << LAST[i];
        (next, i) = (next + 1, i + 1);
    }
    out
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::two_operand_table;

    #[test]
    fn count() {
        let ops = [Op::Clz, Op::Ctz, Op::Cpop, Op::Clzw, Op::Ctzw, Op::Cpopw];
        two_operand_table::<Count>(&ops, 78);
    }

    /// Every carry has a place of its own.
    #[test]
    fn carries_do_not_share_places() {
        let mut used = 0u64;
        tree(Value(0), Value(0), |mask, at, _| {
            assert_eq!(used & mask << at, 0, "{at}");
            used |= mask << at;
            Value(0)
        });
        assert_eq!(used, u64::MAX >> 1);
    }
}
