//! The ring switch: from a claim on committed bits to weights on committed elements.

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_at, eq_table, from_bits, transpose};
use dyad_verifier::cover::Cover;
use dyad_verifier::hidden::{Lagrange, product_point};
use dyad_verifier::layout::Oracle;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Counts, Hash, Label, Layout, Move, reduce};

use crate::cost::{Cost, Dimensions, moved, products};
use crate::covers::Covers;
use crate::evaluate::Committed;
use crate::kernels::eq::Parts;
use crate::kernels::sums::{bit_sums_eq, linear_map_eq};
use crate::points::BitPoint;
use crate::rounds::Session;
use crate::scratch::Scratch;

/// Elements of scratch that [`weights`] takes.
pub fn room(layout: &Layout) -> usize {
    layout.oracles.iter().map(|o| 1 << o.pairs.log).sum()
}

/// The claim on elements, as far as the prover needs it.
pub struct ElementWeights {
    /// The images of X^0, ..., X^127 under phi.
    pub images: [K; BITS],
    /// The point whose eq table phi is applied to.
    pub index: Vec<K>,
    /// Weights of entries of the cover.
    pub cover: Vec<(usize, K)>,
}

/// Turns the claim on bits into one on elements; `statement` are the products of the statement's messages.
pub fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    point: BitPoint,
    statement: [K; 2],
) -> ElementWeights {
    s.proof.section("ring switch");
    s.step("ring switch");
    let mut sums = [K::ZERO; BITS];
    if let Some(block) = s.covers.as_ref().map(Covers::block) {
        // Bit u of the block's elements, as an element.
        let rows = transpose(&block);
        let delta = rows.iter().zip(eq_table(&point.bits)).map(|(&row, e)| e * row).sum::<K>();
        s.send(Label::Delta, &[delta]);
        s.work(Move::Xi);
        let xi = s.draw(Label::Xi);
        sums = rows.map(|row| xi * row);
    }
    for (v, e) in c.vectors.iter().zip(&index_eqs(c.layout, &point.index)) {
        for (s, x) in sums.iter_mut().zip(bit_sums_eq(v, e)) {
            *s += x;
        }
    }
    s.send_clear(Label::BitSums, &sums);
    let cover = settle(s);
    s.work(Move::Ring { equations: cover.map_or(0, |_| Counts::of(c.layout).equations) });
    let Some(cover) = cover else {
        let images = eq_table(&s.draw_many(Label::Ring, 7)).try_into().expect("128 images");
        return ElementWeights { images, index: point.index, cover: Vec::new() };
    };
    let claim = s.replay(cover, |a| reduce(a, c.system, c.layout, |_| statement));
    let images = claim.images.try_into().expect("128 images");
    let cover = claim.cover.expect("a claim on the cover").weights;
    ElementWeights { images, index: claim.index, cover }
}

/// Shows that the products are right, where the proof hides: what covers it.
fn settle<H: Hash>(s: &mut Session<'_, H>) -> Option<Cover> {
    let covers = s.covers.as_ref()?;
    let (cover, [x, y]) = (covers.code.cover?, covers.factors());
    // X and Y have their values at the first points, one more than there are products; Z as many more.
    let lagrange = Lagrange::new(x.len());
    let at = |point: K| {
        let basis = lagrange.at(point);
        [&x, &y].map(|v| v.iter().zip(&basis).map(|(&v, &l)| v * l).sum::<K>())
    };
    let products = |points: std::ops::Range<usize>| {
        points.map(|i| at(from_bits(i as u128))).map(|[x, y]| x * y).collect::<Vec<K>>()
    };
    let (n, first) = (x.len() - 1, x[0] * y[0]);
    let last = products(n + 1..2 * n + 1);
    s.send(Label::ProductValues, &[first]);
    s.send(Label::ProductValues, &last);
    let roots = s.square_mask();
    s.work(Move::ProductPoint { products: n, squares: roots.as_ref().map_or(0, |r| r.len() - 1) });
    let point = product_point(s, n);
    let factor = roots.as_ref().map(|_| s.draw(Label::SquareFactor));
    s.send_clear(Label::ProductFactors, &at(point));
    if let Some((roots, factor)) = roots.zip(factor) {
        let sum = roots.iter().rev().fold(K::ZERO, |s, &root| s * factor + root);
        s.send_clear(Label::SquareSum, &[sum]);
    }
    Some(cover)
}

/// The eq tables of the joint index at the places of each oracle.
fn index_eqs<'a>(layout: &Layout, index: &'a [K]) -> Vec<Parts<'a>> {
    let eq = |o: &Oracle| {
        let (own, above) = index.split_at(o.pairs.log);
        Parts::new(own, eq_at(above, o.base >> own.len()))
    };
    layout.oracles.iter().map(eq).collect()
}

/// The weights of each oracle's elements, times a factor, in scratch, whose rest is returned too.
pub fn weights<'a>(
    layout: &Layout,
    claim: &ElementWeights,
    factor: K,
    mut scratch: Scratch<'a>,
) -> (Vec<&'a mut [K]>, Scratch<'a>) {
    let images = claim.images.map(|image| factor * image);
    let weights = layout
        .oracles
        .iter()
        .zip(&index_eqs(layout, &claim.index))
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
