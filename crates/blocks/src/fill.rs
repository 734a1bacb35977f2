//! Rows of a block, from what was recorded of its runs: eight at a time, words of nodes in slots that are used again.

use std::ops::Range;

use dyad_machine::block::BlockRows;
use dyad_rules::lanes::{LANES, Lane};
use dyad_rules::slots::{Slot, Slots};
use dyad_rules::{Rows, Word};

use crate::bits::Mask;
use crate::circuit::Circuit;
use crate::gate::Kind;
use crate::graph::{Find, Node, NodeId};
use crate::table::{Piece, Table};

/// Where a word that a row finds was recorded.
#[derive(Clone, Copy, Debug)]
enum Recorded {
    Time,
    Value(u32),
    Before(u32),
}

/// What a word is made of.
#[derive(Clone, Copy, Debug)]
enum Make {
    Constant(u64),
    Recorded(Recorded, Mask),
    Xor(Slot, Slot),
    Shl(Slot, u32),
    Shr(Slot, u32),
    Mask(Slot, Mask),
    Broadcast(Slot, u32),
    Gate(Kind, [Slot; 3], Mask),
}

/// A step of filling rows.
#[derive(Clone, Copy, Debug)]
enum Step {
    Make(Slot, Make),
    Put(Slot, Piece),
}

/// Fills the rows of a block.
#[derive(Clone, Debug)]
pub(crate) struct Filler {
    steps: Vec<Step>,
    slots: usize,
    width: usize,
    /// Values, and times before, that a row records.
    found: usize,
}

impl Filler {
    pub fn new(circuit: &Circuit, table: &Table) -> Self {
        let graph = &circuit.graph;
        let inputs = |id: NodeId| {
            let gate = match graph.node(id) {
                Node::Gate(gate) => Some(graph.gates[gate as usize].operands),
                _ => None,
            };
            gate.into_iter().flatten().chain(graph.node(id).inputs())
        };
        let mut wanted = vec![false; graph.nodes.len()];
        table.pieces.iter().for_each(|piece| wanted[piece.node as usize] = true);
        let nodes = 0..graph.nodes.len() as NodeId;
        let mut slots = Slots::new(graph.nodes.len());
        for id in nodes.clone().rev() {
            if wanted[id as usize] {
                slots.note(id, id);
                for input in inputs(id) {
                    wanted[input as usize] = true;
                    slots.note(input, id);
                }
            }
        }
        let mut steps = Vec::new();
        let mut pieces = table.pieces.iter().copied().peekable();
        for id in nodes.filter(|&id| wanted[id as usize]) {
            let make = make(circuit, id, &slots);
            let slot = slots.place(id, inputs(id));
            steps.push(Step::Make(slot, make));
            // Pieces are in the order of nodes.
            while let Some(piece) = pieces.next_if(|piece| piece.node == id) {
                steps.push(Step::Put(slot, piece));
            }
        }
        let found = circuit.registers.len() + circuit.openings.len();
        Self { steps, slots: slots.count(), width: table.shape.committed.len(), found }
    }

    /// The rows of these records.
    pub fn rows<'a>(&'a self, records: &'a BlockRows) -> impl Rows + 'a {
        Filled { filler: self, records }
    }

    /// Makes the columns of eight rows, those past the last one repeated.
    fn eight(&self, records: &BlockRows, first: usize, slots: &mut [Lane], columns: &mut [Lane]) {
        let last = records.times.len() - 1;
        let row = |i: usize| (first + i).min(last);
        columns.fill(Lane::default());
        for step in &self.steps {
            match *step {
                Step::Put(from, piece) => {
                    let column = &mut columns[piece.place.word as usize];
                    let word = slots[from as usize];
                    *column = Lane(std::array::from_fn(|i| column.0[i] | piece.put(word.0[i])));
                }
                Step::Make(to, make) => {
                    let of = |slot: Slot| slots[slot as usize];
                    let word = match make {
                        Make::Constant(c) => Lane([c; LANES]),
                        Make::Recorded(Recorded::Time, mask) => {
                            Lane(std::array::from_fn(|i| u64::from(records.times[row(i)]))) & mask
                        }
                        Make::Recorded(Recorded::Value(k), mask) => {
                            let at = |i| records.values[row(i) * self.found + k as usize];
                            Lane(std::array::from_fn(at)) & mask
                        }
                        Make::Recorded(Recorded::Before(k), mask) => {
                            let at = |i| u64::from(records.before[row(i) * self.found + k as usize]);
                            Lane(std::array::from_fn(at)) & mask
                        }
                        Make::Xor(a, b) => of(a) ^ of(b),
                        Make::Shl(a, n) => of(a) << n,
                        Make::Shr(a, n) => of(a) >> n,
                        Make::Mask(a, mask) => of(a) & mask,
                        Make::Broadcast(a, bit) => of(a).broadcast(bit),
                        Make::Gate(kind, operands, mask) => gate(kind, operands.map(of)) & mask,
                    };
                    slots[to as usize] = word;
                }
            }
        }
    }
}

/// What a node is made of.
fn make(circuit: &Circuit, id: NodeId, slots: &Slots) -> Make {
    let graph = &circuit.graph;
    let of = |id: NodeId| slots.of(id);
    let register = |r: u8| circuit.registers.iter().position(|&x| x == r).expect("it is found") as u32;
    let cell = |k: u32| circuit.registers.len() as u32 + k;
    match graph.node(id) {
        Node::Constant(c) => Make::Constant(c),
        Node::Input(input) => {
            let input = &graph.inputs[input as usize];
            let recorded = match input.find {
                Find::Time => Recorded::Time,
                Find::Register(r) => Recorded::Value(register(r)),
                Find::RegisterTime(r) => Recorded::Before(register(r)),
                Find::Cell(k) => Recorded::Value(cell(k)),
                Find::CellTime(k) => Recorded::Before(cell(k)),
            };
            Make::Recorded(recorded, input.mask)
        }
        Node::Gate(gate) => {
            let gate = &graph.gates[gate as usize];
            Make::Gate(gate.kind, gate.operands.map(of), gate.mask)
        }
        Node::Xor(a, b) => Make::Xor(of(a), of(b)),
        Node::Shl(a, n) => Make::Shl(of(a), n),
        Node::Shr(a, n) => Make::Shr(of(a), n),
        Node::Mask(a, mask) => Make::Mask(of(a), mask),
        Node::Broadcast(a, bit) => Make::Broadcast(of(a), bit),
    }
}

/// The output of a gate in eight rows.
fn gate(kind: Kind, [a, b, c]: [Lane; 3]) -> Lane {
    let each = |f: fn(u64, u64, u64) -> u64| Lane(std::array::from_fn(|i| f(a.0[i], b.0[i], c.0[i])));
    match kind {
        Kind::And => each(|a, b, _| a & b),
        Kind::Carry => each(|a, b, c| dyad_rules::gadgets::carries(a, b, c & 1 == 1)),
        Kind::Low => each(|a, b, _| a.wrapping_mul(b)),
        Kind::High => each(|a, b, _| ((u128::from(a) * u128::from(b)) >> 64) as u64),
        Kind::Quotient => each(|a, b, c| a.checked_div(b).unwrap_or(c)),
    }
}

/// Recorded rows of a block.
struct Filled<'a> {
    filler: &'a Filler,
    records: &'a BlockRows,
}

impl Rows for Filled<'_> {
    fn rows(&self) -> usize {
        self.records.times.len()
    }

    fn fill(&self, range: Range<usize>, out: &mut [u64]) {
        let width = self.filler.width;
        assert!(range.end <= self.rows() && out.len() == range.len() * width, "as many words as rows have");
        let mut slots = vec![Lane::default(); self.filler.slots];
        let mut columns = vec![Lane::default(); width];
        for (first, rows) in range.step_by(LANES).zip(out.chunks_mut(LANES * width)) {
            self.filler.eight(self.records, first, &mut slots, &mut columns);
            for (i, row) in rows.chunks_exact_mut(width).enumerate() {
                row.iter_mut().zip(&columns).for_each(|(word, column)| *word = column.0[i]);
            }
        }
    }
}
