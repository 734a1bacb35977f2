//! Writes down which way a run went.

use dyad_machine::list::TableId;
use dyad_machine::record::{Copy, Ecall};
use dyad_machine::trace::Trace;

use crate::observer::{Observer, Seen};

/// Traces.
#[derive(Default)]
pub(crate) struct Tracer {
    pub trace: Trace,
    /// The most instructions that are noted.
    pub limit: usize,
}

impl Observer for Tracer {
    #[inline(always)]
    fn step(&mut self, seen: Seen) {
        if seen.table.is_some() {
            self.trace.push(Trace::BREAK, None);
        } else {
            self.trace.push(seen.index, seen.ram.map(|ram| (ram.address, ram.read_only)));
        }
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
        self.trace.push(Trace::BREAK, None);
    }

    fn copy(&mut self, _: TableId, _: Copy) {}

    fn goes_on(&mut self, _: u64) -> bool {
        self.trace.instrs.len() < self.limit
    }
}
