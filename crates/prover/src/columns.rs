//! The column reduction: the claims on leaves and operands as one sum over the bits of columns.

use dyad_field::{BITS, K, PrimeCharacteristicRing};
use dyad_verifier::layout::Stack;
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Counts, Hash, Label, Layout, Move};
use rayon::prelude::*;

use crate::adjoint;
use crate::cost::{Cost, Dimensions, INNER, eq_table, moved, slab_logs, sumcheck};
use crate::evaluate::Committed;
use crate::kernels::eq;
use crate::kernels::sums::{bit_sums, bit_sums2};
use crate::rounds::{Pair, Session, Summed};
use crate::sparse::{PIECE, Sparse};

/// Reduces the claims to values of the row sums of columns, one for each of `points`, at one point, which is
/// returned: the bit, then the column. `rows` are the eq tables of `points`.
pub fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    points: &[RowClaims],
    rows: &[RowEqs],
) -> Vec<K> {
    s.proof.section("columns");
    s.step("columns");
    s.work(Move::Eta { claims: points.iter().map(|p| p.claims.len()).sum() });
    let eta = s.draw(Label::Eta);
    let kept: Vec<_> = rows.iter().map(|rows| kept(c.layout, rows.covered.clone())).collect();
    let mut weights = adjoint::weights(c.system, c.layout, points, &kept, eta);
    let mut sums = column_sums(c, rows, &kept);
    let log = c.layout.column_log + 6;
    let of_points = weights.iter_mut().zip(&mut sums).zip(&kept);
    let mut parts: Vec<_> =
        of_points.map(|((weights, vector), kept)| Columns::new(c.layout, kept, weights, vector)).collect();
    let point = s.plain(Label::Columns, Move::ColumnRound, &mut parts, log);
    let values: Vec<K> = parts.iter().map(Columns::value).collect();
    s.send(Label::ColumnValues, &values);
    point
}

/// The slabs whose columns have weights and sums at a point: those that its claims are about, or all where these have
/// most of the columns.
fn kept(layout: &Layout, covered: Vec<bool>) -> Vec<bool> {
    if 2 * pairs_of(layout, &covered) < layout.pairs().count() { covered } else { vec![true; covered.len()] }
}

/// How many pairs of columns the slabs have that are kept.
pub(crate) fn pairs_of(layout: &Layout, kept: &[bool]) -> usize {
    layout.pairs().filter(|(_, b)| kept[b.slab]).count()
}

/// Entries of the weights, and of the sums, at each point.
pub(crate) fn lengths(layout: &Layout) -> Vec<u64> {
    let of_stacks = |stacks: &[&Stack]| -> u64 {
        let mut covered = vec![false; layout.slabs.len()];
        stacks.iter().flat_map(|stack| &stack.blocks).for_each(|b| covered[b.slab] = true);
        (pairs_of(layout, &kept(layout, covered)) << PIECE) as u64
    };
    let products = of_stacks(&[&layout.products]);
    let mut lengths = vec![of_stacks(&[&layout.pushes, &layout.pulls]), of_stacks(&[&layout.ands])];
    lengths.resize(Counts::of(layout).points, products);
    lengths
}

/// Weights and sums of the bits of columns at a point.
enum Columns<'a> {
    All(Pair<'a>),
    Some(Sparse),
}

impl<'a> Columns<'a> {
    /// Those of the columns of the slabs that are kept.
    fn new(layout: &Layout, kept: &[bool], weights: &'a mut Vec<K>, vector: &'a mut Vec<K>) -> Self {
        let log = layout.column_log + 6;
        if kept.iter().all(|&kept| kept) {
            return Self::All(Pair { log, weights, vector, source: None });
        }
        // A piece is a pair of columns.
        const { assert!(1 << PIECE == BITS) };
        let pairs = layout.pairs().zip(0..).filter(|((_, b), _)| kept[b.slab]).map(|(_, index)| index);
        Self::Some(Sparse::new(log, pairs, core::mem::take(weights), core::mem::take(vector)))
    }

    fn value(&self) -> K {
        match self {
            Self::All(pair) => pair.value(),
            Self::Some(sparse) => sparse.value(),
        }
    }
}

impl Summed for Columns<'_> {
    fn round(&mut self, last: Option<K>) -> (K, K) {
        match self {
            Self::All(pair) => pair.round(last),
            Self::Some(sparse) => sparse.round(last),
        }
    }

    fn bind(&mut self, r: K) {
        match self {
            Self::All(pair) => pair.bind(r),
            Self::Some(sparse) => sparse.bind(r),
        }
    }
}

/// For each of the points whose eq tables these are, the sums of the bits of all columns of the slabs that are kept.
fn column_sums(c: &Committed<'_>, rows: &[RowEqs], kept: &[Vec<bool>]) -> Vec<Vec<K>> {
    let blocks: Vec<_> = c
        .layout
        .oracles
        .iter()
        .zip(c.vectors)
        .flat_map(|(oracle, vector)| oracle.pairs.blocks.iter().map(move |b| (b, *vector)))
        .collect();
    let mut sums: Vec<Vec<K>> =
        kept.iter().map(|kept| K::zero_vec(pairs_of(c.layout, kept) * BITS)).collect();
    // By block, where the sums of its bits go; with the point.
    let mut parts: Vec<Vec<(&RowEqs, &mut [K])>> =
        blocks.iter().map(|(b, _)| Vec::with_capacity(kept.iter().filter(|k| k[b.slab]).count())).collect();
    for ((of_point, kept), eqs) in sums.iter_mut().zip(kept).zip(rows) {
        let parts = parts.iter_mut().zip(&blocks).filter(|(_, (b, _))| kept[b.slab]);
        for ((part, _), sums) in parts.zip(of_point.chunks_exact_mut(BITS)) {
            part.push((eqs, sums));
        }
    }
    blocks.into_par_iter().zip(parts).for_each(|((b, vector), sums)| {
        let q = &vector[b.base..][..1 << b.log];
        let (mut covering, others): (Vec<_>, Vec<_>) =
            sums.into_iter().partition(|(eqs, _)| eqs.covers(b.slab));
        for two in covering.chunks_mut(2) {
            match two {
                [(one, sums), (other, others)] => {
                    let both = bit_sums2(q, one.of(b.log), other.of(b.log));
                    sums.copy_from_slice(&both[0]);
                    others.copy_from_slice(&both[1]);
                }
                [(eqs, sums)] => sums.copy_from_slice(&bit_sums(q, eqs.of(b.log))),
                _ => {}
            }
        }
        // Written before they are read, as weights are.
        others.into_iter().for_each(|(_, sums)| sums.fill(K::ZERO));
    });
    sums
}

/// The eq tables of a row point, for each size of slab.
pub struct RowEqs {
    tables: Vec<Vec<K>>,
    covered: Vec<bool>,
}

impl RowEqs {
    /// The tables for the slabs of a layout that the claims are about.
    pub fn new(layout: &Layout, claims: &RowClaims) -> Self {
        let covered = claims.covered(layout);
        let slabs = layout.slabs.iter().zip(&covered).filter(|(_, covered)| **covered);
        Self { tables: eq::tables(slabs.map(|(s, _)| s.log), &claims.point), covered }
    }

    /// Whether the claims are about rows of a slab.
    pub fn covers(&self, slab: usize) -> bool {
        self.covered[slab]
    }

    /// The table for slabs of this logarithm.
    pub fn of(&self, log: usize) -> &[K] {
        &self.tables[log]
    }
}

/// Sums over the bits of all elements with the eq of two row points, which are read for each pair
/// of columns.
pub fn cost(d: &Dimensions<'_>) -> Cost {
    let eq: Cost = slab_logs(d.layout).into_iter().map(|log| eq_table(log) + eq_table(log)).sum();
    let log = d.layout.column_log + 6;
    let claims: Cost = lengths(d.layout).iter().map(|&n| sumcheck(&[n; 2], log, log, INNER)).sum();
    Cost { summed: 2 * d.committed(), ..Cost::default() } + moved(3 * d.committed()) + eq + claims
}
