//! What a recorded run consists of: the executor writes these, the tables' rules read them.
//!
//! Times: the instruction or copy step number k (from 0) happens at `time = 64 (k + 1)`. Its
//! accesses are at `time | slot`: fetch 0, rs1 1, rs2 2, rd 3, RAM 1, a second cell of RAM 2, the
//! reservation 1; the registers of a system call and the output 1. A cell's previous time is that of
//! its access before, 0 for its first value.

use alloc::vec::Vec;

use crate::block::BlockRows;
use crate::list::ByTable;

/// An executed instruction other than a system call. 64 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Its address.
    pub pc: u32,
    /// Its time, a multiple of [`TIME_STEP`](crate::row::TIME_STEP).
    pub time: u32,
    /// Its index in the program's list of instructions.
    pub instr: u32,
    /// Previous time of the program cell.
    pub fetch_prev: u32,
    /// Previous time of register rs1.
    pub rs1_prev: u32,
    /// Previous time of register rs2; where rs1 = rs2 this is `time | 1`.
    pub rs2_prev: u32,
    /// Previous time of register rd (32, the sink, where the instruction names x0).
    pub rd_prev: u32,
    /// Previous time of the RAM cell, for loads and stores.
    pub mem_prev: u32,
    /// Value of rs1.
    pub rs1: u64,
    /// Value of rs2. A load has none: here bit 0 is 1 where its RAM cell is read-only, bit 1 where its
    /// second one is.
    pub rs2: u64,
    /// Value of rd before.
    pub rd_old: u64,
    /// The RAM cell's eight bytes before, for loads and stores.
    pub mem: u64,
}

/// What else is recorded of an instruction that accesses a second cell or the reservation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Further {
    /// The second cell, after what the instruction did to the first.
    pub cell: Access,
    /// The reservation before.
    pub reservation: Access,
}

/// A value and the time of the access before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The value found.
    pub value: u64,
    /// The previous time.
    pub prev: u32,
}

/// How much was written to the public output, as an access finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub length: u64,
    /// The last `length % 8` of them, little-endian, zeros above.
    pub rest: u64,
    /// The previous time.
    pub prev: u32,
}

/// An executed system call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ecall {
    /// Address of the ECALL.
    pub pc: u32,
    /// Its time, a multiple of [`TIME_STEP`](crate::row::TIME_STEP).
    pub time: u32,
    /// Its index in the program's list of instructions.
    pub instr: u32,
    /// Previous time of the program cell.
    pub fetch_prev: u32,
    /// x17, the call's number.
    pub a7: Access,
    /// x10.
    pub a0: Access,
    /// x11.
    pub a1: Access,
    /// x12.
    pub a2: Access,
    /// What x10 becomes: the bytes read or written.
    pub result: u64,
    /// The public output so far; only exit looks at it.
    pub written: Written,
}

/// One step of a copy: 8 bytes where the pointer is a multiple of 8 and at least 8 remain, else one byte.
/// It has a time of its own, like an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copy {
    /// The pc at which execution goes on when the copy is done.
    pub pc: u32,
    /// Its time, a multiple of [`TIME_STEP`](crate::row::TIME_STEP).
    pub time: u32,
    /// Address of the next byte; 0 after the last byte of the address space.
    pub pointer: u32,
    /// Bytes left, this step's included; 0 only for the step that ends the copy.
    pub remaining: u32,
    /// Whether the cell is read-only.
    pub read_only: bool,
    /// The RAM cell before.
    pub mem: Access,
    /// The RAM cell after (the same, where memory is read).
    pub mem_new: u64,
    /// The public output before, where memory is read.
    pub written: Written,
}

/// Eight bytes of memory that a program defines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ImageCell {
    /// Address, a multiple of 8.
    pub address: u32,
    /// Whether stores to it trap.
    pub read_only: bool,
    /// The bytes, little-endian; bytes that no segment covers are 0.
    pub value: u64,
}

/// A RAM cell that the run touched, or that the image defines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Address, a multiple of 8.
    pub address: u32,
    /// Whether it is read-only.
    pub read_only: bool,
    /// Its first value.
    pub first: u64,
    /// Its last value.
    pub last: u64,
    /// The time of its last access, 0 if there was none.
    pub last_time: u32,
}

/// What happened in a run, or in a part of it, by the table that has a row for it, each list in the
/// order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Instructions.
    pub steps: ByTable<Vec<Step>>,
    /// What else is known of those instructions, for the tables that need it: one for each step.
    pub further: ByTable<Vec<Further>>,
    /// System calls; exactly one `exit` in a whole run.
    pub calls: ByTable<Vec<Ecall>>,
    /// Steps of copies.
    pub copies: ByTable<Vec<Copy>>,
    /// Rows of blocks, as many lists as there are blocks that have had one.
    pub blocks: Vec<BlockRows>,
}

impl Events {
    /// Forgets all events and keeps the memory that they were in.
    pub fn clear(&mut self) {
        self.steps.0.iter_mut().for_each(Vec::clear);
        self.further.0.iter_mut().for_each(Vec::clear);
        self.calls.0.iter_mut().for_each(Vec::clear);
        self.copies.0.iter_mut().for_each(Vec::clear);
        self.blocks.iter_mut().for_each(BlockRows::clear);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        let steps = self.steps.0.iter().map(Vec::len).sum::<usize>();
        let calls = self.calls.0.iter().map(Vec::len).sum::<usize>();
        let blocks = self.blocks.iter().map(|b| b.times.len()).sum::<usize>();
        steps + calls + blocks + self.copies.0.iter().map(Vec::len).sum::<usize>()
    }

    /// Appends those of `more`.
    pub fn append(&mut self, more: &Self) {
        let steps = self.steps.0.iter_mut().zip(&more.steps.0);
        steps.for_each(|(all, more)| all.extend(more));
        let further = self.further.0.iter_mut().zip(&more.further.0);
        further.for_each(|(all, more)| all.extend(more));
        let calls = self.calls.0.iter_mut().zip(&more.calls.0);
        calls.for_each(|(all, more)| all.extend(more));
        let copies = self.copies.0.iter_mut().zip(&more.copies.0);
        copies.for_each(|(all, more)| all.extend(more));
        self.blocks.resize_with(self.blocks.len().max(more.blocks.len()), BlockRows::default);
        self.blocks.iter_mut().zip(&more.blocks).for_each(|(all, more)| all.append(more));
    }
}

/// A whole recorded run that ended by `exit`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// What happened.
    pub events: Events,
    /// For each instruction of the program, the time of its last fetch, 0 if there was none.
    pub fetches: Vec<u32>,
    /// For each register 0..=33, its last value and the time of its last access.
    pub registers: Vec<Access>,
    /// The image's cells, the other RAM cells touched, and in any case the top cell
    /// ([`crate::instr::RAM_TOP`]), by increasing address.
    pub cells: Vec<Cell>,
    /// The public output.
    pub output: Vec<u8>,
    /// The exit code.
    pub exit_code: u8,
    /// Instructions executed, system calls included, copy steps not.
    pub instructions: u64,
    /// Steps of time used: instructions and copy steps.
    pub cycles: u64,
}
