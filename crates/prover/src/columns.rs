//! The column reduction: the claims on leaves and operands as one sum over the bits of columns.

use dyad_field::{BITS, K, PrimeCharacteristicRing};
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};
use rayon::prelude::*;

use crate::adjoint;
use crate::cost::{Cost, Dimensions, INNER, eq_table, moved, slab_logs, sumcheck};
use crate::evaluate::Committed;
use crate::kernels::eq;
use crate::kernels::sums::{bit_sums, bit_sums2};
use crate::rounds::{Pair, Session};

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
    let mut weights = adjoint::weights(c.system, c.layout, points, eta);
    let mut sums = column_sums(c, rows);
    let log = c.layout.column_log + 6;
    let mut pairs: Vec<_> = weights
        .iter_mut()
        .zip(&mut sums)
        .map(|(weights, vector)| Pair { log, weights, vector, source: None })
        .collect();
    let point = s.plain(Label::Columns, Move::ColumnRound, &mut pairs, log);
    let values: Vec<K> = pairs.iter().map(Pair::value).collect();
    s.send(Label::ColumnValues, &values);
    point
}

/// For each of the points whose eq tables these are, the sums of the bits of all columns.
fn column_sums(c: &Committed<'_>, rows: &[RowEqs]) -> Vec<Vec<K>> {
    let blocks: Vec<_> = c
        .layout
        .oracles
        .iter()
        .zip(c.vectors)
        .flat_map(|(oracle, vector)| oracle.pairs.blocks.iter().map(move |b| (b, *vector)))
        .collect();
    let mut sums: Vec<Vec<K>> = rows.iter().map(|_| K::zero_vec(blocks.len() * BITS)).collect();
    // By block, where the sums of its bits go.
    let mut parts: Vec<Vec<&mut [K]>> = blocks.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for of_point in &mut sums {
        for (part, sums) in parts.iter_mut().zip(of_point.chunks_exact_mut(BITS)) {
            part.push(sums);
        }
    }
    blocks.into_par_iter().zip(parts).for_each(|((b, vector), mut sums)| {
        let q = &vector[b.base..][..1 << b.log];
        let covering: Vec<usize> = (0..rows.len()).filter(|&k| rows[k].covers(b.slab)).collect();
        for two in covering.chunks(2) {
            let eq = |k: usize| rows[k].of(b.log);
            match *two {
                [i, j] => {
                    let [one, other] = bit_sums2(q, eq(i), eq(j));
                    sums[i].copy_from_slice(&one);
                    sums[j].copy_from_slice(&other);
                }
                [i] => sums[i].copy_from_slice(&bit_sums(q, eq(i))),
                _ => {}
            }
        }
        // Written before they are read, as weights are.
        (0..rows.len()).filter(|k| !covering.contains(k)).for_each(|k| sums[k].fill(K::ZERO));
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
    let claims = sumcheck(&[1 << log; 4], log, log, 2 * INNER);
    Cost { summed: 2 * d.committed(), ..Cost::default() } + moved(3 * d.committed()) + eq + claims
}
