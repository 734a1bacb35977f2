//! What a path asserts of its words, bit by bit.
//!
//! An asserted bit is a sum of bits of leaves. Where it is one bit alone, that bit is *forced*: it is not committed to,
//! the constant stands in its place. What a row finds with other bits there, the bus does not have.

use std::collections::{BTreeMap, BTreeSet};

use crate::bits::{Known, Mask, ones};
use crate::graph::{Graph, Node, NodeId};

/// A bit of a leaf.
type Bit = (NodeId, u32);

/// The most bits of leaves that an asserted bit is taken apart into.
const MOST: usize = 24;

/// A sum of bits of leaves, and a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sum {
    bits: BTreeSet<Bit>,
    constant: bool,
}

/// An assertion that a bit of a node is 0.
#[derive(Clone, Debug)]
struct Linear {
    node: NodeId,
    bit: u32,
    sum: Sum,
}

/// `a & b = c` in the bits of a mask.
#[derive(Clone, Debug)]
pub(crate) struct Equation {
    pub operands: [NodeId; 3],
    pub mask: Mask,
}

/// `a b = low + 2^64 high`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    pub factors: [NodeId; 2],
    pub words: [NodeId; 2],
}

/// What is asserted.
#[derive(Debug, Default)]
pub(crate) struct Assertions {
    pub equations: Vec<Equation>,
    pub products: Vec<Exact>,
    linear: Vec<Linear>,
    /// Bits that are 0 whatever the leaves are, by node: assertions that are too long to be taken apart.
    long: BTreeMap<NodeId, Mask>,
    /// What cannot be, if something cannot.
    pub impossible: bool,
}

impl Graph {
    /// What is forced of a leaf.
    fn forced(&self, leaf: NodeId) -> Known {
        match self.node(leaf) {
            Node::Input(input) => self.inputs[input as usize].forced,
            Node::Gate(gate) => self.gates[gate as usize].forced,
            _ => Known::default(),
        }
    }

    /// Forces a bit of a leaf; returns whether it may be that.
    fn force(&mut self, (leaf, bit): Bit, value: bool) -> bool {
        let forced = match self.node(leaf) {
            Node::Input(input) => &mut self.inputs[input as usize].forced,
            Node::Gate(gate) => &mut self.gates[gate as usize].forced,
            _ => unreachable!("a leaf is an input or of a gate"),
        };
        if let Some(before) = forced.bit(bit) {
            return before == value;
        }
        forced.at |= 1 << bit;
        forced.value |= u64::from(value) << bit;
        true
    }

    /// Adds a bit of a node to a sum; `None` if that is too long.
    fn add_bit(&self, node: NodeId, bit: u32, sum: &mut Sum, steps: &mut usize) -> Option<()> {
        *steps += 1;
        if *steps > 8 * MOST || sum.bits.len() > MOST {
            return None;
        }
        if let Some(known) = self.known(node).bit(bit).or(self.forced(node).bit(bit)) {
            sum.constant ^= known;
            return Some(());
        }
        match self.node(node) {
            Node::Constant(_) => unreachable!("all of a number is known"),
            Node::Input(_) | Node::Gate(_) => {
                if !sum.bits.remove(&(node, bit)) {
                    sum.bits.insert((node, bit));
                }
                Some(())
            }
            Node::Xor(a, b) => {
                self.add_bit(a, bit, sum, steps)?;
                self.add_bit(b, bit, sum, steps)
            }
            Node::Shl(a, n) => self.add_bit(a, bit - n, sum, steps),
            Node::Shr(a, n) => self.add_bit(a, bit + n, sum, steps),
            Node::Mask(a, _) => self.add_bit(a, bit, sum, steps),
            Node::Broadcast(a, source) => self.add_bit(a, source, sum, steps),
        }
    }

    /// A bit of a node as a sum of bits of leaves, if it is not too long.
    fn sum_of(&self, node: NodeId, bit: u32) -> Option<Sum> {
        let mut sum = Sum::default();
        self.add_bit(node, bit, &mut sum, &mut 0)?;
        Some(sum)
    }
}

impl Assertions {
    /// Asserts that the bits of a mask are 0.
    pub fn zero(&mut self, graph: &mut Graph, node: NodeId, mask: Mask) {
        let known = graph.known(node);
        self.impossible |= known.value & mask != 0;
        for bit in ones(mask & !known.at) {
            match graph.sum_of(node, bit) {
                Some(sum) => self.linear(graph, Linear { node, bit, sum }),
                None => *self.long.entry(node).or_default() |= 1 << bit,
            }
        }
    }

    fn linear(&mut self, graph: &mut Graph, linear: Linear) {
        let Sum { bits, constant } = &linear.sum;
        match bits.len() {
            0 => self.impossible |= *constant,
            1 => {
                let bit = *bits.first().expect("there is one");
                self.impossible |= !graph.force(bit, *constant);
            }
            _ => self.linear.push(linear),
        }
    }

    /// Asserts `a & b = c`.
    pub fn and(&mut self, graph: &mut Graph, [a, b, c]: [NodeId; 3]) {
        let (of_a, of_b) = (graph.known(a), graph.known(b));
        // Where a factor is 0, the product is; where one is 1, the product is the other.
        self.zero(graph, c, of_a.zeros() | of_b.zeros());
        for (known, other, mask) in [(of_a, b, of_a.value), (of_b, a, of_b.value & !of_a.at)] {
            let mask = mask & !(known.zeros() | graph.known(other).zeros());
            let difference = graph.xor(other, c);
            self.zero(graph, difference, mask);
        }
        let mask = !of_a.at & !of_b.at;
        if mask != 0 {
            self.equations.push(Equation { operands: [a, b, c], mask });
        }
    }

    /// Asserts `a b = low + 2^64 high`.
    pub fn product(&mut self, graph: &mut Graph, factors: [NodeId; 2], words: [NodeId; 2]) {
        let found = graph.multiply(factors[0], factors[1]);
        for (found, asserted) in found.into_iter().zip(words) {
            let difference = graph.xor(found, asserted);
            self.zero(graph, difference, u64::MAX);
        }
        // Whether or not anything else needs it.
        self.products.push(Exact { factors, words: found });
    }

    /// Takes what is asserted together: forces what is left of sums of forced bits, and returns the bits of nodes that
    /// are to be asserted as 0, each sum once.
    pub fn finish(&mut self, graph: &mut Graph) -> Vec<(NodeId, Mask)> {
        loop {
            let before = self.linear.len();
            for Linear { node, bit, .. } in std::mem::take(&mut self.linear) {
                let sum = graph.sum_of(node, bit).expect("it was not too long before");
                self.linear(graph, Linear { node, bit, sum });
            }
            if self.linear.len() == before {
                break;
            }
        }
        let mut out = std::mem::take(&mut self.long);
        let mut seen: Vec<&Sum> = Vec::new();
        for Linear { node, bit, sum } in &self.linear {
            let same = seen.iter().find(|s| s.bits == sum.bits);
            if let Some(s) = same {
                self.impossible |= s.constant != sum.constant;
            } else {
                seen.push(sum);
                *out.entry(*node).or_default() |= 1 << bit;
            }
        }
        out.into_iter().collect()
    }
}
