//! From claims on leaves and operands to one claim on committed elements: the column reduction, the
//! point reduction and the ring switch.

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_at, eq_table};
use dyad_verifier::Hash;
use dyad_verifier::and_check::AndClaims;
use dyad_verifier::bus::BusClaims;
use rayon::prelude::*;

use crate::adjoint;
use crate::and_check::eq_by_log;
use crate::evaluate::Committed;
use crate::kernels::eq;
use crate::kernels::sumcheck::scale;
use crate::kernels::sums::{bit_sums, bit_sums2, linear_map};
use crate::rounds::{Pair, Session};

/// Reduces the claims to weights on the committed elements of each oracle, the main one first.
pub fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    bus: &BusClaims,
    and: &AndClaims,
) -> Vec<Vec<K>> {
    let layout = c.layout;
    let oracles: Vec<_> = layout.oracles().zip([c.main, c.fixed]).collect();
    let vector_of = |i: usize| if i < layout.main.pairs.blocks.len() { c.main } else { c.fixed };
    let blocks: Vec<_> = layout.oracles().flat_map(|o| &o.pairs.blocks).collect();

    s.proof.section("columns");
    s.step("columns");
    let eta = s.t.draw("eta");
    let logs = || layout.slabs.iter().map(|s| s.log);
    let bus_eq = eq_by_log(logs(), &bus.point);
    let and_eq = eq_by_log(logs(), &and.point);
    let [w0, w1] = adjoint::weights(c.system, layout, bus, and, eta);
    let mut m0 = vec![K::ZERO; blocks.len() << 7];
    let mut m1 = m0.clone();
    for (i, b) in blocks.iter().enumerate() {
        let q = &vector_of(i)[b.base..][..1 << b.log];
        let [s0, s1] = bit_sums2(q, &bus_eq[b.log], &and_eq[b.log]);
        m0[i << 7..][..BITS].copy_from_slice(&s0);
        m1[i << 7..][..BITS].copy_from_slice(&s1);
    }
    let log = layout.column_log + 6;
    let mut pairs = [(w0, m0), (w1, m1)].map(|(weights, vector)| Pair { log, weights, vector });
    let column_point = s.plain("columns", &mut pairs, log);
    s.send("column values", &[pairs[0].value(), pairs[1].value()]);

    s.proof.section("points");
    s.step("points");
    let theta = s.t.draw("theta");
    let bit_eq: [K; BITS] = eq_table(&column_point[..7]).try_into().expect("128 bits");
    let pair_eq = eq_table(&column_point[7..]);
    // The row eq of both points together, for each size of slab.
    let mut row_eq = bus_eq;
    for (b, mut a) in row_eq.iter_mut().zip(and_eq) {
        scale(&mut a, theta);
        b.par_iter_mut().zip(&a).for_each(|(b, &a)| *b += a);
    }
    let end = oracles.iter().map(|(o, v)| o.base + v.len()).max().unwrap_or_default();
    let mut weights = vec![K::ZERO; end];
    let mut vector = vec![K::ZERO; end];
    for (i, (base, b)) in layout.joint_pairs().enumerate() {
        let place = pair_eq[i];
        weights[base..][..1 << b.log].par_iter_mut().zip(&row_eq[b.log]).for_each(|(w, &e)| *w = place * e);
    }
    drop(row_eq);
    for (o, v) in &oracles {
        linear_map(&bit_eq, v, &mut vector[o.base..][..v.len()]);
    }
    let mut pairs = [Pair { log: layout.joint_log, weights, vector }];
    let index = s.plain("points", &mut pairs, layout.joint_log);
    s.send("bit value", &[pairs[0].value()]);

    s.proof.section("ring switch");
    s.step("ring switch");
    let index_eq: Vec<Vec<K>> = oracles
        .iter()
        .map(|(o, _)| {
            let (own, above) = index.split_at(o.pairs.log);
            eq::scaled(own, eq_at(above, o.base >> o.pairs.log))
        })
        .collect();
    let mut sums = [K::ZERO; BITS];
    for ((_, v), e) in oracles.iter().zip(&index_eq) {
        for (s, x) in sums.iter_mut().zip(bit_sums(v, e)) {
            *s += x;
        }
    }
    s.send("bit sums", &sums);
    let images: [K; BITS] = eq_table(&s.t.draw_many("ring", 7)).try_into().expect("128 images");
    index_eq
        .into_iter()
        .map(|e| {
            let mut w = vec![K::ZERO; e.len()];
            linear_map(&images, &e, &mut w);
            w
        })
        .collect()
}
