//! The rows of the products of words, and those that they add to.

use std::cell::{Cell, RefCell};

use dyad_field::{
    Field, K, PrimeCharacteristicRing, conjugates, eq_at, eq_points, eq_table, from_bits, to_bits, x_power,
};
use dyad_prover::reference::Altered;
use dyad_verifier::products::{LAYERS, SQUARES, generator_powers};
use dyad_verifier::{Counts, Label, Level};

use super::columns::{one, subset_sum};
use super::script::{Script, add, assert_frequency, assert_same, eq_roots, plain_roots, survivors};
use super::subset::{Aim, F16, F256, Small, aim, drawn};
use super::toy::{Toy, toy_with_products};

/// Eight products, so three variables.
const VARIABLES: usize = 3;
/// Rounds of the powers, before those of the generator's.
const POWER_ROUNDS: usize = LAYERS * VARIABLES + LAYERS * (LAYERS - 1) / 2;

fn full() -> Toy {
    Toy { level: Level::weak(18), ..toy_with_products::<Small>(8, 8, 8) }
}

fn hidden() -> Toy {
    Toy { level: Level::weak(18).hiding(), ..toy_with_products::<Small>(2, 1, 2) }
}

/// The last of what was drawn with a label.
fn last(label: Label) -> K {
    *drawn(label).last().expect("a challenge")
}

/// The point of the factors, variable for variable.
fn factor_point() -> Vec<K> {
    drawn(Label::PowerFactors).into_iter().rev().collect()
}

/// The coefficients of the polynomial that has these zeros, the lowest first.
fn with_zeros(zeros: &[K]) -> Vec<K> {
    zeros.iter().fold(vec![K::ONE], |p, &zero| {
        let shifted = std::iter::once(K::ZERO).chain(p.iter().copied());
        shifted.zip(p.iter().copied().chain([K::ZERO])).map(|(up, same)| up + zero * same).collect()
    })
}

/// Where a row has both halves of its product: one committed element.
fn halves(t: &Toy, row: usize) -> usize {
    let layout = t.layout();
    let slab = layout.products.blocks[0].slab;
    let block = layout.oracles[0].pairs.blocks.iter().find(|b| b.slab == slab && b.item == 1);
    block.expect("low and high").base + row
}

/// A vector with a wrong product, and its row: a bit of both halves is another, of which messages have the sum.
fn wrong_product(t: &Toy, bit: usize) -> (Vec<K>, usize) {
    let (mut q, row) = (t.vector(), 5);
    q[halves(t, row)] += from_bits(1 << bit | 1 << (64 + bit));
    (q, row)
}

/// Both halves of a row's product.
fn low_and_high(t: &Toy, q: &[K], row: usize) -> [u64; 2] {
    let both = to_bits(q[halves(t, row)]);
    [both as u64, (both >> 64) as u64]
}

/// `g^(low + 2^64 high)`.
fn side([low, high]: [u64; 2]) -> K {
    let [_, lows, highs] = generator_powers();
    let power = |word: u64, powers: [K; 64]| -> K {
        (0..64).filter(|j| word >> j & 1 == 1).map(|j| powers[j]).product()
    };
    power(low, lows) * power(high, highs)
}

/// One product is wrong. Powers at the point are the same
/// where one of its variables is that of another index.
#[test]
fn power_point() {
    let mut accepted = 0;
    let samples = 400;
    for seed in 0..samples {
        let t = full().seeded(seed);
        let (q, row) = wrong_product(&t, 9);
        aim(vec![Aim { label: Label::PowerPoint, which: 0..VARIABLES, set: F16.clone(), index: None }]);
        let believed = t.believes(&q, Script::default());
        assert_eq!(believed, eq_at(&drawn(Label::PowerPoint), row) == K::ZERO);
        accepted += usize::from(believed);
    }
    let exceptional = full().exceptional("products", "power point");
    assert_eq!(exceptional, VARIABLES);
    let attained = 1.0 - (15f64 / 16.0).powi(VARIABLES as i32);
    assert_frequency("power point", (accepted, samples), [attained, exceptional as f64 / 16.0]);
}

/// A claim that is wrong before the second round of these, `first` being the number of the first, whose variables are
/// of such a point.
fn rounds(label: Label, first: usize, point: impl Fn() -> [K; 2]) {
    let t = full();
    let q = t.vector();
    let roots = [F16[3], F16[7]];
    let found = survivors(label, first + 1, &F16, |_| {
        let second = |v: &mut [K]| {
            let [next, top] = point();
            add(v, &eq_roots(top + drawn(label)[first], next, roots));
        };
        t.believes(&q, Script::default().send(label, first, one).send(label, first + 1, second))
    });
    assert_same(&found, &roots);
    assert_eq!(found.len(), t.exceptional("products", "power rounds"));
}

#[test]
fn power_rounds_of_layers() {
    let last_two = |v: Vec<K>| [v[v.len() - 2], v[v.len() - 1]];
    // The first layer, at the point that was drawn; and a later one, at the line's and what was drawn first.
    rounds(Label::PowerLayer, 0, || last_two(drawn(Label::PowerPoint)));
    rounds(Label::PowerLayer, VARIABLES, || [drawn(Label::PowerLayer)[0], drawn(Label::PowerVariable)[0]]);
    // The same in the trees of the generator's powers.
    let bases = || drawn(Label::Bases);
    rounds(Label::PowerLayer, POWER_ROUNDS, || [bases()[1], bases()[0]]);
    let layer = POWER_ROUNDS + VARIABLES + 2;
    rounds(Label::PowerLayer, layer, || {
        [drawn(Label::PowerLayer)[POWER_ROUNDS], drawn(Label::PowerVariable)[LAYERS]]
    });
}

#[test]
fn power_rounds_of_factors() {
    let first = POWER_ROUNDS - VARIABLES - LAYERS + 1;
    rounds(Label::PowerFactors, 0, || {
        [drawn(Label::PowerLayer)[first], drawn(Label::PowerVariable)[LAYERS - 1]]
    });
}

/// Both sums that go together are wrong. One wrong sum has two zeros; two have those that both have.
#[test]
fn power_rounds_of_bases() {
    let t = full();
    let q = t.vector();
    let [a, b, c] = [F16[3], F16[7], F16[12]];
    let found = |plain: Option<[K; 2]>, with_eq: Option<[K; 2]>| {
        survivors(Label::Bases, 1, &F16, |_| {
            let first = |v: &mut [K]| {
                v[0] += if plain.is_some() { K::ONE } else { K::ZERO };
                v[2] += if with_eq.is_some() { K::ONE } else { K::ZERO };
            };
            let second = |v: &mut [K]| {
                let start = drawn(Label::PowerPoint);
                if let Some(roots) = plain {
                    add(&mut v[..2], &plain_roots(K::ONE, roots));
                }
                if let Some(roots) = with_eq {
                    let e = start[VARIABLES - 1] + drawn(Label::Bases)[0];
                    add(&mut v[2..], &eq_roots(e, start[VARIABLES - 2], roots));
                }
            };
            t.believes(&q, Script::default().send(Label::Bases, 0, first).send(Label::Bases, 1, second))
        })
    };
    assert_same(&found(Some([a, b]), None), &[a, b]);
    assert_same(&found(None, Some([b, c])), &[b, c]);
    assert_same(&found(Some([a, b]), Some([b, c])), &[b]);
    assert_eq!(t.exceptional("products", "power rounds"), 2);
}

/// A value of a layer makes up for a wrong claim: the line through both is right at one point. The report counts two.
#[test]
fn power_variable() {
    let t = full();
    let q = t.vector();
    let found = survivors(Label::PowerVariable, 0, &F16, |_| {
        let values = |v: &mut [K]| {
            let e = drawn(Label::PowerPoint)[0] + last(Label::PowerLayer);
            v[0] += e * v[1].inverse();
        };
        let script =
            Script::default().send(Label::PowerLayer, VARIABLES - 1, one).send(Label::PowerValues, 0, values);
        t.believes(&q, script)
    });
    assert_same(&found, &[K::ONE]);
    assert!(found.len() <= t.exceptional("products", "power variable"));
}

/// A product is wrong in the lowest bit of both halves. The sum of powers is said to be that of the halves; each layer
/// hands its error on, and one factor of the low bits, which are wrong as well, makes up for it.
#[test]
fn low_bits() {
    let t = full();
    let (q, row) = wrong_product(&t, 0);
    let [low, high] = low_and_high(&t, &q, row);
    let difference = side([low, high]) + side([low ^ 1, high ^ 1]);
    let slope = Cell::new(K::ZERO);
    let believes = || {
        let powers = |v: &mut [K]| v[0] += eq_at(&drawn(Label::PowerPoint), row) * difference;
        let mut script = Script::default().send(Label::Power, 0, powers);
        for layer in 0..LAYERS {
            let slope = &slope;
            script = script.send(Label::PowerValues, layer, move |v: &mut [K]| {
                let before = match layer {
                    0 => eq_at(&drawn(Label::PowerPoint), row) * difference,
                    _ => slope.get() * last(Label::PowerVariable),
                };
                slope.set(before * v[0].inverse());
                v[1] += slope.get();
            });
        }
        t.believes(&q, script)
    };
    aim(Vec::new());
    assert!(!believes());
    let mut point = drawn(Label::PowerLayer)[POWER_ROUNDS - VARIABLES..POWER_ROUNDS].to_vec();
    point.reverse();
    let wrong = slope.get() * drawn(Label::PowerVariable)[LAYERS - 1];
    let root = wrong * eq_at(&point, row).inverse();
    let set: Vec<K> = F16.iter().map(|&x| root + x).collect();
    let found = survivors(Label::LowBits, 0, &set, |_| believes());
    assert_same(&found, &[root]);
    assert!(found.len() <= t.exceptional("products", "power variable"));
}

/// All bases are wrong, by multiples of the coefficients of a polynomial that has 63 zeros; their powers make up for a
/// wrong claim.
#[test]
fn conjugate_factor() {
    let zeros: Vec<K> = F256.iter().skip(1).step_by(4).take(63).copied().collect();
    let coefficients = with_zeros(&zeros);
    let mut tight = 0;
    for seed in 0..4 {
        let t = full().seeded(seed);
        let (q, solved) = (t.vector(), Cell::new(false));
        let believes = || {
            let exponent = Cell::new(K::ZERO);
            let bases = |v: &mut [K]| {
                let eq = eq_table(&factor_point()[VARIABLES..]);
                let image = |d: K| (0..64).map(|j| eq[j] * square((coefficients[j] * d, j))).sum::<K>();
                let wrong = last_of_layers() + last(Label::PowerFactors);
                let images: Vec<K> = (0..128).map(|i| image(x_power(i))).collect();
                let scale = subset_sum(&images, wrong * exponent.get().inverse()).map(from_bits);
                solved.set(scale.is_some());
                v.iter_mut().zip(&coefficients).for_each(|(v, &c)| *v += c * scale.unwrap_or_default());
            };
            let script = Script::default()
                .send(Label::PowerFactors, VARIABLES + LAYERS - 1, one)
                .send(Label::PowerWords, 0, |v: &mut [K]| exponent.set(v[0]))
                .send(Label::Conjugates, 0, bases);
            t.believes(&q, script)
        };
        aim(Vec::new());
        assert!(!believes());
        if !solved.get() {
            continue;
        }
        let found = survivors(Label::ConjugateFactor, 0, &F256, |_| believes());
        assert_same(&found, &zeros);
        assert_eq!(found.len(), t.exceptional("products", "conjugates"));
        tight += 1;
    }
    assert!(tight > 0, "no powers of wrong bases make up for the claim");
}

/// `x^(2^j)`.
fn square((x, j): (K, usize)) -> K {
    (0..j).fold(x, |x, _| x * x)
}

/// Variable 0 of the leaves' point: what was drawn in the last round of the last layer of the powers.
fn last_of_layers() -> K {
    drawn(Label::PowerLayer)[POWER_ROUNDS - 1]
}

/// The base of the first power is wrong: joined with the others, by a multiple of (1 + t_0) (1 + t_1).
#[test]
fn trees() {
    let t = full();
    let q = t.vector();
    let mut accepted = 0;
    for i in 0..16 {
        for j in 0..16 {
            let only = |number, index| Aim {
                label: Label::Trees,
                which: number..number + 1,
                set: F16.clone(),
                index: Some(index),
            };
            aim(vec![only(0, i), only(1, j)]);
            let values = |v: &mut [K]| {
                let roots = conjugates(&factor_point(), 64);
                let point: Vec<K> = drawn(Label::Bases).into_iter().rev().collect();
                let alpha = last(Label::ConjugateFactor);
                let fold = |s: K, root: &Vec<K>| s * alpha + eq_points(&root[..VARIABLES], &point);
                v[0] += roots.iter().rev().fold(K::ZERO, fold).inverse();
            };
            let script =
                Script::default().send(Label::Bases, VARIABLES - 1, one).send(Label::BaseValues, 0, values);
            let right = F16[i] == K::ONE || F16[j] == K::ONE;
            assert_eq!(t.believes(&q, script), right, "{i}, {j}");
            accepted += usize::from(right);
        }
    }
    assert_eq!((accepted, 16 * t.exceptional("products", "trees")), (31, 32));
}

/// The values of columns at four points are wrong, by the coefficients of a polynomial that has three zeros.
#[test]
fn theta() {
    let t = full();
    let q = t.vector();
    let round = t.layout().column_log + 5;
    let zeros = [F16[6], F16[9], F16[10]];
    let found = survivors(Label::Theta, 0, &F16, |_| {
        let weights = RefCell::new(Vec::new());
        let see = |w: &mut [K]| weights.replace(w.to_vec());
        let values = |v: &mut [K]| {
            let coefficients = with_zeros(&zeros);
            let wrong: K = coefficients.iter().zip(&*weights.borrow()).map(|(&c, &w)| c * w).sum();
            v.iter_mut().zip(coefficients).for_each(|(v, c)| *v += c * wrong.inverse());
        };
        let script = Script::default()
            .send(Label::Columns, round, one)
            .at(Altered::Weights(Label::ColumnValues), 0, |w: &mut [K]| drop(see(w)))
            .send(Label::ColumnValues, 0, values);
        t.believes(&q, script)
    });
    assert_same(&found, &zeros);
    assert_eq!(found.len(), t.exceptional("points", "theta"));
}

/// Squares are wrong, by squares of multiples of the coefficients of a polynomial that has 63 zeros, such that what
/// follows from them is right.
#[test]
fn square_factor() {
    let sets = (0..8).map(|i| F256.iter().skip(1 + i).step_by(3).take(SQUARES).copied().collect::<Vec<K>>());
    // After each square its root's error is squared, and its own is added: linear over F2 in the multiple.
    let errors = |coefficients: &[K], scale: K| {
        let next = |e: &mut K, c: &K| {
            let root = *e;
            *e = root * root + (*c * scale) * (*c * scale);
            Some((root, *e))
        };
        coefficients[1..].iter().scan(K::ZERO, next).collect::<Vec<(K, K)>>()
    };
    let found = sets.map(|zeros| {
        let coefficients = with_zeros(&zeros);
        let images: Vec<K> =
            (0..128).map(|i| errors(&coefficients, x_power(i)).last().expect("squares").1).collect();
        let none = (0..128).find_map(|i| Some(from_bits(subset_sum(&images[..i], images[i])? | 1 << i)));
        (zeros, coefficients, none)
    });
    let (zeros, coefficients, scale) = found.into_iter().find(|f| f.2.is_some()).expect("a multiple");
    let errors = errors(&coefficients, scale.expect("a multiple"));
    let t = hidden();
    let q = t.vector();
    let found = survivors(Label::SquareFactor, 0, &F256, |_| {
        let mut script = Script::default();
        for (i, &(_, wrong)) in errors.iter().enumerate() {
            script = script.send(Label::Square, i, move |v: &mut [K]| v[0] += wrong);
        }
        let mask = (coefficients[0] * scale.expect("a multiple")).square();
        let sum = |v: &mut [K]| {
            let f = last(Label::SquareFactor);
            v[0] += errors.iter().rev().fold(K::ZERO, |s, e| (s + e.0) * f);
        };
        let script =
            script.send(Label::SquareMask, 0, |v: &mut [K]| v[0] += mask).send(Label::SquareSum, 0, sum);
        t.believes(&q, script)
    });
    assert_same(&found, &zeros);
    let n = Counts::of(&t.layout()).products;
    assert_eq!(t.exceptional("ring switch", "product point"), (2 * n).max(found.len()));
}
