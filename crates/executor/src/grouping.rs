//! Finds the blocks in a run: the longest that begins where the one before ended.
//!
//! Instructions are held back as long as they may belong to a block. As soon as no path goes on as the run does, the
//! longest path that was run to its end and takes nothing for granted that does not hold is a block; where there is
//! none, the first instruction is a row of its own. Either way the search begins again after it.

use dyad_machine::block::Pattern;
use dyad_machine::list::TableId;
use dyad_machine::record::{Copy, Ecall};

use crate::observer::{Observer, Seen};

/// Blocks, by what they begin with and how they go on.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    list: Vec<Pattern>,
    /// By instruction of the program, the node of the paths that begin there.
    first: Vec<u32>,
    nodes: Vec<Node>,
}

/// A place on paths that are the same up to there. The root is no place.
#[derive(Clone, Debug, Default)]
struct Node {
    /// Instructions that go on, each with the node that it leads to.
    next: Vec<(u32, u32)>,
    /// The block whose path ends here.
    block: Option<u32>,
}

/// Where no path begins.
const NOWHERE: u32 = u32::MAX;

impl Patterns {
    /// Those of some blocks of a program of so many instructions.
    ///
    /// # Panics
    /// If a path is empty, not of the program, or listed twice.
    pub fn new(list: Vec<Pattern>, instructions: usize) -> Self {
        let mut out = Self { list: Vec::new(), first: vec![NOWHERE; instructions], nodes: Vec::new() };
        for (pattern, block) in list.iter().zip(0..) {
            let (&first, rest) = pattern.instrs.split_first().expect("a path has an instruction");
            let mut at = out.first[first as usize];
            if at == NOWHERE {
                at = out.new_node();
                out.first[first as usize] = at;
            }
            for &instr in rest {
                at = if let Some(next) = out.go(at, instr) {
                    next
                } else {
                    let next = out.new_node();
                    out.nodes[at as usize].next.push((instr, next));
                    next
                };
            }
            let end = &mut out.nodes[at as usize].block;
            assert!(end.is_none(), "a path is listed twice");
            *end = Some(block);
        }
        out.list = list;
        out
    }

    fn new_node(&mut self) -> u32 {
        self.nodes.push(Node::default());
        self.nodes.len() as u32 - 1
    }

    /// Where an instruction leads.
    #[inline(always)]
    fn go(&self, node: u32, instr: u32) -> Option<u32> {
        self.nodes[node as usize].next.iter().find(|n| n.0 == instr).map(|n| n.1)
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
    pub inner: O,
    /// Instructions that are held back.
    held: Vec<Seen>,
    /// The node that they lead to.
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
    pub fn new(patterns: &'p Patterns, inner: O) -> Self {
        Self {
            patterns,
            inner,
            held: Vec::new(),
            at: NOWHERE,
            ended: Vec::new(),
            singles: Singles::default(),
        }
    }

    /// Goes on with an instruction; returns whether it may belong to a block.
    #[inline(always)]
    fn advance(&mut self, instr: u32) -> bool {
        let next = if self.at == NOWHERE {
            Some(self.patterns.begin(instr)).filter(|&node| node != NOWHERE)
        } else {
            self.patterns.go(self.at, instr)
        };
        let Some(next) = next else { return false };
        self.at = next;
        self.ended.extend(self.patterns.nodes[next as usize].block);
        true
    }

    /// Whether an instruction may still follow.
    #[inline(always)]
    fn may_go_on(&self) -> bool {
        !self.patterns.nodes[self.at as usize].next.is_empty()
    }

    /// Shows the longest block that the first of the instructions are, or the first one alone; returns how many.
    fn show(&mut self, held: &[Seen]) -> usize {
        let reason = if !self.ended.is_empty() {
            &mut self.singles.not_granted
        } else if self.patterns.begin(held[0].index) == NOWHERE {
            &mut self.singles.not_chosen
        } else {
            &mut self.singles.other_way
        };
        *reason += 1;
        while let Some(index) = self.ended.pop() {
            let pattern = &self.patterns.list[index as usize];
            let steps = &held[..pattern.instrs.len()];
            if holds(pattern, steps) {
                *reason -= 1;
                self.inner.block(index, pattern, steps);
                return steps.len();
            }
        }
        self.inner.step(held[0]);
        1
    }

    /// Shows all that is held back but what may still belong to a block; at the end, that too.
    #[inline(never)]
    fn release(&mut self, end: bool) {
        let mut held = core::mem::take(&mut self.held);
        let mut shown = 0;
        while shown < held.len() {
            shown += self.show(&held[shown..]);
            // What is left begins anew.
            self.at = NOWHERE;
            self.ended.clear();
            let rest = &held[shown..];
            let goes = rest.iter().take_while(|seen| self.advance(seen.index)).count();
            if goes == rest.len() && goes > 0 && self.may_go_on() && !end {
                break;
            }
        }
        held.drain(..shown);
        self.held = held;
    }
}

/// Whether what a pattern takes for granted holds.
fn holds(pattern: &Pattern, steps: &[Seen]) -> bool {
    let access = |at: u32| {
        let ram = steps[at as usize].ram.expect("it accesses memory");
        (ram.address, ram.read_only)
    };
    steps.iter().all(|s| s.table.is_none()) && pattern.conditions.iter().all(|c| c.holds(access))
}

impl<O: Observer> Observer for Grouping<'_, O> {
    #[inline(always)]
    fn step(&mut self, seen: Seen) {
        if self.held.is_empty() && self.patterns.begin(seen.index) == NOWHERE {
            self.singles.not_chosen += 1;
            self.inner.step(seen);
            return;
        }
        let goes = self.advance(seen.index);
        self.held.push(seen);
        if !goes || !self.may_go_on() {
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

    fn goes_on(&mut self, cycles: u64) -> bool {
        self.inner.goes_on(cycles)
    }
}
