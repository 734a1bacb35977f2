//! The column reduction: the claims on leaves and operands as one sum over the bits of columns.

use dyad_field::{BITS, K};
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};

use crate::adjoint;
use crate::cost::{Cost, Dimensions, INNER, eq_table, moved, slab_logs, sumcheck};
use crate::evaluate::Committed;
use crate::kernels::eq;
use crate::kernels::sums::bit_sums2;
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
    s.work(Move::Eta);
    let eta = s.draw(Label::Eta);
    let mut weights = adjoint::weights(c.system, c.layout, points, eta);
    let mut sums: Vec<_> =
        points.iter().map(|_| Vec::with_capacity(c.layout.pairs().count() * BITS)).collect();
    for (oracle, vector) in c.layout.oracles.iter().zip(c.vectors) {
        for b in &oracle.pairs.blocks {
            let q = &vector[b.base..][..1 << b.log];
            for (sums, rows) in sums.chunks_mut(2).zip(rows.chunks(2)) {
                match (sums, rows) {
                    ([m0, m1], [r0, r1]) => {
                        let [s0, s1] = bit_sums2(q, r0.of(b.log), r1.of(b.log));
                        m0.extend(s0);
                        m1.extend(s1);
                    }
                    _ => unreachable!("an even number of points"),
                }
            }
        }
    }
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

/// The eq tables of a row point, for each size of slab.
pub struct RowEqs(Vec<Vec<K>>);

impl RowEqs {
    /// The tables for the slabs of a layout.
    pub fn new(layout: &Layout, claims: &RowClaims) -> Self {
        Self(eq::tables(layout.slabs.iter().map(|s| s.log), &claims.point))
    }

    /// That of the slabs of this logarithm.
    pub fn of(&self, log: usize) -> &[K] {
        &self.0[log]
    }

    /// All of them, by logarithm.
    pub fn into_tables(self) -> Vec<Vec<K>> {
        self.0
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
