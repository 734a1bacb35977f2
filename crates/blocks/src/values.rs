//! The words of one row as numbers: the plainest way to fill it, and to say what is wrong with it.

use dyad_rules::check::{Broken, Check, MessageValue};
use dyad_rules::gadgets::carries;
use dyad_rules::harness::evaluate;
use dyad_rules::shape::{Message, WordConstraint};

use crate::circuit::{Circuit, Said};
use crate::gate::{Gate, GateId, Kind};
use crate::graph::{Find, Graph, Node};
use crate::table::Table;

impl Gate {
    /// The whole output for operands.
    pub fn output(&self, [a, b, c]: [u64; 3]) -> u64 {
        let product = || u128::from(a) * u128::from(b);
        match self.kind {
            Kind::And => a & b,
            Kind::Carry => carries(a, b, c & 1 == 1),
            Kind::Low => product() as u64,
            Kind::High => (product() >> 64) as u64,
            Kind::Quotient => a.checked_div(b).unwrap_or(c),
        }
    }
}

impl Gate {
    /// The whole output where a bit is wrong. Carries above it follow.
    fn lying_output(&self, operands: [u64; 3], bit: u32) -> u64 {
        let mut output = self.output(operands) ^ 1 << bit;
        if self.kind == Kind::Carry {
            for i in bit + 1..64 {
                let [a, b, c] = [operands[0] >> i & 1, operands[1] >> i & 1, output >> (i - 1) & 1];
                output = output & !(1 << i) | (a & b | a & c | b & c) << i;
            }
        }
        output
    }
}

impl Graph {
    /// The value of each node, for what the row finds.
    pub fn values(&self, found: impl Fn(Find) -> u64) -> Vec<u64> {
        self.values_with_lie(found, None)
    }

    /// As [`Graph::values`], where a bit of a gate's own is wrong, and all that is computed from it follows.
    pub fn values_with_lie(&self, found: impl Fn(Find) -> u64, lie: Option<(GateId, u32)>) -> Vec<u64> {
        let mut out: Vec<u64> = Vec::with_capacity(self.nodes.len());
        for &node in &self.nodes {
            let of = |id: u32| out[id as usize];
            let value = match node {
                Node::Constant(c) => c,
                Node::Input(input) => {
                    let input = &self.inputs[input as usize];
                    found(input.find) & input.mask
                }
                Node::Gate(gate) => {
                    let wrong = lie.filter(|l| l.0 == gate).map(|l| l.1);
                    let gate = &self.gates[gate as usize];
                    let operands = gate.operands.map(of);
                    let output = match wrong {
                        None => gate.output(operands),
                        Some(bit) => gate.lying_output(operands, bit),
                    };
                    output & gate.mask
                }
                Node::Xor(a, b) => of(a) ^ of(b),
                Node::Shl(a, n) => of(a) << n,
                Node::Shr(a, n) => of(a) >> n,
                Node::Mask(a, mask) => of(a) & mask,
                Node::Broadcast(a, bit) => (of(a) >> bit & 1).wrapping_neg(),
            };
            out.push(value);
        }
        out
    }
}

impl Circuit {
    /// Whether all that is asserted holds of the values of all nodes.
    pub fn holds(&self, values: &[u64]) -> bool {
        let of = |id: u32| values[id as usize];
        let inputs = self.graph.nodes.iter().zip(values).all(|(node, value)| {
            let forced = match node {
                Node::Input(input) => self.graph.inputs[*input as usize].forced,
                Node::Gate(gate) => self.graph.gates[*gate as usize].forced,
                _ => return true,
            };
            (value ^ forced.value) & forced.at == 0
        });
        let equations = self.equations.iter().all(|e| {
            let [a, b, c] = e.operands.map(of);
            ((a & b) ^ c) & e.mask == 0
        });
        inputs && equations && self.zeros.iter().all(|&(node, mask)| of(node) & mask == 0)
    }

    /// The messages of a side, as numbers.
    pub fn messages(said: &[Said], values: &[u64]) -> Vec<MessageValue> {
        said.iter()
            .map(|m| {
                let mut out = MessageValue::default();
                out[0] = m.tag;
                for (slot, &word) in out[1..].iter_mut().zip(&m.words) {
                    *slot = values[word as usize];
                }
                out
            })
            .collect()
    }
}

impl Table {
    /// The words of the row whose circuit's nodes have these values.
    pub fn row(&self, values: &[u64]) -> Vec<u64> {
        let mut out = vec![0; self.shape.committed.len()];
        for piece in &self.pieces {
            out[piece.place.word as usize] |= piece.put(values[piece.node as usize]);
        }
        out
    }

    /// What is wrong with an active row, and what it says.
    pub fn read<'r>(&self, row: &'r [u64]) -> Check<'r> {
        let words = evaluate(&self.shape, row, &[], true);
        let of = |id: u32| words[id as usize];
        let mut check = Check::new(row, &[], true);
        for (i, and) in self.shape.ands.iter().enumerate() {
            let [a, b, c] = and.operands.map(of);
            let bits = (a & b) ^ c;
            if bits != 0 {
                check.broken.push(Broken { of: WordConstraint::And(i), name: and.name, bits });
            }
        }
        for (i, product) in self.shape.products.iter().enumerate() {
            let [a, b, low, high] = product.operands.map(of);
            let exact = u128::from(a) * u128::from(b);
            let found = [(WordConstraint::Low(i), low, exact), (WordConstraint::High(i), high, exact >> 64)];
            for (constraint, said, exact) in found {
                if said != exact as u64 {
                    let bits = said ^ exact as u64;
                    check.broken.push(Broken { of: constraint, name: product.name, bits });
                }
            }
        }
        let messages = |messages: &[Message]| {
            let value = |m: &Message| {
                let mut out = MessageValue::default();
                out[0] = m.tag;
                out[1..].iter_mut().zip(&m.words).for_each(|(slot, &word)| *slot = of(word));
                out
            };
            messages.iter().map(value).collect()
        };
        check.pushes = messages(&self.shape.pushes);
        check.pulls = messages(&self.shape.pulls);
        check
    }
}
