//! Loads, naturally aligned, from cells of 8 bytes.

use dyad_rules::{LOW, Rules, Word, gadgets};

use super::{Encoding, FUNCT3, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: 1 byte.
pub const BYTE: u32 = 1;
/// Flag: 2 bytes.
pub const HALF: u32 = 2;
/// Flag: 4 bytes.
pub const WORD: u32 = 4;
/// Flag: 8 bytes.
pub const DOUBLE: u32 = 8;
/// Flag: 1 byte, sign-extended; set together with [`BYTE`].
pub const SIGNED_BYTE: u32 = 16;
/// Flag: 2 bytes, sign-extended; set together with [`HALF`].
pub const SIGNED_HALF: u32 = 32;
/// Flag: 4 bytes, sign-extended; set together with [`WORD`].
pub const SIGNED_WORD: u32 = 64;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("lb",  (FUNCT3, 0x0003), Format::I, Op::Lb,  Kind::Load, BYTE | SIGNED_BYTE),
    line("lh",  (FUNCT3, 0x1003), Format::I, Op::Lh,  Kind::Load, HALF | SIGNED_HALF),
    line("lw",  (FUNCT3, 0x2003), Format::I, Op::Lw,  Kind::Load, WORD | SIGNED_WORD),
    line("ld",  (FUNCT3, 0x3003), Format::I, Op::Ld,  Kind::Load, DOUBLE),
    line("lbu", (FUNCT3, 0x4003), Format::I, Op::Lbu, Kind::Load, BYTE),
    line("lhu", (FUNCT3, 0x5003), Format::I, Op::Lhu, Kind::Load, HALF),
    line("lwu", (FUNCT3, 0x6003), Format::I, Op::Lwu, Kind::Load, WORD),
];

/// The bytes that a load reads; its address must be a multiple of it.
#[inline]
pub fn size(op: Op) -> u64 {
    match op {
        Op::Lb | Op::Lbu => 1,
        Op::Lh | Op::Lhu => 2,
        Op::Lw | Op::Lwu => 4,
        Op::Ld => 8,
        _ => unreachable!("not a load"),
    }
}

/// What a load of `address` (aligned) gives, `cell` being the 8 bytes at `address & !7`.
#[inline]
pub fn extract(op: Op, cell: u64, address: u64) -> u64 {
    let x = cell >> (8 * (address & 7));
    match op {
        Op::Lb => i64::from(x as i8) as u64,
        Op::Lh => i64::from(x as i16) as u64,
        Op::Lw => i64::from(x as i32) as u64,
        Op::Ld => x,
        Op::Lbu => u64::from(x as u8),
        Op::Lhu => u64::from(x as u16),
        Op::Lwu => u64::from(x as u32),
        _ => unreachable!("not a load"),
    }
}

/// The table of loads.
pub struct Load;

impl Instruction for Load {
    const NAME: &'static str = "load";
    const KIND: Kind = Kind::Load;
    const ACCESSES: Accesses = Accesses::LOAD;

    /// 14 committed words, 7 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let flags = f.flags();
        let rs1 = f.rs1(r);
        let address = gadgets::add(r, "address", rs1, f.imm()).sum;
        aligned(r, flags, address);
        let cell = f.cell(r, address);

        let shifted = shift_down(r, flags, address, cell);
        // Masks from flags: which sizes keep bits 8..=15, 16..=31, 32..=63.
        let (half, word, double) = (flags.broadcast(1), flags.broadcast(2), flags.broadcast(3));
        let mask = ((half ^ word ^ double) & 0xff00) ^ ((word ^ double) & 0xffff_0000) ^ (double & !LOW);
        let kept = r.and("kept", mask, shifted.bytes & !0xff) ^ (shifted.bytes & 0xff);
        let extension = (shifted.signs.broadcast(0) & !0xff)
            ^ (shifted.signs.broadcast(1) & !0xffff)
            ^ (shifted.signs.broadcast(2) & !LOW);
        f.set_rd(r, kept ^ extension);
        f.fall_through()
    }
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

struct Shifted<W> {
    /// The cell with the addressed bytes at the bottom.
    bytes: W,
    /// Bits 0, 1 and 2: the sign of a byte, half or word, if a load of that size is signed.
    signs: W,
}

/// Moves the bytes at `address & 7` to the bottom of `cell`. Cost 1/1.
///
/// Where a bit of the address is 1, the upper half of what may be asked for replaces the lower
/// one: 32 bits, then 16, then 8. The upper half stays, since whoever needs both has a 0 there.
#[inline(always)]
fn shift_down<R: Rules>(r: &mut R, flags: R::Word, address: R::Word, cell: R::Word) -> Shifted<R::Word> {
    let committed = r.commit("shifted", || {
        let (cell, address) = (cell.value(), address.value());
        let bit = |i: u32| (address >> i & 1).wrapping_neg();
        let by_4 = (cell ^ cell >> 32) & bit(2) & LOW;
        let x = cell ^ by_4;
        let by_2 = (x ^ x >> 16) & bit(1) & 0xffff;
        let x = x ^ by_2;
        let by_1 = (x ^ x >> 8) & bit(0) & 0xff;
        let x = x ^ by_1;
        let signs = x >> 7 & 1 | x >> 14 & 2 | x >> 29 & 4;
        by_4 | by_2 << 32 | by_1 << 48 | (signs & flags.value() >> 4) << 56
    });
    let (by_4, by_2, by_1) = (committed & LOW, (committed >> 32) & 0xffff, (committed >> 48) & 0xff);
    let x4 = cell ^ by_4;
    let x2 = x4 ^ by_2;
    let bytes = x2 ^ by_1;
    let condition = (address.broadcast(2) & LOW)
        ^ (address.broadcast(1) & 0xffff << 32)
        ^ (address.broadcast(0) & 0xff << 48)
        ^ (((flags >> 4) & 7) << 56);
    let signs = bytes.bit(7) ^ (bytes.bit(15) << 1) ^ (bytes.bit(31) << 2);
    let change = ((cell ^ (cell >> 32)) & LOW)
        ^ (((x4 ^ (x4 >> 16)) & 0xffff) << 32)
        ^ (((x2 ^ (x2 >> 8)) & 0xff) << 48)
        ^ (signs << 56);
    r.assert_and("shifted", condition, change, committed);
    Shifted { bytes, signs: committed >> 56 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::memory_table;

    #[test]
    fn loads() {
        let ops = ENCODINGS.iter().map(|e| (e.op, size(e.op))).collect::<alloc::vec::Vec<_>>();
        memory_table::<Load>(&ops, |c, address| {
            let s = c.event.step;
            (extract(c.instr.op, s.mem, address), (address as u32 & !7 | s.rs2 as u32, s.mem))
        });
    }
}
