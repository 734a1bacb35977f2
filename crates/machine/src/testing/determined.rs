//! What a row's own messages determine of those that it takes.
//!
//! A row takes the cells that its instruction names: which registers, which address and which program
//! cell follow from the state and the program cell. What they hold, and the times of the accesses
//! before, is for the bus to say.

use dyad_rules::check::MessageValue;
use dyad_rules::{LOW, MESSAGE_WORDS};

use crate::instr::Field;

/// Tags of the messages with a place in the low half of their first word.
const PROGRAM: u64 = 2;
const REGISTER: u64 = 3;
const RAM: u64 = 4;

/// For rows that write to memory, or access none: cells that may not be written are not theirs.
pub fn places(m: &MessageValue) -> MessageValue {
    let mut out = [0; MESSAGE_WORDS];
    match m[0] {
        // The kind of instruction is the table's.
        PROGRAM => (out[1], out[3]) = (LOW, Field::KIND.mask() << Field::KIND.at),
        REGISTER | RAM => out[1] = LOW,
        _ => (),
    }
    out
}

/// For rows that read memory: the bus has a cell as read-only or not.
pub fn places_to_read(m: &MessageValue) -> MessageValue {
    let mut out = places(m);
    if m[0] == RAM {
        out[1] &= !1;
    }
    out
}

/// For the tables of system calls: a register that holds `number`, and if there is one another that
/// holds the file, are the table's.
pub fn call(m: &MessageValue, file: bool) -> MessageValue {
    let mut out = places(m);
    let register = m[1] & LOW;
    if m[0] == REGISTER && (register == 17 || file && register == 10) {
        out[2] = u64::MAX;
    }
    out
}
