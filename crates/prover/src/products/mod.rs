//! Products of words: powers whose exponents are words, their factors, the bases of the powers at one point, and
//! powers of the generator (`dyad_verifier::products` says why).

mod cost;
mod factors;
mod generator;
mod layer;

use dyad_field::{K, PrimeCharacteristicRing, eq_prefix_sum};
use dyad_rules::lanes::{LANES, Wanted};
use dyad_verifier::products::{TREES, factor_claims, leaf_claim};
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};

use crate::evaluate::Committed;
use crate::kernels::eq::Parts;
use crate::kernels::powers::{Half, KEPT, Leaves, keep};
use crate::rounds::Session;
use crate::scratch::Scratch;

pub use cost::{factors_cost, generator_cost, powers_cost};
use factors::prove_factors;
use generator::{ByteTables, prove_generator};
use layer::prove_powers;

/// What the names of this step's parts begin with.
pub const STEP: &str = "products";

/// Words of each product, two to an element.
const OPERANDS: usize = 2;
/// Vectors of the bases, and of both halves of the products as powers of the generator.
const POWERS: usize = 3;
/// Columns of the layers that are bound while nodes are kept.
const BOUND: usize = 4;

/// Elements of scratch that [`prove`] takes.
pub fn room(layout: &Layout) -> usize {
    (OPERANDS + POWERS + KEPT + BOUND) * layout.products.len
}

/// Proves the products, up to the claims returned, at two points; nothing where there are none.
pub fn prove<H: Hash>(s: &mut Session<'_, H>, c: &Committed<'_>, mut scratch: Scratch<'_>) -> Vec<RowClaims> {
    if c.layout.products.blocks.is_empty() {
        return Vec::new();
    }
    s.proof.section("products");
    s.step("products: powers");
    let (n, m) = (c.layout.products.len, c.layout.products.log);
    let [factors, results] = [0; OPERANDS].map(|_| scratch.take(n));
    operands(c, [factors, results]);
    let words = [(&*factors, Half::Low), (&*results, Half::Low), (&*results, Half::High)];
    let tables = ByteTables::new();
    let [bases, low, high] = [0; POWERS].map(|_| scratch.take(n));
    for ((out, words), tree) in [&mut *bases, low, high].into_iter().zip(words).zip(0..) {
        tables.multiply_up(tree, words, out);
    }
    let (nodes, bound) = (scratch.take(KEPT * n), scratch.take(BOUND * n));

    s.work(Move::PowerPoint { variables: m });
    let start = s.draw_many(Label::PowerPoint, m);
    let leaves = Leaves { bases, exponents: factors };
    // The powers of products that are missing are 1.
    let missing = K::ONE + eq_prefix_sum(&start, n);
    let power = keep(&leaves, &Parts::new(&start, K::ONE), nodes) + missing;
    s.send(Label::Power, &[power]);
    let point = prove_powers(s, &leaves, nodes, bound, start.clone());

    s.step("products: factors");
    let low_bits = s.draw(Label::LowBits);
    let factors = prove_factors(s, [factors, results], bases, nodes, &point, low_bits);

    s.step("products: generator");
    let base_point = factors.bring_to_one_point(s, bases, [low, high], nodes, &start);
    s.work(Move::Trees);
    let trees = s.draw_many(Label::Trees, TREES);
    let leaf_point = prove_generator(s, &tables, words, nodes, [trees, base_point].concat());
    // What is claimed of the leaves is for the verifier.
    [factor_claims(&factors.point, m, factors.words), leaf_claim(&leaf_point, K::ZERO)].into()
}

/// Writes the operands of all products: both factors, and both halves of the product.
fn operands(c: &Committed<'_>, vectors: [&mut [K]; OPERANDS]) {
    let stack = &c.layout.products;
    let element = |low: u64, high: u64| dyad_field::from_bits(u128::from(low) | u128::from(high) << 64);
    c.map([stack; OPERANDS], vectors, |task, (work, ()), [factors, results]| {
        task.run(work, Wanted::Products, |x, lanes| {
            for (i, [a, b, low, high]) in lanes.products.iter().enumerate() {
                for j in 0..LANES {
                    factors[i][x + j] = element(a.0[j], b.0[j]);
                    results[i][x + j] = element(low.0[j], high.0[j]);
                }
            }
        });
    });
}
