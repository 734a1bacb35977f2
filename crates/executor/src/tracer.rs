//! Writes down which way a run went.

use dyad_machine::list::TableId;
use dyad_machine::record::{Copy, Ecall};
use dyad_machine::trace::Trace;

use crate::observer::{Observer, Seen};

/// Traces.
pub(crate) struct Tracer {
    pub trace: Trace,
    /// Of so many instructions the first ones are noted, and so on.
    pub period: u64,
    /// So many of them.
    pub noted: u64,
    /// Instructions so far.
    pub at: u64,
}

impl Tracer {
    /// Whether the next instruction is noted.
    fn notes(&self) -> bool {
        self.at % self.period < self.noted
    }
}

impl Observer for Tracer {
    #[inline(always)]
    fn step(&mut self, seen: Seen) {
        if self.notes() {
            if self.at > 0 && self.at.is_multiple_of(self.period) {
                // What came before was not noted, or not all of it.
                self.trace.push(Trace::BREAK, None);
            }
            if seen.table.is_some() {
                self.trace.push(Trace::BREAK, None);
            } else {
                self.trace.push(seen.index, seen.ram.map(|ram| (ram.address, ram.read_only)));
            }
        }
        self.at += 1;
    }

    fn fetch(&mut self, _: u32, _: u32) -> u32 {
        0
    }

    fn register(&mut self, _: u8, _: u32) -> u32 {
        0
    }

    fn written(&mut self, _: u32) -> u32 {
        0
    }

    fn cell(&mut self, _: u32, _: u32) -> u32 {
        0
    }

    fn call(&mut self, _: TableId, _: Ecall) {
        if self.notes() {
            self.trace.push(Trace::BREAK, None);
        }
    }

    fn copy(&mut self, _: TableId, _: Copy) {}
}
