//! Code, decoded: an instruction is found by its pc without a search.

use dyad_machine::instr::Instr;
use dyad_program::Program;

/// The words of one executable segment.
pub(crate) struct Range {
    base: u64,
    instrs: Vec<Option<Instr>>,
    /// The index of each in [`Program::instrs`].
    indices: Vec<u32>,
}

impl Range {
    /// The instruction at `pc`, and its position; `None` also for addresses that are not multiples
    /// of 4.
    #[inline]
    pub fn fetch(&self, pc: u64) -> Option<(Instr, usize)> {
        // Where pc - base is not a multiple of 4, the rotation makes it huge.
        let position = pc.wrapping_sub(self.base).rotate_right(2) as usize;
        Some(((*self.instrs.get(position)?)?, position))
    }

    /// The index in [`Program::instrs`] of the instruction at a position that `fetch` gave. It
    /// cannot panic, so it costs nothing where it isn't used.
    #[inline]
    pub fn index(&self, position: usize) -> u32 {
        self.indices.get(position).copied().unwrap_or(0)
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
            let mut range = Range { base: u64::from(s.address), instrs: Vec::new(), indices: Vec::new() };
            while let Some(((pc, instr), index)) = instrs.next_if(|i| s.contains(u64::from(i.0.0))) {
                let position = ((pc - s.address) / 4) as usize;
                range.instrs.resize(position, None);
                range.indices.resize(position, 0);
                range.instrs.push(Some(*instr));
                range.indices.push(index);
            }
            range
        });
        Self { ranges: ranges.collect() }
    }

    /// The range with an instruction at `pc`.
    #[cold]
    pub fn find(&self, pc: u64) -> Option<&Range> {
        self.ranges.iter().find(|r| r.fetch(pc).is_some())
    }

    /// Any range, to start with.
    pub fn first(&self) -> &Range {
        &self.ranges[0]
    }
}
