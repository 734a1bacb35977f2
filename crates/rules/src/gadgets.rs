//! Word arithmetic over [`Rules`]: each gadget commits carries or products and constrains them.
//!
//! Costs are written as committed words / AND constraints; products are named besides.

use crate::{LOW, Rules, Word};

const ALL: u64 = u64::MAX;

/// The carry word of `a + b + carry_in`: bit i is the carry out of bit i.
pub fn carries(a: u64, b: u64, carry_in: bool) -> u64 {
    let sum = a.wrapping_add(b).wrapping_add(u64::from(carry_in));
    // carry into bit i is (a ^ b ^ sum)_i; carry out of bit i is the majority of a, b, carry in.
    let into = a ^ b ^ sum;
    (a & b) | (into & (a ^ b))
}

/// A sum and the word of carries it was computed with.
#[derive(Clone, Copy)]
pub struct Sum<W> {
    /// `a + b + carry_in` modulo 2^64: linear in the operands and the carries.
    pub sum: W,
    /// Bit i is the carry out of bit i.
    pub carries: W,
}

/// `a + b` modulo 2^64. Cost 1/1.
#[inline]
pub fn add<R: Rules>(r: &mut R, name: &'static str, a: R::Word, b: R::Word) -> Sum<R::Word> {
    let zero = r.constant(0);
    r.add(name, a, b, zero)
}

/// `a - b` modulo 2^64, as `a + !b + 1`; bit 63 of the carries is 1 exactly when `a >= b`
/// as unsigned numbers. Cost 1/1.
#[inline]
pub fn subtract<R: Rules>(r: &mut R, name: &'static str, a: R::Word, b: R::Word) -> Sum<R::Word> {
    let (one, all) = (r.constant(1), r.constant(ALL));
    r.add(name, a, b ^ all, one)
}

/// A word whose bit 0 is 1 exactly when `a < b` as unsigned numbers; other bits 0. Cost 1/1.
#[inline]
pub fn less_than<R: Rules>(r: &mut R, name: &'static str, a: R::Word, b: R::Word) -> R::Word {
    let d = subtract(r, name, a, b);
    let one = r.constant(1);
    d.carries.bit(63) ^ one
}

/// A word whose bit 0 is 1 exactly when `x` is not 0; other bits 0. Cost 1/1.
///
/// `x + (2^64 - 1)` carries out of bit 63 exactly when `x != 0`.
#[inline]
pub fn is_nonzero<R: Rules>(r: &mut R, name: &'static str, x: R::Word) -> R::Word {
    let all = r.constant(ALL);
    add(r, name, x, all).carries.bit(63)
}

/// `condition ? x : y`, `condition` being all ones or 0. Cost 1/1.
#[inline]
pub fn select<R: Rules>(
    r: &mut R,
    name: &'static str,
    condition: R::Word,
    x: R::Word,
    y: R::Word,
) -> R::Word {
    r.and(name, condition, x ^ y) ^ y
}

/// Asserts that `x` is 0 in every bit. Cost 0/1.
#[inline]
pub fn assert_zero<R: Rules>(r: &mut R, name: &'static str, x: R::Word) {
    let all = r.constant(ALL);
    let zero = r.constant(0);
    // On padding rows `all` is 0 and the equation holds whatever x is: padding carries no meaning.
    r.assert_and(name, x, all, zero);
}

/// Asserts `a < b` in each of the two 32-bit halves of a word, as unsigned numbers. Cost 1/1.
///
/// `b + !a` carries out of a half exactly when `a < b` there.
#[inline]
pub fn assert_less_halves<R: Rules>(r: &mut R, name: &'static str, a: R::Word, b: R::Word) {
    let all = r.constant(ALL);
    add_halves(r, name, b, a ^ all, 1 << 31 | 1 << 63);
}

/// Two additions of 32 bits, one in each half of a word, each modulo 2^32. `carrying` may hold bits
/// 31 and 63: there the row demands a carry out of the half. Cost 1/1.
///
/// A demanded carry is the constant 1, and its bit in the committed word is free.
#[inline]
pub fn add_halves<R: Rules>(
    r: &mut R,
    name: &'static str,
    a: R::Word,
    b: R::Word,
    carrying: u64,
) -> Sum<R::Word> {
    let committed = r.commit_with_free(name, carrying, || {
        let low = |x: u64| x & LOW;
        let lo = carries(low(a.value()), low(b.value()), false);
        let hi = carries(a.value() >> 32, b.value() >> 32, false);
        (low(lo) | hi << 32) & !carrying
    });
    let c = (committed & !carrying) ^ r.constant(carrying);
    let i = (c << 1) & !(1 << 32);
    r.assert_and(name, a ^ i, b ^ i, c ^ i);
    Sum { sum: a ^ b ^ i, carries: c }
}
