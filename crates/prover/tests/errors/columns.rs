//! The rows of the column reduction, the point reduction and the ring switch.

use std::cell::Cell;

use dyad_field::{Field, K, PrimeCharacteristicRing, eq_at, eq_table, to_bits, x_power};
use dyad_prover::reference::Altered;
use dyad_verifier::Label;

use super::script::{Script, add, assert_frequency, assert_same, full, plain_roots, survivors};
use super::subset::{Aim, F16, aim, cube_root, drawn};
use super::toy::Toy;

/// Adds 1 to the first coefficient: c0 or c1 of a round, whose claim is then wrong.
pub fn one(v: &mut [K]) {
    v[0] += K::ONE;
}

/// The claim on pulls is wrong by p, and that on the product of operands by c: batched, they are wrong by
/// `p eta + c eta^4`, which has four zeros if p / c is a cube: 0, and three that differ by cube roots of 1.
#[test]
fn eta() {
    let mut tight = 0;
    for seed in 0..12 {
        let t = full().seeded(seed);
        let (q, layer, ands) = (t.vector(), t.layout().bus_log - 1, t.layout().ands.log);
        let last = layer * (layer + 1) / 2 - 1;
        let (wrong, product) = (Cell::new(K::ZERO), Cell::new(K::ZERO));
        let believes = || {
            let values = |v: &mut [K]| {
                let r = drawn(Label::ProductLayer);
                let e = r[last] + r[last - layer];
                wrong.set(e * (drawn(Label::Lambda)[layer] * v[3]).inverse());
                v[2] += wrong.get();
            };
            let operands = |v: &mut [K]| {
                product.set(drawn(Label::Rho)[0] + drawn(Label::And)[ands - 1]);
                v[2] += product.get();
            };
            let script = Script::default()
                .send(Label::ProductLayer, last, one)
                .send(Label::LayerValues, layer, values)
                .send(Label::And, ands - 1, one)
                .send(Label::AndValues, 0, operands);
            t.believes(&q, script)
        };
        aim(Vec::new());
        assert!(!believes());
        let pull = wrong.get() * (K::ONE + drawn(Label::LayerVariable)[layer]);
        let Some(root) = cube_root(pull * product.get().inverse()) else { continue };
        // All zeros are multiples of one of them by elements of the subfield.
        let multiples =
            |f: &dyn Fn(K) -> bool| -> Vec<K> { F16.iter().filter(|&&x| f(x)).map(|&x| root * x).collect() };
        let zeros = multiples(&|x| x * x * x * x == x);
        let found = survivors(Label::Eta, 0, &multiples(&|_| true), |_| believes());
        assert_same(&found, &zeros);
        assert_eq!(found.len(), t.exceptional("columns", "eta"));
        tight += 1;
    }
    assert!(tight > 0, "no cube");
}

/// A claim that is wrong before the second round.
fn rounds(step: &str, label: Label) {
    let t = full();
    let q = t.vector();
    let roots = [F16[4], F16[11]];
    let found = survivors(label, 1, &F16, |_| {
        // c0 and no other coefficient has changed, so the claim is wrong by 1.
        let second = |v: &mut [K]| add(v, &plain_roots(K::ONE, roots));
        t.believes(&q, Script::default().send(label, 0, one).send(label, 1, second))
    });
    assert_same(&found, &roots);
    assert_eq!(found.len(), t.exceptional(step, "rounds"));
}

#[test]
fn column_rounds() {
    rounds("columns", Label::Columns);
}

#[test]
fn point_rounds() {
    rounds("points", Label::Points);
}

/// Both values of columns are wrong, such that the claim before them is met.
#[test]
fn theta() {
    let t = full();
    let q = t.vector();
    let last = t.layout().column_log + 5;
    let root = F16[6];
    let found = survivors(Label::Theta, 0, &F16, |_| {
        let weights = Cell::new([K::ZERO; 2]);
        let see = |w: &mut [K]| weights.set([w[0], w[1]]);
        let values = |v: &mut [K]| {
            let [w0, w1] = weights.get();
            let second = (w0 * root + w1).inverse();
            add(v, &[root * second, second]);
        };
        let script = Script::default()
            .send(Label::Columns, last, one)
            .at(Altered::Weights(Label::ColumnValues), 0, see)
            .send(Label::ColumnValues, 0, values);
        t.believes(&q, script)
    });
    assert_same(&found, &[root]);
    assert_eq!(found.len(), t.exceptional("points", "theta"));
}

/// Which of the elements add up to the target, as the bits of a number; `None` if none do.
pub fn subset_sum(elements: &[K], target: K) -> Option<u128> {
    let mut basis: Vec<(u128, u128)> = Vec::new();
    let reduce = |basis: &[(u128, u128)], start: (u128, u128)| {
        let less = |(x, of): (u128, u128), &(b, parts): &(u128, u128)| {
            if x ^ b < x { (x ^ b, of ^ parts) } else { (x, of) }
        };
        basis.iter().fold(start, less)
    };
    for (i, &e) in elements.iter().enumerate() {
        let (x, of) = reduce(&basis, (to_bits(e), 1 << i));
        if x != 0 {
            basis.push((x, of));
            // The highest bits first: then one pass reduces.
            basis.sort_unstable_by(|a, b| b.cmp(a));
        }
    }
    let (rest, of) = reduce(&basis, (to_bits(target), 0));
    (rest == 0).then_some(of)
}

/// What is added to the sums of the ring switch so that they meet a claim that is wrong by 1, and only one row of
/// the bit matrix, which is returned too, is wrong: X^v times bits.
pub fn one_row(omega: K, bit_point: &[K]) -> (Vec<K>, usize) {
    let eq = eq_table(bit_point);
    let row = |v: usize| subset_sum(&eq, (omega * x_power(v)).inverse()).map(|bits| (v, bits));
    let (v, bits) = (0..128).find_map(row).expect("a row that makes up for it");
    ((0..128).map(|u| if bits >> u & 1 == 1 { x_power(v) } else { K::ZERO }).collect(), v)
}

/// The bit variables and the half of a pair: the lowest of the column point.
pub fn bit_point() -> Vec<K> {
    drawn(Label::Columns).into_iter().rev().take(7).collect()
}

/// The sums meet a wrong claim; read the other way, one row is wrong, so the claim on elements is by a multiple of
/// `eq(r, row)`: a product of seven factors. `row` is what the report calls the move of these proofs.
pub fn wrong_row_of_sums(instance: fn() -> Toy, samples: usize, row: &str) {
    let mut accepted = 0;
    let mut exceptional = 0;
    for seed in 0..samples {
        let t = instance().seeded(seed);
        aim(vec![Aim { label: Label::Ring, which: 0..7, set: F16.clone(), index: None }]);
        let (omega, wrong_row) = (Cell::new(K::ZERO), Cell::new(0));
        let sums = |v: &mut [K]| {
            let (wrong, index) = one_row(omega.get(), &bit_point());
            add(v, &wrong);
            wrong_row.set(index);
        };
        let script = Script::default()
            .send(Label::Points, t.layout().joint_log - 1, one)
            .at(Altered::Weights(Label::BitSums), 0, |w: &mut [K]| omega.set(w[0]))
            .send(Label::BitSums, 0, sums);
        let believed = t.believes(&t.vector(), script);
        assert_eq!(believed, eq_at(&drawn(Label::Ring), wrong_row.get()) == K::ZERO);
        accepted += usize::from(believed);
        exceptional = t.exceptional("ring switch", row);
    }
    assert_eq!(exceptional, 7);
    let attained = 1.0 - (15f64 / 16.0).powi(7);
    assert_frequency(row, (accepted, samples), [attained, exceptional as f64 / 16.0]);
}

#[test]
fn ring() {
    wrong_row_of_sums(full, 500, "ring");
}
