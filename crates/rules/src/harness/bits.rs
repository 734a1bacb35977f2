//! A table's constraints bit by bit: 64 equations for each word, linear forms over the bits of a row, and the
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

/// A bit equation: the bit `c` has to be that of a conjunction or of a product.
pub(super) struct Equation {
    of: Operation,
    c: Form,
    /// The bit that it fixes, if it is one that fixes a bit.
    pub own: Option<Bit>,
}

enum Operation {
    /// `a & b`.
    And(Form, Form),
    /// A bit, 0..128, of a product by its index.
    Product(usize, usize),
}

/// All bit equations of a table.
pub(super) struct Equations {
    /// The words of each message taken, bit by bit.
    pub pulls: Vec<Vec<[Form; 64]>>,
    /// Equation k of constraint i is 64 i + k.
    pub all: Vec<Equation>,
    /// Both factors of each product, bit by bit.
    factors: Vec<[[Form; 64]; 2]>,
    /// The equations that fix a bit, in an order in which all other bits are known.
    order: Vec<usize>,
    committed: usize,
}

impl Equations {
    /// Those of a shape.
    pub fn of(form: &TableShape) -> Self {
        let nodes = node_forms(form);
        let node = |n: NodeId| nodes[n as usize].clone();
        let mut all = Vec::new();
        for and in &form.ands {
            let [a, b, c] = and.operands.map(node);
            let bits = a.into_iter().zip(b).zip(c);
            all.extend(bits.map(|((a, b), c)| Equation { of: Operation::And(a, b), c, own: None }));
        }
        for (i, product) in form.products.iter().enumerate() {
            let [_, _, low, high] = product.operands.map(node);
            let bits = low.into_iter().chain(high).enumerate();
            all.extend(bits.map(|(k, c)| Equation { of: Operation::Product(i, k), c, own: None }));
        }
        let factors = form.products.iter().map(|p| [node(p.operands[0]), node(p.operands[1])]).collect();
        let words = |words: &[NodeId]| words.iter().map(|&n| node(n)).collect();
        let pulls = form.pulls.iter().map(|m| words(&m.words)).collect();
        let committed = form.committed.len();
        let mut out = Self { pulls, all, factors, order: Vec::new(), committed };
        out.find_own();
        out
    }

    /// The forms of the operation's operands.
    fn operands<'a>(&'a self, of: &'a Operation) -> Vec<&'a Form> {
        match of {
            Operation::And(a, b) => alloc::vec![a, b],
            Operation::Product(i, _) => self.factors[*i].as_flattened().iter().collect(),
        }
    }

    /// The committed bits of an equation, each once.
    fn bits(&self, equation: usize) -> Vec<usize> {
        let Equation { of, c, .. } = &self.all[equation];
        let forms = self.operands(of).into_iter().chain([c]).flatten();
        let mut bits: Vec<_> = forms.map(|&b| b as usize).filter(|&b| b < 64 * self.committed).collect();
        bits.sort_unstable();
        bits.dedup();
        bits
    }

    /// Finds what each equation fixes: a bit of `c` alone, all others being known. Where no equation
    /// fixes anything, the first unknown bit is the prover's word.
    fn find_own(&mut self) {
        let bits: Vec<Vec<usize>> = (0..self.all.len()).map(|i| self.bits(i)).collect();
        let mut known = alloc::vec![false; 64 * self.committed];
        let mut readers = alloc::vec![Vec::new(); known.len()];
        let mut unknown: Vec<usize> = bits.iter().map(Vec::len).collect();
        for (i, bits) in bits.iter().enumerate() {
            bits.iter().for_each(|&bit| readers[bit].push(i));
        }
        let mut ready: VecDeque<_> = (0..unknown.len()).filter(|&i| unknown[i] == 1).collect();
        let mut next = 0;
        loop {
            let bit = if let Some(i) = ready.pop_front() {
                let Some(&bit) = bits[i].iter().find(|&&b| !known[b]) else { continue };
                let id = bit as Bit;
                let Equation { of, c, .. } = &self.all[i];
                if !c.contains(&id) || self.operands(of).into_iter().any(|form| form.contains(&id)) {
                    continue;
                }
                self.all[i].own = Some(id);
                self.order.push(i);
                bit
            } else if next < known.len() {
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
        // Where an equation of a product is next, all bits of the factors are known.
        let mut products: Vec<Option<[u64; 128]>> = alloc::vec![None; self.factors.len()];
        for &i in &self.order {
            let Equation { of, c, own } = &self.all[i];
            let own = own.expect("an equation that fixes a bit") as usize;
            let right = match of {
                Operation::And(a, b) => sum(&now, a) & sum(&now, b),
                Operation::Product(i, bit) => {
                    products[*i].get_or_insert_with(|| multiply(&now, &self.factors[*i]))[*bit]
                }
            };
            now[own] ^= right ^ sum(&now, c) ^ flips[own];
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

    /// Whether an equation holds on every active row, whatever the row's bits are. `one` is the constant.
    ///
    /// The product of two linear forms is linear only if one of them is constant, or if they are equal
    /// or add up to 1. Of a product of numbers only those bits are looked at that no bits of its factors reach.
    fn is_trivial(&self, Equation { of, c, .. }: &Equation, one: Bit) -> bool {
        let constant = [one];
        match of {
            Operation::And(a, b) => {
                if a.is_empty() || b.is_empty() || add(a, b) == constant {
                    return c.is_empty();
                }
                (*a == constant || a == b) && b == c || *b == constant && a == c
            }
            Operation::Product(i, bit) => {
                let lengths = self.factors[*i].each_ref().map(|factor| {
                    factor.iter().rposition(|form| !form.is_empty()).map_or(0, |highest| highest + 1)
                });
                let length = if lengths.contains(&0) { 0 } else { lengths[0] + lengths[1] };
                c.is_empty() && *bit >= length
            }
        }
    }
}

/// The sum of some bits, lane by lane.
fn sum(now: &[u64], form: &[Bit]) -> u64 {
    form.iter().fold(0, |sum, &b| sum ^ now[b as usize])
}

/// The bits of the product of two words in each lane.
fn multiply(now: &[u64], factors: &[[Form; 64]; 2]) -> [u64; 128] {
    let factors = factors.each_ref().map(|forms| forms.each_ref().map(|form| sum(now, form)));
    let mut bits = [0; 128];
    for lane in 0..64 {
        let [a, b] =
            factors.map(|bits| (0..64).fold(0u128, |word, k| word | u128::from(bits[k] >> lane & 1) << k));
        let product = a * b;
        bits.iter_mut().enumerate().for_each(|(k, bit)| *bit |= ((product >> k & 1) as u64) << lane);
    }
    bits
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
        bits.iter().enumerate().fold(0, |mask, (k, e)| mask | u64::from(equations.is_trivial(e, one)) << k)
    };
    equations.all.chunks(64).map(mask).collect()
}
