//! Blocks, as an executor sees them: paths whose runs are rows of tables of their own.
//!
//! What a block's table says is data, and made elsewhere; here is what a run has to be like for a row of it, and what is
//! recorded of one.

use alloc::vec::Vec;

/// A path and what it takes for granted. Places on it are numbered from 0, one for each instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// The indices of its instructions in the program's list.
    pub instrs: Vec<u32>,
    /// What has to hold besides. Every access is naturally aligned.
    pub conditions: Vec<Condition>,
    /// The registers that a row finds and leaves, in the order of what it records.
    pub registers: Vec<FoundRegister>,
    /// The cells that a row finds and leaves, in the order of what it records.
    pub cells: Vec<FoundCell>,
    /// The cells in the order in which they are left.
    pub order: Vec<u32>,
    /// The first instruction that writes the sink, which a row leaves alone.
    pub sink: Option<u32>,
}

/// Where on its path a block first meets a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundRegister {
    /// Which.
    pub register: u8,
    /// The instruction that first accesses it.
    pub at: u32,
    /// As what.
    pub operand: Operand,
}

/// How an instruction accesses a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// rs1.
    Rs1,
    /// rs2.
    Rs2,
    /// rd.
    Rd,
    /// The reservation.
    Reservation,
}

/// Where on its path a block finds a cell, and when it leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundCell {
    /// The instruction whose access finds it.
    pub at: u32,
    /// The time slot in which it is left. Cells of the same slot are different ones.
    pub slot: u8,
}

/// What a block takes for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The address that an instruction accesses is a base within 32 bits and a distance, and has these low bits.
    Base {
        /// The instruction.
        at: u32,
        /// What is added to the base, modulo 2^64.
        distance: u64,
        /// How many low bits of the address are known.
        bits: u8,
        /// What they are.
        value: u16,
    },
    /// Whether the cell that an instruction reads is read-only.
    ReadOnly {
        /// The instruction.
        at: u32,
        /// Whether it is.
        value: bool,
    },
    /// The cell that an instruction accesses is below that of another one. Of cells at known distances from each other, the
    /// highest and the lowest stand for all.
    Below {
        /// The instruction of the lower cell.
        low: u32,
        /// That of the higher one.
        high: u32,
    },
}

impl Condition {
    /// Whether it holds, `access` giving the address that an instruction accesses, and whether its cell is read-only.
    pub fn holds(&self, access: impl Fn(u32) -> (u32, bool)) -> bool {
        let cell = |at: u32| access(at).0 & !7;
        match self {
            Self::Base { at, distance, bits, value } => {
                let address = access(*at).0;
                let base = u64::from(address).wrapping_sub(*distance);
                base >> 32 == 0 && address & ((1 << bits) - 1) == u32::from(*value)
            }
            Self::ReadOnly { at, value } => access(*at).1 == *value,
            Self::Below { low, high } => cell(*low) < cell(*high),
        }
    }
}

/// Rows of a block, in part of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockRows {
    /// Of each row, its time.
    pub times: Vec<u32>,
    /// Of each row, what its registers and then its cells hold as it finds them.
    pub values: Vec<u64>,
    /// Of each row, the times of their accesses before.
    pub before: Vec<u32>,
}

impl BlockRows {
    /// Forgets all rows and keeps the memory that they were in.
    pub fn clear(&mut self) {
        self.times.clear();
        self.values.clear();
        self.before.clear();
    }

    /// Appends those of `more`.
    pub fn append(&mut self, more: &Self) {
        self.times.extend(&more.times);
        self.values.extend(&more.values);
        self.before.extend(&more.before);
    }
}
