//! A run as tuning looks at it: which instructions, and which memory they accessed.

use alloc::vec::Vec;

/// The instructions of a run in their order, and their accesses of memory.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Their indices in the program's list; [`Trace::BREAK`] where a system call was made, or an instruction executed
    /// that no path may have.
    pub instrs: Vec<u32>,
    /// The addresses that were accessed, in order: of each instruction that accesses memory.
    pub addresses: Vec<u32>,
    /// Whether their cells were read-only.
    pub read_only: Vec<bool>,
    /// For each of the instructions, how many accesses there were before it; and how many there were in all.
    pub accesses: Vec<u32>,
}

impl Trace {
    /// Stands where no path goes on.
    pub const BREAK: u32 = u32::MAX;

    /// Notes an instruction, and the address that it accessed, with whether the cell was read-only.
    pub fn push(&mut self, instr: u32, access: Option<(u32, bool)>) {
        self.accesses.push(self.addresses.len() as u32);
        self.instrs.push(instr);
        if let Some((address, read_only)) = access {
            self.addresses.push(address);
            self.read_only.push(read_only);
        }
    }

    /// Appends another run.
    pub fn append(&mut self, more: &Self) {
        self.push(Self::BREAK, None);
        let before = self.addresses.len() as u32;
        self.accesses.extend(more.accesses.iter().map(|&n| n + before));
        self.instrs.extend(&more.instrs);
        self.addresses.extend(&more.addresses);
        self.read_only.extend(&more.read_only);
    }

    /// The accesses of the instructions in a range.
    pub fn of(&self, range: core::ops::Range<usize>) -> (&[u32], &[bool]) {
        let at = |i: usize| self.accesses.get(i).map_or(self.addresses.len(), |&n| n as usize);
        let range = at(range.start)..at(range.end);
        (&self.addresses[range.clone()], &self.read_only[range])
    }
}
