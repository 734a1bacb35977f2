//! Rules as data: a table whose rules are a shape and not a function.
//!
//! The shape's nodes become steps on lanes in a few slots, which are used again once nothing needs what they hold.
//! What is shifted, masked or added and used once only is made where it is used.

use alloc::vec::Vec;

use crate::check::Check;
use crate::fill::Value;
use crate::lanes::{Lane, LaneMessage, Lanes};
use crate::shape::{Message, Node, NodeId, TableShape};
use crate::slots::{Slot, Slots};
use crate::table::TableRules;
use crate::{MESSAGE_WORDS, Rules, Word};

/// A table by its shape.
#[derive(Clone, Debug)]
pub struct DataTable {
    shape: TableShape,
    steps: Vec<Step>,
    slots: usize,
}

/// A word shifted to the left, to the right if less than 0, under a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moved<T> {
    from: T,
    by: i32,
    mask: u64,
}

/// What is made of earlier words.
#[derive(Clone, Copy, Debug)]
enum Make<T> {
    Constant(u64),
    Committed(u32),
    Fixed(u32),
    Sum(T, T),
    SumOfThree(T, T, T),
    Moved(Moved<T>),
    /// The sum of a word and of one that is moved.
    SumMoved(T, Moved<T>),
    Broadcast(T, u32),
}

impl<T: Copy> Make<T> {
    fn inputs(self) -> impl Iterator<Item = T> {
        let (a, b, c) = match self {
            Self::Constant(_) | Self::Committed(_) | Self::Fixed(_) => (None, None, None),
            Self::Sum(a, b) => (Some(a), Some(b), None),
            Self::SumOfThree(a, b, c) => (Some(a), Some(b), Some(c)),
            Self::Moved(m) => (Some(m.from), None, None),
            Self::SumMoved(a, m) => (Some(a), Some(m.from), None),
            Self::Broadcast(a, _) => (Some(a), None, None),
        };
        a.into_iter().chain(b).chain(c)
    }

    fn map<U>(self, mut f: impl FnMut(T) -> U) -> Make<U> {
        match self {
            Self::Constant(c) => Make::Constant(c),
            Self::Committed(c) => Make::Committed(c),
            Self::Fixed(c) => Make::Fixed(c),
            Self::Sum(a, b) => Make::Sum(f(a), f(b)),
            Self::SumOfThree(a, b, c) => Make::SumOfThree(f(a), f(b), f(c)),
            Self::Moved(m) => Make::Moved(Moved { from: f(m.from), by: m.by, mask: m.mask }),
            Self::SumMoved(a, m) => Make::SumMoved(f(a), Moved { from: f(m.from), by: m.by, mask: m.mask }),
            Self::Broadcast(a, bit) => Make::Broadcast(f(a), bit),
        }
    }
}

/// Where a word goes.
#[derive(Clone, Copy, Debug)]
enum Sink {
    And { index: u32, operand: u8 },
    Product { index: u32, operand: u8 },
    Push { index: u32, word: u8 },
    Pull { index: u32, word: u8 },
}

/// A step of the evaluation.
#[derive(Clone, Copy, Debug)]
enum Step {
    Make(Slot, Make<Slot>),
    Put(Sink, Slot),
}

/// What is made of which nodes, and where they go.
struct Plan<'s> {
    shape: &'s TableShape,
    uses: Vec<u32>,
    /// Where words go, by node, and in the order of items.
    sinks: Vec<(NodeId, Sink)>,
    /// By node, where its sinks begin.
    first: Vec<usize>,
}

impl<'s> Plan<'s> {
    fn new(shape: &'s TableShape) -> Self {
        let n = shape.nodes.len();
        let mut uses = alloc::vec![0; n];
        for input in shape.nodes.iter().flat_map(|node| node.inputs()) {
            uses[input as usize] += 1;
        }
        let mut sinks = Vec::new();
        let mut sink = |node: NodeId, sink| {
            sinks.push((node, sink));
            uses[node as usize] += 1;
        };
        for (and, index) in shape.ands.iter().zip(0..) {
            (0..).zip(and.operands).for_each(|(operand, o)| sink(o, Sink::And { index, operand }));
        }
        for (product, index) in shape.products.iter().zip(0..) {
            (0..).zip(product.operands).for_each(|(operand, o)| sink(o, Sink::Product { index, operand }));
        }
        for (m, index) in shape.pushes.iter().zip(0..) {
            (1..).zip(&m.words).for_each(|(word, &o)| sink(o, Sink::Push { index, word }));
        }
        for (m, index) in shape.pulls.iter().zip(0..) {
            (1..).zip(&m.words).for_each(|(word, &o)| sink(o, Sink::Pull { index, word }));
        }
        sinks.sort_by_key(|&(node, _)| node);
        let mut first = Vec::with_capacity(n + 1);
        for (place, &(node, _)) in sinks.iter().enumerate() {
            first.resize(first.len().max(node as usize + 1), place);
        }
        first.resize(n + 1, sinks.len());
        Self { shape, uses, sinks, first }
    }

    /// Where the word of a node goes.
    fn sinks(&self, node: NodeId) -> &[(NodeId, Sink)] {
        &self.sinks[self.first[node as usize]..self.first[node as usize + 1]]
    }

    /// Whether a node is used by one other alone.
    fn is_single(&self, node: NodeId) -> bool {
        self.uses[node as usize] == 1 && self.sinks(node).is_empty()
    }

    /// A shift or mask, or one after the other, as one.
    fn moved(&self, node: NodeId) -> Option<Moved<NodeId>> {
        let shift = |node: NodeId| match self.shape.nodes[node as usize] {
            Node::Shl(a, n) => Some((a, n as i32, u64::MAX << n)),
            Node::Shr(a, n) => Some((a, -(n as i32), u64::MAX >> n)),
            _ => None,
        };
        if let Node::Mask(a, mask) = self.shape.nodes[node as usize] {
            return Some(match shift(a).filter(|_| self.is_single(a)) {
                Some((from, by, reach)) => Moved { from, by, mask: mask & reach },
                None => Moved { from: a, by: 0, mask },
            });
        }
        let (a, by, reach) = shift(node)?;
        Some(match self.shape.nodes[a as usize] {
            Node::Mask(from, mask) if self.is_single(a) => {
                let mask = if by >= 0 { mask << by } else { mask >> -by };
                Moved { from, by, mask }
            }
            _ => Moved { from: a, by, mask: reach },
        })
    }

    fn make(&self, node: NodeId) -> Make<NodeId> {
        match self.shape.nodes[node as usize] {
            Node::Constant(c) => Make::Constant(c),
            Node::Committed(c) => Make::Committed(c),
            Node::Fixed(c) => Make::Fixed(c),
            Node::Broadcast(a, bit) => Make::Broadcast(a, bit),
            Node::Xor(a, b) => self.sum(a, b),
            Node::Shl(..) | Node::Shr(..) | Node::Mask(..) => {
                Make::Moved(self.moved(node).expect("it is shifted or masked"))
            }
        }
    }

    fn sum(&self, a: NodeId, b: NodeId) -> Make<NodeId> {
        for (x, y) in [(a, b), (b, a)] {
            if let Some(moved) = self.moved(y).filter(|_| self.is_single(y)) {
                return Make::SumMoved(x, moved);
            }
        }
        for (x, y) in [(a, b), (b, a)] {
            if let Node::Xor(p, q) = self.shape.nodes[y as usize]
                && self.is_single(y)
            {
                return Make::SumOfThree(x, p, q);
            }
        }
        Make::Sum(a, b)
    }

    /// The nodes that are made, each with what it is made of.
    fn all(&self) -> Vec<Option<Make<NodeId>>> {
        let mut wanted = alloc::vec![false; self.shape.nodes.len()];
        self.sinks.iter().for_each(|&(node, _)| wanted[node as usize] = true);
        let mut out = alloc::vec![None; wanted.len()];
        for node in (0..wanted.len()).rev() {
            if wanted[node] {
                let make = self.make(node as NodeId);
                make.inputs().for_each(|input| wanted[input as usize] = true);
                out[node] = Some(make);
            }
        }
        out
    }

    /// The steps, and how many slots they take.
    fn steps(&self) -> (Vec<Step>, usize) {
        let makes = self.all();
        let made = || makes.iter().zip(0..).filter_map(|(make, node)| Some((node, make.as_ref()?)));
        let mut slots = Slots::new(makes.len());
        for (node, make) in made() {
            slots.note(node, node);
            make.inputs().for_each(|input| slots.note(input, node));
        }
        let mut steps = Vec::new();
        for (node, make) in made() {
            let step = make.map(|input| slots.of(input));
            let slot = slots.place(node, make.inputs());
            steps.push(Step::Make(slot, step));
            steps.extend(self.sinks(node).iter().map(|&(_, sink)| Step::Put(sink, slot)));
        }
        (steps, slots.count())
    }
}

impl DataTable {
    /// The table of a shape.
    pub fn new(shape: TableShape) -> Self {
        let (steps, slots) = Plan::new(&shape).steps();
        Self { shape, steps, slots }
    }
}

impl<W: Word> Moved<W> {
    #[inline(always)]
    fn word(self) -> W {
        let shifted = match self.by {
            0 => self.from,
            1.. => self.from << self.by.cast_unsigned(),
            _ => self.from >> self.by.unsigned_abs(),
        };
        shifted & self.mask
    }
}

/// The messages of rows that say nothing yet.
fn silent(messages: &[Message], active: Lane, out: &mut Vec<LaneMessage>) {
    out.extend(messages.iter().map(|m| {
        let mut words = [Lane::default(); MESSAGE_WORDS];
        words[0] = active & m.tag;
        LaneMessage { words, len: m.words.len() + 1 }
    }));
}

impl TableRules for DataTable {
    fn name(&self) -> &str {
        &self.shape.name
    }

    fn shape(&self) -> TableShape {
        self.shape.clone()
    }

    fn lanes(&self, l: &mut Lanes) {
        let mut slots = core::mem::take(&mut l.scratch);
        slots.resize(self.slots.max(slots.len()), Lane::default());
        l.ands.resize(self.shape.ands.len(), [Lane::default(); 3]);
        l.products.resize(self.shape.products.len(), [Lane::default(); 4]);
        silent(&self.shape.pushes, l.active, &mut l.pushes);
        silent(&self.shape.pulls, l.active, &mut l.pulls);
        for step in &self.steps {
            match *step {
                Step::Make(to, make) => {
                    let word = match make.map(|slot| slots[slot as usize]) {
                        Make::Constant(c) => l.active & c,
                        Make::Committed(c) => l.committed[c as usize],
                        Make::Fixed(c) => l.fixed[c as usize],
                        Make::Sum(a, b) => a ^ b,
                        Make::SumOfThree(a, b, c) => a ^ b ^ c,
                        Make::Moved(m) => m.word(),
                        Make::SumMoved(a, m) => a ^ m.word(),
                        Make::Broadcast(a, bit) => a.broadcast(bit),
                    };
                    slots[to as usize] = word;
                }
                Step::Put(sink, from) => {
                    let word = slots[from as usize];
                    match sink {
                        Sink::And { index, operand } => l.ands[index as usize][usize::from(operand)] = word,
                        Sink::Product { index, operand } => {
                            l.products[index as usize][usize::from(operand)] = word;
                        }
                        Sink::Push { index, word: w } => {
                            l.pushes[index as usize].words[usize::from(w)] = word;
                        }
                        Sink::Pull { index, word: w } => l.pulls[index as usize].words[usize::from(w)] = word,
                    }
                }
            }
        }
        l.scratch = slots;
    }

    fn check(&self, check: &mut Check<'_>) {
        let mut words: Vec<Value> = Vec::with_capacity(self.shape.nodes.len());
        let committed: Vec<Value> =
            self.shape.committed.iter().map(|c| check.commit_with_free("", c.free, || 0)).collect();
        let fixed: Vec<Value> = self.shape.fixed.iter().map(|_| check.fixed("", || 0)).collect();
        for node in &self.shape.nodes {
            let of = |id: NodeId| words[id as usize];
            let word = match *node {
                Node::Constant(c) => check.constant(c),
                Node::Committed(c) => committed[c as usize],
                Node::Fixed(c) => fixed[c as usize],
                Node::Xor(a, b) => of(a) ^ of(b),
                Node::Shl(a, n) => of(a) << n,
                Node::Shr(a, n) => of(a) >> n,
                Node::Mask(a, mask) => of(a) & mask,
                Node::Broadcast(a, bit) => of(a).broadcast(bit),
            };
            words.push(word);
        }
        let of = |id: NodeId| words[id as usize];
        for and in &self.shape.ands {
            let [a, b, c] = and.operands.map(of);
            check.assert_and(and.name, a, b, c);
        }
        for product in &self.shape.products {
            let [a, b, low, high] = product.operands.map(of);
            check.assert_product(product.name, a, b, low, high);
        }
        let message = |m: &Message| m.words.iter().map(|&w| of(w)).collect::<Vec<_>>();
        self.shape.pushes.iter().for_each(|m| check.push(m.tag, &message(m)));
        self.shape.pulls.iter().for_each(|m| check.pull(m.tag, &message(m)));
    }
}
