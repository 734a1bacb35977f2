//! The steps of copies of the private input into memory.

use dyad_rules::{LOW, Rules, Table, Word, gadgets};

use super::copy::{CELL, Progress, advance, end};
use super::{A7, Machine, Refusal};
use crate::list::TableId;
use crate::message::{Message, pull, push};
use crate::record::Copy;
use crate::row::{TIME_STEP, halves};

/// Copies `remaining` bytes of the input, which has as many, to `pointer`.
pub(super) fn copy<M: Machine>(m: &mut M, pointer: u32, remaining: u32) -> Result<(), Refusal> {
    Progress { pointer, remaining }.run(m, TableId::CopyInEnd, |m, at, size, event| {
        if m.is_read_only(at.pointer) {
            let (number, address) = (m.register(A7), u64::from(at.pointer));
            return Err(Refusal::ReadOnly { number, address });
        }
        let mut bytes = [0; 8];
        bytes[at.offset()..][..size].copy_from_slice(&m.input()[..size]);
        let kept = !(u64::MAX >> (64 - 8 * size) << (8 * at.offset()));
        event.mem = m.access_cell(at.pointer, |cell| cell & kept | u64::from_le_bytes(bytes));
        event.mem_new = m.cell(at.pointer);
        m.consume(size);
        Ok(if size == 1 { TableId::CopyInByte } else { TableId::CopyInWord })
    })
}

/// State, times and memory of a step into memory. Cost 4/2.
fn step_in<R: Rules>(r: &mut R, copy: &Copy, range: R::Word, (old, new): (R::Word, R::Word), size: u64) {
    let state = r.commit("state", || halves(copy.pc, copy.time));
    let prev = r.commit_with_free("prev cell", !LOW, || u64::from(copy.mem.prev)) & LOW;
    let now = (state >> 32) ^ r.constant(1);
    // Low half: prev < now. High half: the next time.
    let (all, step) = (r.constant(LOW), r.constant(TIME_STEP << 32));
    let times = gadgets::add_halves(r, "times", prev ^ all ^ (state & !LOW), now ^ step, 1 << 31);
    let next = (state & LOW) ^ (times.sum & !LOW);

    // The read-only bit is 0: such cells are not written.
    let place = range & CELL;
    pull(r, Message::Ram { at: place ^ (prev << 32), value: old });
    push(r, Message::Ram { at: place ^ (now << 32), value: new });

    pull(r, Message::CopyIn { at: state, range });
    let range = advance(r, range, size);
    push(r, Message::CopyIn { at: next, range });
}

/// The table of single bytes into memory; the byte is the prover's choice.
pub struct CopyInByte;

impl Table for CopyInByte {
    type Event = Copy;
    const NAME: &'static str = "copy in byte";

    /// 7 committed words, 5 constraints.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        let range = r.commit("range", || halves(copy.pointer, copy.remaining));
        let old = r.commit("cell", || copy.mem.value);
        let new = r.commit("new cell", || copy.mem_new);
        // For each bit of the address, the parts of the cell that it rules out stay as they are:
        // where it is 0 the upper ones, where it is 1 the lower ones.
        let zero = r.constant(0);
        for (bit, name, upper) in [
            (2, "kept words", 0xffff_ffff_0000_0000),
            (1, "kept halves", 0xffff_0000_ffff_0000),
            (0, "kept bytes", 0xff00_ff00_ff00_ff00),
        ] {
            let kept = range.broadcast(bit) ^ r.constant(upper);
            r.assert_and(name, old ^ new, kept, zero);
        }
        step_in(r, copy, range, (old, new), 1);
    }
}

/// The table of whole cells into memory; the bytes are the prover's choice.
pub struct CopyInWord;

impl Table for CopyInWord {
    type Event = Copy;
    const NAME: &'static str = "copy in word";

    /// 7 committed words, 2 constraints.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        // The address has no bits 0 to 2 in messages: so it must be a multiple of 8.
        let range = r.commit_with_free("range", 7, || halves(copy.pointer, copy.remaining) & !7) & !7;
        let old = r.commit("cell", || copy.mem.value);
        let new = r.commit("new cell", || copy.mem_new);
        step_in(r, copy, range, (old, new), 8);
    }
}

/// The table of ends of copies into memory.
pub struct CopyInEnd;

impl Table for CopyInEnd {
    type Event = Copy;
    const NAME: &'static str = "copy in end";

    /// 2 committed words, 1 constraint.
    fn rules<R: Rules>(r: &mut R, copy: &Copy) {
        end(r, copy, |at, range| Message::CopyIn { at, range });
    }
}
