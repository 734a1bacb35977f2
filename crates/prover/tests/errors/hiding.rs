//! The rows of the ring switch of a hiding proof.

use std::cell::Cell;

use dyad_field::{Field, K, PrimeCharacteristicRing, from_bits, to_bits};
use dyad_prover::reference::Altered;
use dyad_verifier::{Counts, Label};

use super::columns::{one, wrong_row_of_sums};
use super::script::{Script, add, assert_same, hidden, survivors};
use super::subset::{F16, F256, aim, drawn};

/// The claim is wrong by 1, the folded block by what makes up for it if xi is one element.
#[test]
fn xi() {
    let t = hidden();
    let (q, last) = (t.vector(), t.layout().joint_log - 1);
    let root = F16[9];
    let found = survivors(Label::Xi, 0, &F16, |_| {
        let omega = Cell::new(K::ZERO);
        let script = Script::default()
            .send(Label::Points, last, one)
            .at(Altered::Weights(Label::BitSums), 0, |w: &mut [K]| omega.set(w[0]))
            .send(Label::Delta, 0, |v: &mut [K]| v[0] += (omega.get() * root).inverse());
        t.believes(&q, script)
    });
    assert_same(&found, &[root]);
    assert_eq!(found.len(), t.exceptional("ring switch", "xi"));
}

/// One product of n is wrong. X Y - Z, of degree 2 n, is 0 at the points of the others, which are not drawn, and
/// at n + 1 points more. The report counts all of its zeros.
#[test]
fn product_point() {
    let t = hidden();
    let (q, ands) = (t.vector(), t.layout().ands.log);
    let n = Counts::of(&t.layout()).products;
    let point = |i: usize| from_bits(i as u128);
    let roots: Vec<K> = F256.iter().filter(|&&x| to_bits(x) > 2 * n as u128).take(n + 1).copied().collect();
    // What Z is changed by is the error of the last product at its point.
    let difference = |z: K| {
        let zeros = (1..n).map(point).chain(roots.iter().copied());
        let at = zeros.map(|r| (z + r) * (point(n) + r).inverse()).product::<K>();
        at * (drawn(Label::Rho)[0] + drawn(Label::And)[ands - 1])
    };
    let found = survivors(Label::ProductPoint, 0, &F256, |_| {
        let others = |v: &mut [K]| {
            let differences: Vec<K> = (n + 1..=2 * n).map(|i| difference(point(i))).collect();
            add(v, &differences);
        };
        let script = Script::default()
            .send(Label::And, ands - 1, one)
            .send(Label::ProductValues, 0, |v: &mut [K]| v[0] += difference(point(0)))
            .send(Label::ProductValues, 1, others);
        t.believes(&q, script)
    });
    assert_same(&found, &roots);
    assert_eq!((found.len(), t.exceptional("ring switch", "product point")), (n + 1, 2 * n));
}

/// The wrong row of the ring switch, under pads.
#[test]
fn ring() {
    wrong_row_of_sums(hidden, 400, "ring, chi");
}

/// The folded block is wrong, and one of the factors that are seen: three equations over pads, of which
/// `chi^3 (a + b chi + b y chi^3)` is left, y being the other factor. Its zeros are 0 and three whose sum is 0.
#[test]
fn chi() {
    let t = hidden();
    let q = t.vector();
    let [u, v] = [F16[1], F16[2]];
    // The product and the second symmetric function of u, v and u + v.
    let (third, second) = (u * v * (u + v), u * v + (u + v) * (u + v));
    let (scale, omega) = (Cell::new(K::ZERO), Cell::new(K::ZERO));
    let believes = || {
        let factors = |f: &mut [K]| {
            // (square root of 1 / (y second)): squaring 127 times is the inverse of squaring.
            let inverse = (f[1] * second).inverse();
            scale.set((0..127).fold(inverse, |x, _| x * x));
            let a = omega.get() * drawn(Label::Xi)[0];
            let cube = scale.get() * scale.get() * scale.get();
            f[0] += a * (f[1] * cube * third).inverse();
        };
        let script = Script::default()
            .at(Altered::Weights(Label::BitSums), 0, |w: &mut [K]| omega.set(w[0]))
            .send(Label::Delta, 0, one)
            .send(Label::ProductFactors, 0, factors);
        t.believes(&q, script)
    };
    aim(Vec::new());
    assert!(!believes());
    let root = scale.get();
    let set: Vec<K> = F16.iter().map(|&x| root * x).collect();
    let found = survivors(Label::Chi, 0, &set, |_| believes());
    assert_same(&found, &[K::ZERO, root * u, root * v, root * (u + v)]);
    assert!(found.len() <= t.exceptional("ring switch", "ring, chi"));
}
