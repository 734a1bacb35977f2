//! Integer products by signed digits.
//!
//! For integers A and B in two's complement of 65 bits, `2B + 1` has the digits
//! `d_i = 2 B_i - 1` for i < 64 and `d_64 = 1 - 2 B_64`: all are 1 or -1, so a multiple `d_i A` is
//! `A` or its complement plus 1, which is linear. With `n_i = 1` where `d_i = -1`,
//!
//! ```text
//! 2AB = sum_i (A ^ n_i) 2^i + sum_i n_i 2^i + !A + 1
//! ```
//!
//! Of a number in two's complement with sign s, above 64 bits x, `-s 2^64 = (1 - s) 2^64 - 2^64`.
//! Applied to all terms, the multiples of `-2^64` add up to one `2^64`, which meets the one of
//! `!A` (its sign is `1 - A_64`) and cancels. Modulo 2^129 this leaves
//!
//! ```text
//! 2AB = sum_{i <= 64} ((a ^ n_i) mod 2^64) 2^i  +  !b  +  !a  +  1  +  2^64 (H + A_64 + B_64)
//! ```
//!
//! with a, b the low 64 bits of A, B, `n_i = !b_i` for i < 64, `n_64 = B_64`, and H the word of
//! 65 bits `H_i = !(A_64 ^ n_i)`.
//!
//! The sum is accumulated from its lowest bit up, one AND word a term: state `sum + carry` without
//! propagation, shifted right by one bit a step. The bit shifted out of a step is final. H enters
//! at the top, a bit a step, where nothing else is.

use core::cell::OnceCell;

use crate::{Rules, Word};

/// Terms of a product.
const TERMS: usize = 65;

/// How much of a product is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// AB modulo 2^64. Cost 33/33.
    Low,
    /// AB modulo 2^65. Cost 34/34.
    LowAndOne,
    /// AB modulo 2^128. Cost 65/65.
    Full,
}

impl Extent {
    /// Carries out of bits of 2AB below this number are needed.
    const fn limit(self) -> usize {
        match self {
            Self::Low => 64,
            Self::LowAndOne => 65,
            Self::Full => 128,
        }
    }

    /// The number of low bits needed of the majority word of term `i`.
    const fn width(self, i: usize) -> usize {
        let width = self.limit().saturating_sub(i);
        if width < 64 { width } else { 64 }
    }

    /// The number of committed words: from the last on, terms lie in the words of earlier ones.
    const fn words(self) -> usize {
        if self.limit() < 2 * TERMS - 64 { self.limit() - 31 } else { TERMS }
    }

    /// The two terms with widths that add up to 64, which share a word: `i` and this one.
    const fn partner(self, i: usize) -> usize {
        2 * self.limit() - 64 - i
    }

    /// Where term `i` lies: word and lowest bit.
    const fn place(self, i: usize) -> (usize, u32) {
        if i < self.words() { (i, 0) } else { (self.partner(i), self.width(self.partner(i)) as u32) }
    }

    /// The word `w`, given the majority words of all terms.
    fn pack(self, w: usize, majorities: &[u64; TERMS]) -> u64 {
        let width = self.width(w);
        let own = majorities[w] & mask(width);
        if width == 64 {
            return own;
        }
        let shared = self.partner(w);
        if shared == w { own } else { own | (majorities[shared] & mask(self.width(shared))) << width }
    }
}

/// What is multiplied.
#[derive(Clone, Copy, Debug)]
pub struct Factors<W> {
    /// The low 64 bits of A.
    pub a: W,
    /// The low 64 bits of B.
    pub b: W,
    /// Bit 0: the sign of B.
    pub b_sign: W,
    /// The low 64 bits of H, or of `H + A_64`.
    pub high: W,
    /// Bit 0: bit 64 of the same.
    pub high_64: W,
}

impl<W: Word> Factors<W> {
    /// Two unsigned factors: then H is `b + 2^64`.
    pub fn unsigned<R: Rules<Word = W>>(r: &mut R, a: W, b: W) -> Self {
        Self { a, b, b_sign: r.constant(0), high: b, high_64: r.constant(1) }
    }
}

/// A product, short of the last additions: modulo 2 to the extent,
/// `AB = low + 1 + 2^64 (sum + carry) + what Factors left out of H + A_64 + B_64, times 2^63`.
#[derive(Clone, Copy, Debug)]
pub struct Product<W> {
    /// Bits 1..=64 of what was accumulated; bit 0 is 1 and meets the 1 of the formula.
    pub low: W,
    /// The bits from 65 on, as a sum of two words.
    pub sum: W,
    /// The other word.
    pub carry: W,
}

/// `width` low bits, 0..=64.
const fn mask(width: usize) -> u64 {
    if width == 0 { 0 } else { u64::MAX >> (64 - width) }
}

fn majority(x: u64, y: u64, z: u64) -> u64 {
    (x & y) | (x & z) | (y & z)
}

/// The majority word of each term.
fn majorities(f: &Factors<u64>) -> [u64; TERMS] {
    let (mut sum, mut carry) = (!f.a, !f.b);
    core::array::from_fn(|i| {
        let (negative, high) = if i < 64 { (!f.b >> i & 1, f.high >> i & 1) } else { (f.b_sign, f.high_64) };
        let term = f.a ^ negative.wrapping_neg();
        let m = majority(sum, carry, term);
        sum = (sum ^ carry ^ term) >> 1 | high << 63;
        carry = m;
        m
    })
}

/// Accumulates the product of `f`. `sum` and `carry` have a meaning below the extent only.
///
/// Each term's equation is `(sum ^ t) & (carry ^ t) = m ^ t`: m is the majority of the three.
pub fn product<R: Rules>(r: &mut R, extent: Extent, f: Factors<R::Word>) -> Product<R::Word> {
    let zero = r.constant(0);
    let all = r.constant(u64::MAX);
    let words = extent.words();

    let cache = OnceCell::new();
    let mut committed = [zero; TERMS];
    for (w, slot) in committed.iter_mut().enumerate().take(words) {
        *slot = r.commit(NAMES[w], || {
            let values = cache.get_or_init(|| {
                majorities(&Factors {
                    a: f.a.value(),
                    b: f.b.value(),
                    b_sign: f.b_sign.value() & 1,
                    high: f.high.value(),
                    high_64: f.high_64.value() & 1,
                })
            });
            extent.pack(w, values)
        });
    }

    // The third operand starts as the bits in which no term lies: they must be 0.
    let mut operands = [[zero; 3]; TERMS];
    for (w, [_, _, c]) in operands.iter_mut().enumerate().take(words) {
        let unused = if extent.partner(w) == w { !mask(extent.width(w)) } else { 0 };
        *c = committed[w] & unused;
    }
    let (mut sum, mut carry, mut low) = (f.a ^ all, f.b ^ all, zero);
    for i in 0..TERMS {
        let (negative, high) = if i < 64 {
            ((f.b ^ all).broadcast(i as u32), f.high.bit(i as u32))
        } else {
            (f.b_sign.broadcast(0), f.high_64 & 1)
        };
        let term = f.a ^ negative;
        let mut m = zero;
        let width = extent.width(i);
        if width > 0 {
            let (w, at) = extent.place(i);
            m = (committed[w] >> at) & mask(width);
            for (operand, x) in operands[w].iter_mut().zip([sum ^ term, carry ^ term, m ^ term]) {
                *operand = *operand ^ ((x & mask(width)) << at);
            }
        }
        let total = sum ^ carry ^ term;
        if i > 0 {
            low = low ^ (total.bit(0) << (i as u32 - 1));
        }
        sum = (total >> 1) ^ (high << 63);
        carry = m;
    }
    for (w, [a, b, c]) in operands.into_iter().enumerate().take(words) {
        r.assert_and(NAMES[w], a, b, c);
    }
    Product { low, sum, carry }
}

#[rustfmt::skip]
const NAMES: [&str; TERMS] = [
    "product 0", "product 1", "product 2", "product 3", "product 4", "product 5",
    "product 6", "product 7", "product 8", "product 9", "product 10", "product 11",
    "product 12", "product 13", "product 14", "product 15", "product 16", "product 17",
    "product 18", "product 19", "product 20", "product 21", "product 22", "product 23",
    "product 24", "product 25", "product 26", "product 27", "product 28", "product 29",
    "product 30", "product 31", "product 32", "product 33", "product 34", "product 35",
    "product 36", "product 37", "product 38", "product 39", "product 40", "product 41",
    "product 42", "product 43", "product 44", "product 45", "product 46", "product 47",
    "product 48", "product 49", "product 50", "product 51", "product 52", "product 53",
    "product 54", "product 55", "product 56", "product 57", "product 58", "product 59",
    "product 60", "product 61", "product 62", "product 63", "product 64",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Check;
    use crate::fill::{Fill, Value};

    const EDGES: [u64; 14] = [
        0,
        1,
        2,
        3,
        u64::MAX,
        u64::MAX - 1,
        1 << 63,
        (1 << 63) - 1,
        (1 << 63) + 1,
        1 << 32,
        (1 << 32) - 1,
        0xaaaa_aaaa_aaaa_aaaa,
        0x5555_5555_5555_5555,
        0x0123_4567_89ab_cdef,
    ];

    fn signed_factors(a: u64, b: u64, a_sign: u64, b_sign: u64) -> Factors<Value> {
        // The low 64 bits of H and bit 64, with A_64 left out.
        let high = b ^ a_sign.wrapping_neg();
        let high_64 = 1 ^ a_sign ^ b_sign;
        Factors {
            a: Value(a),
            b: Value(b),
            b_sign: Value(b_sign),
            high: Value(high),
            high_64: Value(high_64),
        }
    }

    fn run(extent: Extent, f: Factors<Value>) -> Product<Value> {
        let mut fill = Fill::default();
        let filled = product(&mut fill, extent, f);
        let mut check = Check::new(&fill.committed, &[], true);
        let checked = product(&mut check, extent, f);
        assert!(check.broken.is_empty(), "{extent:?} {f:?}: {:?}", check.broken);
        assert_eq!(fill.committed.len(), check.ands.len());
        assert_eq!([filled.low, filled.sum, filled.carry], [checked.low, checked.sum, checked.carry]);
        for word in 0..fill.committed.len() {
            for bit in 0..64 {
                let mut changed = fill.committed.clone();
                changed[word] ^= 1 << bit;
                let mut check = Check::new(&changed, &[], true);
                product(&mut check, extent, f);
                assert!(!check.broken.is_empty(), "{extent:?}: bit {bit} of word {word} is free");
            }
        }
        filled
    }

    #[test]
    fn products_are_exact_and_no_bit_is_free() {
        for a in EDGES {
            for b in EDGES {
                let exact = u128::from(a) * u128::from(b);
                let low = run(Extent::Low, signed_factors(a, b, 0, 0));
                assert_eq!(low.low.0.wrapping_add(1), exact as u64);
                let more = run(Extent::LowAndOne, signed_factors(a, b, 0, 0));
                let one_more = more.sum.0 & 1 ^ more.carry.0 & 1;
                let found = u128::from(more.low.0) + u128::from(one_more << 63) * 2 + 1;
                assert_eq!(found % (1 << 65), exact % (1 << 65));
            }
        }
    }

    #[test]
    fn bits_are_reversed() {
        for x in EDGES {
            assert_eq!(Value(x).reverse_bits().0, x.reverse_bits());
        }
    }

    #[test]
    fn full_products_are_exact_with_every_sign() {
        for (a, b) in EDGES.iter().flat_map(|&a| EDGES.map(|b| (a, b))) {
            for (a_sign, b_sign) in [(0, 0), (a >> 63, 0), (a >> 63, b >> 63)] {
                let wide = |x: u64, sign: u64| u128::from(x) | u128::from(sign.wrapping_neg()) << 64;
                let exact = wide(a, a_sign).wrapping_mul(wide(b, b_sign));
                let p = run(Extent::Full, signed_factors(a, b, a_sign, b_sign));
                let top = p.sum.0.wrapping_add(p.carry.0);
                let signs = u128::from(a_sign + b_sign) << 63;
                let found = (u128::from(top) << 64 | u128::from(p.low.0)).wrapping_add(1 + signs);
                assert_eq!(found, exact, "{a:#x} {b:#x} {a_sign} {b_sign}");
            }
        }
    }
}
