//! The column reduction: the claims on leaves and operands as one sum over the bits of columns.

use dyad_field::{BITS, K};
use dyad_verifier::and_check::AndClaims;
use dyad_verifier::bus::BusClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};

use crate::adjoint;
use crate::cost::{Cost, Dimensions, INNER, eq_table, moved, slab_logs, sumcheck};
use crate::evaluate::Committed;
use crate::kernels::eq;
use crate::kernels::sums::bit_sums2;
use crate::rounds::{Pair, Session};

/// Reduces the claims to values of both row sums of columns at one point, which is returned: the bit, then
/// the column. The rows' eq tables are those of the points of `bus` and `and`.
pub fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    bus: &BusClaims,
    and: &AndClaims,
    rows: &RowEqs,
) -> Vec<K> {
    s.proof.section("columns");
    s.step("columns");
    s.work(Move::Eta);
    let eta = s.draw(Label::Eta);
    let [mut w0, mut w1] = adjoint::weights(c.system, c.layout, bus, and, eta);
    let [mut m0, mut m1] = [0; 2].map(|_| Vec::with_capacity(c.layout.pairs().count() * BITS));
    for (oracle, vector) in c.layout.oracles.iter().zip(c.vectors) {
        for b in &oracle.pairs.blocks {
            let q = &vector[b.base..][..1 << b.log];
            let [s0, s1] = bit_sums2(q, &rows.bus[b.log], &rows.and[b.log]);
            m0.extend(s0);
            m1.extend(s1);
        }
    }
    let log = c.layout.column_log + 6;
    let mut pairs = [(&mut w0, &mut m0), (&mut w1, &mut m1)].map(|(weights, vector)| Pair {
        log,
        weights,
        vector,
        source: None,
    });
    let point = s.plain(Label::Columns, Move::ColumnRound, &mut pairs, log);
    s.send(Label::ColumnValues, &[pairs[0].value(), pairs[1].value()]);
    point
}

/// The eq tables of both row points, for each size of slab.
pub struct RowEqs {
    /// Of the low coordinates of the bus point, by logarithm.
    pub bus: Vec<Vec<K>>,
    /// Of those of the AND point.
    pub and: Vec<Vec<K>>,
}

impl RowEqs {
    /// The tables for the slabs of a layout.
    pub fn new(layout: &Layout, bus: &BusClaims, and: &AndClaims) -> Self {
        let tables = |point| eq::tables(layout.slabs.iter().map(|s| s.log), point);
        Self { bus: tables(&bus.point), and: tables(&and.point) }
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
