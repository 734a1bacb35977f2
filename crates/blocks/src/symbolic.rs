//! The rules of instructions read as words of a path: nothing is committed, words are nodes of a graph.

use std::cell::RefCell;
use std::ops::{BitAnd, BitXor, Shl, Shr};

use dyad_rules::gadgets::Sum;
use dyad_rules::{Rules, Word};

use crate::assertions::Assertions;
use crate::bits::{ALL, Mask};
use crate::graph::{Graph, NodeId};

/// A word of a path.
#[derive(Clone, Copy)]
pub(crate) struct Symbol<'g> {
    pub graph: &'g RefCell<Graph>,
    pub id: NodeId,
}

impl Symbol<'_> {
    fn with(self, make: impl FnOnce(&mut Graph) -> NodeId) -> Self {
        let id = make(&mut self.graph.borrow_mut());
        Self { id, ..self }
    }
}

impl BitXor for Symbol<'_> {
    type Output = Self;
    fn bitxor(self, o: Self) -> Self {
        self.with(|g| g.xor(self.id, o.id))
    }
}

impl Shl<u32> for Symbol<'_> {
    type Output = Self;
    fn shl(self, n: u32) -> Self {
        self.with(|g| g.shl(self.id, n))
    }
}

impl Shr<u32> for Symbol<'_> {
    type Output = Self;
    fn shr(self, n: u32) -> Self {
        self.with(|g| g.shr(self.id, n))
    }
}

impl BitAnd<u64> for Symbol<'_> {
    type Output = Self;
    fn bitand(self, m: u64) -> Self {
        self.with(|g| g.mask(self.id, m))
    }
}

impl Word for Symbol<'_> {
    fn broadcast(self, bit: u32) -> Self {
        self.with(|g| g.broadcast(self.id, bit))
    }

    fn value(self) -> u64 {
        0
    }
}

/// The interpreter of a path: what its instructions' rules assert.
pub(crate) struct Symbolic<'g> {
    pub graph: &'g RefCell<Graph>,
    pub assertions: Assertions,
}

impl<'g> Symbolic<'g> {
    pub fn new(graph: &'g RefCell<Graph>) -> Self {
        Self { graph, assertions: Assertions::default() }
    }

    /// The word of a node.
    pub fn word(&self, id: NodeId) -> Symbol<'g> {
        Symbol { graph: self.graph, id }
    }

    /// The word that `make` makes.
    pub fn make(&self, make: impl FnOnce(&mut Graph) -> NodeId) -> Symbol<'g> {
        self.word(make(&mut self.graph.borrow_mut()))
    }

    /// Asserts that the bits of a mask are 0.
    pub fn assert_zero(&mut self, word: Symbol<'g>, mask: Mask) {
        self.assertions.zero(&mut self.graph.borrow_mut(), word.id, mask);
    }
}

impl<'g> Rules for Symbolic<'g> {
    type Word = Symbol<'g>;

    fn constant(&mut self, c: u64) -> Symbol<'g> {
        self.make(|g| g.constant(c))
    }

    fn fixed(&mut self, name: &'static str, _: impl FnOnce() -> u64) -> Symbol<'g> {
        unreachable!("an instruction has no fixed column {name}")
    }

    fn commit_with_free(&mut self, name: &'static str, _: u64, _: impl FnOnce() -> u64) -> Symbol<'g> {
        unreachable!("what an instruction commits to is made by gates, which {name} is not")
    }

    fn assert_and(&mut self, _: &'static str, a: Symbol<'g>, b: Symbol<'g>, c: Symbol<'g>) {
        self.assertions.and(&mut self.graph.borrow_mut(), [a.id, b.id, c.id]);
    }

    fn and(&mut self, _: &'static str, a: Symbol<'g>, b: Symbol<'g>) -> Symbol<'g> {
        self.make(|g| g.and(a.id, b.id))
    }

    fn add(&mut self, _: &'static str, a: Symbol<'g>, b: Symbol<'g>, c0: Symbol<'g>) -> Sum<Symbol<'g>> {
        let (sum, carries) = self.graph.borrow_mut().add(a.id, b.id, c0.id);
        Sum { sum: self.word(sum), carries: self.word(carries) }
    }

    fn and_pieces<T>(
        &mut self,
        _: &'static str,
        pieces: &[u64],
        _: impl FnOnce() -> u64,
        operands: impl Fn(Symbol<'g>) -> ([Symbol<'g>; 3], T),
    ) -> (Symbol<'g>, T) {
        let mut c = self.constant(0);
        for &piece in pieces {
            let ([a, b, third], _) = operands(c);
            let product = self.make(|g| {
                let (a, b) = (g.mask(a.id, piece), g.mask(b.id, piece));
                g.and(a, b)
            });
            c = c ^ product ^ (third & piece);
        }
        let (_, besides) = operands(c);
        (c, besides)
    }

    fn quotient(
        &mut self,
        _: &'static str,
        n: Symbol<'g>,
        d: Symbol<'g>,
        by_zero: impl FnOnce() -> Symbol<'g>,
    ) -> Symbol<'g> {
        let by_zero = by_zero();
        self.make(|g| g.quotient(n.id, d.id, by_zero.id))
    }

    fn assert_product(
        &mut self,
        _: &'static str,
        a: Symbol<'g>,
        b: Symbol<'g>,
        low: Symbol<'g>,
        high: Symbol<'g>,
    ) {
        let graph = &mut self.graph.borrow_mut();
        self.assertions.product(graph, [a.id, b.id], [low.id, high.id]);
    }

    fn multiply(&mut self, _: [&'static str; 2], a: Symbol<'g>, b: Symbol<'g>) -> [Symbol<'g>; 2] {
        let words = self.graph.borrow_mut().multiply(a.id, b.id);
        words.map(|id| self.word(id))
    }

    fn multiply_low(
        &mut self,
        name: &'static str,
        a: Symbol<'g>,
        b: Symbol<'g>,
        high: Symbol<'g>,
    ) -> Symbol<'g> {
        let [low, _] = self.multiply([name; 2], a, b);
        self.assert_product(name, a, b, low, high);
        low
    }

    fn push(&mut self, _: u64, _: &[Symbol<'g>]) {
        unreachable!("what an instruction puts on the bus is the frame's affair")
    }

    fn pull(&mut self, _: u64, _: &[Symbol<'g>]) {
        unreachable!("what an instruction takes from the bus is the frame's affair")
    }
}

/// Asserts that a word is a number.
pub(crate) fn assert_is<'g>(r: &mut Symbolic<'g>, word: Symbol<'g>, number: u64) {
    let number = r.constant(number);
    r.assert_zero(word ^ number, ALL);
}
