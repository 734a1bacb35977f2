//! Loads from cells of 8 bytes: naturally aligned ones, and those that are not, which may lie in two
//! cells (Zicclsm).

use dyad_rules::{LOW, Rules, Word, gadgets};

use super::access::{BYTE, DOUBLE, HALF, WORD, aligned, last_byte};
use super::{Encoding, FUNCT3, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

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

/// What a load of `address` gives, `cells` being the 8 bytes at `address & !7` and, above them, the next
/// eight if any of them are loaded.
#[inline]
pub fn extract(op: Op, cells: u128, address: u64) -> u64 {
    let x = (cells >> (8 * (address & 7))) as u64;
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
        let cell = f.cell(r, 0, address);

        let Shifted { bytes, signs } = shift_down(r, flags, address, cell);
        let loaded = extend(r, flags, bytes, signs);
        f.set_rd(r, loaded);
        f.fall_through()
    }
}

/// The table of loads at any address: two accesses of cells, the one that holds the first byte and the
/// one that holds the last; the same cell twice where the load does not cross into the next.
pub struct LoadMisaligned;

impl Instruction for LoadMisaligned {
    const NAME: &'static str = "load misaligned";
    const KIND: Kind = Kind::Load;
    const ACCESSES: Accesses = Accesses::LOAD_TWO;

    /// 22 committed words, 13 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let flags = f.flags();
        let rs1 = f.rs1(r);
        let address = gadgets::add(r, "address", rs1, f.imm()).sum;
        let last = last_byte(r, flags, address);
        let (first, second) = (f.cell(r, 0, address), f.cell(r, 1, last));

        // Down by 4, 2 and 1 bytes, as the bits of the address say; `beyond` holds what comes after the
        // lowest eight bytes and may still be wanted.
        let by_4 = address.broadcast(2);
        let x = gadgets::select(r, "by 4", by_4, (first >> 32) ^ (second << 32), first);
        let beyond = second ^ f.and(r, by_4 & 0xff_ffff, second ^ (second >> 32));
        let by_2 = address.broadcast(1);
        let next = beyond ^ f.and(r, by_2 & 0xff, beyond ^ (beyond >> 16));
        let x = gadgets::select(r, "by 2", by_2, (x >> 16) ^ (beyond << 48), x);
        let bytes = gadgets::select(r, "by 1", address.broadcast(0), (x >> 8) ^ (next << 56), x);
        let tops = bytes.bit(7) ^ (bytes.bit(15) << 1) ^ (bytes.bit(31) << 2);
        let signs = f.and(r, (flags >> 4) & 7, tops);
        let loaded = extend(r, flags, bytes, signs);
        f.set_rd(r, loaded);
        f.fall_through()
    }
}

/// The low bytes of `bytes` that the size in bits 0..=3 of `flags` keeps, and above them copies of what
/// `signs` has at bit 0, 1 or 2 for a byte, half or word. Cost 1/1.
#[inline(always)]
fn extend<R: Rules>(r: &mut R, flags: R::Word, bytes: R::Word, signs: R::Word) -> R::Word {
    // Masks from flags: which sizes keep bits 8..=15, 16..=31, 32..=63.
    let (half, word, double) = (flags.broadcast(1), flags.broadcast(2), flags.broadcast(3));
    let mask = ((half ^ word ^ double) & 0xff00) ^ ((word ^ double) & 0xffff_0000) ^ (double & !LOW);
    let kept = r.and("kept", mask, bytes & !0xff) ^ (bytes & 0xff);
    let extension =
        (signs.broadcast(0) & !0xff) ^ (signs.broadcast(1) & !0xffff) ^ (signs.broadcast(2) & !LOW);
    kept ^ extension
}

struct Shifted<W> {
    /// The cell with the addressed bytes at the bottom.
    bytes: W,
    /// Bits 0, 1 and 2: the sign of a byte, half or word, if a load of that size is signed.
    signs: W,
}

/// What changes in `cell` when the bytes at `address & 7` are moved down to its bottom by 4, then 2, then 1
/// bytes: the changes beside each other, in bits 0 to 55; and what it becomes.
#[inline]
pub(crate) fn moves_down(cell: u64, address: u64) -> (u64, u64) {
    let bit = |i: u32| (address >> i & 1).wrapping_neg();
    let by_4 = (cell ^ cell >> 32) & bit(2) & LOW;
    let x = cell ^ by_4;
    let by_2 = (x ^ x >> 16) & bit(1) & 0xffff;
    let x = x ^ by_2;
    let by_1 = (x ^ x >> 8) & bit(0) & 0xff;
    (by_4 | by_2 << 32 | by_1 << 48, x ^ by_1)
}

/// Moves the bytes at `address & 7` to the bottom of `cell`. Cost 1/1.
///
/// Where a bit of the address is 1, the upper half of what may be asked for replaces the lower
/// one: 32 bits, then 16, then 8. The upper half stays, since whoever needs both has a 0 there.
#[inline(always)]
fn shift_down<R: Rules>(r: &mut R, flags: R::Word, address: R::Word, cell: R::Word) -> Shifted<R::Word> {
    let advice = || {
        let (moves, x) = moves_down(cell.value(), address.value());
        let signs = x >> 7 & 1 | x >> 14 & 2 | x >> 29 & 4;
        moves | (signs & flags.value() >> 4) << 56
    };
    let pieces = [LOW, 0xffff << 32, 0xff << 48, 7 << 56];
    let (moves, bytes) = r.and_pieces("shifted", &pieces, advice, |moves| {
        let (by_4, by_2, by_1) = (moves & LOW, (moves >> 32) & 0xffff, (moves >> 48) & 0xff);
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
        ([condition, change, moves], bytes)
    });
    Shifted { bytes, signs: moves >> 56 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::access::size;
    use crate::testing::memory_table;

    #[test]
    fn loads() {
        let ops = ENCODINGS.iter().map(|e| (e.op, size(e.op))).collect::<alloc::vec::Vec<_>>();
        memory_table::<Load>(&ops, |c, address| {
            let s = c.event.step;
            (extract(c.instr.op, s.mem.into(), address), (address as u32 & !7 | s.rs2 as u32, s.mem))
        });
    }
}
