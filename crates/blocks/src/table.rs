//! A circuit as a table: where each bit is committed to and each equation stands, and the forms of both.

use std::collections::{BTreeMap, BTreeSet};

use dyad_rules::form_list::FormList;
use dyad_rules::shape::{And, Column, Message, NodeId as ShapeId, Product, TableShape};

use crate::basis::{Carrier, carriers, shifted};
use crate::bits::{ALL, Mask, span};
use crate::circuit::{Circuit, Said};
use crate::demand::Demand;
use crate::emit::Emit;
use crate::gate::{GateId, Kind};
use crate::graph::{Node, NodeId};
use crate::pack::{Place, pack};

/// A word that is used more than once, and is the sum of more terms than this, is committed to.
pub(crate) const LONG: usize = 32;

/// However few bits a word has, it is not committed to where it is the sum of no more terms than this.
const FEWEST: usize = 2;

/// From here on, columns stand for words that the next pass commits to.
const LATER: u32 = 1 << 31;

/// Bits of a word that are committed to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub node: NodeId,
    pub mask: Mask,
    pub place: Place,
}

impl Piece {
    /// By how much they are shifted to their place, to the left if positive.
    fn shift(&self) -> i32 {
        self.place.bit as i32 - self.mask.trailing_zeros() as i32
    }

    /// What a word of this value has at the piece's place.
    pub fn put(&self, value: u64) -> u64 {
        shifted(value & self.mask, self.shift())
    }
}

/// What a row is demanded to satisfy, and where.
#[derive(Clone, Copy, Debug)]
enum Demanded {
    /// The equations of a gate.
    Gate(GateId),
    /// `a & b = c`, by index.
    Equation(usize),
    /// A word is 0.
    Zero(NodeId),
    /// A word is what is committed for it.
    Long(NodeId),
}

/// A table made of a circuit.
#[derive(Debug)]
pub(crate) struct Table {
    pub shape: TableShape,
    /// Those of the shape's nodes.
    pub forms: FormList,
    pub pieces: Vec<Piece>,
    /// By node of the circuit: the word of the shape, and the bits of it on which something depends; `None` where nothing
    /// does.
    pub words: Vec<Option<(ShapeId, Mask)>>,
}

/// A circuit, and how it becomes a table.
struct Plan<'c> {
    circuit: &'c Circuit,
    demand: Demand,
    carriers: Vec<Option<Carrier>>,
    /// Nodes on the way from a gate to its carrier.
    on_way: Vec<bool>,
    /// The gate whose bits a node carries.
    carried: Vec<Option<GateId>>,
    /// Terms that a form may have before its word is committed to.
    most: usize,
    /// Nodes that are committed to since their forms are long.
    long: BTreeSet<NodeId>,
}

/// A pass over the circuit that makes the forms.
struct Pass<'p, 'c> {
    plan: &'p Plan<'c>,
    emit: Emit,
    /// By node.
    at: Vec<Option<ShapeId>>,
    /// Places of the plan's pieces, by node; a gate's own node has what its carrier does not cover.
    pieces: Vec<Piece>,
    by_node: Vec<Vec<usize>>,
    /// Nodes whose forms turned out to be long.
    found: BTreeSet<NodeId>,
    uses: Vec<u32>,
    /// The forms of the words that are committed to since these are long.
    longs: BTreeMap<NodeId, ShapeId>,
    /// The operands of the constraints so far.
    ands: Vec<[ShapeId; 3]>,
}

impl Table {
    /// The table of a circuit, in which words that are sums of more than `most` terms are committed to if they are used
    /// again.
    pub fn of(circuit: &Circuit, most: usize) -> Self {
        let demand = Demand::of(circuit);
        let carriers = carriers(circuit, &demand);
        let mut on_way = vec![false; circuit.graph.nodes.len()];
        for carrier in carriers.iter().flatten() {
            let before = &carrier.way[..carrier.way.len() - 1];
            before.iter().for_each(|&id| on_way[id as usize] = true);
        }
        let mut carried = vec![None; circuit.graph.nodes.len()];
        for (carrier, gate) in carriers.iter().zip(0..) {
            carrier.iter().for_each(|c| carried[c.node() as usize] = Some(gate));
        }
        let mut plan = Plan { circuit, demand, carriers, on_way, carried, most, long: BTreeSet::new() };
        let mut pass = plan.run();
        while !pass.found.is_empty() {
            let found = std::mem::take(&mut pass.found);
            plan.long.extend(found);
            pass = plan.run();
        }
        pass.finish()
    }
}

impl Plan<'_> {
    /// The bits that are committed to, by node, each with its mask, in the order of nodes.
    fn pieces(&self) -> Vec<(NodeId, Mask)> {
        let graph = &self.circuit.graph;
        let mut out: Vec<(NodeId, Mask)> = Vec::new();
        for (gate, carrier) in graph.gates.iter().zip(&self.carriers) {
            if let Some(carrier) = carrier {
                out.push((carrier.node(), carrier.covered));
                if carrier.uncovered != 0 {
                    out.push((gate.own, carrier.uncovered));
                }
            }
        }
        let inputs = graph.nodes.iter().zip(0..).filter(|(node, _)| matches!(node, Node::Input(_)));
        out.extend(inputs.map(|(_, id)| (id, self.demand.committed[id as usize])).filter(|p| p.1 != 0));
        out.extend(self.long.iter().map(|&id| (id, self.committed_of_long(id))));
        out.sort_unstable();
        out
    }

    /// What a row is demanded to satisfy, with the bits of each.
    fn demanded(&self) -> Vec<(Demanded, Mask)> {
        let circuit = self.circuit;
        let gates = circuit.graph.gates.iter().zip(&self.demand.equations).zip(0..);
        let gates =
            gates.filter(|((gate, mask), _)| **mask != 0 && matches!(gate.kind, Kind::And | Kind::Carry));
        let mut out: Vec<_> = gates.map(|((_, &mask), gate)| (Demanded::Gate(gate), mask)).collect();
        out.extend(circuit.equations.iter().enumerate().map(|(i, e)| (Demanded::Equation(i), e.mask)));
        out.extend(circuit.zeros.iter().map(|&(node, mask)| (Demanded::Zero(node), mask)));
        out.extend(self.long.iter().map(|&node| (Demanded::Long(node), self.committed_of_long(node))));
        out
    }

    /// The last node that has to be there to say what is demanded.
    fn after(&self, demanded: Demanded) -> NodeId {
        let last = |nodes: &[NodeId]| nodes.iter().copied().max().unwrap_or(0);
        match demanded {
            Demanded::Gate(gate) => {
                let carrier = self.carriers[gate as usize].as_ref().map_or(0, Carrier::node);
                let gate = &self.circuit.graph.gates[gate as usize];
                last(&gate.operands).max(gate.whole).max(carrier)
            }
            Demanded::Equation(i) => last(&self.circuit.equations[i].operands),
            Demanded::Zero(node) | Demanded::Long(node) => node,
        }
    }

    /// The bits of a word with a long form that are committed to, beside those that stand for a gate's.
    fn committed_of_long(&self, node: NodeId) -> Mask {
        let carried = self.carried[node as usize].and_then(|gate| self.carriers[gate as usize].as_ref());
        let covered = carried.map_or(0, |c| c.covered);
        self.demand.nodes[node as usize] & !self.circuit.graph.known(node).at & !covered
    }

    fn uses(&self) -> Vec<u32> {
        let graph = &self.circuit.graph;
        let mut uses = vec![0; graph.nodes.len()];
        let needed = graph.nodes.iter().zip(&self.demand.needed).filter(|(_, needed)| **needed);
        needed.flat_map(|(node, _)| node.inputs()).for_each(|input| uses[input as usize] += 1);
        let gates = graph.gates.iter().zip(&self.demand.equations).filter(|(_, mask)| **mask != 0);
        gates.flat_map(|(gate, _)| gate.operands).for_each(|o| uses[o as usize] += 1);
        uses
    }

    fn run(&self) -> Pass<'_, '_> {
        let nodes = self.circuit.graph.nodes.len();
        let pieces = self.pieces();
        let (places, _) = pack(&pieces.iter().map(|p| span(p.1).1).collect::<Vec<_>>());
        let pieces: Vec<Piece> =
            pieces.into_iter().zip(places).map(|((node, mask), place)| Piece { node, mask, place }).collect();
        let mut by_node = vec![Vec::new(); nodes];
        pieces.iter().enumerate().for_each(|(i, piece)| by_node[piece.node as usize].push(i));
        let demanded = self.demanded();
        let (places, words) = pack(&demanded.iter().map(|d| span(d.1).1).collect::<Vec<_>>());
        let mut after = vec![Vec::new(); nodes];
        for (&(demanded, mask), place) in demanded.iter().zip(places) {
            after[self.after(demanded) as usize].push((demanded, mask, place));
        }
        let mut emit = Emit::with_room(nodes);
        let zero = emit.constant(0);
        let mut pass = Pass {
            plan: self,
            emit,
            at: vec![None; nodes],
            pieces,
            by_node,
            found: BTreeSet::new(),
            uses: self.uses(),
            longs: BTreeMap::new(),
            ands: vec![[zero; 3]; words as usize],
        };
        for id in 0..nodes as NodeId {
            pass.node(id);
            after[id as usize].iter().for_each(|&(demanded, mask, place)| pass.demand(demanded, mask, place));
        }
        pass
    }
}

impl Pass<'_, '_> {
    fn got(&self, id: NodeId) -> ShapeId {
        self.at[id as usize].expect("an earlier node that is needed")
    }

    /// What is committed of a node in a piece, where the node has it.
    fn committed(&mut self, index: usize) -> ShapeId {
        let piece = self.pieces[index];
        let column = self.emit.committed(piece.place.word);
        let moved = self.emit.shift(column, -piece.shift());
        self.emit.mask(moved, piece.mask)
    }

    /// The piece of a node with this mask.
    fn piece(&self, node: NodeId, mask: Mask) -> usize {
        let found = self.by_node[node as usize].iter().find(|&&i| self.pieces[i].mask == mask);
        *found.expect("what is committed to has a piece")
    }

    fn node(&mut self, id: NodeId) {
        let circuit = self.plan.circuit;
        if self.plan.on_way[id as usize] || self.at[id as usize].is_some() {
            return;
        }
        if let Some(gate) = self.plan.carried[id as usize] {
            self.carrier(gate);
            return;
        }
        if !self.plan.demand.needed[id as usize] {
            return;
        }
        let node = circuit.graph.node(id);
        let made = match node {
            Node::Constant(c) => self.emit.constant(c),
            Node::Input(_) | Node::Gate(_) => self.leaf(id),
            Node::Xor(a, b) => self.emit.xor(self.got(a), self.got(b)),
            Node::Shl(a, n) => self.emit.shift(self.got(a), n.cast_signed()),
            Node::Shr(a, n) => self.emit.shift(self.got(a), -n.cast_signed()),
            Node::Mask(a, mask) => self.emit.mask(self.got(a), mask),
            Node::Broadcast(a, bit) => self.emit.broadcast(self.got(a), bit),
        };
        if matches!(node, Node::Input(_) | Node::Gate(_)) {
            self.at[id as usize] = Some(made);
            return;
        }
        let made = self.trim(id, made);
        self.at[id as usize] = Some(made);
        self.shorten(id);
    }

    /// A node's word without bits that nothing depends on, where that makes its form shorter.
    fn trim(&mut self, id: NodeId, made: ShapeId) -> ShapeId {
        let demanded = self.plan.demand.bits[id as usize];
        if self.emit.terms_under(made, demanded) == self.emit.terms(made) {
            return made;
        }
        self.emit.mask(made, demanded)
    }

    /// A leaf: what is committed of it, and what is forced.
    fn leaf(&mut self, id: NodeId) -> ShapeId {
        let graph = &self.plan.circuit.graph;
        let forced = match graph.node(id) {
            Node::Input(input) => graph.inputs[input as usize].forced,
            Node::Gate(gate) => graph.gates[gate as usize].forced,
            _ => unreachable!("not a leaf"),
        };
        let mut sum = self.emit.constant(forced.value);
        for index in self.by_node[id as usize].clone() {
            let part = self.committed(index);
            sum = self.emit.xor(sum, part);
        }
        sum
    }

    /// The carrier of a gate, and the nodes on the way to it from the gate's own.
    fn carrier(&mut self, gate: GateId) {
        let plan = self.plan;
        let carrier = plan.carriers[gate as usize].as_ref().expect("it carries the gate's bits");
        let [own, ref way @ ..] = carrier.way[..] else { unreachable!("a way begins somewhere") };
        if way.is_empty() {
            let leaf = self.leaf(own);
            self.at[own as usize] = Some(leaf);
            return;
        }
        // The carrier is what is committed of it, and elsewhere what is added on the way.
        let (mut added, mut from) = (self.emit.constant(0), own);
        for &next in way {
            added = self.shift(added, next);
            if let Some(other) = self.other(from, next) {
                added = self.emit.xor(added, other);
            }
            from = next;
        }
        let index = self.piece(carrier.node(), carrier.covered);
        let covered = self.committed(index);
        // The gate's own bits: covered ones follow, others are committed to beside, or forced.
        let rest = self.emit.mask(added, carrier.covered);
        let difference = self.emit.xor(covered, rest);
        let back = self.emit.shift(difference, -carrier.shift);
        let beside = self.leaf(own);
        let own_bits = self.emit.xor(back, beside);
        self.at[own as usize] = Some(own_bits);
        let mut from = own;
        for &next in &way[..way.len() - 1] {
            self.step(from, next);
            from = next;
        }
        let uncovered = self.emit.mask(added, !carrier.covered);
        // Step by step: what one shift takes away is not there for the next.
        let moved = way.iter().fold(beside, |word, &next| self.shift(word, next));
        let moved = self.emit.mask(moved, !carrier.covered);
        let others = self.emit.xor(uncovered, moved);
        let whole = self.emit.xor(covered, others);
        self.at[carrier.node() as usize] = Some(whole);
        self.shorten(carrier.node());
    }

    /// A node on a way, from the one before.
    fn step(&mut self, from: NodeId, next: NodeId) {
        let before = self.got(from);
        let made = match self.other(from, next) {
            Some(other) => self.emit.xor(before, other),
            None => self.shift(before, next),
        };
        self.at[next as usize] = Some(made);
    }

    /// What a node on a way adds to the one before, where it is a sum.
    fn other(&self, from: NodeId, next: NodeId) -> Option<ShapeId> {
        match self.plan.circuit.graph.node(next) {
            Node::Xor(a, b) => Some(self.got(if a == from { b } else { a })),
            _ => None,
        }
    }

    /// A word shifted as a node on a way shifts the one before; as it is where the node is a sum.
    fn shift(&mut self, word: ShapeId, next: NodeId) -> ShapeId {
        match self.plan.circuit.graph.node(next) {
            Node::Xor(..) => word,
            Node::Shl(_, n) => self.emit.shift(word, n.cast_signed()),
            Node::Shr(_, n) => self.emit.shift(word, -n.cast_signed()),
            _ => unreachable!("a way has sums and shifts"),
        }
    }

    /// Where a word's form is long and used again, the word is committed to.
    fn shorten(&mut self, id: NodeId) {
        let node = self.got(id);
        let mask = self.plan.committed_of_long(id);
        let committed = if self.plan.long.contains(&id) {
            self.longs.insert(id, node);
            let index = self.piece(id, mask);
            self.committed(index)
        } else if self.uses[id as usize] > 1 && self.is_long(id) {
            // Those that follow are measured as if it were committed to already.
            self.found.insert(id);
            let column = self.emit.committed(LATER + id);
            self.emit.mask(column, mask)
        } else {
            return;
        };
        let others = self.emit.mask(node, !mask & self.plan.demand.bits[id as usize]);
        self.at[id as usize] = Some(self.emit.xor(committed, others));
    }

    /// Whether the bits of a word that could be committed to are the sum of too many terms. Few bits are worth few.
    fn is_long(&self, id: NodeId) -> bool {
        let mask = self.plan.committed_of_long(id);
        let most = (self.plan.most * mask.count_ones() as usize).div_ceil(32).min(self.plan.most).max(FEWEST);
        mask != 0 && self.emit.terms_under(self.got(id), mask) > most
    }

    /// Adds what is demanded to the constraint at its place.
    fn demand(&mut self, demanded: Demanded, mask: Mask, place: Place) {
        let circuit = self.plan.circuit;
        let zero = self.emit.constant(0);
        let operands = match demanded {
            Demanded::Gate(gate) => {
                let gate = &circuit.graph.gates[gate as usize];
                let [a, b, c] = gate.operands;
                let operands = [a, b, gate.whole].map(|id| self.got(id));
                if gate.kind == Kind::Carry {
                    let into = self.emit.shift(operands[2], 1);
                    let into = self.emit.xor(into, self.got(c));
                    operands.map(|o| self.emit.xor(o, into))
                } else {
                    operands
                }
            }
            Demanded::Equation(i) => circuit.equations[i].operands.map(|id| self.got(id)),
            Demanded::Zero(node) => [self.got(node), self.emit.constant(ALL), zero],
            Demanded::Long(node) => {
                let difference = self.emit.xor(self.longs[&node], self.got(node));
                [difference, self.emit.constant(ALL), zero]
            }
        };
        let by = place.bit as i32 - mask.trailing_zeros() as i32;
        for (k, operand) in operands.into_iter().enumerate() {
            let kept = self.emit.mask(operand, mask);
            let moved = self.emit.shift(kept, by);
            let sum = self.ands[place.word as usize][k];
            self.ands[place.word as usize][k] = self.emit.xor(sum, moved);
        }
    }

    fn products(&mut self) -> Vec<Product> {
        let circuit = self.plan.circuit;
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for (gate, &equations) in circuit.graph.gates.iter().zip(&self.plan.demand.equations) {
            let [a, b, _] = gate.operands;
            let of_product = matches!(gate.kind, Kind::Low | Kind::High);
            if !of_product || equations == 0 || !seen.insert((a, b)) {
                continue;
            }
            let words = [Kind::Low, Kind::High].map(|kind| {
                let whole = circuit.graph.outputs.get(&(kind, [a, b, 0])).copied();
                whole.expect("both words of a product were made")
            });
            let operands = [a, b, words[0], words[1]].map(|id| self.got(id));
            out.push(Product { name: "product", operands });
        }
        out
    }

    fn finish(mut self) -> Table {
        let products = self.products();
        let circuit = self.plan.circuit;
        let columns = self.pieces.iter().map(|p| p.place.word + 1).max().unwrap_or(0);
        let mut used = vec![0; columns as usize];
        for piece in &self.pieces {
            used[piece.place.word as usize] |= piece.put(ALL);
        }
        let messages = |said: &[Said]| {
            let words = |m: &Said| m.words.iter().map(|&w| self.got(w)).collect();
            said.iter().map(|m| Message { tag: m.tag, words: words(m) }).collect::<Vec<_>>()
        };
        let (pushes, pulls) = (messages(&circuit.pushes), messages(&circuit.pulls));
        let shape = TableShape {
            name: "block".into(),
            committed: used.iter().map(|used| Column { name: "", free: !used }).collect(),
            fixed: Vec::new(),
            nodes: self.emit.nodes,
            ands: self.ands.into_iter().map(|operands| And { name: "packed", operands }).collect(),
            products,
            pushes,
            pulls,
        };
        let words = self.at.iter().zip(&self.plan.demand.bits);
        let words = words.map(|(at, &bits)| at.filter(|_| bits != 0).map(|id| (id, bits))).collect();
        Table { shape, forms: self.emit.forms, pieces: self.pieces, words }
    }
}
