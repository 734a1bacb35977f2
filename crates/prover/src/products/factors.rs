//! The factors of the powers, and the bases at 64 conjugates of a point, brought to one.

use dyad_field::{BITS, K, PrimeCharacteristicRing, conjugates, eq_table, from_bits, x_power};
use dyad_verifier::products::LAYERS;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Move};
use rayon::prelude::*;

use crate::kernels::and_check::WordMap;
use crate::kernels::eq::{Parts, SplitEq};
use crate::kernels::powers::{Half, Leaves, factor_sums};
use crate::kernels::sumcheck::{
    and_fold_round, and_round, fold, fold_ones, inner_fold_round, inner_round, product_fold_round,
    product_round,
};
use crate::kernels::sums::{bit_sums_eq, linear_map, linear_map_eq};
use crate::rounds::Session;

/// Elements of one task.
const TASK: usize = 1 << 12;

/// What the rounds over factors leave.
pub struct Factors {
    /// The point: variables of rows, then of bits.
    pub point: Vec<K>,
    /// The exponent there, and bit 0 of a, b and low.
    pub words: [K; 4],
    /// The conjugates of the point.
    roots: Vec<Vec<K>>,
}

/// Proves the factors of the powers and the equation of low bits; `factors` and `results` have two words of each product,
/// `bases` are left with 1 added. `scratch` has room for five vectors.
pub fn prove_factors<H: Hash>(
    s: &mut Session<'_, H>,
    [factors, results]: [&[K]; 2],
    bases: &mut [K],
    scratch: &mut [K],
    point: &[K],
    low_bits: K,
) -> Factors {
    let (n, m) = (bases.len(), point.len() - LAYERS);
    let (row_point, bit_point) = point.split_at(m);
    let leaves = Leaves { bases, exponents: factors };
    let mut matrix = factor_sums(&leaves, &Parts::new(row_point, K::ONE));
    let mut point = bit_rounds(s, bit_point, &mut matrix);
    // From here on 1 is 0: so are the bases of products that are missing.
    bases.par_chunks_mut(TASK).for_each(|part| part.iter_mut().for_each(|x| *x += K::ONE));

    let mut vectors = scratch.chunks_exact_mut(n);
    let [mut exponent, mut factor, mut a_0, mut b_0, mut low_0] =
        [0; 5].map(|_| vectors.next().expect("room for five vectors"));
    let bit_eq = bound_table(&point);
    let map = WordMap::new(&bit_eq);
    map_high_words(&map, factors, exponent);
    linear_map(&conjugate_images(&bit_eq), bases, factor);
    low_bits_of(factors, Half::Low, a_0);
    low_bits_of(factors, Half::High, b_0);
    low_bits_of(results, Half::Low, low_0);
    let mut eq = SplitEq::new(row_point);
    let mut last = None;
    for v in (0..m).rev() {
        eq.drop_highest();
        let half = 1 << v;
        let (power, low) = match last {
            None => {
                (product_round(&eq, [exponent, factor], half, K::ZERO), and_round(&eq, a_0, b_0, low_0, half))
            }
            Some(r) => (
                product_fold_round(&eq, [&mut exponent, &mut factor], 2 * half, r, K::ZERO),
                and_fold_round(&eq, [&mut a_0, &mut b_0, &mut low_0], 2 * half, r),
            ),
        };
        let sum = (power.0 + low_bits * low.0, power.1 + low_bits * low.1);
        let r = s.round(Label::PowerFactors, Move::PowerRound, sum);
        point.push(r);
        last = Some(r);
    }
    let mut end = |mut v: &mut [K]| {
        last.iter().for_each(|&r| fold(&mut v, 1, r));
        v.first().copied().unwrap_or_default()
    };
    let [exponent, factor, a_0, b_0, low_0] = [exponent, factor, a_0, b_0, low_0].map(&mut end);
    point.reverse();
    let words = [exponent, a_0, b_0, low_0];
    s.send(Label::PowerWords, &words);

    let roots = conjugates(&point, 64);
    let bases = bases_at(bases, &point[..m]);
    s.send(Label::Conjugates, &bases);
    let mut sum = K::ZERO;
    for (j, (&base, root)) in bases.iter().zip(&roots).enumerate().rev() {
        let term = eq_table(&root[m..])[j] * base;
        sum = if j == 63 { term } else { s.square(sum) + term };
    }
    debug_assert_eq!(sum + K::ONE, factor, "the factor from the bases");
    s.product([a_0, b_0]);
    s.known_product([exponent, factor]);
    Factors { point, words, roots }
}

/// The rounds over bits, from the sums of all pairs of a bit of the exponent and a conjugate of the base.
fn bit_rounds<H: Hash>(s: &mut Session<'_, H>, bit_point: &[K], matrix: &mut [[K; 64]]) -> Vec<K> {
    let mut challenges = Vec::new();
    for v in (0..LAYERS).rev() {
        let half = 1 << v;
        let (mut c1, mut c2) = (K::ZERO, K::ZERO);
        for (y, e) in eq_table(&bit_point[..v]).into_iter().enumerate() {
            let cross = matrix[y][y + half] + matrix[y + half][y];
            c1 += e * cross;
            c2 += e * (cross + matrix[y][y] + matrix[y + half][y + half]);
        }
        let r = s.round(Label::PowerFactors, Move::PowerRound, (c1, c2));
        for j in 0..2 * half {
            for k in 0..half {
                let (low, high) = (matrix[j][k], matrix[j][k + half]);
                matrix[j][k] = low + r * (low + high);
            }
        }
        for j in 0..half {
            for k in 0..half {
                let (low, high) = (matrix[j][k], matrix[j + half][k]);
                matrix[j][k] = low + r * (low + high);
            }
        }
        challenges.push(r);
    }
    challenges
}

/// The eq of the six bit variables, the highest of which comes first.
fn bound_table(challenges: &[K]) -> [K; 64] {
    let point: Vec<K> = challenges.iter().rev().copied().collect();
    eq_table(&point).try_into().expect("six variables")
}

/// The images of X^u under the map that takes x to the sum of `weights_j x^(2^j)`.
fn conjugate_images(weights: &[K; 64]) -> [K; BITS] {
    std::array::from_fn(|u| {
        let mut x = x_power(u);
        let mut sum = K::ZERO;
        for &w in weights {
            sum += w * x;
            x = x.square();
        }
        sum
    })
}

fn map_high_words(map: &WordMap, words: &[K], out: &mut [K]) {
    out.par_chunks_mut(TASK).zip(words.par_chunks(TASK)).for_each(|(out, words)| {
        let words: Vec<u64> = words.iter().map(|&w| Half::High.of(w)).collect();
        map.map(&words, out);
    });
}

fn low_bits_of(words: &[K], half: Half, out: &mut [K]) {
    out.par_chunks_mut(TASK).zip(words.par_chunks(TASK)).for_each(|(out, words)| {
        out.iter_mut().zip(words).for_each(|(x, &w)| *x = from_bits(u128::from(half.of(w) & 1)));
    });
}

/// The bases at the conjugates of a point, given with 1 added.
fn bases_at(bases: &[K], point: &[K]) -> Vec<K> {
    let sums = bit_sums_eq(bases, &Parts::new(point, K::ONE));
    let mut powers: Vec<K> = (0..BITS).map(x_power).collect();
    (0..64)
        .map(|j| {
            let conjugate = sums.iter().zip(&powers).map(|(&s, &x)| s * x).sum::<K>() + K::ONE;
            powers.iter_mut().for_each(|x| *x = x.square());
            // Its 2^j-th root.
            (j..BITS).fold(conjugate, |x, _| if j == 0 { x } else { x.square() })
        })
        .collect()
}

impl Factors {
    /// Brings the bases to one point, and proves that the halves of products, as powers of the generator, are those
    /// whose sum at `start` was proved; the point. `bases` have 1 added; `scratch` has room for two vectors.
    pub fn bring_to_one_point<H: Hash>(
        &self,
        s: &mut Session<'_, H>,
        bases: &mut [K],
        [mut low, mut high]: [&mut [K]; 2],
        scratch: &mut [K],
        start: &[K],
    ) -> Vec<K> {
        s.work(Move::Conjugates);
        let alpha = s.draw(Label::ConjugateFactor);
        let m = start.len();
        // A weight counts where the base that differs in the bound variable is not missing, so all of them are there.
        let (mut weights, mut bases) = (&mut scratch[..1 << m], bases);
        weigh(&self.roots, alpha, &self.point[..m], weights);
        // Powers of alpha, times the eq of what is bound: of the bases, 1 was added to all.
        let mut scales: Vec<K> = std::iter::successors(Some(K::ONE), |&p| Some(p * alpha)).take(64).collect();
        let mut eq = SplitEq::new(start);
        let mut point: Vec<K> = Vec::new();
        for v in (0..m).rev() {
            eq.drop_highest();
            let half = 1 << v;
            let (mut plain, sides) = match point.last() {
                None => (inner_round(weights, bases, half), product_round(&eq, [low, high], half, K::ONE)),
                Some(&r) => (
                    inner_fold_round(&mut weights, &mut bases, 2 * half, r),
                    product_fold_round(&eq, [&mut low, &mut high], 2 * half, r, K::ONE),
                ),
            };
            plain.0 += scales.iter().zip(&self.roots).map(|(&s, root)| s * (K::ONE + root[v])).sum::<K>();
            let r = s.round_of_both(Label::Bases, Move::PowerRound, [plain, sides]);
            scales.iter_mut().zip(&self.roots).for_each(|(s, root)| *s *= K::ONE + root[v] + r);
            point.push(r);
        }
        let last = point.last().copied();
        last.iter().for_each(|&r| {
            fold(&mut bases, 1, r);
            fold_ones(&mut low, 1, r);
            fold_ones(&mut high, 1, r);
        });
        let values = [bases[0] + K::ONE, low[0], high[0]];
        s.send(Label::BaseValues, &values);
        s.known_product([values[1], values[2]]);
        point.reverse();
        point
    }
}

/// The weights of the bases: of each conjugate of the point the eq, batched by powers of alpha.
fn weigh(roots: &[Vec<K>], alpha: K, point: &[K], out: &mut [K]) {
    // y -> sum_j alpha^j y^(2^-j), for the table of the point itself.
    let images: [K; BITS] = std::array::from_fn(|u| {
        let conjugates = conjugates(&[x_power(u)], roots.len());
        conjugates.iter().rev().fold(K::ZERO, |s, root| s * alpha + root[0])
    });
    linear_map_eq(&images, &Parts::new(point, K::ONE), out);
}
