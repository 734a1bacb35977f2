//! What each step of a proof has to do, from its shape alone: products, elements encoded, bytes
//! hashed and moved. With the speeds of a machine, a [`Floor`], this gives the time below which no
//! step can come with the kernels that there are.
//!
//! The formulas stand beside the code that they follow: each says which vectors a step reads and writes, and how many
//! products it makes of an entry. Vectors are counted whatever their size: those that fit caches are
//! the last few of many halvings, and add little.

use std::collections::BTreeSet;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use dyad_verifier::bus::first_move;
use dyad_verifier::layout::Owner;
use dyad_verifier::params::Code;
use dyad_verifier::{Layout, Schedule, Statement, System};
use serde::{Deserialize, Serialize};

use crate::scratch::Memory;
use crate::{STEPS, and_check, bus, columns, commitment, grinding, opening, points, products, ring_switch};

/// Bytes of an element.
pub(crate) const ELEMENT: u64 = dyad_field::BYTES as u64;

/// What a step does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Products in K. A product with a word counts as half of one.
    pub products: u64,
    /// Elements encoded at rate 1/2: two elements of a codeword, whatever its rate, count as one.
    pub encoded: u64,
    /// Bytes hashed.
    pub hashed: u64,
    /// Elements and words taken through an F2-linear map.
    pub mapped: u64,
    /// Elements of sums over the bits of a vector, once for each weight.
    pub summed: u64,
    /// Constraints in the univariate round of the AND check.
    pub skipped: u64,
    /// Bytes of vectors read and written.
    pub moved: u64,
    /// Bytes of memory touched for the first time.
    pub fresh: u64,
}

/// The speed of a machine: for each field of [`Cost`], the seconds that one takes on all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Threads that worked.
    pub threads: usize,
    /// A product in K.
    pub products: f64,
    /// An element encoded at rate 1/2.
    pub encoded: f64,
    /// A byte hashed, as leaves of Merkle trees are.
    pub hashed: f64,
    /// An element through an F2-linear map.
    pub mapped: f64,
    /// An element and a weight in sums over bits.
    pub summed: f64,
    /// A constraint in the univariate round.
    pub skipped: f64,
    /// A byte read or written, in vectors larger than caches.
    pub moved: f64,
    /// A byte touched for the first time.
    pub fresh: f64,
}

impl Floor {
    /// The least seconds that `work` takes. Arithmetic goes on while memory is read and written, so
    /// the longer of the two counts; the system's work on fresh pages comes on top.
    pub fn seconds(&self, work: &Cost) -> f64 {
        let arithmetic = [
            (work.products, self.products),
            (work.encoded, self.encoded),
            (work.hashed, self.hashed),
            (work.mapped, self.mapped),
            (work.summed, self.summed),
            (work.skipped, self.skipped),
        ];
        let arithmetic: f64 = arithmetic.iter().map(|&(count, each)| count as f64 * each).sum();
        arithmetic.max(work.moved as f64 * self.moved) + work.fresh as f64 * self.fresh
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            products: self.products + other.products,
            encoded: self.encoded + other.encoded,
            hashed: self.hashed + other.hashed,
            mapped: self.mapped + other.mapped,
            summed: self.summed + other.summed,
            skipped: self.skipped + other.skipped,
            moved: self.moved + other.moved,
            fresh: self.fresh + other.fresh,
        }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(works: I) -> Self {
        works.fold(Self::default(), Add::add)
    }
}

/// What each of the [`STEPS`] that it has does in a proof of this layout and schedule.
pub fn steps(system: &System, layout: &Layout, schedule: &Schedule) -> Vec<(&'static str, Cost)> {
    let d = &Dimensions { system, layout, schedule };
    // The statement's few messages left out.
    let first = first_move(layout, &Statement::default());
    let costs = [
        d.committed_now(|_, len| moved(len) + fresh(len)),
        // The memory that this step and all after it share is made at its beginning.
        d.committed_now(commitment::encode_in_parts_cost) + fresh(Memory::len_for(layout, schedule) as u64),
        d.committed_now(|code, _| commitment::hash_cost(code)) + grinding::cost(first.work(schedule.level)),
        bus::leaves_cost(d),
        bus::products_cost(d),
        and_check::bits_cost(d),
        and_check::rows_cost(d),
        products::powers_cost(d),
        products::factors_cost(d),
        products::generator_cost(d),
        columns::cost(d),
        points::cost(d),
        ring_switch::cost(d),
        opening::cost(d),
    ];
    let has = |name: &str| !layout.products.blocks.is_empty() || !name.starts_with(products::STEP);
    STEPS.into_iter().zip(costs).filter(|(name, _)| has(name)).collect()
}

/// What the costs of steps are made from.
pub(crate) struct Dimensions<'a> {
    pub system: &'a System,
    pub layout: &'a Layout,
    pub schedule: &'a Schedule,
}

impl Dimensions<'_> {
    /// Elements of all committed vectors.
    pub fn committed(&self) -> u64 {
        self.layout.oracles.iter().map(|o| o.pairs.len as u64).sum()
    }

    /// What is done with each vector that the proof commits to: its code and its elements.
    pub fn committed_now(&self, each: impl Fn(Code, u64) -> Cost) -> Cost {
        let oracles = self.layout.oracles.iter().zip(&self.schedule.oracles);
        let own = oracles.filter(|(o, _)| o.owner == Owner::Run);
        own.map(|(o, opened)| each(opened.code, o.pairs.len as u64)).sum()
    }
}

/// Elements read or written.
pub(crate) fn moved(elements: u64) -> Cost {
    Cost { moved: ELEMENT * elements, ..Cost::default() }
}

/// Elements of fresh memory.
pub(crate) fn fresh(elements: u64) -> Cost {
    Cost { fresh: ELEMENT * elements, ..Cost::default() }
}

pub(crate) fn products(products: u64) -> Cost {
    Cost { products, ..Cost::default() }
}

/// A table of eq over 2^`log` indices, written once: a product for every two entries.
pub(crate) fn eq_table(log: usize) -> Cost {
    products(1 << log) + moved(1 << log) + fresh(1 << log)
}

/// Binds a variable of vectors: 2^`log` entries are left of each at most. A product for each entry.
pub(crate) fn fold(lengths: &mut [u64], log: usize) -> Cost {
    let fold = |length: &mut u64| {
        let before = *length;
        *length = before.min(1 << log);
        products(*length) + moved(before + *length)
    };
    lengths.iter_mut().map(fold).sum()
}

/// `rounds` rounds of a sumcheck over vectors of 2^`log` entries, of which these are stored, with
/// `each` products for an index of a round's sum. The first round reads the vectors; each other folds
/// them, and sums what it has just written; a last one folds.
pub(crate) fn sumcheck(lengths: &[u64], log: usize, rounds: usize, each: u64) -> Cost {
    let mut lengths = lengths.to_vec();
    let mut work = moved(lengths.iter().sum());
    for log in (log - rounds..log).rev() {
        let longest = lengths.iter().copied().max().unwrap_or_default();
        work += products(each * longest.min(1 << log)) + fold(&mut lengths, log);
    }
    work
}

/// The inner product of weights and a vector: at each index the products of the low halves and of
/// the sums.
pub(crate) const INNER: u64 = 2;
/// The logarithms of slabs: each has eq tables of its own.
pub(crate) fn slab_logs(layout: &Layout) -> BTreeSet<usize> {
    layout.slabs.iter().map(|s| s.log).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::sumcheck::{fold, inner_fold_round, inner_round};
    use crate::kernels::testing::{Elements as _, Random};

    #[test]
    fn sumchecks_fold_what_is_stored() {
        let mut rng = Random(31);
        for (log, rounds, lengths) in [(6, 6, [64, 64]), (7, 4, [70, 128]), (5, 5, [3, 20]), (5, 1, [9, 9])] {
            let mut vectors = lengths.map(|n| rng.ks(n));
            let [w, q] = vectors.each_mut().map(Vec::as_mut_slice);
            let (mut w, mut q) = (w, q);
            let (mut indices, mut read, mut written) = (0, w.len() + q.len(), 0);
            for half in (log - rounds..log).rev().map(|log| 1 << log) {
                indices += w.len().max(q.len()).min(half);
                if written == 0 && half == 1 << (log - 1) {
                    let _ = inner_round(w, q, half);
                } else {
                    read += w.len() + q.len();
                    let _ = inner_fold_round(&mut w, &mut q, 2 * half, rng.k());
                    written += w.len() + q.len();
                }
            }
            read += w.len() + q.len();
            for v in [&mut w, &mut q] {
                fold(v, 1 << (log - rounds), rng.k());
                written += v.len();
            }
            let work = sumcheck(&lengths.map(|n| n as u64), log, rounds, INNER);
            let expected = products(INNER * indices as u64 + written as u64) + moved((read + written) as u64);
            assert_eq!(work, expected, "{rounds} rounds over {lengths:?}");
        }
    }
}
