//! The rules read on the words of eight committed rows at once: constraint operands and messages.
//!
//! This is the prover's inner loop: advice is not computed, nothing is allocated after the first
//! block, and eight lanes of 64 bits fill one AVX-512 register.

use alloc::vec::Vec;
use core::array::from_fn;
use core::ops::{BitAnd, BitXor, Shl, Shr};

use crate::{MESSAGE_WORDS, Rules, Word};

/// Rows evaluated together.
pub const LANES: usize = 8;

/// One word of each of eight rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(align(64))]
pub struct Lane(pub [u64; LANES]);

impl BitXor for Lane {
    type Output = Self;
    #[inline(always)]
    fn bitxor(self, o: Self) -> Self {
        Self(from_fn(|i| self.0[i] ^ o.0[i]))
    }
}

impl Shl<u32> for Lane {
    type Output = Self;
    #[inline(always)]
    fn shl(self, n: u32) -> Self {
        Self(self.0.map(|x| x << n))
    }
}

impl Shr<u32> for Lane {
    type Output = Self;
    #[inline(always)]
    fn shr(self, n: u32) -> Self {
        Self(self.0.map(|x| x >> n))
    }
}

impl BitAnd<u64> for Lane {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, m: u64) -> Self {
        Self(self.0.map(|x| x & m))
    }
}

impl Word for Lane {
    #[inline(always)]
    fn broadcast(self, bit: u32) -> Self {
        Self(self.0.map(|x| (x >> bit & 1).wrapping_neg()))
    }

    #[inline(always)]
    fn value(self) -> u64 {
        0
    }
}

/// A message of eight rows. `words[0]` is the tag on active rows and 0 elsewhere; words past `len`
/// are 0.
#[derive(Clone, Copy, Debug)]
pub struct LaneMessage {
    /// The tag and the words.
    pub words: [Lane; MESSAGE_WORDS],
    /// How many of them are in use, the tag included.
    pub len: usize,
}

/// What is wanted of the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    #[default]
    All,
    /// Pushes and pulls.
    Messages,
    /// Operands of AND constraints.
    Ands,
    /// Operands of products.
    Products,
}

impl Wanted {
    /// Whether results of this kind are wanted.
    #[inline(always)]
    pub fn has(self, kind: Self) -> bool {
        self == Self::All || self == kind
    }
}

/// Inputs and results of evaluating the rules of one table on eight rows; reuse it.
#[derive(Debug, Default)]
pub struct Lanes {
    /// The committed words, a lane a column: set before each evaluation.
    pub committed: Vec<Lane>,
    /// The fixed words, a lane a column: set before each evaluation.
    pub fixed: Vec<Lane>,
    /// All ones for active rows, 0 for the others.
    pub active: Lane,
    /// What is wanted; the results of other kinds are left out. Set before each evaluation.
    pub wanted: Wanted,
    /// The operands `a`, `b`, `c` of each AND constraint.
    pub ands: Vec<[Lane; 3]>,
    /// The operands `a`, `b`, `low`, `high` of each product.
    pub products: Vec<[Lane; 4]>,
    /// The messages put on the bus.
    pub pushes: Vec<LaneMessage>,
    /// The messages taken from the bus.
    pub pulls: Vec<LaneMessage>,
    /// Words of tables that are data.
    pub(crate) scratch: Vec<Lane>,
    next_committed: usize,
    next_fixed: usize,
}

impl Lanes {
    /// Forgets the results of the block before, keeping the memory.
    #[inline]
    pub fn restart(&mut self) {
        self.ands.clear();
        self.products.clear();
        self.pushes.clear();
        self.pulls.clear();
        self.next_committed = 0;
        self.next_fixed = 0;
    }

    #[inline(always)]
    fn message(&self, tag: u64, words: &[Lane]) -> LaneMessage {
        let mut m = [Lane::default(); MESSAGE_WORDS];
        m[0] = self.active & tag;
        m[1..=words.len()].copy_from_slice(words);
        LaneMessage { words: m, len: words.len() + 1 }
    }
}

impl Rules for Lanes {
    type Word = Lane;

    #[inline(always)]
    fn constant(&mut self, c: u64) -> Lane {
        self.active & c
    }

    #[inline(always)]
    fn fixed(&mut self, _: &'static str, _: impl FnOnce() -> u64) -> Lane {
        self.next_fixed += 1;
        self.fixed[self.next_fixed - 1]
    }

    #[inline(always)]
    fn commit_with_free(&mut self, _: &'static str, _: u64, _: impl FnOnce() -> u64) -> Lane {
        self.next_committed += 1;
        self.committed[self.next_committed - 1]
    }

    #[inline(always)]
    fn assert_and(&mut self, _: &'static str, a: Lane, b: Lane, c: Lane) {
        if self.wanted.has(Wanted::Ands) {
            self.ands.push([a, b, c]);
        }
    }

    #[inline(always)]
    fn assert_product(&mut self, _: &'static str, a: Lane, b: Lane, low: Lane, high: Lane) {
        if self.wanted.has(Wanted::Products) {
            self.products.push([a, b, low, high]);
        }
    }

    #[inline(always)]
    fn push(&mut self, tag: u64, words: &[Lane]) {
        if self.wanted.has(Wanted::Messages) {
            let m = self.message(tag, words);
            self.pushes.push(m);
        }
    }

    #[inline(always)]
    fn pull(&mut self, tag: u64, words: &[Lane]) {
        if self.wanted.has(Wanted::Messages) {
            let m = self.message(tag, words);
            self.pulls.push(m);
        }
    }
}
