//! What watches a run.

use dyad_machine::block::Pattern;
use dyad_machine::instr::Instr;
use dyad_machine::list::TableId;
use dyad_machine::record::{Copy, Ecall};

/// An executed instruction other than a system call. The observer knows the rest of its record.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub pc: u32,
    /// Its index in the program's list of instructions.
    pub index: u32,
    pub instr: Instr,
    pub rs1: u64,
    pub rs2: u64,
    pub rd_old: u64,
    pub ram: Option<Touched>,
    /// The second cell, for tables of their own.
    pub second: Option<Touched>,
    /// The reservation before, where it is accessed.
    pub reservation: Option<u64>,
    /// The table, where it is not that of the instruction's kind.
    pub table: Option<TableId>,
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

/// Watches a run. Times are the observer's to know.
pub(crate) trait Observer {
    /// An instruction other than a system call was executed.
    fn step(&mut self, seen: Seen);
    /// A path was run that has a table of its own, the block of this index, by instructions that were all seen.
    fn block(&mut self, index: u32, pattern: &Pattern, steps: &[Seen]) {
        let _ = (index, pattern, steps);
    }
    /// A system call is about to be made.
    fn settle(&mut self) {}
    /// The time of what happens next, once all before is settled.
    fn time(&self) -> u32 {
        0
    }
    /// A program cell is accessed by a system call; returns the time of the access before, as the next
    /// three do.
    fn fetch(&mut self, index: u32, now: u32) -> u32;
    /// A register is accessed by a system call or a step of a copy.
    fn register(&mut self, register: u8, now: u32) -> u32;
    /// The cell of what was written to the output is accessed.
    fn written(&mut self, now: u32) -> u32;
    /// The memory cell that holds an address is accessed by a system call or a step of a copy.
    fn cell(&mut self, address: u32, now: u32) -> u32;
    /// A system call was made.
    fn call(&mut self, table: TableId, event: Ecall);
    /// A copy moved on.
    fn copy(&mut self, table: TableId, event: Copy);
    /// Bytes that it takes, events left out.
    fn bytes(&self) -> u64 {
        0
    }
    /// Asked every few thousand cycles: whether the run is to go on after `cycles` cycles.
    fn goes_on(&mut self, cycles: u64) -> bool {
        let _ = cycles;
        true
    }
}

/// Sees nothing.
pub(crate) struct Silent;

impl Observer for Silent {
    #[inline(always)]
    fn step(&mut self, _: Seen) {}
    #[inline(always)]
    fn fetch(&mut self, _: u32, _: u32) -> u32 {
        0
    }
    #[inline(always)]
    fn register(&mut self, _: u8, _: u32) -> u32 {
        0
    }
    #[inline(always)]
    fn written(&mut self, _: u32) -> u32 {
        0
    }
    #[inline(always)]
    fn cell(&mut self, _: u32, _: u32) -> u32 {
        0
    }
    #[inline(always)]
    fn call(&mut self, _: TableId, _: Ecall) {}
    #[inline(always)]
    fn copy(&mut self, _: TableId, _: Copy) {}
}
