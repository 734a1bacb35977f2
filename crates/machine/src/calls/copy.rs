//! What copies into memory and out of it share.
//!
//! While a copy is going on, the machine's state is a [`Message::CopyOut`] or [`Message::CopyIn`]:
//! the pc to continue at, the time, the address of the next byte and the number of bytes left. A
//! step takes it, moves one byte or one cell, and puts it back later in time; the ending step, with
//! no bytes left, puts the usual state.
//!
//! Which steps are taken is the prover's choice wherever the rules allow both a byte and a cell:
//! the bytes are the same. The address wraps from 2^32 to 0 after the last byte of memory; no cell
//! is there, so no step can follow but the ending one.

use dyad_rules::{LOW, Rules, gadgets};

use super::{Machine, Refusal};
use crate::list::TableId;
use crate::message::{Message, pull, push};
use crate::record::Copy;
use crate::row::{TIME_STEP, halves};

/// A carry out of the high half.
const HIGH_CARRY: u64 = 1 << 63;
/// The cell of a byte's address, from the low half of a range.
pub(super) const CELL: u64 = LOW & !7;

/// Where a copy is.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    pub pointer: u32,
    pub remaining: u32,
}

impl Progress {
    /// Copies to the end: `step` moves so many bytes, completes the event and says in which table it is a
    /// row; that of the last step is `end`.
    pub fn run<M: Machine>(
        mut self,
        m: &mut M,
        end: TableId,
        mut step: impl FnMut(&mut M, Self, usize, &mut Copy) -> Result<TableId, Refusal>,
    ) -> Result<(), Refusal> {
        loop {
            let size = self.size();
            let mut event = self.event(m);
            if size == 0 {
                return m.copied(end, event);
            }
            let table = step(m, self, size, &mut event)?;
            m.copied(table, event)?;
            self.pointer = self.pointer.wrapping_add(size as u32);
            self.remaining -= size as u32;
        }
    }

    /// Where the next byte lies in its cell.
    pub fn offset(self) -> usize {
        (self.pointer % 8) as usize
    }

    /// Bytes that the next step moves, 0 for the step that ends the copy.
    fn size(self) -> usize {
        match self.remaining {
            0 => 0,
            8.. if self.pointer.is_multiple_of(8) => 8,
            _ => 1,
        }
    }

    /// The event of the next step, without what it finds.
    fn event(self, m: &impl Machine) -> Copy {
        Copy {
            pc: m.at().fall_through,
            time: m.time(),
            pointer: self.pointer,
            remaining: self.remaining,
            ..Copy::default()
        }
    }
}

/// `pointer | remaining << 32`, moved on by `size` bytes. A carry out of the high half, which is
/// demanded, says that at least `size` bytes remained. Cost 1/1.
pub(super) fn advance<R: Rules>(r: &mut R, range: R::Word, size: u64) -> R::Word {
    let step = r.constant(size | ((1 << 32) - size) << 32);
    gadgets::add_halves(r, "next range", range, step, HIGH_CARRY).sum
}

/// `pc | time << 32`, a step later. Cost 1/1.
pub(super) fn next_time<R: Rules>(r: &mut R, state: R::Word) -> R::Word {
    let step = r.constant(TIME_STEP << 32);
    gadgets::add_halves(r, "next time", state, step, 0).sum
}

/// The step that ends a copy, whose state is `message(at, range)`. Cost 2/1.
pub(super) fn end<R: Rules>(r: &mut R, copy: &Copy, message: fn(R::Word, R::Word) -> Message<R::Word>) {
    let state = r.commit("state", || halves(copy.pc, copy.time));
    // No bytes remain: the range is the address alone. The carries of the next time share its
    // word.
    let word = r.commit("pointer | carries", || {
        halves(copy.pointer, gadgets::carries(u64::from(copy.time), TIME_STEP, false) as u32)
    });
    let carries = word & !LOW;
    let (time, step, into) = (state & !LOW, r.constant(TIME_STEP << 32), carries << 1);
    r.assert_and("next time", time ^ into, step ^ into, carries ^ into);
    pull(r, message(state, word & LOW));
    push(r, Message::State(state ^ step ^ into));
}
