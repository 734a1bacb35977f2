//! What a proof states, as the messages that the verifier itself puts on the bus and takes from it.

use alloc::vec::Vec;

use dyad_rules::check::MessageValue;

use crate::instr::{RAM_START, RAM_TOP, REGISTERS, STACK_TOP};
use crate::message::Message;

/// The time of the first instruction.
pub const FIRST_TIME: u32 = 4;

/// What is claimed of a run, beside the program's instructions and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Address of the first instruction.
    pub entry: u32,
    /// The public output.
    pub output: &'a [u8],
    /// The exit code.
    pub exit_code: u8,
}

impl Statement<'_> {
    /// What the verifier puts on the bus: the first state, the first values of all registers, and
    /// the start of the chain of RAM addresses.
    pub fn pushes(&self) -> Vec<MessageValue> {
        let state = u64::from(self.entry) | u64::from(FIRST_TIME) << 32;
        let mut out = alloc::vec![Message::State(state).value(), Message::Order(RAM_START - 8).value()];
        out.extend((0..REGISTERS as u64).map(|i| {
            let value = if i == 2 { STACK_TOP } else { 0 };
            Message::Register { at: i, value }.value()
        }));
        out
    }

    /// What the verifier takes from the bus: the exit, the output byte by byte, and the end of the
    /// chain of RAM addresses.
    pub fn pulls(&self) -> Vec<MessageValue> {
        let length = self.output.len() as u64;
        let code = u64::from(self.exit_code);
        let mut out = alloc::vec![Message::Exit { code, length }.value(), Message::Order(RAM_TOP).value()];
        let byte = |(i, &b): (usize, &u8)| Message::Output(u64::from(b) | (i as u64) << 8).value();
        out.extend(self.output.iter().enumerate().map(byte));
        out
    }
}
