//! What watches a run.

use dyad_machine::block::Pattern;
use dyad_machine::instr::{Instr, Placed};
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

/// An executed instruction that waits for what follows it: a path may go through hundreds of them, so they are small.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    /// As of [`Seen`].
    pub index: u32,
    /// The address loaded from or stored to, and the cell's value before.
    address: u32,
    before: u64,
    access: Access,
    pub rs1: u64,
    pub rs2: u64,
    pub rd_old: u64,
    /// Where in [`Steps::extras`] the rest is; [`Waiting::NOTHING`] where there is none.
    extra: u32,
}

/// Whether an instruction accesses memory, and what kind of cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    None,
    Writable,
    ReadOnly,
}

/// What few instructions have.
#[derive(Clone, Copy)]
pub(crate) struct Extra {
    second: Option<Touched>,
    reservation: Option<u64>,
    table: Option<TableId>,
}

impl Waiting {
    const NOTHING: u32 = u32::MAX;

    /// Whether it has something that few have.
    pub fn has_extra(&self) -> bool {
        self.extra != Self::NOTHING
    }

    /// The first of the extras went.
    pub fn extras_went(&mut self, gone: u32) {
        if self.has_extra() {
            self.extra -= gone;
        }
    }

    /// What of an instruction is kept; what few have is added to `extras`.
    #[inline(always)]
    pub fn new(seen: &Seen, extras: &mut Vec<Extra>) -> Self {
        let Seen { second, reservation, table, .. } = *seen;
        let mut extra = Self::NOTHING;
        if second.is_some() || reservation.is_some() || table.is_some() {
            extra = extras.len() as u32;
            extras.push(Extra { second, reservation, table });
        }
        let (address, before, access) = match seen.ram {
            None => (0, 0, Access::None),
            Some(Touched { address, read_only: false, before }) => (address, before, Access::Writable),
            Some(Touched { address, read_only: true, before }) => (address, before, Access::ReadOnly),
        };
        let Seen { index, rs1, rs2, rd_old, .. } = *seen;
        Self { index, address, before, access, rs1, rs2, rd_old, extra }
    }
}

/// Instructions that waited, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Steps<'w> {
    pub list: &'w [Waiting],
    /// Of all that wait.
    pub extras: &'w [Extra],
}

impl Steps<'_> {
    fn extra(&self, at: usize) -> Option<&Extra> {
        self.extras.get(self.list[at].extra as usize)
    }

    /// The cell that the instruction at a place accesses.
    #[inline(always)]
    pub fn ram(&self, at: usize) -> Option<Touched> {
        let Waiting { address, before, access, .. } = self.list[at];
        (access != Access::None).then_some(Touched { address, read_only: access == Access::ReadOnly, before })
    }

    /// The reservation before it.
    pub fn reservation(&self, at: usize) -> Option<u64> {
        self.extra(at)?.reservation
    }

    /// Whether one of them is in another table than that of its kind.
    pub fn some_other_table(&self) -> bool {
        !self.extras.is_empty()
            && (0..self.list.len()).any(|at| self.extra(at).is_some_and(|e| e.table.is_some()))
    }

    /// The instruction at a place as it was seen; `instrs` are the program's.
    pub fn seen(&self, at: usize, instrs: &[Placed]) -> Seen {
        let Waiting { index, rs1, rs2, rd_old, .. } = self.list[at];
        let Placed { pc, instr, .. } = instrs[index as usize];
        let extra = self.extra(at);
        Seen {
            pc,
            index,
            instr,
            rs1,
            rs2,
            rd_old,
            ram: self.ram(at),
            second: extra.and_then(|e| e.second),
            reservation: extra.and_then(|e| e.reservation),
            table: extra.and_then(|e| e.table),
        }
    }
}

/// Watches a run. Times are the observer's to know.
pub(crate) trait Observer {
    /// An instruction other than a system call was executed.
    fn step(&mut self, seen: Seen);
    /// A path was run that has a table of its own, the block of this index, by instructions that were all seen.
    fn block(&mut self, index: u32, pattern: &Pattern, steps: Steps<'_>) {
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
    /// Asked every few thousand cycles: whether the run is to go on after `cycles` cycles, in which the machine and what
    /// [`Observer::bytes`] says have come to so many bytes.
    fn goes_on(&mut self, cycles: u64, bytes: u64) -> bool {
        let _ = (cycles, bytes);
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
