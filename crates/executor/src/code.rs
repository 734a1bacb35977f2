//! Code, decoded: an instruction is found by its pc without a search.

use dyad_machine::instr::{Instr, Placed};
use dyad_program::Program;

/// An instruction, where the next one is, and its index in [`Program::instrs`].
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub instr: Instr,
    pub next: u32,
    pub index: u32,
}

/// The halfwords of one executable segment.
pub(crate) struct Range {
    base: u64,
    halves: Vec<Option<Found>>,
}

impl Range {
    /// The instruction at `pc`; `None` also for odd addresses.
    #[inline]
    pub fn fetch(&self, pc: u64) -> Option<Found> {
        // Where pc - base is odd, the rotation makes it huge.
        *self.halves.get(pc.wrapping_sub(self.base).rotate_right(1) as usize)?
    }
}

/// All code of a program, at least one range.
pub(crate) struct Code {
    ranges: Vec<Range>,
}

impl Code {
    /// Bytes of an instruction.
    pub const INSTR: usize = size_of::<Option<Found>>();

    pub fn new(program: &Program) -> Self {
        let mut instrs = program.instrs().iter().zip(0..).peekable();
        let segments = program.segments().iter().filter(|s| s.executable);
        let ranges = segments.map(|s| {
            // A segment at an odd address is refused.
            let mut range = Range { base: u64::from(s.address), halves: Vec::new() };
            while let Some((&Placed { pc, next, instr }, index)) =
                instrs.next_if(|i| s.contains(u64::from(i.0.pc)))
            {
                range.halves.resize(((pc - s.address) / 2) as usize, None);
                range.halves.push(Some(Found { instr, next, index }));
            }
            range
        });
        Self { ranges: ranges.collect() }
    }

    /// The range with an instruction at `pc`.
    #[cold]
    #[inline(never)]
    pub fn find(&self, pc: u64) -> Option<&Range> {
        self.ranges.iter().find(|r| r.fetch(pc).is_some())
    }

    /// Any range, to start with.
    pub fn first(&self) -> &Range {
        &self.ranges[0]
    }
}
