//! Word circuits: the rules that every row of a table obeys.
//!
//! A table is **one generic function** over [`Rules`]. Everything else is read from it by running
//! it with different interpreters:
//!
//! | interpreter | `Word` | yields |
//! |---|---|---|
//! | [`shape::Shape`] | linear form | [`shape::TableShape`]: columns, constraints, messages |
//! | [`fill::Fill`] | `u64` | the words of one row |
//! | [`lanes::Lanes`] | `[u64; 8]` | constraint operands and messages of eight rows: the prover's inner loop |
//! | [`check::Check`] | `u64` | every broken constraint of a row by name, and its messages |
//!
//! A word is 64 bits. What is linear over F2 (XOR, shifts, masks, spreading one bit) is free:
//! nothing is committed for it. There are two constraints: `AND`, 64 bit equations `a & b = c` at once, and the
//! *product*, `a b = low + 2^64 high` over the integers.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod check;
pub mod data;
mod encode;
pub mod fill;
pub mod form;
pub mod form_list;
pub mod forms;
pub mod gadgets;
pub mod harness;
pub mod lanes;
mod rows;
pub mod shape;
pub mod slots;
mod table;

pub use rows::{Rows, StoredRows};
pub use table::{Table, TableRules, fill};

use core::ops::{BitAnd, BitXor, Shl, Shr};

use gadgets::{Sum, carries};

/// The number of words of a bus message, its tag included.
pub const MESSAGE_WORDS: usize = 5;
/// The low half of a word, as a mask.
pub const LOW: u64 = 0xffff_ffff;

/// A virtual word: a value that is linear over F2 in the committed bits of one row and 1.
///
/// `a ^ b` is the sum, `a << n` and `a >> n` are logical shifts by a constant, `a & m` keeps the
/// bits of the constant mask `m`.
pub trait Word:
    Copy + BitXor<Output = Self> + Shl<u32, Output = Self> + Shr<u32, Output = Self> + BitAnd<u64, Output = Self>
{
    /// All 64 bits equal to bit `bit` (0..=63) of `self`.
    #[must_use]
    fn broadcast(self, bit: u32) -> Self;

    /// The number this word stands for; 0 where rules are read as linear forms.
    /// Only advice, the value that an honest prover commits to, may depend on it.
    fn value(self) -> u64;

    /// Rotation to the right by a constant `n` in `0..=63`.
    #[must_use]
    fn rotate_right(self, n: u32) -> Self {
        if n == 0 { self } else { (self >> n) ^ (self << (64 - n)) }
    }

    /// The bits in the opposite order: bit 63 at bit 0.
    #[must_use]
    fn reverse_bits(self) -> Self {
        const HALVES: [(u32, u64); 3] =
            [(4, 0x0f0f_0f0f_0f0f_0f0f), (2, 0x3333_3333_3333_3333), (1, 0x5555_5555_5555_5555)];
        HALVES.iter().fold(self.reverse_bytes(), |x, &(n, low)| ((x & low) << n) ^ ((x >> n) & low))
    }

    /// The bytes in the opposite order.
    #[must_use]
    fn reverse_bytes(self) -> Self {
        const HALVES: [(u32, u64); 3] =
            [(32, 0x0000_0000_ffff_ffff), (16, 0x0000_ffff_0000_ffff), (8, 0x00ff_00ff_00ff_00ff)];
        HALVES.iter().fold(self, |x, &(n, low)| ((x & low) << n) ^ ((x >> n) & low))
    }

    /// Bit `bit` of `self` at bit 0, zeros elsewhere.
    #[must_use]
    fn bit(self, bit: u32) -> Self {
        (self >> bit) & 1
    }
}

/// What a row commits to and must satisfy; one generic function over this trait is one table.
///
/// # Soundness
/// Which methods are called, in which order and with which names, constants and shifts, must not
/// depend on the event: only advice may. The harness compares the interpreters to catch this.
pub trait Rules {
    /// The virtual word of this interpreter.
    type Word: Word;

    /// The constant `c` on active rows, 0 on padding, so that a zero row satisfies every rule.
    fn constant(&mut self, c: u64) -> Self::Word;

    /// A preprocessed column: its values belong to the program and are fixed by the verifying key.
    fn fixed(&mut self, name: &'static str, value: impl FnOnce() -> u64) -> Self::Word;

    /// A committed column. `free` masks the bits that no rule fixes, on purpose: the honest prover
    /// makes them 0, the harness expects every other bit to be fixed.
    fn commit_with_free(&mut self, name: &'static str, free: u64, advice: impl FnOnce() -> u64)
    -> Self::Word;

    /// A committed column every bit of which some rule fixes.
    fn commit(&mut self, name: &'static str, advice: impl FnOnce() -> u64) -> Self::Word {
        self.commit_with_free(name, 0, advice)
    }

    /// 64 equations `a & b = c`, one for each bit position.
    fn assert_and(&mut self, name: &'static str, a: Self::Word, b: Self::Word, c: Self::Word);

    /// `a & b`. Cost 1/1.
    ///
    /// A method, as [`Rules::add`] is, so that an interpreter may do better where it knows more: fold
    /// constants, share equal gates, choose where bits are committed.
    #[inline(always)]
    fn and(&mut self, name: &'static str, a: Self::Word, b: Self::Word) -> Self::Word {
        let c = self.commit(name, || a.value() & b.value());
        self.assert_and(name, a, b, c);
        c
    }

    /// `a + b + c0` modulo 2^64, `c0` a word whose bit 0 is the carry in and whose other bits are 0.
    /// Cost 1/1.
    ///
    /// Equation, bit by bit: `(a ^ i) & (b ^ i) = c ^ i` with `i = c << 1 ^ c0`, which says that `c`
    /// is the majority of `a`, `b` and the carry in.
    #[inline(always)]
    fn add(&mut self, name: &'static str, a: Self::Word, b: Self::Word, c0: Self::Word) -> Sum<Self::Word> {
        let c = self.commit(name, || carries(a.value(), b.value(), c0.value() & 1 == 1));
        let i = (c << 1) ^ c0;
        self.assert_and(name, a ^ i, b ^ i, c ^ i);
        Sum { sum: a ^ b ^ i, carries: c }
    }

    /// A word of small ANDs that may build on one another: `c` with `a & b = third`, where `operands` gives these three
    /// of `c`, and something besides, which is handed on. Cost 1/1.
    ///
    /// The bits of `c` come in `pieces`, masks that share none. Those of a piece depend on earlier pieces: `third` has
    /// each bit of `c`, and besides, as `a` and `b` have, earlier pieces only. So the equations determine `c` piece by
    /// piece, and an interpreter that knows more takes them apart again. No other bit of `c` is 1, nor of `a`.
    #[inline(always)]
    fn and_pieces<T>(
        &mut self,
        name: &'static str,
        pieces: &[u64],
        advice: impl FnOnce() -> u64,
        operands: impl Fn(Self::Word) -> ([Self::Word; 3], T),
    ) -> (Self::Word, T) {
        let _ = pieces;
        let c = self.commit(name, advice);
        let ([a, b, third], besides) = operands(c);
        self.assert_and(name, a, b, third);
        (c, besides)
    }

    /// The quotient of two words without remainder, unsigned, `by_zero` where `d` is 0: the prover's choice, of which
    /// nothing is demanded. Cost 1/0.
    #[inline(always)]
    fn quotient(
        &mut self,
        name: &'static str,
        n: Self::Word,
        d: Self::Word,
        by_zero: impl FnOnce() -> Self::Word,
    ) -> Self::Word {
        self.commit(name, || n.value().checked_div(d.value()).unwrap_or_else(|| by_zero().value()))
    }

    /// `a b = low + 2^64 high` over the integers, all four being unsigned.
    ///
    /// Operands are any words, constants too: `high` may be `constant(0)`, which says that the product fits a word. On padding
    /// rows, where constants are 0, it has to hold as well; a row of zeros satisfies it.
    ///
    /// [`Rules::multiply`] commits both halves; this is for words that are committed anyway. For rows of multiplications it
    /// is the dearest single thing: a proof spends about as much on a product as on a whole row of another table. The first
    /// one of a run adds a step of its own to the proof, some ten kilobytes.
    fn assert_product(
        &mut self,
        name: &'static str,
        a: Self::Word,
        b: Self::Word,
        low: Self::Word,
        high: Self::Word,
    );

    /// The low and the high word of `a b`, committed under these names. Cost 2/0, and a product, which has the first name
    /// where a row is said to break it.
    #[inline(always)]
    fn multiply(&mut self, names: [&'static str; 2], a: Self::Word, b: Self::Word) -> [Self::Word; 2] {
        let exact = || u128::from(a.value()) * u128::from(b.value());
        let low = self.commit(names[0], || exact() as u64);
        let high = self.commit(names[1], || (exact() >> 64) as u64);
        self.assert_product(names[0], a, b, low, high);
        [low, high]
    }

    /// The low word of `a b`, of which the high one has to be `high`. Cost 1/0, and a product.
    #[inline(always)]
    fn multiply_low(
        &mut self,
        name: &'static str,
        a: Self::Word,
        b: Self::Word,
        high: Self::Word,
    ) -> Self::Word {
        let low = self.commit(name, || a.value().wrapping_mul(b.value()));
        self.assert_product(name, a, b, low, high);
        low
    }

    /// Puts a message on the bus: `tag` (not 0) and at most four words.
    fn push(&mut self, tag: u64, words: &[Self::Word]);

    /// Takes a message from the bus: `tag` (not 0) and at most four words.
    fn pull(&mut self, tag: u64, words: &[Self::Word]);
}
