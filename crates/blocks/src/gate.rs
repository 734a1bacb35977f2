//! Gates: what is not linear in its operands.

use crate::bits::{ALL, Known, Mask, ones, up_to};
use crate::graph::{Graph, NodeId};

/// Index of a gate.
pub(crate) type GateId = u32;

/// What a gate makes of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// `a & b`.
    And,
    /// The carries of `a + b + c`, `c` being 0 or 1.
    Carry,
    /// The low word of `a b`.
    Low,
    /// The high word of `a b`.
    High,
    /// `a / b`, `c` where b is 0: as the prover says, and nothing is demanded of it.
    Quotient,
}

/// A gate: of its output some bits are linear in the operands, or known; the others are the gate's own.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub kind: Kind,
    pub operands: [NodeId; 3],
    /// The whole output.
    pub whole: NodeId,
    /// The node of the bits that are the gate's own.
    pub own: NodeId,
    /// These bits.
    pub mask: Mask,
    /// Those of them that are asserted.
    pub forced: Known,
}

/// What is known of each bit of the carries of a sum.
#[derive(Default)]
struct Carries {
    /// The gate's own.
    own: Mask,
    /// Equal to the operand's bit.
    of_a: Mask,
    of_b: Mask,
    /// Known to be 1.
    ones: Mask,
    /// Equal to the carry below.
    runs: Mask,
}

impl Graph {
    /// A gate whose output is `linear` but for the bits `own`.
    fn output(&mut self, kind: Kind, operands: [NodeId; 3], linear: NodeId, own: Mask) -> NodeId {
        if own == 0 {
            return linear;
        }
        let gate = Gate { kind, operands, whole: 0, own: 0, mask: own, forced: Known::default() };
        let node = self.gate(gate, own);
        let whole = self.xor(linear, node);
        let gate = self.gates.last_mut().expect("a gate was made");
        (gate.whole, gate.own) = (whole, node);
        whole
    }

    /// The output of a kind of gate with these operands, if there is one.
    fn known_output(&self, kind: Kind, operands: [NodeId; 3]) -> Option<NodeId> {
        self.outputs.get(&(kind, operands)).copied()
    }

    /// `a & b`.
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let (a, b) = (a.min(b), a.max(b));
        if a == b {
            return a;
        }
        let key = [a, b, 0];
        if let Some(known) = self.known_output(Kind::And, key) {
            return known;
        }
        let (of_a, of_b) = (self.known(a), self.known(b));
        let x = self.mask(b, of_a.value);
        let y = self.mask(a, of_b.value & !of_a.value);
        let linear = self.xor(x, y);
        let zero = self.constant(0);
        let output = self.output(Kind::And, [a, b, zero], linear, !of_a.at & !of_b.at);
        self.outputs.insert((Kind::And, key), output);
        output
    }

    /// The carries of `a + b + c`, of which `c` is 0 or 1.
    pub fn carries(&mut self, a: NodeId, b: NodeId, c: NodeId) -> NodeId {
        let (a, b) = (a.min(b), a.max(b));
        let key = [a, b, c];
        if let Some(known) = self.known_output(Kind::Carry, key) {
            return known;
        }
        let found = find_carries(self.known(a), self.known(b), self.known(c).bit(0));
        let parts = [self.mask(a, found.of_a), self.mask(b, found.of_b), self.constant(found.ones)];
        let linear = parts.into_iter().reduce(|x, y| self.xor(x, y)).expect("three parts");
        let without_runs = self.output(Kind::Carry, [a, b, c], linear, found.own);
        let mut whole = without_runs;
        for (source, run) in runs(found.runs) {
            let carry = self.broadcast(without_runs, source);
            let carry = self.mask(carry, run);
            whole = self.xor(whole, carry);
        }
        if found.own != 0 {
            self.gates.last_mut().expect("a gate was made").whole = whole;
        }
        self.outputs.insert((Kind::Carry, key), whole);
        whole
    }

    /// `a + b + c` modulo 2^64, and the carries.
    pub fn add(&mut self, a: NodeId, b: NodeId, c: NodeId) -> (NodeId, NodeId) {
        let carries = self.carries(a, b, c);
        for (word, other) in [(a, b), (b, a)] {
            if let (Some(x), Some(y)) = (self.number(other), self.number(c)) {
                return (self.add_number(word, x.wrapping_add(y)), carries);
            }
        }
        let into = self.shl(carries, 1);
        let sum = [a, b, c].into_iter().fold(into, |sum, x| self.xor(sum, x));
        (sum, carries)
    }

    /// `a + n` modulo 2^64. Numbers that are added one after the other are added at once.
    pub fn add_number(&mut self, a: NodeId, n: u64) -> NodeId {
        let (root, before) = self.root(a);
        let total = before.wrapping_add(n);
        let number = self.constant(total);
        if total == 0 {
            return root;
        }
        let zero = self.constant(0);
        let carries = self.carries(root, number, zero);
        let into = self.shl(carries, 1);
        let sum = self.xor(root, number);
        let sum = self.xor(sum, into);
        if self.number(sum).is_none() {
            self.sums.insert(sum, (root, total));
        }
        sum
    }

    /// The word and the number that a word is the sum of; itself and 0 if it was not made as one.
    pub fn root(&self, a: NodeId) -> (NodeId, u64) {
        self.sums.get(&a).copied().unwrap_or((a, 0))
    }

    /// The low and the high word of `a b`.
    pub fn multiply(&mut self, a: NodeId, b: NodeId) -> [NodeId; 2] {
        let (a, b) = (a.min(b), a.max(b));
        if let (Some(x), Some(y)) = (self.number(a), self.number(b)) {
            let product = u128::from(x) * u128::from(y);
            return [self.constant(product as u64), self.constant((product >> 64) as u64)];
        }
        for (word, other) in [(a, b), (b, a)] {
            // A power of two shifts.
            if let Some(n) = self.number(other).filter(|n| n.is_power_of_two()) {
                let n = n.trailing_zeros();
                return [self.shl(word, n), if n == 0 { self.constant(0) } else { self.shr(word, 64 - n) }];
            }
            if self.number(other) == Some(0) {
                return [other; 2];
            }
        }
        let width = self.known(a).width() + self.known(b).width();
        let masks = [up_to(width.min(64) - 1), if width > 64 { up_to(width - 65) } else { 0 }];
        let zero = self.constant(0);
        [(Kind::Low, masks[0]), (Kind::High, masks[1])].map(|(kind, mask)| {
            let key = [a, b, 0];
            if let Some(known) = self.known_output(kind, key) {
                return known;
            }
            let output = self.output(kind, [a, b, zero], zero, mask);
            self.outputs.insert((kind, key), output);
            output
        })
    }

    /// `n / d`, `by_zero` where d is 0.
    pub fn quotient(&mut self, n: NodeId, d: NodeId, by_zero: NodeId) -> NodeId {
        let key = [n, d, by_zero];
        if let Some(known) = self.known_output(Kind::Quotient, key) {
            return known;
        }
        // Where d is known not to be 0, the quotient is no wider than n.
        let mask = if self.known(d).value == 0 { ALL } else { up_to(self.known(n).width().max(1) - 1) };
        let zero = self.constant(0);
        let output = self.output(Kind::Quotient, key, zero, mask);
        self.outputs.insert((Kind::Quotient, key), output);
        output
    }
}

/// The runs of bits of a mask: for each the place below it, and its mask.
fn runs(mask: Mask) -> Vec<(u32, Mask)> {
    let mut out: Vec<(u32, Mask)> = Vec::new();
    for bit in ones(mask) {
        match out.last_mut() {
            Some((_, run)) if *run >> (bit - 1) & 1 == 1 => *run |= 1 << bit,
            _ => out.push((bit - 1, 1 << bit)),
        }
    }
    out
}

/// Bit by bit: the carry is the majority of two operands and the carry below.
fn find_carries(a: Known, b: Known, into: Option<bool>) -> Carries {
    let mut out = Carries::default();
    let mut carry = into;
    for i in 0..64 {
        let bit = 1 << i;
        carry = match (a.bit(i), b.bit(i), carry) {
            (Some(x), Some(y), _) | (Some(x), _, Some(y)) | (_, Some(x), Some(y)) if x == y => Some(x),
            // What is known differs: the third decides.
            (Some(_), Some(_), None) if i > 0 => {
                out.runs |= bit;
                None
            }
            (Some(_), None, Some(_)) => {
                out.of_b |= bit;
                None
            }
            (None, Some(_), Some(_)) => {
                out.of_a |= bit;
                None
            }
            _ => {
                out.own |= bit;
                None
            }
        };
        if carry == Some(true) {
            out.ones |= bit;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_of_partly_known_words() {
        let gadget = dyad_rules::gadgets::carries;
        let mut random = dyad_rules::harness::Random(3);
        for _ in 0..2000 {
            let known = |random: &mut dyad_rules::harness::Random| {
                let at = random.word() | random.operand();
                Known { at, value: random.operand() & at }
            };
            let (a, b) = (known(&mut random), known(&mut random));
            let into = [None, Some(false), Some(true)][random.below(3)];
            let found = find_carries(a, b, into);
            let fill = |k: Known, random: &mut dyad_rules::harness::Random| k.value | random.word() & !k.at;
            let (x, y) = (fill(a, &mut random), fill(b, &mut random));
            let c = into.unwrap_or(random.below(2) == 1);
            let exact = gadget(x, y, c);
            let without = exact & found.own | x & found.of_a | y & found.of_b | found.ones;
            let mut whole = without;
            for (source, run) in runs(found.runs) {
                whole |= if without >> source & 1 == 1 { run } else { 0 };
            }
            assert_eq!(whole, exact, "{a:x?} {b:x?} {into:?}");
        }
    }
}
