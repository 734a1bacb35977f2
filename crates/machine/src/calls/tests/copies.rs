//! The tables of copies.

use alloc::vec::Vec;

use dyad_rules::Table;
use dyad_rules::harness::{self, Random, Said, Trial};

use crate::calls::copy_in::{CopyInByte, CopyInEnd, CopyInWord};
use crate::calls::copy_out::{CopyOutByte, CopyOutEighth, CopyOutEnd, CopyOutWord};
use crate::message::Message;
use crate::record::{Access, Copy, Written};
use crate::row::{TIME_STEP, halves};
use crate::testing::determined;

/// Steps of `size` bytes, 0 for ends.
fn copies(size: u32, out: bool, random: &mut Random) -> Vec<Copy> {
    let one = |i: usize| {
        let time = [64, 128, u32::MAX - 127, random.word() as u32 & !127 | 64][random.below(4)];
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
        let length = random.word() >> random.below(20) >> 12;
        let rest = random.word() & !(u64::MAX << (8 * (length % 8)));
        Copy {
            pc: (random.word() as u32 & !3).min(u32::MAX - 7),
            time,
            pointer,
            remaining,
            read_only: out && random.below(2) == 1,
            mem: Access { value: cell, prev: mem_prev },
            mem_new,
            written: Written { length, rest, prev: output_prev },
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
            refused.push(Copy { written: Written { prev: late, ..e.written }, ..e });
        }
    }
    refused
}

fn agrees(e: &Copy, said: Said, size: u32, out: bool) {
    let at = halves(e.pc, e.time);
    let next = halves(e.pc, e.time + TIME_STEP as u32);
    let range = halves(e.pointer, e.remaining);
    let state = |at, range| if out { Message::CopyOut { at, range } } else { Message::CopyIn { at, range } };
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
        let Written { length, rest, prev } = e.written;
        let moved = e.mem.value >> (8 * (e.pointer % 8)) & u64::MAX >> (64 - 8 * size);
        let all = u128::from(rest) | u128::from(moved) << (8 * (length % 8));
        let is_put = length % 8 + u64::from(size) >= 8;
        let rest_after = if is_put { (all >> 64) as u64 } else { all as u64 };
        pulls.push(Message::Written { at: halves(0, prev), length, rest });
        let (at, length_after) = (halves(0, e.time | 1), length + u64::from(size));
        pushes.push(Message::Written { at, length: length_after, rest: rest_after });
        if is_put {
            pushes.push(Message::Output { index: length / 8, value: all as u64 });
        }
    }
    let values = |m: Vec<Message<u64>>| m.into_iter().map(Message::value).collect();
    assert_eq!((said.pushes, said.pulls), harness::net(values(pushes), values(pulls)), "{e:x?}");
}

fn steps<T: Table<Event = Copy>>(size: u32, out: bool, chosen: &[&str], more_refused: &[Copy]) {
    let events = copies(size, out, &mut Random(61 + u64::from(size)));
    steps_of::<T>(&events, size, out, chosen, more_refused);
}

fn steps_of<T: Table<Event = Copy>>(
    events: &[Copy],
    size: u32,
    out: bool,
    chosen: &[&str],
    more_refused: &[Copy],
) {
    let mut refused = if size == 0 { Vec::new() } else { wrong(size, events, out) };
    refused.extend(more_refused);
    let determined = if out { determined::places_to_read } else { determined::places };
    let trial = Trial::<T> { refused: &refused, chosen, determined, ..Trial::of(events) };
    for (e, said) in events.iter().zip(trial.run()) {
        agrees(e, said, size, out);
    }
}

#[test]
fn bytes_out() {
    let (eighth, others): (Vec<_>, Vec<_>) =
        copies(1, true, &mut Random(62)).into_iter().partition(|e| e.written.length % 8 == 7);
    steps_of::<CopyOutByte>(&others, 1, true, &[], &eighth);
    let mut eighth = eighth;
    for seed in 70..76 {
        eighth.extend(copies(1, true, &mut Random(seed)).into_iter().filter(|e| e.written.length % 8 == 7));
    }
    steps_of::<CopyOutEighth>(&eighth, 1, true, &[], &[]);
}

#[test]
fn words_out() {
    steps::<CopyOutWord>(8, true, &[], &[]);
}

#[test]
fn bytes_in() {
    // Each bit of another byte than the one addressed, wherever that is.
    let example = copies(1, false, &mut Random(66))[0];
    let bits =
        |pointer: u32| (0..64).filter(move |bit| bit / 8 != pointer % 8).map(move |bit| (pointer, bit));
    let changed = |(pointer, bit)| Copy { pointer, mem_new: example.mem.value ^ 1u64 << bit, ..example };
    let stray: Vec<_> = (0x2000..0x2008).flat_map(bits).map(changed).collect();
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

/// Whatever a row's words are, a step of a cell is about a multiple of 8: the address, and the length
/// of the output.
fn aligned<T: Table<Event = Copy>>(random: &mut Random) {
    let width = dyad_rules::fill::<T>(&Copy::default()).committed.len();
    for _ in 0..100 {
        let words: Vec<_> = (0..width).map(|_| random.word()).collect();
        let said = harness::said::<T>(&words, &[]);
        let places: Vec<_> = said
            .pulls
            .iter()
            .filter_map(|m| match m[0] {
                // An output's length, and where a copy is.
                3 | 6 | 7 => Some(m[2]),
                _ => None,
            })
            .collect();
        assert!(!places.is_empty() && places.iter().all(|place| place % 8 == 0), "{}: {places:x?}", T::NAME);
    }
}

#[test]
fn cells_are_aligned() {
    aligned::<CopyOutWord>(&mut Random(67));
    aligned::<CopyInWord>(&mut Random(68));
}
