//! The ring switch: from a claim on committed bits to weights on committed elements.

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_at, eq_table};
use dyad_verifier::points::BitClaim;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout};

use crate::cost::{Cost, Dimensions, moved, products};
use crate::evaluate::Committed;
use crate::kernels::eq::Parts;
use crate::kernels::sums::{bit_sums_eq, linear_map_eq};
use crate::rounds::Session;
use crate::scratch::Scratch;

/// Elements of scratch that [`prove`] takes, for the weights that it returns.
pub fn room(layout: &Layout) -> usize {
    layout.oracles.iter().map(|o| 1 << o.pairs.log).sum()
}

/// Turns the claim into weights on the elements of each oracle, in scratch, whose rest is returned too.
pub fn prove<'a, H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    claim: &BitClaim,
    mut scratch: Scratch<'a>,
) -> (Vec<&'a mut [K]>, Scratch<'a>) {
    s.proof.section("ring switch");
    s.step("ring switch");
    let oracles = &c.layout.oracles;
    let index_eq: Vec<Parts<'_>> = oracles
        .iter()
        .map(|o| {
            let (own, above) = claim.index.split_at(o.pairs.log);
            Parts::new(own, eq_at(above, o.base >> own.len()))
        })
        .collect();
    let mut sums = [K::ZERO; BITS];
    for (v, e) in c.vectors.iter().zip(&index_eq) {
        for (s, x) in sums.iter_mut().zip(bit_sums_eq(v, e)) {
            *s += x;
        }
    }
    s.send(Label::BitSums, &sums);
    let images: [K; BITS] = eq_table(&s.draw_many(Label::Ring, 7)).try_into().expect("128 images");
    let weights = oracles
        .iter()
        .zip(&index_eq)
        .map(|(o, e)| {
            let weights = scratch.take(1 << o.pairs.log);
            linear_map_eq(&images, e, weights);
            weights
        })
        .collect();
    (weights, scratch)
}

/// Sums over the bits of all elements with an eq table, and the image of that table; both times it
/// is made in parts that stay in caches.
pub fn cost(d: &Dimensions<'_>) -> Cost {
    let weights: u64 = d.layout.oracles.iter().map(|o| 1u64 << o.pairs.log).sum();
    Cost { summed: d.committed(), mapped: weights, ..Cost::default() }
        + products(2 * weights)
        + moved(d.committed() + weights)
}
