//! Stores to cells of 8 bytes: naturally aligned ones, and those that are not, which may lie in two
//! cells (Zicclsm).

use dyad_rules::fill::Value;
use dyad_rules::{LOW, Rules, Word, gadgets};

use super::access::{BYTE, DOUBLE, HALF, WORD, aligned, last_byte, size};
use super::{Encoding, FUNCT3, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("sb", (FUNCT3, 0x0023), Format::S, Op::Sb, Kind::Store, BYTE),
    line("sh", (FUNCT3, 0x1023), Format::S, Op::Sh, Kind::Store, HALF),
    line("sw", (FUNCT3, 0x2023), Format::S, Op::Sw, Kind::Store, WORD),
    line("sd", (FUNCT3, 0x3023), Format::S, Op::Sd, Kind::Store, DOUBLE),
];

/// The 8 bytes at `address & !7` and, above them, the next eight after a store of `value` at `address`,
/// `cells` being those before.
#[inline]
pub fn merge(op: Op, cells: u128, address: u64, value: u64) -> u128 {
    let mask = u128::from(u64::MAX >> (64 - 8 * size(op)));
    let shift = 8 * (address & 7);
    (cells & !(mask << shift)) | (u128::from(value) & mask) << shift
}

/// The table of stores.
pub struct Store;

impl Instruction for Store {
    const NAME: &'static str = "store";
    const KIND: Kind = Kind::Store;
    const ACCESSES: Accesses = Accesses::STORE;

    /// 14 committed words, 7 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let address = gadgets::add(r, "address", rs1, f.imm()).sum;
        aligned(r, f.flags(), address);
        let old = f.cell(r, 0, address);

        let Spread { low_bytes, mask } = spread(r, f.flags(), address, rs2);
        // The upper word is the lower one again where bit 2 of the address says so.
        let change = f.and(r, address.broadcast(2) & LOW, (rs2 >> 32) ^ low_bytes);
        let data = low_bytes ^ (((rs2 >> 32) ^ change) << 32);
        let new = gadgets::select(r, "merged", mask, data, old);
        f.set_cell(r, 0, new);
        f.fall_through()
    }
}

/// The table of stores at any address: two accesses of cells, the one that gets the first byte and the
/// one that gets the last; the same cell twice where the store does not cross into the next, the second
/// time unchanged.
pub struct StoreMisaligned;

impl Instruction for StoreMisaligned {
    const NAME: &'static str = "store misaligned";
    const KIND: Kind = Kind::Store;
    const ACCESSES: Accesses = Accesses::STORE_TWO;

    /// 25 committed words, 17 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let flags = f.flags();
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let address = gadgets::add(r, "address", rs1, f.imm()).sum;
        let last = last_byte(r, flags, address);
        let (first, second) = (f.cell(r, 0, address), f.cell(r, 1, last));
        let [by_1, by_2, by_4] = [0, 1, 2].map(|k| address.broadcast(k));

        // The bytes that are written, a bit each, from the first cell's first byte on.
        let (half, word, double) = (flags.broadcast(1), flags.broadcast(2), flags.broadcast(3));
        let sizes = ((half ^ word ^ double) & 2) ^ ((word ^ double) & 0xc) ^ (double & 0xf0);
        let written = r.constant(1) ^ sizes;
        let mut up = |r: &mut R, by: R::Word, n: u32, x: R::Word| x ^ f.and(r, by, x ^ (x << n));
        let written = up(r, by_1, 1, written);
        let written = up(r, by_2, 2, written);
        let written = up(r, by_4, 4, written);

        // The data, moved up by as many bytes; `beyond` is what leaves the first cell.
        let beyond = f.and(r, by_1, rs2 >> 56);
        let x = gadgets::select(r, "by 1", by_1, rs2 << 8, rs2);
        let moved = (beyond << 16) ^ (x >> 48);
        let beyond = f.and(r, by_2, beyond ^ moved) ^ beyond;
        let x = gadgets::select(r, "by 2", by_2, x << 16, x);
        let beyond = gadgets::select(r, "beyond by 4", by_4, (beyond << 32) ^ (x >> 32), beyond);
        let x = gadgets::select(r, "by 4", by_4, x << 32, x);

        let mask = |from: u32| {
            let byte = |i: u32| written.broadcast(from + i) & 0xff << (8 * i);
            (1..8).fold(byte(0), |all, i| all ^ byte(i))
        };
        let new = gadgets::select(r, "first", mask(0), x, first);
        f.set_cell(r, 0, new);
        let new = gadgets::select(r, "second", mask(8), beyond, second);
        f.set_cell(r, 1, new);
        f.fall_through()
    }
}

struct Spread<W> {
    /// The lower word of the data, its byte 0 also at byte 1 if bit 0 of the address is 1, and
    /// then its half 0 also at half 1 if bit 1 is.
    low_bytes: W,
    /// Ones in the bytes of the cell that are written.
    mask: W,
}

/// Copies the data's lower word to where `address` may want it, and finds the bytes to be written.
/// Cost 1/1.
///
/// The address being aligned, its bits below the size are 0. So word j of the cell is written if
/// bit 2 of the address is j or the size is 8; half j of a written word if bit 1 is j or the size
/// is at least 4; byte j of a written half if bit 0 is j or the size is at least 2.
#[inline(always)]
fn spread<R: Rules>(r: &mut R, flags: R::Word, address: R::Word, data: R::Word) -> Spread<R::Word> {
    let one = r.constant(1);
    let (half, word, double) = (flags.bit(1), flags.bit(2), flags.bit(3));
    // Bit j: whether word, half, byte j is chosen. An address bit and a size that includes it
    // exclude one another: their sum is their disjunction.
    let words = (address.bit(2) ^ one) ^ ((address.bit(2) ^ double) << 1);
    let halves = (address.bit(1) ^ one) ^ ((address.bit(1) ^ word ^ double) << 1);
    let bytes = (address.bit(0) ^ one) ^ ((address.bit(0) ^ half ^ word ^ double) << 1);
    let (halves, bytes) = (halves ^ (halves << 2), bytes ^ (bytes << 2) ^ (bytes << 4) ^ (bytes << 6));

    let advice = || {
        let (data, address) = (data.value(), address.value());
        let bit = |i: u32| (address >> i & 1).wrapping_neg();
        let by_1 = (data ^ data >> 8) & bit(0) & 0xff;
        let data = data ^ by_1 << 8;
        let by_2 = (data ^ data >> 16) & bit(1) & 0xffff;
        let halves = halves.value() & double_bits(Value(words.value()), 2).0;
        let bytes = bytes.value() & double_bits(Value(halves), 4).0;
        by_2 | by_1 << 16 | halves << 24 | bytes << 28
    };
    let pieces = [0xff << 16, 0xffff, 0xf << 24, 0xff << 28];
    let (spread, low_bytes) = r.and_pieces("spread", &pieces, advice, |spread| {
        let (by_2, by_1) = (spread & 0xffff, (spread >> 16) & 0xff);
        let data_1 = data ^ (by_1 << 8);
        let low_bytes = (data_1 ^ (by_2 << 16)) & LOW;
        let condition = (address.broadcast(1) & 0xffff)
            ^ (address.broadcast(0) & 0xff_0000)
            ^ (halves << 24)
            ^ (bytes << 28);
        let change = ((data_1 ^ (data_1 >> 16)) & 0xffff)
            ^ (((data ^ (data >> 8)) & 0xff) << 16)
            ^ (double_bits(words, 2) << 24)
            ^ (double_bits(spread >> 24, 4) << 28);
        ([condition, change, spread], low_bytes)
    });
    let byte = |i: u32| spread.broadcast(28 + i) & 0xff << (8 * i);
    let mask = (1..8).fold(byte(0), |mask, i| mask ^ byte(i));
    Spread { low_bytes, mask }
}

/// Each of the `n` lowest bits twice, n > 0.
#[inline(always)]
fn double_bits<W: Word>(x: W, n: u32) -> W {
    let pair = |i: u32| (x.bit(i) ^ (x.bit(i) << 1)) << (2 * i);
    (1..n).fold(pair(0), |all, i| all ^ pair(i))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::memory_table;

    #[test]
    fn stores() {
        let ops = ENCODINGS.iter().map(|e| (e.op, size(e.op))).collect::<alloc::vec::Vec<_>>();
        memory_table::<Store>(&ops, |c, address| {
            let s = c.event.step;
            (0, (address as u32 & !7, merge(c.instr.op, s.mem.into(), address, s.rs2) as u64))
        });
    }
}
