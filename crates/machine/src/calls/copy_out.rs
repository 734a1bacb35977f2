//! The steps of copies from memory to the public output.

use dyad_rules::{LOW, Rules, Table, Word, gadgets};

use super::copy::{CELL, Progress, advance, end, next_time};
use super::{Machine, Refusal};
use crate::instr::OUTPUT_LENGTH;
use crate::list::TableId;
use crate::message::{Message, pull, push};
use crate::record::Copy;
use crate::row::halves;

/// Copies `remaining` bytes from `pointer` on to the output.
pub(super) fn copy<M: Machine>(m: &mut M, pointer: u32, remaining: u32) -> Result<(), Refusal> {
    let mut progress = Progress { pointer, remaining };
    loop {
        let length = m.register(OUTPUT_LENGTH);
        let size = progress.size(length.is_multiple_of(8));
        let mut event = progress.event(m);
        if size > 0 {
            event.read_only = m.is_read_only(progress.pointer);
            event.mem = m.access_cell(progress.pointer, |cell| cell);
            event.mem_new = event.mem.value;
            // It wraps only where a lie made the register huge.
            event.output = m.access(OUTPUT_LENGTH, length.wrapping_add(size as u64));
            let at = (progress.pointer % 8) as usize;
            m.output().extend(&event.mem.value.to_le_bytes()[at..at + size]);
        }
        let table = match size {
            0 => TableId::CopyOutEnd,
            1 => TableId::CopyOutByte,
            _ => TableId::CopyOutWord,
        };
        m.copied(table, event)?;
        if size == 0 {
            return Ok(());
        }
        progress.advance(size);
    }
}

/// What a step out of memory has beside the bytes it outputs.
struct Out<W> {
    range: W,
    /// The cell's address and read-only bit.
    place: W,
    cell: W,
    /// The length of the output before.
    length: W,
    size: u64,
}

/// State, times, memory and output length of a step out of memory. Cost 6/4.
///
/// The length is far below 2^56, so that it has its own bits in [`Message::Output`]: it starts at 0
/// and a proof has fewer than 2^30 steps.
fn step_out<R: Rules>(r: &mut R, copy: &Copy, out: &Out<R::Word>) {
    let state = r.commit("state", || halves(copy.pc, copy.time));
    let prev = r.commit("prev cell | output length", || halves(copy.mem.prev, copy.output.prev));
    let now = (state >> 32) ^ r.constant(1);
    gadgets::assert_less_halves(r, "times", prev, now ^ (now << 32));

    pull(r, Message::Ram { at: out.place ^ (prev << 32), value: out.cell });
    push(r, Message::Ram { at: out.place ^ (now << 32), value: out.cell });

    let size = r.constant(out.size);
    let length = gadgets::add(r, "next length", out.length, size).sum;
    let register = r.constant(u64::from(OUTPUT_LENGTH));
    pull(r, Message::Register { at: register ^ (prev & !LOW), value: out.length });
    push(r, Message::Register { at: register ^ (now << 32), value: length });

    let next = next_time(r, state);
    pull(r, Message::CopyOut { at: state, range: out.range });
    let range = advance(r, out.range, out.size);
    push(r, Message::CopyOut { at: next, range });
}

/// The table of single bytes out of memory.
pub struct CopyOutByte;

impl Table for CopyOutByte {
    type Event = Copy;
    const NAME: &'static str = "copy out byte";

    /// 10 committed words, 5 constraints.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        let range = r.commit("range", || halves(copy.pointer, copy.remaining));
        let cell = r.commit("cell", || copy.mem.value);
        let length = r.commit("output length", || copy.output.value);
        // Half, quarter and eighth of the cell, each moved down where a bit of the address is 1;
        // and the read-only bit, which the bus fixes.
        let moved = r.commit("moved | read-only", || {
            let bit = |i: u32| (copy.pointer as u64 >> i & 1).wrapping_neg();
            let by_4 = (copy.mem.value ^ copy.mem.value >> 32) & bit(2) & LOW;
            let x = copy.mem.value ^ by_4;
            let by_2 = (x ^ x >> 16) & bit(1) & 0xffff;
            let x = x ^ by_2;
            let by_1 = (x ^ x >> 8) & bit(0) & 0xff;
            by_4 | by_2 << 32 | by_1 << 48 | u64::from(copy.read_only) << 56
        });
        let by_4 = cell ^ (moved & LOW);
        let by_2 = by_4 ^ ((moved >> 32) & 0xffff);
        let by_1 = by_2 ^ ((moved >> 48) & 0xff);
        let condition = (range.broadcast(2) & LOW)
            ^ (range.broadcast(1) & 0xffff << 32)
            ^ (range.broadcast(0) & 0xff << 48);
        let change = ((cell ^ (cell >> 32)) & LOW)
            ^ (((by_4 ^ (by_4 >> 16)) & 0xffff) << 32)
            ^ (((by_2 ^ (by_2 >> 8)) & 0xff) << 48);
        r.assert_and("moved", condition, change, moved & !(1 << 56));
        let place = (range & CELL) ^ moved.bit(56);
        step_out(r, copy, &Out { range, place, cell, length, size: 1 });
        push(r, Message::Output((by_1 & 0xff) ^ (length << 8)));
    }
}

/// The table of whole cells out of memory, to an output length that is a multiple of 8.
pub struct CopyOutWord;

impl Table for CopyOutWord {
    type Event = Copy;
    const NAME: &'static str = "copy out word";

    /// 9 committed words, 4 constraints.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        // Address and length have no bits 0 to 2 in messages: so they must be multiples of 8.
        let word = r.commit_with_free("range | read-only", 6, || {
            halves(copy.pointer, copy.remaining) & !7 | u64::from(copy.read_only)
        });
        let range = word & !7;
        let place = (range & CELL) ^ (word & 1);
        let cell = r.commit("cell", || copy.mem.value);
        let length = r.commit_with_free("output length", 7, || copy.output.value & !7) & !7;
        step_out(r, copy, &Out { range, place, cell, length, size: 8 });
        for j in 0..8 {
            let offset = length ^ r.constant(j as u64);
            push(r, Message::Output(((cell >> (8 * j)) & 0xff) ^ (offset << 8)));
        }
    }
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
