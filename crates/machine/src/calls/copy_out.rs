//! The steps of copies from memory to the public output.
//!
//! The output is put on the bus eight bytes at a time, wherever they lie and in whatever pieces the
//! program wrote them: [`Message::Written`] carries its length and what is not put yet. A step of eight
//! bytes puts eight, a byte that is the eighth puts eight, another byte puts none, and `exit` shows
//! what is left.

use dyad_rules::{LOW, Rules, Table, Word, gadgets};

use super::copy::{CELL, Progress, advance, end, next_time};
use super::{Machine, Refusal};
use crate::families::load::moves_down;
use crate::list::TableId;
use crate::message::{Message, pull, push};
use crate::record::Copy;
use crate::row::halves;

/// Copies `remaining` bytes from `pointer` on to the output.
pub(super) fn copy<M: Machine>(m: &mut M, pointer: u32, remaining: u32) -> Result<(), Refusal> {
    Progress { pointer, remaining }.run(m, TableId::CopyOutEnd, |m, at, size, event| {
        event.read_only = m.is_read_only(at.pointer);
        event.mem = m.access_cell(at.pointer, |cell| cell);
        event.mem_new = event.mem.value;
        event.written = m.write(&event.mem.value.to_le_bytes()[at.offset()..][..size]);
        Ok(match (size, event.written.length % 8) {
            (8, _) => TableId::CopyOutWord,
            (_, 7) => TableId::CopyOutEighth,
            _ => TableId::CopyOutByte,
        })
    })
}

/// What a step out of memory has beside the bytes it outputs.
struct Out<W> {
    range: W,
    /// The cell's address and read-only bit.
    place: W,
    cell: W,
    /// Length and rest of the output before and after.
    written: [(W, W); 2],
    size: u64,
}

/// State, times, memory and what is written of a step out of memory. Cost 5/3.
fn step_out<R: Rules>(r: &mut R, copy: &Copy, out: &Out<R::Word>) {
    let state = r.commit("state", || halves(copy.pc, copy.time));
    let prev = r.commit("prev cell | written", || halves(copy.mem.prev, copy.written.prev));
    let now = (state >> 32) ^ r.constant(1);
    gadgets::assert_less_halves(r, "times", prev, now ^ (now << 32));

    pull(r, Message::Ram { at: out.place ^ (prev << 32), value: out.cell });
    push(r, Message::Ram { at: out.place ^ (now << 32), value: out.cell });
    let [before, after] = out.written;
    pull(r, Message::Written { at: prev & !LOW, length: before.0, rest: before.1 });
    push(r, Message::Written { at: now << 32, length: after.0, rest: after.1 });

    let next = next_time(r, state);
    pull(r, Message::CopyOut { at: state, range: out.range });
    let range = advance(r, out.range, out.size);
    push(r, Message::CopyOut { at: next, range });
}

/// The byte that a step moves.
struct Byte<W> {
    byte: W,
    /// The cell's address and read-only bit.
    place: W,
}

/// The byte at the address: half, quarter and eighth of the cell, each moved down where a bit of the
/// address is 1. The word has the read-only bit too, which the bus fixes. Cost 1/1.
fn byte_of<R: Rules>(r: &mut R, copy: &Copy, range: R::Word, cell: R::Word) -> Byte<R::Word> {
    let moved = r.commit("moved | read-only", || {
        moves_down(copy.mem.value, copy.pointer.into()).0 | u64::from(copy.read_only) << 56
    });
    let by_4 = cell ^ (moved & LOW);
    let by_2 = by_4 ^ ((moved >> 32) & 0xffff);
    let by_1 = by_2 ^ ((moved >> 48) & 0xff);
    let condition =
        (range.broadcast(2) & LOW) ^ (range.broadcast(1) & 0xffff << 32) ^ (range.broadcast(0) & 0xff << 48);
    let change = ((cell ^ (cell >> 32)) & LOW)
        ^ (((by_4 ^ (by_4 >> 16)) & 0xffff) << 32)
        ^ (((by_2 ^ (by_2 >> 8)) & 0xff) << 48);
    r.assert_and("moved", condition, change, moved & !(1 << 56));
    Byte { byte: by_1 & 0xff, place: (range & CELL) ^ moved.bit(56) }
}

/// The table of single bytes out of memory that are not the eighth of eight.
pub struct CopyOutByte;

impl Table for CopyOutByte {
    type Event = Copy;
    const NAME: &'static str = "copy out byte";

    /// 11 committed words, 5 constraints.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        let range = r.commit("range", || halves(copy.pointer, copy.remaining));
        let cell = r.commit("cell", || copy.mem.value);
        let Byte { byte, place } = byte_of(r, copy, range, cell);
        let length = r.commit("output length", || copy.written.length);
        let rest = r.commit("rest", || copy.written.rest);

        // The byte moved up by 1, 2 and 4 where a bit of the length is 1, in the same way; then the product
        // of the length's lowest two bits, for the length that follows. That of all three is 0: the byte
        // is not the eighth.
        let placed = r.commit_with_free("placed", 1 << 57, || {
            let (byte, bit) = (byte.value(), |i: u32| (copy.written.length >> i & 1).wrapping_neg());
            let by_1 = byte & bit(0);
            let x = byte ^ by_1 ^ by_1 << 8;
            let by_2 = x & bit(1);
            let x = x ^ by_2 ^ by_2 << 16;
            by_1 | by_2 << 8 | (x & bit(2)) << 24 | (bit(0) & bit(1) & 1) << 56
        });
        let (by_1, by_2, by_4) = (placed & 0xff, (placed >> 8) & 0xffff, (placed >> 24) & LOW);
        let x1 = byte ^ by_1 ^ (by_1 << 8);
        let x2 = x1 ^ by_2 ^ (by_2 << 16);
        let x4 = x2 ^ by_4 ^ (by_4 << 32);
        let both = placed.bit(56);
        let left = byte ^ (x1 << 8) ^ (x2 << 24) ^ (length.bit(0) << 56) ^ (both << 57);
        let right = (length.broadcast(0) & 0xff)
            ^ (length.broadcast(1) & 0xffff << 8)
            ^ (length.broadcast(2) & LOW << 24)
            ^ (length.bit(1) << 56)
            ^ (length.bit(2) << 57);
        r.assert_and("placed", left, right, placed & !(1 << 57));
        // So the length's carries end at bit 2.
        let one = r.constant(1);
        let next = length ^ one ^ (length.bit(0) << 1) ^ (both << 2);
        let written = [(length, rest), (next, rest ^ x4)];
        step_out(r, copy, &Out { range, place, cell, written, size: 1 });
    }
}

/// The length when eight bytes more were put. Cost 1/1.
fn eight_more<R: Rules>(r: &mut R, length: R::Word) -> R::Word {
    let eight = r.constant(8);
    gadgets::add(r, "next length", length, eight).sum
}

/// The table of single bytes out of memory that are the eighth of eight: these are put.
pub struct CopyOutEighth;

impl Table for CopyOutEighth {
    type Event = Copy;
    const NAME: &'static str = "copy out eighth";

    /// 11 committed words, 5 constraints.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        let range = r.commit("range", || halves(copy.pointer, copy.remaining));
        let cell = r.commit("cell", || copy.mem.value);
        let Byte { byte, place } = byte_of(r, copy, range, cell);
        // The length has seven in its lowest bits.
        let whole = r.commit_with_free("output length", 7, || copy.written.length & !7) & !7;
        let rest = r.commit("rest", || copy.written.rest);
        push(r, Message::Output { index: whole >> 3, value: rest ^ (byte << 56) });
        let next = eight_more(r, whole);
        let (seven, zero) = (r.constant(7), r.constant(0));
        let written = [(whole ^ seven, rest), (next, zero)];
        step_out(r, copy, &Out { range, place, cell, written, size: 1 });
    }
}

/// The table of whole cells out of memory, to any length of the output.
pub struct CopyOutWord;

const TURNS: [&str; 3] = ["turned by 1", "turned by 2", "turned by 4"];

impl Table for CopyOutWord {
    type Event = Copy;
    const NAME: &'static str = "copy out word";

    /// 15 committed words, 9 constraints.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        // The address has no bits 0 to 2 in messages: so it must be a multiple of 8.
        let word = r.commit_with_free("range | read-only", 6, || {
            halves(copy.pointer, copy.remaining) & !7 | u64::from(copy.read_only)
        });
        let range = word & !7;
        let place = (range & CELL) ^ (word & 1);
        let cell = r.commit("cell", || copy.mem.value);
        let length = r.commit("output length", || copy.written.length);
        let rest = r.commit("rest", || copy.written.rest);

        // The cell turned up by as many bytes as the rest has: those that come out below are the next rest.
        let mut turned = cell;
        for (k, name) in (0..).zip(TURNS) {
            turned =
                gadgets::select(r, name, length.broadcast(k), turned.rotate_right(64 - (8 << k)), turned);
        }
        let below = bytes_below(r, length);
        let next_rest = r.and("next rest", below, turned);
        push(r, Message::Output { index: length >> 3, value: rest ^ turned ^ next_rest });
        let next = eight_more(r, length);
        let written = [(length, rest), (next, next_rest)];
        step_out(r, copy, &Out { range, place, cell, written, size: 8 });
    }
}

/// Ones in the bytes of a word whose number is less than the lowest three bits of `length`. Cost 1/1.
fn bytes_below<R: Rules>(r: &mut R, length: R::Word) -> R::Word {
    // Products of bits: 0 and 1; those of bit 2 with 0 or 1, with 1, with 0 and 1.
    let [b0, b1, b2] = [0, 1, 2].map(|k| length.bit(k));
    let committed = r.commit("products", || {
        let [b0, b1, b2] = [b0, b1, b2].map(Word::value);
        b0 & b1 | (b2 & (b0 | b1)) << 1 | (b2 & b1) << 2 | (b2 & b1 & b0) << 3
    });
    let both = committed.bit(0);
    let either = b0 ^ b1 ^ both;
    let left = b0 ^ (b2 << 1) ^ (b2 << 2) ^ (b2 << 3);
    let right = b1 ^ (either << 1) ^ (b1 << 2) ^ (both << 3);
    r.assert_and("products", left, right, committed);
    let product = |k: u32| committed.bit(k);
    // More than 0, 1, ..., 6.
    let more = [
        b2 ^ either ^ product(1),
        b2 ^ b1 ^ product(2),
        b2 ^ both ^ product(3),
        b2,
        product(1),
        product(2),
        product(3),
    ];
    let byte = |(k, bit): (u32, &R::Word)| bit.broadcast(0) & 0xff << (8 * k);
    (0..).zip(&more).map(byte).fold(r.constant(0), |all, byte| all ^ byte)
}

/// The table of ends of copies out of memory.
pub struct CopyOutEnd;

impl Table for CopyOutEnd {
    type Event = Copy;
    const NAME: &'static str = "copy out end";

    /// 2 committed words, 1 constraint.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        end(r, copy, |at, range| Message::CopyOut { at, range });
    }
}
