//! The words of a path as a graph: what is linear in earlier words, what gates make of them, and what a row finds.
//!
//! Nodes are made once and simplified as they are made. A node's *leaves* are inputs and outputs of gates: these are
//! what a row commits to, and every other word is a linear form in their bits.

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::bits::{ALL, Known, Mask};
use crate::gate::{Gate, GateId, Kind};

/// Index of a node; a node refers only to earlier ones.
pub(crate) type NodeId = u32;
/// Index of an input.
pub(crate) type InputId = u32;

/// A word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// A number.
    Constant(u64),
    /// What the row finds.
    Input(InputId),
    /// The bits of a gate's output that are not linear in its operands.
    Gate(GateId),
    /// The sum of two words.
    Xor(NodeId, NodeId),
    /// Shifted to the left by 1..=63.
    Shl(NodeId, u32),
    /// Shifted to the right by 1..=63.
    Shr(NodeId, u32),
    /// The bits of a mask.
    Mask(NodeId, Mask),
    /// One bit at all places.
    Broadcast(NodeId, u32),
}

impl Node {
    /// The nodes that it is linear in.
    pub fn inputs(self) -> impl Iterator<Item = NodeId> {
        let (first, second) = match self {
            Self::Constant(_) | Self::Input(_) | Self::Gate(_) => (None, None),
            Self::Xor(a, b) => (Some(a), Some(b)),
            Self::Shl(a, _) | Self::Shr(a, _) | Self::Mask(a, _) | Self::Broadcast(a, _) => (Some(a), None),
        };
        first.into_iter().chain(second)
    }
}

/// What a row finds, on the bus or as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Find {
    /// The time, a multiple of the time step.
    Time,
    /// The value of a register.
    Register(u8),
    /// The time of its access before.
    RegisterTime(u8),
    /// The value of the cell of an opening.
    Cell(u32),
    /// The time of its access before.
    CellTime(u32),
}

/// A word that the row finds.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub find: Find,
    /// The bits that may be 1.
    pub mask: Mask,
    /// Bits that are asserted.
    pub forced: Known,
}

/// The words of a path.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub nodes: Vec<Node>,
    pub known: Vec<Known>,
    pub inputs: Vec<Input>,
    pub gates: Vec<Gate>,
    made: FxHashMap<Node, NodeId>,
    /// Outputs of gates by kind and operands.
    pub(crate) outputs: FxHashMap<(Kind, [NodeId; 3]), NodeId>,
    /// Sums of a word and a number that is not 0: the word and the number.
    pub(crate) sums: FxHashMap<NodeId, (NodeId, u64)>,
}

impl Graph {
    /// No words yet, and room for about so many.
    pub fn with_room(nodes: usize) -> Self {
        Self {
            nodes: Vec::with_capacity(nodes),
            known: Vec::with_capacity(nodes),
            made: FxHashMap::with_capacity_and_hasher(nodes, FxBuildHasher),
            ..Self::default()
        }
    }

    fn make(&mut self, node: Node, known: Known) -> NodeId {
        let node = known.number().map_or(node, Node::Constant);
        let next = self.nodes.len() as NodeId;
        let id = *self.made.entry(node).or_insert(next);
        if id == next {
            self.nodes.push(node);
            self.known.push(known);
        }
        id
    }

    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id as usize]
    }

    pub fn known(&self, id: NodeId) -> Known {
        self.known[id as usize]
    }

    /// The number that a node is, if it is one.
    pub fn number(&self, id: NodeId) -> Option<u64> {
        self.known(id).number()
    }

    pub fn constant(&mut self, c: u64) -> NodeId {
        self.make(Node::Constant(c), Known::all(c))
    }

    /// A word that the row finds, whose bits outside of `mask` are 0.
    pub fn input(&mut self, find: Find, mask: Mask) -> NodeId {
        self.inputs.push(Input { find, mask, forced: Known::default() });
        let id = self.inputs.len() as InputId - 1;
        self.make(Node::Input(id), Known::zero_outside(mask))
    }

    /// The output of a new gate, of which the bits of `mask` are not linear in the operands.
    pub fn gate(&mut self, gate: Gate, mask: Mask) -> NodeId {
        self.gates.push(gate);
        let id = self.gates.len() as GateId - 1;
        self.make(Node::Gate(id), Known::zero_outside(mask))
    }

    pub fn xor(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let (a, b) = (a.min(b), a.max(b));
        if a == b {
            return self.constant(0);
        }
        for (x, y) in [(a, b), (b, a)] {
            if self.number(x) == Some(0) {
                return y;
            }
            if let Node::Xor(p, q) = self.node(y) {
                // Numbers go together, and what is added twice goes away.
                for (p, q) in [(p, q), (q, p)] {
                    if p == x {
                        return q;
                    }
                    if let (Some(c), Some(d)) = (self.number(x), self.number(p)) {
                        let sum = self.constant(c ^ d);
                        return self.xor(sum, q);
                    }
                }
            }
        }
        self.make(Node::Xor(a, b), self.known(a).xor(self.known(b)))
    }

    pub fn shl(&mut self, a: NodeId, n: u32) -> NodeId {
        match self.node(a) {
            _ if n == 0 => a,
            _ if n >= 64 => self.constant(0),
            Node::Shl(x, m) => self.shl(x, m + n),
            Node::Shr(x, m) if m == n => self.mask(x, ALL << n),
            _ => self.make(Node::Shl(a, n), self.known(a).shl(n)),
        }
    }

    pub fn shr(&mut self, a: NodeId, n: u32) -> NodeId {
        match self.node(a) {
            _ if n == 0 => a,
            _ if n >= 64 => self.constant(0),
            Node::Shr(x, m) => self.shr(x, m + n),
            Node::Shl(x, m) if m == n => self.mask(x, ALL >> n),
            _ => self.make(Node::Shr(a, n), self.known(a).shr(n)),
        }
    }

    pub fn mask(&mut self, a: NodeId, mask: Mask) -> NodeId {
        let known = self.known(a);
        if !mask & !known.zeros() == 0 {
            return a;
        }
        match self.node(a) {
            Node::Mask(x, m) => self.mask(x, m & mask),
            _ => self.make(Node::Mask(a, mask), known.mask(mask)),
        }
    }

    pub fn broadcast(&mut self, a: NodeId, bit: u32) -> NodeId {
        if let Some(one) = self.known(a).bit(bit) {
            return self.constant(if one { ALL } else { 0 });
        }
        match self.node(a) {
            Node::Broadcast(..) => a,
            Node::Shr(x, n) => self.broadcast(x, bit + n),
            Node::Shl(x, n) => self.broadcast(x, bit - n),
            Node::Mask(x, _) => self.broadcast(x, bit),
            _ => self.make(Node::Broadcast(a, bit), Known::default()),
        }
    }

    /// `x` with the bits of `mask` from `y`.
    pub fn join(&mut self, x: NodeId, y: NodeId, mask: Mask) -> NodeId {
        let (x, y) = (self.mask(x, !mask), self.mask(y, mask));
        self.xor(x, y)
    }
}
