//! The copies that `read` and `write` make, a step a row.
//!
//! While a copy is going on, the machine's state is a [`Message::CopyOut`] or [`Message::CopyIn`]:
//! the pc to continue at, the time, the address of the next byte and the number of bytes left. A
//! step takes it, moves one byte or one cell, and puts it back later in time; the ending step, with
//! no bytes left, puts the usual state.
//!
//! Which steps are taken is the prover's choice wherever the rules allow both a byte and a cell:
//! the bytes are the same. The address wraps from 2^32 to 0 after the last byte of memory; no cell
//! is there, so no step can follow but the ending one.

use dyad_rules::{Rules, Table, Word, gadgets};

use crate::instr::OUTPUT_LENGTH;
use crate::message::{Message, pull, push};
use crate::record::Copy;
use crate::row::halves;

const LOW: u64 = 0xffff_ffff;
/// A carry out of the high half.
const HIGH_CARRY: u64 = 1 << 63;
/// The cell of a byte's address, from the low half of a range.
const CELL: u64 = LOW & !7;

/// `pointer | remaining << 32`, moved on by `size` bytes. A carry out of the high half, which is
/// demanded, says that at least `size` bytes remained. Cost 1/1.
fn advance<R: Rules>(r: &mut R, range: R::Word, size: u64) -> R::Word {
    let step = r.constant(size | ((1 << 32) - size) << 32);
    gadgets::add_halves(r, "next range", range, step, HIGH_CARRY).sum
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

/// `pc | time << 32`, 4 later. Cost 1/1.
fn next_time<R: Rules>(r: &mut R, state: R::Word) -> R::Word {
    let four = r.constant(4 << 32);
    gadgets::add_halves(r, "next time", state, four, 0).sum
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

/// State, times and memory of a step into memory. Cost 4/2.
fn step_in<R: Rules>(r: &mut R, copy: &Copy, range: R::Word, (old, new): (R::Word, R::Word), size: u64) {
    let state = r.commit("state", || halves(copy.pc, copy.time));
    let prev = r.commit_with_free("prev cell", !LOW, || u64::from(copy.mem.prev)) & LOW;
    let now = (state >> 32) ^ r.constant(1);
    // Low half: prev < now. High half: the time plus 4.
    let (all, four) = (r.constant(LOW), r.constant(4 << 32));
    let times = gadgets::add_halves(r, "times", prev ^ all ^ (state & !LOW), now ^ four, 1 << 31);
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

/// The step that ends a copy, whose state is `message(at, range)`. Cost 2/1.
fn end<R: Rules>(r: &mut R, copy: &Copy, message: fn(R::Word, R::Word) -> Message<R::Word>) {
    let state = r.commit("state", || halves(copy.pc, copy.time));
    // No bytes remain: the range is the address alone. The carries of the time plus 4 share its
    // word.
    let word = r.commit("pointer | carries", || {
        halves(copy.pointer, gadgets::carries(u64::from(copy.time), 4, false) as u32)
    });
    let carries = word & !LOW;
    let (time, four, into) = (state & !LOW, r.constant(4 << 32), carries << 1);
    r.assert_and("next time", time ^ into, four ^ into, carries ^ into);
    pull(r, message(state, word & LOW));
    push(r, Message::State(state ^ four ^ into));
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

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use dyad_rules::harness::{self, Random, Said};

    use super::*;
    use crate::record::Access;

    /// Steps of `size` bytes, 0 for ends.
    fn copies(size: u32, out: bool, random: &mut Random) -> Vec<Copy> {
        let one = |i: usize| {
            let time = [4, 8, u32::MAX - 7, random.word() as u32 & !7 | 4][random.below(4)];
            let mut prev = || [0, time - 1, (random.word() % u64::from(time)) as u32][random.below(3)];
            let (mem_prev, output_prev) = (prev(), prev());
            let mask = if size == 8 { !7 } else { u32::MAX };
            let pointer = [0x1000 + i as u32, 0xffff_ffff, 0xffff_fff8, random.word() as u32][i % 4] & mask;
            let remaining = match (size, i % 3) {
                (0, _) => 0,
                (_, 0) => size,
                (_, 1) => u32::MAX,
                _ => (random.word() as u32).max(size),
            };
            let cell = random.word();
            let lanes = if size == 8 { u64::MAX } else { 0xff << (8 * (pointer % 8)) };
            let mem_new = if out { cell } else { cell & !lanes | random.word() & lanes };
            let length = (random.word() >> random.below(20) >> 12) & if size == 8 { !7 } else { u64::MAX };
            Copy {
                pc: (random.word() as u32 & !3).min(u32::MAX - 7),
                time,
                pointer,
                remaining,
                read_only: out && random.below(2) == 1,
                mem: Access { value: cell, prev: mem_prev },
                mem_new,
                output: Access { value: length, prev: output_prev },
            }
        };
        (0..200).map(one).collect()
    }

    /// Steps that must have no row: too few bytes left, and disordered times.
    fn wrong(size: u32, events: &[Copy], out: bool) -> Vec<Copy> {
        let mut refused = Vec::new();
        for (i, &e) in events.iter().take(30).enumerate() {
            refused.push(Copy { remaining: if size == 1 { 0 } else { i as u32 % 8 }, ..e });
            let late = [e.time | 1, e.time | 2, u32::MAX][i % 3];
            refused.push(Copy { mem: Access { prev: late, ..e.mem }, ..e });
            if out {
                refused.push(Copy { output: Access { prev: late, ..e.output }, ..e });
            }
        }
        refused
    }

    fn agrees(e: &Copy, said: Said, size: u32, out: bool) {
        let at = halves(e.pc, e.time);
        let next = halves(e.pc, e.time + 4);
        let range = halves(e.pointer, e.remaining);
        let state =
            |at, range| if out { Message::CopyOut { at, range } } else { Message::CopyIn { at, range } };
        let mut pulls = alloc::vec![state(at, range)];
        let mut pushes = Vec::new();
        if size == 0 {
            pushes.push(Message::State(next));
        } else {
            pushes.push(state(next, halves(e.pointer.wrapping_add(size), e.remaining - size)));
            let place = e.pointer & !7 | u32::from(e.read_only);
            pulls.push(Message::Ram { at: halves(place, e.mem.prev), value: e.mem.value });
            pushes.push(Message::Ram { at: halves(place, e.time | 1), value: e.mem_new });
        }
        if out && size > 0 {
            let length = e.output.value;
            pulls.push(Message::Register { at: halves(33, e.output.prev), value: length });
            pushes.push(Message::Register { at: halves(33, e.time | 1), value: length + u64::from(size) });
            let start = (e.pointer % 8) as usize;
            let bytes = &e.mem.value.to_le_bytes()[start..start + size as usize];
            for (&byte, offset) in bytes.iter().zip(length..) {
                pushes.push(Message::Output(u64::from(byte) | offset << 8));
            }
        }
        let values = |m: Vec<Message<u64>>| m.into_iter().map(Message::value).collect();
        assert_eq!((said.pushes, said.pulls), harness::net(values(pushes), values(pulls)), "{e:x?}");
    }

    fn steps<T: Table<Event = Copy>>(size: u32, out: bool, chosen: &[&str], more_refused: &[Copy]) {
        let events = copies(size, out, &mut Random(61 + u64::from(size)));
        let mut refused = if size == 0 { Vec::new() } else { wrong(size, &events, out) };
        refused.extend(more_refused);
        for (e, said) in events.iter().zip(harness::all_refusing::<T>(&events, &refused, chosen)) {
            agrees(e, said, size, out);
        }
    }

    #[test]
    fn bytes_out() {
        steps::<CopyOutByte>(1, true, &[], &[]);
    }

    #[test]
    fn words_out() {
        steps::<CopyOutWord>(8, true, &[], &[]);
    }

    #[test]
    fn bytes_in() {
        // A change of another byte than the one addressed.
        let mut random = Random(66);
        let mut stray = copies(1, false, &mut random);
        for (i, e) in stray.iter_mut().enumerate() {
            let other = (e.pointer as usize + 1 + i % 7) % 8;
            e.mem_new ^= 1 << (8 * other + random.below(8));
        }
        steps::<CopyInByte>(1, false, &["new cell"], &stray);
    }

    #[test]
    fn words_in() {
        steps::<CopyInWord>(8, false, &["new cell"], &[]);
    }

    #[test]
    fn ends() {
        steps::<CopyOutEnd>(0, true, &[], &[]);
        steps::<CopyInEnd>(0, false, &[], &[]);
    }

    /// A misaligned address or length is not what a step of a cell takes.
    #[test]
    fn cells_out_are_aligned() {
        for mut e in copies(8, true, &mut Random(67)) {
            e.pointer |= 1 + e.time / 8 % 7;
            let row = dyad_rules::fill::<CopyOutWord>(&e);
            let pulls = harness::said::<CopyOutWord>(&row.committed, &[]).pulls;
            let state = Message::CopyOut { at: halves(e.pc, e.time), range: halves(e.pointer, e.remaining) };
            assert!(!pulls.contains(&state.value()));
        }
    }
}
