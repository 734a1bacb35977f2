//! From claims on leaves and operands to one claim on committed elements: the column reduction, the
//! point reduction and the ring switch.

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_at, eq_table};
use dyad_verifier::and_check::AndClaims;
use dyad_verifier::bus::BusClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout};
use rayon::prelude::*;

use crate::adjoint;
use crate::and_check::eq_by_log;
use crate::evaluate::Committed;
use crate::kernels::eq::Parts;
use crate::kernels::sumcheck::{inner_round, scale};
use crate::kernels::sums::{bit_sums_eq, bit_sums2, linear_map, linear_map_eq};
use crate::rounds::{Pair, Session};
use crate::scratch::{Memory, Scratch};

/// Elements of one task.
const GRAIN: usize = 1 << 12;

/// Elements of scratch that [`prove`] takes.
pub fn room(layout: &Layout) -> usize {
    let points: usize = joint_lengths(layout).map(|length| 2 * length).sum();
    points.max(weights_len(layout))
}

/// Elements of the weights that [`prove`] returns.
pub fn weights_len(layout: &Layout) -> usize {
    layout.oracles().map(|o| 1 << o.pairs.log).sum()
}

/// The lengths of each oracle's vectors in the point reduction: those of the oracle with the larger index
/// space are filled up to the length of the other's, which they are summed with.
fn joint_lengths(layout: &Layout) -> impl Iterator<Item = usize> {
    let longest = layout.oracles().map(|o| o.pairs.len).max().unwrap_or_default();
    layout.oracles().map(move |o| if o.base == 0 { longest } else { o.pairs.len })
}

/// Reduces the claims to weights on the committed elements of each oracle, the main one first, in
/// scratch, whose rest is returned too.
pub fn prove<'a, H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    bus: &BusClaims,
    and: &AndClaims,
    memory: &'a mut Memory,
) -> (Vec<&'a mut [K]>, Scratch<'a>) {
    let layout = c.layout;
    let oracles: Vec<_> = layout.oracles().zip([c.main, c.fixed]).collect();
    let vector_of = |i: usize| if i < layout.main.pairs.blocks.len() { c.main } else { c.fixed };
    let blocks: Vec<_> = layout.oracles().flat_map(|o| &o.pairs.blocks).collect();

    s.proof.section("columns");
    s.step("columns");
    let eta = s.draw(Label::Eta);
    let logs = || layout.slabs.iter().map(|s| s.log);
    let bus_eq = eq_by_log(logs(), &bus.point);
    let and_eq = eq_by_log(logs(), &and.point);
    let [mut w0, mut w1] = adjoint::weights(c.system, layout, bus, and, eta);
    let mut m0 = vec![K::ZERO; blocks.len() << 7];
    let mut m1 = m0.clone();
    for (i, b) in blocks.iter().enumerate() {
        let q = &vector_of(i)[b.base..][..1 << b.log];
        let [s0, s1] = bit_sums2(q, &bus_eq[b.log], &and_eq[b.log]);
        m0[i << 7..][..BITS].copy_from_slice(&s0);
        m1[i << 7..][..BITS].copy_from_slice(&s1);
    }
    let log = layout.column_log + 6;
    let mut pairs = [(&mut w0, &mut m0), (&mut w1, &mut m1)].map(|(weights, vector)| Pair {
        log,
        weights,
        vector,
        source: None,
    });
    let column_point = s.plain(Label::Columns, &mut pairs, log);
    s.send(Label::ColumnValues, &[pairs[0].value(), pairs[1].value()]);

    s.proof.section("points");
    s.step("points");
    let theta = s.draw(Label::Theta);
    let bit_eq: [K; BITS] = eq_table(&column_point[..7]).try_into().expect("128 bits");
    let pair_eq = eq_table(&column_point[7..]);
    // The row eq of both points together, for each size of slab.
    let mut row_eq = bus_eq;
    for (b, mut a) in row_eq.iter_mut().zip(and_eq) {
        b.par_chunks_mut(GRAIN).zip(a.par_chunks_mut(GRAIN)).for_each(|(b, a)| {
            scale(a, theta);
            b.iter_mut().zip(a).for_each(|(b, &mut a)| *b += a);
        });
    }
    // Weights and folded bits of each oracle.
    let mut scratch = memory.scratch();
    let mut joint: Vec<Pair<'_>> = oracles
        .iter()
        .zip(joint_lengths(layout))
        .map(|((o, v), length)| {
            let (weights, vector) = (scratch.take(length), scratch.take(length));
            linear_map(&bit_eq, v, &mut vector[..v.len()]);
            vector[v.len()..].fill(K::ZERO);
            weights[v.len()..].fill(K::ZERO);
            Pair { log: o.pairs.log, weights, vector, source: None }
        })
        .collect();
    for (i, b) in blocks.iter().enumerate() {
        let place = pair_eq[i];
        let oracle = usize::from(i >= layout.main.pairs.blocks.len());
        joint[oracle].weights[b.base..][..1 << b.log]
            .par_chunks_mut(GRAIN)
            .zip(row_eq[b.log].par_chunks(GRAIN))
            .for_each(|(w, e)| {
                w.copy_from_slice(e);
                scale(w, place);
            });
    }
    drop(row_eq);
    let (mut index, mut pair) = join(s, layout, joint);
    let variables = pair.log;
    let mut low = s.plain(Label::Points, std::slice::from_mut(&mut pair), variables);
    s.send(Label::BitValue, &[pair.value()]);
    low.append(&mut index);
    let index = low;

    s.proof.section("ring switch");
    s.step("ring switch");
    let index_eq: Vec<(usize, Parts<'_>)> = oracles
        .iter()
        .map(|(o, _)| {
            let (own, above) = index.split_at(o.pairs.log);
            (own.len(), Parts::new(own, eq_at(above, o.base >> own.len())))
        })
        .collect();
    let mut sums = [K::ZERO; BITS];
    for ((_, v), (_, e)) in oracles.iter().zip(&index_eq) {
        for (s, x) in sums.iter_mut().zip(bit_sums_eq(v, e)) {
            *s += x;
        }
    }
    s.send(Label::BitSums, &sums);
    let images: [K; BITS] = eq_table(&s.draw_many(Label::Ring, 7)).try_into().expect("128 images");
    let mut scratch = memory.scratch();
    let weights = index_eq
        .iter()
        .map(|(log, e)| {
            let weights = scratch.take(1 << log);
            linear_map_eq(&images, e, weights);
            weights
        })
        .collect();
    (weights, scratch)
}

/// The first round of the point reduction, where there are two oracles: it binds the variable that
/// tells them apart, the highest. Returns its challenge (none where there is one oracle) and the sum
/// of both oracles' weights and vectors, each scaled as the challenge demands.
fn join<'a, H: Hash>(
    s: &mut Session<'_, H>,
    layout: &Layout,
    mut joint: Vec<Pair<'a>>,
) -> (Vec<K>, Pair<'a>) {
    // The oracle at base 0, where the variable is 0, is the larger one.
    joint.sort_by_key(|p| std::cmp::Reverse(p.log));
    let mut parts = joint.into_iter();
    let (Some(low), high) = (parts.next(), parts.next()) else {
        return (Vec::new(), Pair::default());
    };
    let Some(high) = high else { return (Vec::new(), low) };
    debug_assert_eq!(low.log + 1, layout.joint_log);
    // With V(X) = low + X (low + high): c0 sums low alone, c2 the product of both sums. They differ
    // only where there is a high part.
    let shared = high.vector.len();
    let inner = |w: &[K], q: &[K]| inner_round(w, q, w.len()).0;
    let sum = |low: &[K], high: &[K]| -> Vec<K> { low.iter().zip(high).map(|(&l, &h)| l + h).collect() };
    let c0 = inner(low.weights, low.vector);
    let c2 = c0
        + inner(&low.weights[..shared], &low.vector[..shared])
        + inner(&sum(low.weights, high.weights), &sum(low.vector, high.vector));
    let r = s.round(Label::Points, (c0, c2));
    for (low, high) in [(&mut *low.weights, high.weights), (&mut *low.vector, high.vector)] {
        low.par_chunks_mut(GRAIN).for_each(|l| scale(l, K::ONE + r));
        low.iter_mut().zip(high).for_each(|(l, &mut h)| *l += r * h);
    }
    (vec![r], low)
}
