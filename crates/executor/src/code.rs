//! Code, decoded: an instruction is found by its pc without a search.

use dyad_machine::instr::Instr;
use dyad_program::Program;

/// An instruction and its index in [`Program::instrs`].
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub instr: Instr,
    pub index: u32,
}

/// The words of one executable segment.
pub(crate) struct Range {
    base: u64,
    words: Vec<Option<Found>>,
}

impl Range {
    /// The instruction at `pc`; `None` also for addresses that are not multiples of 4.
    #[inline]
    pub fn fetch(&self, pc: u64) -> Option<Found> {
        // Where pc - base is not a multiple of 4, the rotation makes it huge.
        *self.words.get(pc.wrapping_sub(self.base).rotate_right(2) as usize)?
    }
}

/// All code of a program, at least one range.
pub(crate) struct Code {
    ranges: Vec<Range>,
}

impl Code {
    pub fn new(program: &Program) -> Self {
        let mut instrs = program.instrs().iter().zip(0..).peekable();
        let segments = program.segments().iter().filter(|s| s.executable);
        let ranges = segments.map(|s| {
            let mut range = Range { base: u64::from(s.address), words: Vec::new() };
            while let Some((&(pc, instr), index)) = instrs.next_if(|i| s.contains(u64::from(i.0.0))) {
                range.words.resize(((pc - s.address) / 4) as usize, None);
                range.words.push(Some(Found { instr, index }));
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
