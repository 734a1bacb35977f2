//! The rows that a prover commits to, read as the rules read them; and rows that break one rule.

use dyad_field::{K, from_bits, to_bits};
use dyad_rules::check::{Check, MessageValue};
use dyad_rules::shape::WordConstraint;
use dyad_verifier::Layout;
use dyad_verifier::layout::{Owner, Stack};

use super::toy::{TABLES, Toy};

/// What the rules say of a row.
pub struct Row {
    pub slab: usize,
    pub x: usize,
    /// Constraints that it breaks, with the bits that are wrong.
    pub broken: Vec<(WordConstraint, u64)>,
    pub pushes: Vec<MessageValue>,
    pub pulls: Vec<MessageValue>,
}

fn words(stack: &Stack, vector: &[K], slab: usize, x: usize, n: usize) -> Vec<u64> {
    let blocks = stack.blocks.iter().filter(|b| b.slab == slab);
    let pairs = blocks.map(|b| to_bits(vector[b.base + x]));
    pairs.flat_map(|p| [p as u64, (p >> 64) as u64]).take(n).collect()
}

/// All rows, padding included, of a prover that commits to `q`.
pub fn rows(t: &Toy, layout: &Layout, q: &[K]) -> Vec<Row> {
    let program = layout.oracle(Owner::Program).expect("fixed columns");
    let mut out = Vec::new();
    for (s, slab) in layout.slabs.iter().enumerate() {
        let shape = &t.system.tables[slab.table];
        for x in 0..1 << slab.log {
            let committed = words(&layout.oracles[0].pairs, q, s, x, shape.committed);
            let fixed = words(&program.pairs, &t.key.vector, s, x, shape.fixed);
            let mut check = Check::new(&committed, &fixed, x < slab.rows);
            TABLES[slab.table].check(&mut check);
            let broken = check.broken.iter().map(|b| (b.of, b.bits)).collect();
            out.push(Row { slab: s, x, broken, pushes: check.pushes, pulls: check.pulls });
        }
    }
    out
}

/// A vector one of whose constraints is wrong, at one bit, and whose messages are those of the honest one.
pub struct Wrong {
    pub q: Vec<K>,
    /// The constraint's index in the stack of constraints.
    pub constraint: usize,
    /// The bit of the word at which it fails.
    pub bit: usize,
}

impl Wrong {
    pub fn new(t: &Toy) -> Self {
        let (layout, honest) = (t.layout(), t.vector());
        let before = rows(t, &layout, &honest);
        assert!(before.iter().all(|r| r.broken.is_empty()));
        let flips = (0..honest.len()).flat_map(|i| (0..128).map(move |bit| (i, bit)));
        for (i, bit) in flips {
            let mut q = honest.clone();
            q[i] += from_bits(1 << bit);
            let after = rows(t, &layout, &q);
            let same = before.iter().zip(&after).all(|(a, b)| a.pushes == b.pushes && a.pulls == b.pulls);
            let broken: Vec<(&Row, (WordConstraint, u64))> =
                after.iter().flat_map(|r| r.broken.iter().map(move |&b| (r, b))).collect();
            let [(row, (WordConstraint::And(index), bits))] = broken[..] else { continue };
            if same && bits.is_power_of_two() {
                let blocks = &layout.ands.blocks;
                let block = blocks.iter().find(|b| b.slab == row.slab && b.item == index);
                let constraint = block.expect("a constraint").base + row.x;
                return Self { q, constraint, bit: bits.trailing_zeros() as usize };
            }
        }
        panic!("no bit breaks one rule alone");
    }
}
