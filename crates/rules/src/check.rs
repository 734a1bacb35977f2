//! The rules read on a given row, to say what is wrong with it.

use alloc::vec::Vec;

use crate::fill::Value;
use crate::shape::WordConstraint;
use crate::{MESSAGE_WORDS, Rules};

/// A constraint that a row breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which of the table's.
    pub of: WordConstraint,
    /// The constraint's name.
    pub name: &'static str,
    /// The bits of the result, `c` or a word of the product, that are wrong.
    pub bits: u64,
}

/// A message's value: its tag, its words, and 0 past them.
pub type MessageValue = [u64; MESSAGE_WORDS];

/// Checks one active row, or a padding row where `active` is false.
#[derive(Debug, Default)]
pub struct Check<'a> {
    /// The row's committed words.
    pub committed: &'a [u64],
    /// The row's fixed words.
    pub fixed: &'a [u64],
    /// Whether constants are present.
    pub active: bool,
    /// The constraints that fail.
    pub broken: Vec<Broken>,
    /// The operands of each constraint, broken or not.
    pub ands: Vec<[u64; 3]>,
    /// The operands of each product, broken or not.
    pub products: Vec<[u64; 4]>,
    /// The messages put on the bus.
    pub pushes: Vec<MessageValue>,
    /// The messages taken from the bus.
    pub pulls: Vec<MessageValue>,
}

impl<'a> Check<'a> {
    /// A check of the row with these committed and fixed words.
    pub fn new(committed: &'a [u64], fixed: &'a [u64], active: bool) -> Self {
        Self { committed, fixed, active, ..Self::default() }
    }

    fn demand(&mut self, of: WordConstraint, name: &'static str, found: u64, exact: u64) {
        let bits = found ^ exact;
        if bits != 0 {
            self.broken.push(Broken { of, name, bits });
        }
    }

    fn message(&self, tag: u64, words: &[Value]) -> MessageValue {
        let mut m = [0; MESSAGE_WORDS];
        m[0] = if self.active { tag } else { 0 };
        for (slot, w) in m[1..].iter_mut().zip(words) {
            *slot = w.0;
        }
        m
    }
}

impl Rules for Check<'_> {
    type Word = Value;

    fn constant(&mut self, c: u64) -> Value {
        Value(if self.active { c } else { 0 })
    }

    fn fixed(&mut self, name: &'static str, _: impl FnOnce() -> u64) -> Value {
        let (first, rest) =
            self.fixed.split_first().unwrap_or_else(|| panic!("the row lacks the fixed column {name}"));
        self.fixed = rest;
        Value(*first)
    }

    fn commit_with_free(&mut self, name: &'static str, _: u64, _: impl FnOnce() -> u64) -> Value {
        let (first, rest) =
            self.committed.split_first().unwrap_or_else(|| panic!("the row lacks the column {name}"));
        self.committed = rest;
        Value(*first)
    }

    fn assert_and(&mut self, name: &'static str, a: Value, b: Value, c: Value) {
        self.demand(WordConstraint::And(self.ands.len()), name, c.0, a.0 & b.0);
        self.ands.push([a.0, b.0, c.0]);
    }

    fn assert_product(&mut self, name: &'static str, a: Value, b: Value, low: Value, high: Value) {
        let (of, exact) = (self.products.len(), u128::from(a.0) * u128::from(b.0));
        self.demand(WordConstraint::Low(of), name, low.0, exact as u64);
        self.demand(WordConstraint::High(of), name, high.0, (exact >> 64) as u64);
        self.products.push([a.0, b.0, low.0, high.0]);
    }

    fn push(&mut self, tag: u64, words: &[Value]) {
        let m = self.message(tag, words);
        self.pushes.push(m);
    }

    fn pull(&mut self, tag: u64, words: &[Value]) {
        let m = self.message(tag, words);
        self.pulls.push(m);
    }
}
