//! Finds the blocks in a run: the longest that begins where the one before ended.
//!
//! Instructions are held back as long as they may belong to a block. As soon as no path goes on as the run does, the
//! longest path that was run to its end and takes nothing for granted that does not hold is a block; where there is
//! none, the first instruction is a row of its own. Either way the search begins again after it.

use std::sync::Arc;

use dyad_machine::block::Pattern;
use dyad_machine::instr::Placed;
use dyad_machine::list::TableId;
use dyad_machine::record::{Copy, Ecall};
use dyad_program::Program;

use crate::observer::{Extra, Observer, Seen, Steps, Waiting};

/// Blocks, by what they begin with and how they go on.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    list: Arc<[Pattern]>,
    /// By instruction of the program, the node of the paths that begin there.
    first: Vec<u32>,
    nodes: Vec<Node>,
    /// Instructions that go on beside the first, each with where it leads.
    others: Vec<Vec<(u32, u32)>>,
}

/// A place on paths that are the same up to there. Most have one place after them.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// An instruction that goes on, and where it leads; [`NOWHERE`] if none does.
    instr: u32,
    next: u32,
    /// The block whose path ends here.
    block: u32,
    /// Further ones that go on, in [`Patterns::others`].
    others: u32,
}

impl Node {
    const END: Self = Self { instr: NOWHERE, next: NOWHERE, block: NOWHERE, others: NOWHERE };
}

/// No place, no block, no instruction.
const NOWHERE: u32 = u32::MAX;

impl Patterns {
    /// Those of some blocks of a program of so many instructions.
    ///
    /// # Panics
    /// If a path is empty, not of the program, or listed twice.
    pub fn new(list: Vec<Pattern>, instructions: usize) -> Self {
        let list: Arc<[Pattern]> = list.into();
        let all = vec![true; list.len()];
        Self::of(list, instructions, &all)
    }

    /// The same list, of which only some are looked for.
    ///
    /// # Panics
    /// If `wanted` does not say for each whether it is.
    #[must_use]
    pub fn only(&self, wanted: &[bool]) -> Self {
        assert_eq!(wanted.len(), self.list.len(), "each block is wanted or not");
        Self::of(self.list.clone(), self.first.len(), wanted)
    }

    fn of(list: Arc<[Pattern]>, instructions: usize, wanted: &[bool]) -> Self {
        let first = vec![NOWHERE; instructions];
        let mut out = Self { first, ..Self::default() };
        for ((pattern, block), _) in list.iter().zip(0..).zip(wanted).filter(|(_, wanted)| **wanted) {
            let (&first, rest) = pattern.instrs.split_first().expect("a path has an instruction");
            let mut at = out.first[first as usize];
            if at == NOWHERE {
                at = out.new_node();
                out.first[first as usize] = at;
            }
            for &instr in rest {
                at = match out.go(at, instr) {
                    NOWHERE => out.lead(at, instr),
                    next => next,
                };
            }
            let end = &mut out.nodes[at as usize].block;
            assert!(*end == NOWHERE, "a path is listed twice");
            *end = block;
        }
        out.list = list;
        out
    }

    fn new_node(&mut self) -> u32 {
        self.nodes.push(Node::END);
        self.nodes.len() as u32 - 1
    }

    /// A new place that an instruction leads to.
    fn lead(&mut self, from: u32, instr: u32) -> u32 {
        let next = self.new_node();
        let node = &mut self.nodes[from as usize];
        if node.instr == NOWHERE {
            (node.instr, node.next) = (instr, next);
            return next;
        }
        if node.others == NOWHERE {
            node.others = self.others.len() as u32;
            self.others.push(Vec::new());
        }
        self.others[node.others as usize].push((instr, next));
        next
    }

    /// Where an instruction leads, [`NOWHERE`] if no path goes on with it.
    #[inline(always)]
    fn go(&self, node: u32, instr: u32) -> u32 {
        let node = self.nodes[node as usize];
        if node.instr == instr {
            return node.next;
        }
        if node.others == NOWHERE {
            return NOWHERE;
        }
        let others = &self.others[node.others as usize];
        others.iter().find(|n| n.0 == instr).map_or(NOWHERE, |n| n.1)
    }

    /// The node of the paths that begin with an instruction.
    #[inline(always)]
    fn begin(&self, instr: u32) -> u32 {
        self.first.get(instr as usize).copied().unwrap_or(NOWHERE)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The blocks.
    pub fn list(&self) -> &[Pattern] {
        &self.list
    }
}

/// Shows an observer blocks in the place of their instructions.
pub(crate) struct Grouping<'p, O> {
    patterns: &'p Patterns,
    /// The program's.
    instrs: &'p [Placed],
    pub inner: O,
    /// Instructions that are held back.
    held: Vec<Waiting>,
    extras: Vec<Extra>,
    /// The place that they lead to; [`NOWHERE`] if none are held back.
    at: u32,
    /// The blocks whose paths they have gone through.
    ended: Vec<u32>,
    pub singles: Singles,
}

/// Instructions that were rows of their own, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Singles {
    /// No block's path begins with them.
    pub not_chosen: u64,
    /// The run went another way than any path that begins with them, or a system call came.
    pub other_way: u64,
    /// What a path takes for granted did not hold.
    pub not_granted: u64,
}

impl<'p, O: Observer> Grouping<'p, O> {
    pub fn new(patterns: &'p Patterns, program: &'p Program, inner: O) -> Self {
        Self {
            patterns,
            instrs: program.instrs(),
            inner,
            held: Vec::new(),
            extras: Vec::new(),
            at: NOWHERE,
            ended: Vec::new(),
            singles: Singles::default(),
        }
    }

    /// Goes on to a place; returns whether the path may go on from there.
    #[inline(always)]
    fn enter(&mut self, place: u32) -> bool {
        self.at = place;
        let node = self.patterns.nodes[place as usize];
        if node.block != NOWHERE {
            self.ended.push(node.block);
        }
        node.instr != NOWHERE
    }

    /// Goes through instructions that are held back from the first one on; returns whether all of them may belong to one
    /// block that is not at its end.
    fn follow(&mut self, held: &[Waiting]) -> bool {
        let mut goes_on = false;
        for waiting in held {
            let next = match self.at {
                NOWHERE => self.patterns.begin(waiting.index),
                at => self.patterns.go(at, waiting.index),
            };
            if next == NOWHERE {
                return false;
            }
            goes_on = self.enter(next);
        }
        goes_on
    }

    /// Shows the longest block that the first of the instructions are, or the first one alone; returns how many.
    fn show(&mut self, held: Steps<'_>) -> usize {
        let reason = if !self.ended.is_empty() {
            &mut self.singles.not_granted
        } else if self.patterns.begin(held.list[0].index) == NOWHERE {
            &mut self.singles.not_chosen
        } else {
            &mut self.singles.other_way
        };
        *reason += 1;
        while let Some(index) = self.ended.pop() {
            let pattern = &self.patterns.list[index as usize];
            let steps = Steps { list: &held.list[..pattern.instrs.len()], ..held };
            if holds(pattern, steps) {
                *reason -= 1;
                self.inner.block(index, pattern, steps);
                return steps.list.len();
            }
        }
        self.inner.step(held.seen(0, self.instrs));
        1
    }

    /// Shows all that is held back but what may still belong to a block; at the end, that too.
    #[inline(never)]
    fn release(&mut self, end: bool) {
        let mut held = core::mem::take(&mut self.held);
        let mut extras = core::mem::take(&mut self.extras);
        let mut shown = 0;
        while shown < held.len() {
            shown += self.show(Steps { list: &held[shown..], extras: &extras });
            // What is left begins anew.
            self.at = NOWHERE;
            self.ended.clear();
            if self.follow(&held[shown..]) && !end {
                break;
            }
        }
        let gone = held.drain(..shown).filter(Waiting::has_extra).count();
        extras.drain(..gone);
        held.iter_mut().for_each(|waiting| waiting.extras_went(gone as u32));
        (self.held, self.extras) = (held, extras);
    }
}

/// Whether what a pattern takes for granted holds.
fn holds(pattern: &Pattern, steps: Steps<'_>) -> bool {
    let access = |at: u32| {
        let ram = steps.ram(at as usize).expect("it accesses memory");
        (ram.address, ram.read_only)
    };
    !steps.some_other_table() && pattern.conditions.iter().all(|c| c.holds(access))
}

impl<O: Observer> Observer for Grouping<'_, O> {
    #[inline(always)]
    fn step(&mut self, seen: Seen) {
        let next = if self.at == NOWHERE {
            let first = self.patterns.begin(seen.index);
            if first == NOWHERE {
                self.singles.not_chosen += 1;
                self.inner.step(seen);
                return;
            }
            first
        } else {
            self.patterns.go(self.at, seen.index)
        };
        self.held.push(Waiting::new(&seen, &mut self.extras));
        if next == NOWHERE || !self.enter(next) {
            self.release(false);
        }
    }

    fn settle(&mut self) {
        self.release(true);
    }

    fn time(&self) -> u32 {
        self.inner.time()
    }

    #[inline(always)]
    fn fetch(&mut self, index: u32, now: u32) -> u32 {
        self.inner.fetch(index, now)
    }

    #[inline(always)]
    fn register(&mut self, register: u8, now: u32) -> u32 {
        self.inner.register(register, now)
    }

    #[inline(always)]
    fn written(&mut self, now: u32) -> u32 {
        self.inner.written(now)
    }

    #[inline(always)]
    fn cell(&mut self, address: u32, now: u32) -> u32 {
        self.inner.cell(address, now)
    }

    fn call(&mut self, table: TableId, event: Ecall) {
        self.inner.call(table, event);
    }

    fn copy(&mut self, table: TableId, event: Copy) {
        self.inner.copy(table, event);
    }

    fn bytes(&self) -> u64 {
        self.inner.bytes()
    }

    fn goes_on(&mut self, cycles: u64, bytes: u64) -> bool {
        self.inner.goes_on(cycles, bytes)
    }
}

#[cfg(test)]
mod tests {
    use dyad_program::testing::{asm::*, program};

    use super::*;
    use crate::observer::{Silent, Touched};

    /// A loop of which part of the next round is always held back: what few instructions have goes with them.
    #[test]
    fn nothing_is_kept_of_what_was_shown() {
        let program = Program::from_elf(&program(&[nop(), nop(), nop(), nop()], &[])).expect("a program");
        let path = |instrs: &[u32]| Pattern { instrs: instrs.to_vec(), ..Pattern::default() };
        for paths in [[&[0, 1, 2, 0, 1, 2][..], &[0, 1, 2, 3]], [&[0, 1, 2], &[0, 1, 2, 0, 1, 2, 3]]] {
            let patterns = Patterns::new(paths.map(path).to_vec(), 4);
            let mut grouping = Grouping::new(&patterns, &program, Silent);
            for round in 0..3000 {
                let Placed { pc, instr, .. } = program.instrs()[round % 3];
                let second = (round % 3 == 0).then_some(Touched { address: 8, read_only: false, before: 1 });
                let (index, table) = ((round % 3) as u32, second.map(|_| TableId::LoadMisaligned));
                let (ram, reservation) = (second, None);
                let (rs1, rs2, rd_old) = (1, 2, 3);
                grouping.step(Seen { pc, index, instr, rs1, rs2, rd_old, ram, second, reservation, table });
                let with = grouping.held.iter().filter(|w| w.has_extra()).count();
                assert_eq!(grouping.extras.len(), with, "round {round}");
                let steps = Steps { list: &grouping.held, extras: &grouping.extras };
                let seen = (0..grouping.held.len()).map(|at| steps.seen(at, program.instrs()));
                assert!(seen.into_iter().all(|s| s.second.is_some() == (s.index == 0)));
            }
        }
    }
}
