//! A table's constraints bit by bit: 64 equations each, linear forms over the bits of a row, and the
//! bit that an equation fixes when the others are known.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::array::from_fn;

use crate::shape::{Node, NodeId, TableShape};

/// A bit of a row: bit k of committed column i is 64 i + k, those of fixed columns follow, and then
/// comes the constant 1.
pub(super) type Bit = u32;

/// A sum of bits, in increasing order.
pub(super) type Form = Vec<Bit>;

/// `a & b = c` on one bit.
pub(super) struct Equation {
    a: Form,
    b: Form,
    c: Form,
    /// The bit that it fixes, if it is one that fixes a bit.
    pub own: Option<Bit>,
}

/// All bit equations of a table.
pub(super) struct Equations {
    /// The words of each message taken, bit by bit.
    pub pulls: Vec<Vec<[Form; 64]>>,
    /// Equation k of constraint i is 64 i + k.
    pub all: Vec<Equation>,
    /// The equations that fix a bit, in an order in which all other bits are known.
    order: Vec<usize>,
    committed: usize,
}

impl Equations {
    /// Those of a shape.
    pub fn of(form: &TableShape) -> Self {
        let nodes = node_forms(form);
        let operand = |n: NodeId, k: usize| nodes[n as usize][k].clone();
        let all = form.ands.iter().flat_map(|and| (0..64).map(move |k| and.operands.map(|n| operand(n, k))));
        let all = all.map(|[a, b, c]| Equation { a, b, c, own: None }).collect();
        let words = |words: &[NodeId]| words.iter().map(|&n| nodes[n as usize].clone()).collect();
        let pulls = form.pulls.iter().map(|m| words(&m.words)).collect();
        let committed = form.committed.len();
        let mut out = Self { pulls, all, order: Vec::new(), committed };
        out.find_own();
        out
    }

    /// Finds what each equation fixes: a bit of `c` alone, all others being known. Where no equation
    /// fixes anything, the first unknown bit is the prover's word.
    fn find_own(&mut self) {
        let bits = 64 * self.committed;
        let mut known = alloc::vec![false; bits];
        let mut readers = alloc::vec![Vec::new(); bits];
        let mut unknown = alloc::vec![0usize; self.all.len()];
        for (i, e) in self.all.iter().enumerate() {
            for bit in e.bits(bits) {
                readers[bit].push(i);
                unknown[i] += 1;
            }
        }
        let mut ready: VecDeque<_> = (0..unknown.len()).filter(|&i| unknown[i] == 1).collect();
        let mut next = 0;
        loop {
            let bit = if let Some(i) = ready.pop_front() {
                let Some(bit) = self.all[i].bits(bits).find(|&b| !known[b]) else { continue };
                let id = bit as Bit;
                if !self.all[i].c.contains(&id) || self.all[i].a.contains(&id) || self.all[i].b.contains(&id)
                {
                    continue;
                }
                self.all[i].own = Some(id);
                self.order.push(i);
                bit
            } else if next < bits {
                next += 1;
                next - 1
            } else {
                return;
            };
            if core::mem::replace(&mut known[bit], true) {
                continue;
            }
            for &i in &readers[bit] {
                unknown[i] -= 1;
                if unknown[i] == 1 {
                    ready.push_back(i);
                }
            }
        }
    }

    /// Rows that differ from `row` in one of the bits `flipped` each, at most 64, and in what the
    /// equations then fix: each breaks the equation that fixes the flipped bit, and else only
    /// equations that fix none.
    pub fn derive(&self, row: &[u64], fixed: &[u64], flipped: &[Bit]) -> Vec<Vec<u64>> {
        let spread = |words: &[u64]| -> Vec<u64> {
            words.iter().flat_map(|w| (0..64).map(move |k| (w >> k & 1).wrapping_neg())).collect()
        };
        let honest = spread(row);
        let mut flips = alloc::vec![0u64; honest.len()];
        let mut now: Vec<_> = [honest.clone(), spread(fixed), alloc::vec![u64::MAX]].concat();
        for (lane, &bit) in flipped.iter().enumerate() {
            flips[bit as usize] |= 1 << lane;
            now[bit as usize] ^= 1 << lane;
        }
        let sum = |now: &[u64], form: &[Bit]| form.iter().fold(0, |sum, &b| sum ^ now[b as usize]);
        for &i in &self.order {
            let Equation { a, b, c, own } = &self.all[i];
            let own = own.expect("an equation that fixes a bit") as usize;
            let wrong = (sum(&now, a) & sum(&now, b)) ^ sum(&now, c);
            now[own] ^= wrong ^ flips[own];
        }
        let mut rows = alloc::vec![row.to_vec(); flipped.len()];
        for (bit, (now, honest)) in now.iter().zip(&honest).enumerate() {
            // The row itself, where it breaks equations, changes in every lane.
            let mut changed = (now ^ honest) & u64::MAX >> (64 - flipped.len());
            while changed != 0 {
                rows[changed.trailing_zeros() as usize][bit / 64] ^= 1 << (bit % 64);
                changed &= changed - 1;
            }
        }
        rows
    }
}

impl Equation {
    /// Its committed bits, of `bits` in all, each once.
    fn bits(&self, bits: usize) -> impl Iterator<Item = usize> {
        let mut all: Vec<_> =
            [&self.a, &self.b, &self.c].into_iter().flatten().map(|&b| b as usize).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().filter(move |&b| b < bits)
    }

    /// Whether it holds on every active row, whatever the row's bits are. `one` is the constant.
    ///
    /// The product of two linear forms is linear only if one of them is constant, or if they are equal
    /// or add up to 1.
    fn is_trivial(&self, one: Bit) -> bool {
        let (a, b, c) = (&self.a, &self.b, &self.c);
        let constant = [one];
        if a.is_empty() || b.is_empty() || add(a, b) == constant {
            return c.is_empty();
        }
        (*a == constant || a == b) && b == c || *b == constant && a == c
    }
}

/// The sum of two forms.
fn add(x: &[Bit], y: &[Bit]) -> Form {
    let (mut x, mut y) = (x.iter().copied().peekable(), y.iter().copied().peekable());
    let mut out = Vec::with_capacity(x.len() + y.len());
    loop {
        match (x.peek(), y.peek()) {
            (Some(a), Some(b)) if a == b => {
                x.next();
                y.next();
            }
            (Some(a), Some(b)) => out.extend(if a < b { x.next() } else { y.next() }),
            (Some(_), None) => out.extend(x.by_ref()),
            (None, Some(_)) => out.extend(y.by_ref()),
            (None, None) => return out,
        }
    }
}

/// The constant 1 of a shape's forms.
fn one(form: &TableShape) -> Bit {
    64 * (form.committed.len() + form.fixed.len()) as Bit
}

/// The 64 forms of each node.
fn node_forms(form: &TableShape) -> Vec<[Form; 64]> {
    let mut v: Vec<[Form; 64]> = Vec::with_capacity(form.nodes.len());
    let column = |i: usize| from_fn(|k| alloc::vec![(64 * i + k) as Bit]);
    for node in &form.nodes {
        let next = match *node {
            Node::Constant(c) => {
                from_fn(|k| if c >> k & 1 == 1 { alloc::vec![one(form)] } else { Vec::new() })
            }
            Node::Committed(i) => column(i as usize),
            Node::Fixed(i) => column(form.committed.len() + i as usize),
            Node::Xor(a, b) => from_fn(|k| add(&v[a as usize][k], &v[b as usize][k])),
            Node::Shl(a, n) => {
                from_fn(|k| k.checked_sub(n as usize).map_or(Vec::new(), |k| v[a as usize][k].clone()))
            }
            Node::Shr(a, n) => from_fn(|k| v[a as usize].get(k + n as usize).cloned().unwrap_or_default()),
            Node::Mask(a, m) => {
                from_fn(|k| if m >> k & 1 == 1 { v[a as usize][k].clone() } else { Vec::new() })
            }
            Node::Broadcast(a, b) => from_fn(|_| v[a as usize][b as usize].clone()),
        };
        v.push(next);
    }
    v
}

/// For each constraint, the bits at which it holds on every row by its form.
pub(super) fn trivial(form: &TableShape, equations: &Equations) -> Vec<u64> {
    let one = one(form);
    let mask = |bits: &[Equation]| {
        bits.iter().enumerate().fold(0, |mask, (k, e)| mask | u64::from(e.is_trivial(one)) << k)
    };
    equations.all.chunks(64).map(mask).collect()
}
