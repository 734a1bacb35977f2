//! What loads and stores share: sizes, and the addresses that they may have.

use dyad_rules::{LOW, Rules, Word, gadgets};

use crate::list::Op;

/// Flag: 1 byte.
pub const BYTE: u32 = 1;
/// Flag: 2 bytes.
pub const HALF: u32 = 2;
/// Flag: 4 bytes.
pub const WORD: u32 = 4;
/// Flag: 8 bytes.
pub const DOUBLE: u32 = 8;

/// The bytes that a load or store moves: bits 0..=3 of its flags.
#[inline]
pub const fn size(op: Op) -> u64 {
    op.flags() as u64 & 15
}

/// The address of the last byte of what lies at `address`, of the size that bits 0..=3 of `flags` say;
/// demands that `address` fits in 32 bits. That of the last byte need not: no cell is at 0, where its low
/// half would be. Cost 1/2.
#[inline(always)]
pub(super) fn last_byte<R: Rules>(r: &mut R, flags: R::Word, address: R::Word) -> R::Word {
    let (high, zero) = (r.constant(!LOW), r.constant(0));
    r.assert_and("address below 2^32", address, high, zero);
    let (half, word, double) = (flags.broadcast(1), flags.broadcast(2), flags.broadcast(3));
    let further = (half & 1) ^ (word & 3) ^ (double & 7);
    gadgets::add(r, "last byte", address, further).sum
}

/// Demands that `address` fits in 32 bits and is a multiple of the size that bits 0..=3 of `flags`
/// say. Cost 0/1.
#[inline(always)]
pub(super) fn aligned<R: Rules>(r: &mut R, flags: R::Word, address: R::Word) {
    let (half, word, double) = (flags.broadcast(1), flags.broadcast(2), flags.broadcast(3));
    let wrong = (half & 1) ^ (word & 3) ^ (double & 7) ^ r.constant(!LOW);
    let zero = r.constant(0);
    r.assert_and("aligned", address, wrong, zero);
}
