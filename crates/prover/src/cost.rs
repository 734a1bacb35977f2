//! What each step of a proof has to do, from its shape alone: products, elements encoded, bytes
//! hashed and moved. With the speeds of a machine, a [`Floor`], this gives the time below which no
//! step can come with the kernels that there are.
//!
//! The formulas follow the code: each says which vectors a step reads and writes, and how many
//! products it makes of an entry. Vectors are counted whatever their size: those that fit caches are
//! the last few of many halvings, and add little.

use std::collections::BTreeSet;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use dyad_rules::shape::{Message, TableShape};
use dyad_verifier::layout::{Owner, Stack};
use dyad_verifier::params::{Code, GRINDING, LANE_LOG};
use dyad_verifier::transcript::TRIAL_LENGTH;
use dyad_verifier::{Digest, Layout, Schedule, System, merkle};
use serde::{Deserialize, Serialize};

use crate::STEPS;
use crate::kernels::code::Split;
use crate::scratch::Memory;

/// Bytes of an element.
pub(crate) const ELEMENT: u64 = dyad_field::BYTES as u64;

/// What a step does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
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

/// The speed of a machine: for each field of [`Work`], the seconds that one takes on all threads.
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
    pub fn seconds(&self, work: &Work) -> f64 {
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

impl Add for Work {
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

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Self>>(works: I) -> Self {
        works.fold(Self::default(), Add::add)
    }
}

/// What each of [`STEPS`] does in a proof of this layout and schedule.
pub fn steps(system: &System, layout: &Layout, schedule: &Schedule) -> [(&'static str, Work); STEPS.len()] {
    let c = Costs {
        system,
        layout,
        schedule,
        committed: layout.oracles.iter().map(|o| o.pairs.len as u64).sum(),
    };
    let work = [
        c.fill(),
        // The memory that this step and all after it share is made at its beginning.
        c.committed_now(encode) + fresh(Memory::len_for(layout, schedule) as u64),
        c.committed_now(|code, _| hash(code)),
        c.bus_leaves(),
        c.bus_products(),
        c.and_bits(),
        c.and_rows(),
        c.columns(),
        c.points(),
        c.ring_switch(),
        c.opening(),
    ];
    std::array::from_fn(|i| (STEPS[i], work[i]))
}

/// Elements read or written.
fn moved(elements: u64) -> Work {
    Work { moved: ELEMENT * elements, ..Work::default() }
}

/// Elements of fresh memory.
fn fresh(elements: u64) -> Work {
    Work { fresh: ELEMENT * elements, ..Work::default() }
}

fn products(products: u64) -> Work {
    Work { products, ..Work::default() }
}

/// A table of eq over 2^`log` indices, written once: a product for every two entries.
fn eq_table(log: usize) -> Work {
    products(1 << log) + moved(1 << log) + fresh(1 << log)
}

/// Binds a variable of vectors: 2^`log` entries are left of each at most. A product for each entry.
fn fold(lengths: &mut [u64], log: usize) -> Work {
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
fn sumcheck(lengths: &[u64], log: usize, rounds: usize, each: u64) -> Work {
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
const INNER: u64 = 2;
/// A product layer of two trees: at each index two products that cross, the one of the differences,
/// and two by eq, for each tree.
const LAYER: u64 = 10;
/// The AND check: as a tree of a product layer, and C by eq.
const AND: u64 = 6;

/// Encodes `length` elements. The first pass reads them and writes the codeword; the second reads and
/// writes it.
fn encode(code: Code, length: u64) -> Work {
    let codeword = (code.lanes as u64) << code.position_log();
    Work { encoded: codeword / 2, ..Work::default() } + moved(length + 3 * codeword)
}

/// Hashes the rows of a codeword and the levels of digests above them, the leaves' own level not
/// being stored.
fn hash(code: Code) -> Work {
    let rows = 1u64 << code.position_log();
    let row = ELEMENT * code.lanes as u64;
    let digest = size_of::<Digest>() as u64;
    let levels = digest * (rows - 1);
    Work {
        hashed: rows * row.next_multiple_of(merkle::LEAF_BLOCK as u64) + (rows - 1) * 2 * digest,
        moved: rows * row + 2 * levels,
        fresh: levels,
        ..Work::default()
    }
}

/// Makes the rows that are opened again, and their neighbours: the highest stages of the code multiply
/// half of a lane's entries in each coset, then each query all entries of a block, for both rows of a
/// pair.
fn open_again(code: Code, length: u64) -> Work {
    let split = Split::new(code.log);
    let stages = split.high as u64 * (1 << (code.log + code.rate) >> 1);
    let queries = 2 * code.queries as u64 * (1 << split.low);
    products(code.lanes as u64 * (stages + queries)) + moved(length)
}

/// Adds the equations of a code's queries to 2^`log` weights. A product for each query and low part of
/// a row; each of the transposed stages multiplies half of the blocks, but those only that a query has
/// reached.
fn accumulate(code: Code) -> Work {
    let split = Split::new(code.log);
    let queries = code.queries as u64;
    let pairs = 1u64 << (split.high + code.rate) >> 1;
    let stages: u64 = (0..split.high).map(|stage| pairs.min(queries << stage)).sum();
    products((queries + stages) << split.low) + moved(2 << code.log)
}

/// The logarithms of slabs: each has eq tables of its own.
pub(crate) fn slab_logs(layout: &Layout) -> BTreeSet<usize> {
    layout.slabs.iter().map(|s| s.log).collect()
}

/// What the formulas of the steps are made from.
struct Costs<'a> {
    system: &'a System,
    layout: &'a Layout,
    schedule: &'a Schedule,
    /// Elements of both committed vectors.
    committed: u64,
}

impl Costs<'_> {
    fn fill(&self) -> Work {
        self.committed_now(|_, len| moved(len) + fresh(len))
    }

    /// What is done with each vector that the proof commits to: its code and its elements.
    fn committed_now(&self, each: impl Fn(Code, u64) -> Work) -> Work {
        let oracles = self.layout.oracles.iter().zip(&self.schedule.oracles);
        let own = oracles.filter(|(o, _)| o.owner == Owner::Run);
        own.map(|(o, opened)| each(opened.code, o.pairs.len as u64)).sum()
    }

    /// Runs the rules on all rows, and multiplies each word of a message, its tag included.
    fn bus_leaves(&self) -> Work {
        let l = self.layout;
        let words = |stack: &Stack, messages: fn(&TableShape) -> &Vec<Message>| -> u64 {
            let words =
                |table: usize, item: usize| 1 + messages(&self.system.tables[table])[item].words.len();
            stack.blocks.iter().map(|b| (words(l.slabs[b.slab].table, b.item) as u64) << b.log).sum()
        };
        let words = words(&l.pushes, |t| &t.pushes) + words(&l.pulls, |t| &t.pulls);
        let leaves = (l.pushes.len + l.pulls.len) as u64;
        products(words / 2) + moved(self.committed + leaves)
    }

    /// Makes the layers of both trees, the first above the leaves once the others are done with, and
    /// runs a sumcheck over the halves of each.
    fn bus_products(&self) -> Work {
        let log = self.layout.bus_log;
        let sides = [self.layout.pushes.len as u64, self.layout.pulls.len as u64];
        let layer = |leaves: u64, number: usize| leaves.min(1 << (log - number));
        let make = |leaves: u64, from: usize, to: usize| {
            let (below, above) = (layer(leaves, from), layer(leaves, to));
            products(below - above) + moved(below + above)
        };
        let tree = |leaves: u64| -> Work {
            let upper: Work = (2..log).map(|number| make(leaves, number, number + 1)).sum();
            upper + make(leaves, 0, log.min(2)) + make(leaves, 0, log.min(1))
        };
        let check = |number: usize| {
            let half = log - number - 1;
            let halves = sides.map(|leaves| {
                let length = layer(leaves, number);
                let low = length.min(1 << half);
                [low, length - low]
            });
            sumcheck(halves.as_flattened(), half, half, LAYER)
        };
        let trees: Work = sides.into_iter().map(tree).sum();
        trees + (0..log).map(check).sum()
    }

    /// Runs the rules on all rows; the weight of a constraint is a product.
    fn and_bits(&self) -> Work {
        let constraints = self.layout.ands.len as u64;
        let eq: Work = slab_logs(self.layout).into_iter().map(eq_table).sum();
        Work { skipped: constraints, ..Work::default() } + products(constraints) + moved(self.committed) + eq
    }

    /// Runs the rules on all rows again, takes the operands to K, and runs a sumcheck over them.
    fn and_rows(&self) -> Work {
        let (constraints, log) = (self.layout.ands.len as u64, self.layout.ands.log);
        let operands = 3 * constraints;
        Work { mapped: operands, ..Work::default() }
            + moved(self.committed + operands)
            + sumcheck(&[constraints; 3], log, log, AND)
    }

    /// Sums over the bits of all elements with the eq of two row points, which are read for each pair
    /// of columns.
    fn columns(&self) -> Work {
        let eq: Work = slab_logs(self.layout).into_iter().map(|log| eq_table(log) + eq_table(log)).sum();
        let log = self.layout.column_log + 6;
        let claims = sumcheck(&[1 << log; 4], log, log, 2 * INNER);
        Work { summed: 2 * self.committed, ..Work::default() } + moved(3 * self.committed) + eq + claims
    }

    /// Folds the bits of all elements, gives each a weight, joins both vectors, and runs a sumcheck.
    fn points(&self) -> Work {
        let logs = slab_logs(self.layout);
        let rows = |entries: u64| products(entries) + moved(5 * entries);
        let eq: Work = logs.into_iter().map(|log| rows(1 << log)).sum();
        let longest = self.layout.oracles.iter().map(|o| o.pairs.len as u64).max().unwrap_or_default();
        let log = self.layout.oracles.iter().map(|o| o.pairs.log).max().unwrap_or_default();
        let join = if self.layout.oracles.len() > 1 {
            // The sum of the round, then both vectors scaled.
            products((INNER + 2) * longest) + moved((2 + 4) * longest)
        } else {
            Work::default()
        };
        Work { mapped: self.committed, ..Work::default() }
            + products(self.committed)
            + moved((2 + 2) * self.committed)
            + eq
            + join
            + sumcheck(&[longest; 2], log, log, INNER)
    }

    /// Sums over the bits of all elements with an eq table, and the image of that table; both times it
    /// is made in parts that stay in caches.
    fn ring_switch(&self) -> Work {
        let weights: u64 = self.layout.oracles.iter().map(|o| 1u64 << o.pairs.log).sum();
        Work { summed: self.committed, mapped: weights, ..Work::default() }
            + products(2 * weights)
            + moved(self.committed + weights)
    }

    /// Folds the lanes of the committed vectors, and makes rows of the main code again; then, in each
    /// round, encodes and hashes what is left, adds the equations of the queries to its weights, and folds
    /// its lanes.
    fn opening(&self) -> Work {
        let s = self.schedule;
        let folds = self.layout.oracles.iter().map(|o| {
            let log = o.pairs.log;
            sumcheck(&[1 << log, o.pairs.len as u64], log, LANE_LOG, INNER)
        });
        let second = s.second_len as u64;
        let mut work: Work = folds.sum::<Work>() + moved(4 * second);
        work += self.committed_now(open_again);
        let (mut length, mut log) = (second, s.second_log);
        let mut queried: Vec<Code> = s.oracles.iter().map(|o| o.code).collect();
        for &code in &s.rounds {
            work += encode(code, length) + hash(code) + grind();
            work += queried.into_iter().map(accumulate).sum();
            work += sumcheck(&[length; 2], log, code.lane_log, INNER);
            (length, log, queried) = (1 << code.log, code.log, vec![code]);
        }
        work + grind() + sumcheck(&[length; 2], log, log, INNER)
    }
}

/// The proof of work before the queries of a round: as many trials as are expected, of a block each.
fn grind() -> Work {
    Work { hashed: (TRIAL_LENGTH as u64) << GRINDING, ..Work::default() }
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
