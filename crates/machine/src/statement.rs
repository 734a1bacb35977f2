//! What a proof is about, as messages: the verifier puts and takes these itself.

use alloc::vec::Vec;

use dyad_abi::{RAM_START, STACK_TOP};
use dyad_rules::check::MessageValue;

use crate::instr::{RAM_TOP, REGISTERS};
use crate::message::Message;
use crate::row::TIME_STEP;

/// The time of the first instruction.
pub const FIRST_TIME: u64 = TIME_STEP;
/// The address that the first RAM cell follows: no cell is there.
pub const CHAIN_START: u32 = (RAM_START - 8) as u32;

/// The messages that the verifier (puts on the bus, takes from it) for a run that starts at
/// `entry_pc` and exits with `exit_code` having written `output`: the initial state, the registers'
/// first values, both ends of the chain of RAM cells, no output at first, the output, eight bytes a
/// message, and the exit with what is left of it.
pub fn boundary(entry_pc: u32, output: &[u8], exit_code: u8) -> (Vec<MessageValue>, Vec<MessageValue>) {
    let mut pushes = Vec::with_capacity(REGISTERS + 3);
    pushes.push(Message::State(u64::from(entry_pc) | FIRST_TIME << 32).value());
    for index in 0..REGISTERS as u64 {
        let value = if index == 2 { STACK_TOP } else { 0 };
        pushes.push(Message::Register { at: index, value }.value());
    }
    pushes.push(Message::Order(u64::from(CHAIN_START)).value());
    pushes.push(Message::Written { at: 0, length: 0, rest: 0 }.value());

    let (whole, last) = output.as_chunks::<8>();
    let mut pulls = Vec::with_capacity(whole.len() + 2);
    pulls.push(Message::Order(RAM_TOP).value());
    for (index, &bytes) in (0..).zip(whole) {
        pulls.push(Message::Output { index, value: u64::from_le_bytes(bytes) }.value());
    }
    let rest = last.iter().rev().fold(0, |rest, &byte| rest << 8 | u64::from(byte));
    pulls.push(Message::Exit { code: u64::from(exit_code), length: output.len() as u64, rest }.value());
    (pushes, pulls)
}
