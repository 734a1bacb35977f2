//! Which bits of which leaves a row needs, and which equations of which gates.

use crate::bits::{ALL, Mask, up_to};
use crate::circuit::Circuit;
use crate::gate::Kind;
use crate::graph::{Graph, Node, NodeId};

/// What a row needs.
#[derive(Debug)]
pub(crate) struct Demand {
    /// By node, the bits that something depends on.
    pub nodes: Vec<Mask>,
    /// By node, where it is a leaf: the bits that are committed to, forced ones left out.
    pub committed: Vec<Mask>,
    /// By gate: the bits whose equations are demanded; for a word of a product, all or none.
    pub equations: Vec<Mask>,
    /// By node, whether its form is part of another, of an equation or of a message.
    pub needed: Vec<bool>,
    /// By node, the bits of that form that matter there.
    pub bits: Vec<Mask>,
}

impl Demand {
    /// What a circuit needs, from what it says and asserts backwards.
    pub fn of(circuit: &Circuit) -> Self {
        let Circuit { graph, .. } = circuit;
        let none = vec![0; graph.nodes.len()];
        let mut out = Self {
            nodes: none.clone(),
            committed: none,
            equations: vec![0; graph.gates.len()],
            needed: Vec::new(),
            bits: Vec::new(),
        };
        for &word in circuit.pushes.iter().chain(&circuit.pulls).flat_map(|m| &m.words) {
            out.nodes[word as usize] = ALL;
        }
        for equation in &circuit.equations {
            equation.operands.iter().for_each(|&o| out.nodes[o as usize] |= equation.mask);
        }
        for &(node, mask) in &circuit.zeros {
            out.nodes[node as usize] |= mask;
        }
        for &word in circuit.products.iter().flat_map(|p| &p.words) {
            out.nodes[word as usize] = ALL;
        }
        for id in (0..graph.nodes.len() as NodeId).rev() {
            out.visit(graph, id);
        }
        out.need(graph);
        out
    }

    /// What is demanded, and the outputs that equations are about.
    fn need(&mut self, graph: &Graph) {
        let mut bits = self.nodes.clone();
        let mut needed: Vec<bool> = bits.iter().map(|&mask| mask != 0).collect();
        for (gate, &mask) in graph.gates.iter().zip(&self.equations).filter(|(_, mask)| **mask != 0) {
            let mut need = |output: NodeId, mask: Mask| {
                bits[output as usize] |= mask;
                needed[output as usize] = true;
            };
            need(gate.whole, up_to(mask.ilog2()));
            if let (Kind::Low | Kind::High, [a, b, _]) = (gate.kind, gate.operands) {
                for kind in [Kind::Low, Kind::High] {
                    need(graph.outputs[&(kind, [a, b, 0])], ALL);
                }
            }
        }
        for id in (0..graph.nodes.len()).rev() {
            if needed[id] {
                for (input, mask) in through(graph.nodes[id], bits[id]) {
                    bits[input as usize] |= mask;
                    needed[input as usize] = true;
                }
            }
        }
        (self.bits, self.needed) = (bits, needed);
    }

    /// Both words of a product.
    fn product(&mut self, graph: &Graph, [a, b]: [NodeId; 2]) {
        for word in [Kind::Low, Kind::High].map(|kind| graph.outputs[&(kind, [a, b, 0])]) {
            if let Node::Gate(index) = graph.node(word) {
                let gate = &graph.gates[index as usize];
                self.equations[index as usize] = gate.mask;
                self.committed[gate.own as usize] = gate.mask & !gate.forced.at;
            }
        }
    }

    fn visit(&mut self, graph: &Graph, id: NodeId) {
        let demanded = self.nodes[id as usize];
        match graph.node(id) {
            Node::Gate(gate) => self.gate(graph, gate as usize, demanded),
            _ if demanded == 0 => {}
            Node::Constant(_) => {}
            Node::Input(input) => {
                let input = &graph.inputs[input as usize];
                self.committed[id as usize] = demanded & input.mask & !input.forced.at;
            }
            node => through(node, demanded).for_each(|(input, mask)| self.add(input, mask)),
        }
    }

    fn add(&mut self, node: NodeId, mask: Mask) {
        self.nodes[node as usize] |= mask;
    }

    fn gate(&mut self, graph: &Graph, index: usize, demanded: Mask) {
        let gate = &graph.gates[index];
        let own = gate.own as usize;
        // What is asserted has to hold, whether or not anything depends on it.
        let wanted = (demanded | gate.forced.at) & gate.mask;
        if wanted == 0 {
            return;
        }
        let [a, b, c] = gate.operands;
        let equations = match gate.kind {
            Kind::And => {
                self.add(a, wanted);
                self.add(b, wanted);
                wanted
            }
            Kind::Carry => {
                let all = up_to(wanted.ilog2());
                self.add(a, all);
                self.add(b, all);
                self.add(c, 1);
                gate.mask & all
            }
            Kind::Low | Kind::High => {
                self.add(a, ALL);
                self.add(b, ALL);
                self.product(graph, [a, b]);
                return;
            }
            // Nothing is demanded of it but what others make of it.
            Kind::Quotient => 0,
        };
        let committed = if gate.kind == Kind::Quotient { wanted } else { equations };
        self.committed[own] = committed & !gate.forced.at;
        self.equations[index] = equations;
    }
}

/// The bits of a node's inputs that bits of it depend on.
fn through(node: Node, bits: Mask) -> impl Iterator<Item = (NodeId, Mask)> {
    let mask = match node {
        Node::Constant(_) | Node::Input(_) | Node::Gate(_) | Node::Xor(..) => bits,
        Node::Shl(_, n) => bits >> n,
        Node::Shr(_, n) => bits << n,
        Node::Mask(_, mask) => bits & mask,
        Node::Broadcast(_, bit) if bits != 0 => 1 << bit,
        Node::Broadcast(..) => 0,
    };
    node.inputs().map(move |input| (input, mask))
}
