//! Lies that an executor could tell.

use dyad_machine::instr::Instr;

/// A lie about one instruction, told before anything is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// rd gets this value instead of the result; a load seems to have found it; a system call
    /// returns it in a0.
    Result(u64),
    /// The whole 8-byte cell holds this after a store.
    Stored(u64),
    /// The instruction is passed over: not executed, not recorded, and no time passes, so that the
    /// next one is at the same cycle.
    Skip,
    /// Control stays at this instruction, which is executed and recorded again at the next cycle.
    Repeat,
    /// A branch goes the other way.
    Branch,
    /// A register holds this value before the instruction.
    Register {
        /// 0..=33.
        register: u8,
        /// Its value.
        value: u64,
    },
    /// A cell of memory holds this value before the instruction.
    Memory {
        /// Any address of the cell.
        address: u32,
        /// Its value.
        value: u64,
    },
    /// So much was written to the public output before the instruction.
    Written {
        /// Its length.
        length: u64,
        /// The last `length % 8` bytes.
        rest: u64,
    },
    /// Another instruction is executed in this one's place, recorded in its own table.
    Instruction(Instr),
    /// Execution goes on at this address instead of the next.
    Next(u32),
    /// A system call is made as if the registers held this number and this file, and recorded in the
    /// table of that call.
    Call {
        /// Of the call, as in a7.
        number: u64,
        /// As in a0.
        file: u64,
    },
    /// The run's exit code is this.
    ExitCode(u8),
}

/// An instruction that is about to be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Cycles used before, the copies of system calls included.
    pub cycle: u64,
    /// Its address.
    pub pc: u32,
    /// The instruction.
    pub instr: Instr,
}

/// Who decides about lies.
pub(crate) trait Tamper {
    /// Asked before each instruction.
    fn fault(&mut self, moment: impl FnOnce() -> Moment) -> Option<Fault>;
}

/// Never lies, at no cost.
pub(crate) struct Honest;

impl Tamper for Honest {
    #[inline(always)]
    fn fault(&mut self, _: impl FnOnce() -> Moment) -> Option<Fault> {
        None
    }
}

/// Lies as it is told.
pub(crate) struct Lying<'a, F>(pub &'a mut F);

impl<F: FnMut(&Moment) -> Option<Fault>> Tamper for Lying<'_, F> {
    fn fault(&mut self, moment: impl FnOnce() -> Moment) -> Option<Fault> {
        (self.0)(&moment())
    }
}
