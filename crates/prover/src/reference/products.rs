//! Products of words: every power worked out as such.

use dyad_field::{K, PrimeCharacteristicRing, conjugates, eq_table, from_bits, mle};
use dyad_verifier::products::{LAYERS, TREES, factor_claims, generator_powers, leaf_claim, leaf_of};
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};

use super::Row;
use super::rounds::{bind, plain_sum, with_eq, with_eq_sum};
use crate::rounds::Session;

/// Bit `j` of a word, as an element.
fn bit(word: u64, j: usize) -> K {
    from_bits(u128::from(word >> j & 1))
}

/// `x^(2^j)`.
fn conjugate(x: K, j: usize) -> K {
    (0..j).fold(x, |x, _| x * x)
}

/// The product of the powers whose bit is 1.
fn power(word: u64, powers: &[K; 64]) -> K {
    (0..64).filter(|&j| word >> j & 1 == 1).map(|j| powers[j]).product()
}

/// Proves the products, up to the claims returned.
pub(super) fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    layout: &Layout,
    evaluated: &[Vec<Row>],
) -> Vec<RowClaims> {
    if layout.products.blocks.is_empty() {
        return Vec::new();
    }
    s.proof.section("products");
    let m = layout.products.log;
    let mut words = vec![[0; 4]; 1 << m];
    for b in &layout.products.blocks {
        for (x, row) in evaluated[b.slab].iter().enumerate() {
            words[b.base + x] = row.products[b.item];
        }
    }
    let generator = generator_powers();
    let [bases, lows, highs] = [(0, 0), (2, 1), (3, 2)].map(|(operand, tree): (usize, usize)| -> Vec<K> {
        words.iter().map(|w| power(w[operand], &generator[tree])).collect()
    });

    // The powers, factor by factor.
    s.work(Move::PowerPoint { variables: m });
    let start = s.draw_many(Label::PowerPoint, m);
    let each = |f: &dyn Fn(usize, usize) -> K| -> Vec<K> {
        (0..64).flat_map(|j| (0..1 << m).map(move |x| (x, j))).map(|(x, j)| f(x, j)).collect()
    };
    let leaves = each(&|x, j| if words[x][1] >> j & 1 == 1 { conjugate(bases[x], j) } else { K::ONE });
    let tree = layers(leaves);
    s.send(Label::Power, &[mle(&tree[0], &start)]);
    let point = prove_layers(s, &tree, start.clone());
    let low_bits = s.draw(Label::LowBits);

    let mut tables = vec![
        each(&|x, j| bit(words[x][1], j)),
        each(&|x, j| conjugate(bases[x], j) + K::ONE),
        each(&|x, _| bit(words[x][0], 0)),
        each(&|x, _| bit(words[x][1], 0)),
        each(&|x, _| bit(words[x][2], 0)),
    ];
    let f = |v: &[K]| v[0] * v[1] + low_bits * (v[2] * v[3] + v[4]);
    let factor_point = with_eq(s, Label::PowerFactors, Move::PowerRound, &point, &mut tables, f);
    let [exponent, factor, a_0, b_0, low_0] = [0, 1, 2, 3, 4].map(|i| tables[i][0]);
    s.send(Label::PowerWords, &[exponent, a_0, b_0, low_0]);
    let roots = conjugates(&factor_point, 64);
    let at_roots: Vec<K> = roots.iter().map(|root| mle(&bases, &root[..m])).collect();
    s.send(Label::Conjugates, &at_roots);
    let mut sum = K::ZERO;
    for (j, (&base, root)) in at_roots.iter().zip(&roots).enumerate().rev() {
        let term = eq_table(&root[m..])[j] * base;
        sum = if j == 63 { term } else { s.square(sum) + term };
    }
    debug_assert_eq!(sum + K::ONE, factor);
    s.product([a_0, b_0]);
    s.known_product([exponent, factor]);

    // Bases at one point, and both halves of the products.
    s.work(Move::Conjugates);
    let alpha = s.draw(Label::ConjugateFactor);
    let mut weights = vec![K::ZERO; 1 << m];
    let mut scale = K::ONE;
    for root in &roots {
        weights.iter_mut().zip(eq_table(&root[..m])).for_each(|(w, e)| *w += scale * e);
        scale *= alpha;
    }
    let mut pair = (weights, bases);
    let mut sides = [lows, highs];
    let mut base_point: Vec<K> = Vec::new();
    for v in (0..m).rev() {
        let plain = plain_sum(std::slice::from_ref(&pair));
        let with_eq = with_eq_sum(&eq_table(&start[..v]), &sides, |v| v[0] * v[1]);
        let r = s.round_of_both(Label::Bases, Move::PowerRound, [plain, with_eq]);
        [&mut pair.0, &mut pair.1].into_iter().chain(&mut sides).for_each(|table| bind(table, r));
        base_point.insert(0, r);
    }
    let [low, high] = [sides[0][0], sides[1][0]];
    s.send(Label::BaseValues, &[pair.1[0], low, high]);
    s.known_product([low, high]);

    // Powers of the generator, bit by bit.
    s.work(Move::Trees);
    let trees = s.draw_many(Label::Trees, TREES);
    let mut leaves = vec![K::ONE; (64 << m) << TREES];
    for (x, w) in words.iter().enumerate() {
        for (tree, operand) in [0, 2, 3].into_iter().enumerate() {
            for j in (0..64).filter(|j| w[operand] >> j & 1 == 1) {
                leaves[tree | (x | leaf_of(j) << m) << TREES] = generator[tree][j];
            }
        }
    }
    let leaf_point = prove_layers(s, &layers(leaves), [trees, base_point].concat());
    // What is claimed is for the verifier.
    let claims =
        [factor_claims(&factor_point, m, [exponent, a_0, b_0, low_0]), leaf_claim(&leaf_point, K::ZERO)];
    claims.into()
}

/// Layers from the roots of the trees to their leaves.
fn layers(leaves: Vec<K>) -> Vec<Vec<K>> {
    let mut layers = vec![leaves];
    for _ in 0..LAYERS {
        let half = layers[0].len() / 2;
        let above = (0..half).map(|y| layers[0][y] * layers[0][y + half]).collect();
        layers.insert(0, above);
    }
    layers
}

/// Proves each layer from the one below; returns the point of the leaves.
fn prove_layers<H: Hash>(s: &mut Session<'_, H>, tree: &[Vec<K>], mut point: Vec<K>) -> Vec<K> {
    for below in &tree[1..] {
        let (low, high) = below.split_at(below.len() / 2);
        let mut tables = vec![low.to_vec(), high.to_vec()];
        let mut at = with_eq(s, Label::PowerLayer, Move::PowerRound, &point, &mut tables, |v| v[0] * v[1]);
        let values = [tables[0][0], tables[1][0]];
        s.send(Label::PowerValues, &values);
        s.known_product(values);
        s.work(Move::PowerVariable);
        at.push(s.draw(Label::PowerVariable));
        point = at;
    }
    point
}
