//! The rules read as numbers, to fill one row.

use alloc::vec::Vec;
use core::ops::{BitAnd, BitXor, Shl, Shr};

use crate::{Rules, Word};

/// A word that is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value(pub u64);

impl BitXor for Value {
    type Output = Self;
    #[inline]
    fn bitxor(self, o: Self) -> Self {
        Self(self.0 ^ o.0)
    }
}

impl Shl<u32> for Value {
    type Output = Self;
    #[inline]
    fn shl(self, n: u32) -> Self {
        Self(self.0 << n)
    }
}

impl Shr<u32> for Value {
    type Output = Self;
    #[inline]
    fn shr(self, n: u32) -> Self {
        Self(self.0 >> n)
    }
}

impl BitAnd<u64> for Value {
    type Output = Self;
    #[inline]
    fn bitand(self, m: u64) -> Self {
        Self(self.0 & m)
    }
}

impl Word for Value {
    #[inline]
    fn broadcast(self, bit: u32) -> Self {
        Self((self.0 >> bit & 1).wrapping_neg())
    }

    #[inline]
    fn value(self) -> u64 {
        self.0
    }
}

/// Fills a row: the advice of each column, in order.
#[derive(Default, Debug)]
pub struct Fill {
    /// The committed words.
    pub committed: Vec<u64>,
    /// The fixed words.
    pub fixed: Vec<u64>,
}

impl Rules for Fill {
    type Word = Value;

    #[inline]
    fn constant(&mut self, c: u64) -> Value {
        Value(c)
    }

    #[inline]
    fn fixed(&mut self, _: &'static str, value: impl FnOnce() -> u64) -> Value {
        let v = value();
        self.fixed.push(v);
        Value(v)
    }

    #[inline]
    fn commit_with_free(&mut self, _: &'static str, _: u64, advice: impl FnOnce() -> u64) -> Value {
        let v = advice();
        self.committed.push(v);
        Value(v)
    }

    #[inline]
    fn assert_and(&mut self, _: &'static str, _: Value, _: Value, _: Value) {}

    #[inline]
    fn assert_product(&mut self, _: &'static str, _: Value, _: Value, _: Value, _: Value) {}

    #[inline]
    fn push(&mut self, _: u64, _: &[Value]) {}

    #[inline]
    fn pull(&mut self, _: u64, _: &[Value]) {}
}

/// Fills a row in place, without allocating: writes the committed words of the row or its fixed
/// words, in order.
#[derive(Debug)]
pub struct FillInto<'a> {
    out: &'a mut [u64],
    next: usize,
    fixed: bool,
}

impl<'a> FillInto<'a> {
    /// Writes the committed words to `out`, which has room for exactly one row.
    #[inline]
    pub fn committed(out: &'a mut [u64]) -> Self {
        Self { out, next: 0, fixed: false }
    }

    /// Writes the fixed words to `out`, which has room for exactly one row.
    #[inline]
    pub fn fixed(out: &'a mut [u64]) -> Self {
        Self { out, next: 0, fixed: true }
    }

    #[inline(always)]
    fn write(&mut self, v: u64) {
        self.out[self.next] = v;
        self.next += 1;
    }
}

impl Rules for FillInto<'_> {
    type Word = Value;

    #[inline(always)]
    fn constant(&mut self, c: u64) -> Value {
        Value(c)
    }

    #[inline(always)]
    fn fixed(&mut self, _: &'static str, value: impl FnOnce() -> u64) -> Value {
        let v = value();
        if self.fixed {
            self.write(v);
        }
        Value(v)
    }

    #[inline(always)]
    fn commit_with_free(&mut self, _: &'static str, _: u64, advice: impl FnOnce() -> u64) -> Value {
        let v = advice();
        if !self.fixed {
            self.write(v);
        }
        Value(v)
    }

    #[inline(always)]
    fn assert_and(&mut self, _: &'static str, _: Value, _: Value, _: Value) {}

    #[inline(always)]
    fn assert_product(&mut self, _: &'static str, _: Value, _: Value, _: Value, _: Value) {}

    #[inline(always)]
    fn push(&mut self, _: u64, _: &[Value]) {}

    #[inline(always)]
    fn pull(&mut self, _: u64, _: &[Value]) {}
}
