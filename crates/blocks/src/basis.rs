//! Which words a row commits to.
//!
//! What a gate makes of its operands is a leaf, and its bits could be committed to as they are. But sums of gates would
//! then be long forms, and sums of sums longer ones. So where a gate's output goes through additions of other words and
//! shifts to a word that is used more than once, the bits of that word are committed to in the place of the gate's
//! own: a sum for its carries. The gate's own bits are then linear in these and in what was added on the way.
//!
//! An addition is on the way of one gate only, and what is added there stands before it: so the change is triangular,
//! and has an inverse.

use crate::bits::Mask;
use crate::circuit::Circuit;
use crate::demand::Demand;
use crate::gate::Kind;
use crate::graph::{Node, NodeId};

/// A word that carries the bits of a gate's own.
#[derive(Clone, Debug)]
pub(crate) struct Carrier {
    /// The gate's own node, and what follows it up to the carrier, itself included.
    pub way: Vec<NodeId>,
    /// The bits of the carrier that stand for bits of the gate.
    pub covered: Mask,
    /// By how much they are shifted, to the left if positive.
    pub shift: i32,
    /// The gate's own bits that are committed to beside it.
    pub uncovered: Mask,
}

impl Carrier {
    /// The node that is committed to.
    pub fn node(&self) -> NodeId {
        *self.way.last().expect("a way begins with the gate's own node")
    }

    /// The covered bits, where the gate has them.
    pub fn covered_own(&self) -> Mask {
        shifted(self.covered, -self.shift)
    }
}

/// Shifted to the left, to the right if less than 0.
pub(crate) fn shifted(word: u64, by: i32) -> u64 {
    if by >= 0 { word << by } else { word >> -by }
}

/// How often words are used, and by which node, where it is one.
struct Uses {
    count: Vec<u32>,
    by: Vec<Option<NodeId>>,
}

impl Uses {
    fn of(circuit: &Circuit, demand: &Demand) -> Self {
        let graph = &circuit.graph;
        let mut uses = Self { count: vec![0; graph.nodes.len()], by: vec![None; graph.nodes.len()] };
        for (node, id) in graph.nodes.iter().zip(0..) {
            if demand.needed[id as usize] {
                for input in node.inputs() {
                    uses.count[input as usize] += 1;
                    uses.by[input as usize] = Some(id);
                }
            }
        }
        let mut last = |id: NodeId| {
            uses.count[id as usize] += 1;
            uses.by[id as usize] = None;
        };
        for (gate, &equations) in graph.gates.iter().zip(&demand.equations) {
            if equations != 0 {
                gate.operands.into_iter().for_each(&mut last);
                if matches!(gate.kind, Kind::Low | Kind::High) {
                    last(gate.whole);
                }
            }
        }
        circuit.pushes.iter().chain(&circuit.pulls).flat_map(|m| &m.words).for_each(|&w| last(w));
        circuit.equations.iter().flat_map(|e| e.operands).for_each(&mut last);
        circuit.zeros.iter().for_each(|z| last(z.0));
        circuit.products.iter().flat_map(|p| p.words.into_iter().chain(p.factors)).for_each(&mut last);
        uses
    }

    /// The node that alone uses a word.
    fn only(&self, id: NodeId) -> Option<NodeId> {
        self.by[id as usize].filter(|_| self.count[id as usize] == 1)
    }
}

/// For each gate that commits to something, the word that carries it.
pub(crate) fn carriers(circuit: &Circuit, demand: &Demand) -> Vec<Option<Carrier>> {
    let uses = Uses::of(circuit, demand);
    let mut taken = vec![false; circuit.graph.nodes.len()];
    let gates = circuit.graph.gates.iter();
    gates
        .map(|gate| {
            let committed = demand.committed[gate.own as usize];
            let follows = matches!(gate.kind, Kind::And | Kind::Carry);
            (committed != 0).then(|| carrier((circuit, demand), &uses, &mut taken, gate.own, follows))
        })
        .collect()
}

fn carrier(
    (circuit, demand): (&Circuit, &Demand),
    uses: &Uses,
    taken: &mut [bool],
    own: NodeId,
    follows: bool,
) -> Carrier {
    let committed = demand.committed[own as usize];
    let mut out = Carrier { way: vec![own], covered: committed, shift: 0, uncovered: 0 };
    while let Some(next) = uses.only(out.node()).filter(|&n| follows && !taken[n as usize]) {
        let shift = match circuit.graph.node(next) {
            Node::Xor(..) => 0,
            Node::Shl(_, n) => n.cast_signed(),
            Node::Shr(_, n) => -n.cast_signed(),
            _ => break,
        };
        // What is added on the way is known only where something depends on the sum.
        let covered = shifted(out.covered, shift) & demand.nodes[next as usize];
        if covered == 0 || (out.shift + shift).abs() > 63 {
            break;
        }
        taken[next as usize] = true;
        out.way.push(next);
        out.covered = covered;
        out.shift += shift;
    }
    out.uncovered = committed & !out.covered_own();
    out
}
