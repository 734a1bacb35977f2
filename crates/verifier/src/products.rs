//! Products of words, through powers of a generator of K*.
//!
//! `g = X` generates K*, of order 2^128 - 1. So `(g^a)^b = g^low g^(2^64 high)` says that `a b` and
//! `low + 2^64 high` agree modulo 2^128 - 1. Both are at most that, and only the second can be it: what is left is
//! `a b = 0` against 2^128 - 1, whose low bit is 1. Bit 0 of the words decides: `a_0 b_0 = low_0`.
//!
//! Nothing but the words is committed. With `h(x) = g^a(x)` for the product x of the stack:
//!
//! 1. *Powers.* The sum of `eq(r, x) h(x)^b(x)` is that of a product of 64 factors, `h^(2^j)` where bit j of b is 1
//!    and 1 elsewhere: six layers of products, as on the bus, but each product x has a tree of its own.
//! 2. *Factors.* Factor j is `1 + b_j (h^(2^j) + 1)`: a sumcheck over j and x leaves the word b with its bits
//!    weighted, and the extension of `h^(2^j)` over j and x. The equation of low bits is batched with it.
//! 3. *Bases.* The extension of `h^(2^j)` at a point is the 2^j-th power of that of h at the conjugate of the point,
//!    its 2^j-th root: so the prover sends the extension of h at 64 conjugates of a point, which a sumcheck brings to one
//!    point. Its rounds are also those of `g^low g^(2^64 high)`, the other side of the products.
//! 4. *Powers of the generator.* a, low and high, as exponents of known bases, have trees with leaves
//!    `1 + bit (base + 1)`, linear in bits: six layers for all three, told apart by two variables.
//!
//! What is left are claims on bits of a, b, low and high at two points of the stack.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, conjugates, eq_points, eq_table, x_power};

use crate::arithmetic::Arithmetic;
use crate::error::eq_index;
use crate::label::Label;
use crate::layout::Stack;
use crate::moves::Move;
use crate::row_claims::{Claim, Functional, RowClaims};
use crate::{Error, Layout, sumcheck};

/// The logarithm of the bits of a word: layers of the powers.
pub const LAYERS: usize = 6;
/// Variables that tell a, low and high apart.
pub const TREES: usize = 2;
/// Products of values that this step has: one for each layer of both kinds of powers, the factors, the low bits, and
/// the two sides.
pub const PRODUCTS: usize = 15;
/// Squares of values: those that take the bases at 64 points to their powers.
pub const SQUARES: usize = 63;
/// Equations that a hiding proof has for this step: of the bases; of roots and of squares.
pub const EQUATIONS: usize = 3;
/// Claims that are left.
pub const CLAIMS: usize = 5;
/// Points that these are at.
pub const POINTS: usize = 2;
/// Values that a hiding proof sends besides what every proof does, or uses as a pad: squares, the product of low bits,
/// the mask of the squares and its square.
pub const HIDING_VALUES: usize = SQUARES + 1 + 2;

/// Rounds of this step, for a stack of 2^`log` products.
pub fn rounds(log: usize) -> usize {
    let layers =
        |variables: usize| (0..LAYERS).map(|l| variables.saturating_add(l)).fold(0, usize::saturating_add);
    let parts = [layers(log), log.saturating_add(LAYERS), log, layers(log.saturating_add(TREES))];
    parts.into_iter().fold(0, usize::saturating_add)
}

/// Values that a proof with such a stack of products sends in this step.
pub fn values(products: &Stack) -> usize {
    if products.blocks.is_empty() {
        return 0;
    }
    // The sum of the powers; two for each layer of both kinds; words, and bases at 64 points; three bases.
    let others = 1usize.saturating_add(4 * LAYERS).saturating_add(4 + 64).saturating_add(3);
    // The rounds over bases have two sums.
    let rounds = rounds(products.log).saturating_add(products.log);
    rounds.saturating_mul(2).saturating_add(others)
}

/// Checks the products, up to the claims returned, at two points. Where there are none, nothing is received.
///
/// # Errors
/// [`Error::PowerLayer`], [`Error::PowerFactors`], [`Error::PowerBases`], [`Error::PowerProducts`],
/// [`Error::GeneratorLayer`], [`Error::Work`], [`Error::Truncated`].
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(a: &mut A, layout: &Layout) -> Result<Vec<RowClaims<A::Value>>, Error> {
    if layout.products.blocks.is_empty() {
        return Ok(Vec::new());
    }
    a.section("products");
    let variables = layout.products.log;
    a.work(Move::PowerPoint { variables })?;
    let start = a.draw_many(Label::PowerPoint, variables);
    let [power] = a.array(Label::Power)?;
    let (claim, point) = layers(a, power.clone(), start.clone(), Error::PowerLayer)?;
    let low_bits = a.draw(Label::LowBits);
    let one = || A::Value::from(K::ONE);
    let (claim, factor_point) =
        sumcheck::with_eq(a, Label::PowerFactors, Move::PowerRound, claim + one(), &point)?;
    let words: [A::Value; 4] = a.array(Label::PowerWords)?;
    let [exponent, a_0, b_0, low_0] = words.clone();
    let bases = a.values(Label::Conjugates, 64)?;
    let roots = conjugates(&factor_point, 64);
    let factor = horner(a, &bases, &roots, variables)?;
    let low = a.product([a_0, b_0])? + low_0;
    a.demand_product([exponent, factor + one()], claim + low * low_bits, Error::PowerFactors)?;

    a.work(Move::Conjugates)?;
    let alpha = a.draw(Label::ConjugateFactor);
    let batched = bases.into_iter().rev().fold(K::ZERO.into(), |s: A::Value, base| s * alpha + base);
    let ([base, power], base_point) =
        sumcheck::both(a, Label::Bases, Move::PowerRound, [batched, power], &start)?;
    let [of_a, of_low, of_high] = a.array(Label::BaseValues)?;
    let weight = roots.iter().rev().fold(K::ZERO, |s, root| s * alpha + eq_points(root, &base_point));
    a.demand_equal(base, of_a.clone() * weight, Error::PowerBases)?;
    a.demand_product([of_low.clone(), of_high.clone()], power, Error::PowerProducts)?;

    a.work(Move::Trees)?;
    let trees = a.draw_many(Label::Trees, TREES);
    let values = [of_a, of_low, of_high, one()].into_iter().zip(eq_table(&trees));
    let claim = values.fold(K::ZERO.into(), |s: A::Value, (v, e)| s + v * e);
    let point = trees.into_iter().chain(base_point).collect();
    let (claim, point) = layers(a, claim, point, Error::GeneratorLayer)?;
    Ok([factor_claims(&factor_point, variables, words), leaf_claim(&point, claim + one())].into())
}

/// The layers of trees of products, one above the leaves in each variable of the point; `wrong` gives the error of a
/// layer.
///
/// The root of each tree is an entry of layer 0. Entry y of layer l is the product of entries y and y + 2^n of the next
/// one, n being the number of variables of layer l.
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
fn layers<A: Arithmetic>(
    a: &mut A,
    mut claim: A::Value,
    mut point: Vec<K>,
    wrong: fn(usize) -> Error,
) -> Result<(A::Value, Vec<K>), Error> {
    for layer in 0..LAYERS {
        let (product, mut at) = sumcheck::with_eq(a, Label::PowerLayer, Move::PowerRound, claim, &point)?;
        let [low, high]: [A::Value; 2] = a.array(Label::PowerValues)?;
        a.demand_product([low.clone(), high.clone()], product, wrong(layer))?;
        a.work(Move::PowerVariable)?;
        let top = a.draw(Label::PowerVariable);
        claim = low.clone() + (low + high) * top;
        at.push(top);
        point = at;
    }
    Ok((claim, point))
}

/// The sum over j of `eq(z, j) bases_j^(2^j)`, z being the variables from `first` on of the point whose conjugates
/// are given: as `v_0` of `v_j = eq(z, j)^(2^-j) bases_j + v_(j + 1)^2`.
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
fn horner<A: Arithmetic>(
    a: &mut A,
    bases: &[A::Value],
    conjugates: &[Vec<K>],
    first: usize,
) -> Result<A::Value, Error> {
    let mut sum: Option<A::Value> = None;
    for (j, (base, point)) in bases.iter().zip(conjugates).enumerate().rev() {
        let (_, bits) = point.split_at_checked(first).ok_or(Error::Internal("the variables of bits"))?;
        let term = base.clone() * eq_index(bits, j)?;
        sum = Some(match sum {
            None => term,
            Some(sum) => a.square(sum)? + term,
        });
    }
    sum.ok_or(Error::Internal("64 bases"))
}

/// The claims that the factors leave on words: on b, its bits weighted by the eq of the variables above the first, and on
/// bit 0 of a, b and low.
pub fn factor_claims<V>(point: &[K], variables: usize, values: [V; 4]) -> RowClaims<V> {
    let (rows, bits) = point.split_at_checked(variables).unwrap_or_default();
    let lowest = || (0..64).map(|j| if j == 0 { K::ONE } else { K::ZERO }).collect();
    let weights = [(1, eq_table(bits)), (0, lowest()), (1, lowest()), (2, lowest())];
    let claim =
        |(operand, value)| Claim { of: Functional::ProductOperands { operands: [operand].into() }, value };
    RowClaims { point: rows.to_vec(), claims: weights.into_iter().zip(values).map(claim).collect() }
}

/// The claim that the powers of the generator leave on the bits of a, low and high: the point has the variables
/// that tell these apart, then those of the stack, then those of bits.
pub fn leaf_claim<V>(point: &[K], value: V) -> RowClaims<V> {
    let (trees, rest) = point.split_at_checked(TREES).unwrap_or_default();
    let (rows, bits) = rest.split_at_checked(rest.len().saturating_sub(LAYERS)).unwrap_or_default();
    let (tree_eq, bit_eq) = (eq_table(trees), eq_table(bits));
    let operands = [0, 2, 3].into_iter().zip(tree_eq).zip(generator_powers());
    let weights = |((operand, tree), powers): ((usize, K), [K; 64])| {
        let leaf = |bit: usize| bit_eq.get(leaf_of(bit)).copied().unwrap_or_default();
        (operand, powers.into_iter().enumerate().map(|(bit, g)| tree * leaf(bit) * (g + K::ONE)).collect())
    };
    let operands = operands.map(weights).collect();
    RowClaims {
        point: rows.to_vec(),
        claims: [Claim { of: Functional::ProductOperands { operands }, value }].into(),
    }
}

/// The leaf of a bit in the trees of the powers of the generator: layer 3 has a node for each byte.
pub const fn leaf_of(bit: usize) -> usize {
    (bit / 8) | ((bit % 8) << 3)
}

/// `g^(2^i)` for the bits i of a, of low, and, 64 places higher, of high.
pub fn generator_powers() -> [[K; 64]; 3] {
    let mut next = x_power(1);
    let mut word = || {
        core::array::from_fn(|_| {
            let power = next;
            next = next.square();
            power
        })
    };
    let low = word();
    [low, low, word()]
}
