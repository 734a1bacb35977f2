//! What watches a run.

use dyad_machine::instr::Instr;
use dyad_machine::record::{Copy, Ecall};

/// An executed instruction other than a system call. The observer knows the rest of its record.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub pc: u32,
    pub time: u32,
    /// Its index in the program's list of instructions.
    pub index: u32,
    pub instr: Instr,
    pub rs1: u64,
    pub rs2: u64,
    pub rd_old: u64,
    pub ram: Option<Touched>,
}

/// The memory cell that a load or store accesses.
#[derive(Clone, Copy)]
pub(crate) struct Touched {
    /// The address loaded from or stored to.
    pub address: u32,
    pub read_only: bool,
    /// The cell's value before.
    pub before: u64,
}

/// Which system call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Exit,
    Read,
    Write,
    Diagnose,
}

/// Into memory or out of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// Bytes that one step of a copy moves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Byte,
    Word,
    /// The step that ends the copy.
    End,
}

/// Watches a run. Times of accesses are the observer's to know: it gets events with all previous
/// times 0.
pub(crate) trait Observer {
    /// An instruction was executed.
    fn step(&mut self, seen: Seen);
    /// A system call was made.
    fn call(&mut self, call: Call, event: Ecall);
    /// A copy moved on.
    fn copy(&mut self, direction: Direction, unit: Unit, event: Copy);
}

/// Sees nothing.
pub(crate) struct Silent;

impl Observer for Silent {
    #[inline(always)]
    fn step(&mut self, _: Seen) {}
    #[inline(always)]
    fn call(&mut self, _: Call, _: Ecall) {}
    #[inline(always)]
    fn copy(&mut self, _: Direction, _: Unit, _: Copy) {}
}
