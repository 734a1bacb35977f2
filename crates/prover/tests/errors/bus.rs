//! The rows of the bus and of the AND check.

use dyad_field::{Field, K, PrimeCharacteristicRing, byte_lagrange, embed_byte, eq_at};
use dyad_rules::check::MessageValue;
use dyad_verifier::Label;
use dyad_verifier::bus::Fingerprint;

use super::claims::{Wrong, rows};
use super::script::{Script, add, assert_frequency, assert_same, eq_roots, full, survivors};
use super::subset::{Aim, F16, F256, aim, drawn};
use super::toy::Toy;

/// The combination that was drawn, or what of it there is.
pub fn fingerprint() -> Fingerprint {
    let alpha = drawn(Label::Alpha).try_into().expect("a factor for each word");
    let gamma = drawn(Label::Gamma).first().copied().unwrap_or_default();
    Fingerprint { alpha, gamma }
}

/// A toy that should have ended elsewhere: one message that is pulled is not the one that is pushed.
fn wrong_end() -> Toy {
    let mut t = full();
    t.statement.pulls[0][1] ^= 0x1234;
    t
}

/// The messages that are pushed, and those that are pulled, the statement's included.
fn messages(t: &Toy) -> [Vec<MessageValue>; 2] {
    let (mut pushes, mut pulls) = (t.statement.pushes.clone(), t.statement.pulls.clone());
    for row in rows(t, &t.layout(), &t.vector()) {
        pushes.extend(row.pushes);
        pulls.extend(row.pulls);
    }
    [pushes, pulls]
}

/// Both products have the leaves of all messages but one in common, so they are equal where one of these is 0: for
/// as many gamma as there are such messages. They are equal, too, where alpha does not tell apart the two messages
/// that differ: together as many challenges as there are messages.
#[test]
fn bus_challenges() {
    let t = wrong_end();
    let q = t.vector();
    let [pushes, pulls] = messages(&t);
    let common: Vec<MessageValue> = pushes.iter().filter(|m| pulls.contains(m)).copied().collect();
    assert_eq!((pushes.len(), pulls.len(), common.len()), (33, 33, 32));

    // Gamma, from a set that has the zeros, which depend on alpha, and as many other elements.
    aim(Vec::new());
    assert!(!t.believes(&q, Script::default()));
    let f = Fingerprint { gamma: K::ZERO, ..fingerprint() };
    let zeros: Vec<K> = common.iter().map(|m| f.of(m)).collect();
    let set: Vec<K> = zeros.iter().copied().chain(zeros.iter().map(|&z| z + K::ONE)).collect();
    let gammas = survivors(Label::Gamma, 0, &set, |_| t.believes(&q, Script::default()));
    assert_same(&gammas, &zeros);
    // Alpha, the factor of the word that differs.
    let alphas = survivors(Label::Alpha, 1, &F16, |_| t.believes(&q, Script::default()));
    assert_eq!(alphas, [K::ZERO]);
    assert_eq!(gammas.len() + alphas.len(), t.exceptional("bus", "alpha, gamma"));
}

/// Both products are wrong, but in balance; so are both claims that the first layer leaves, by s X and t X, X its
/// variable. One combination of them is right, or all are where X is 0: two lines of the plane.
#[test]
fn layer_variable_and_lambda() {
    let t = full();
    let q = t.vector();
    let wanted = F16[5];
    let believes = || {
        let products = |v: &mut [K]| {
            let [pushes, pulls] = fingerprint().products(&t.statement);
            add(v, &[pulls, pushes]);
        };
        let values = |v: &mut [K]| {
            let [pushes, pulls] = fingerprint().products(&t.statement);
            let lambda = drawn(Label::Lambda)[0];
            // push0 s + lambda pull0 t makes up for both products, and s = wanted t.
            let wrong = pulls + lambda * pushes;
            let t = wrong * (v[0] * wanted + lambda * v[2]).inverse();
            add(v, &[K::ZERO, wanted * t, K::ZERO, t]);
        };
        t.believes(
            &q,
            Script::default().send(Label::Products, 0, products).send(Label::LayerValues, 0, values),
        )
    };
    let mut accepted = 0;
    for i in 0..16 {
        for j in 0..16 {
            let only = |label, number, index| Aim {
                label,
                which: number..number + 1,
                set: F16.clone(),
                index: Some(index),
            };
            aim(vec![only(Label::LayerVariable, 0, i), only(Label::Lambda, 1, j)]);
            let right = F16[i] == K::ZERO || F16[j] == wanted;
            assert_eq!(believes(), right, "{i}, {j}");
            accepted += usize::from(right);
        }
    }
    // Of 16 x 16 points, a polynomial of degree 2 has at most 2 x 16 zeros; these lines have a point in common.
    assert_eq!((accepted, 16 * t.exceptional("bus", "layer variable, lambda")), (31, 32));
}

/// A claim that is wrong before the second round of a layer.
#[test]
fn product_layer_rounds() {
    let t = full();
    let q = t.vector();
    let roots = [F16[3], F16[7]];
    // The second layer has two rounds, the first one had one.
    let found = survivors(Label::ProductLayer, 2, &F16, |_| {
        let second = |v: &mut [K]| {
            let r = drawn(Label::ProductLayer);
            let e = drawn(Label::LayerVariable)[1] + r[1];
            add(v, &eq_roots(e, r[0], roots));
        };
        let first = |v: &mut [K]| v[0] += K::ONE;
        t.believes(
            &q,
            Script::default().send(Label::ProductLayer, 1, first).send(Label::ProductLayer, 2, second),
        )
    });
    assert_same(&found, &roots);
    assert_eq!(found.len(), t.exceptional("bus", "product layer rounds"));
}

/// One constraint is wrong. What is left of it in R is a multiple of `eq(rho, i)`, which is 0 where one of the
/// variables is that of another index. A lie in the layer before would have to be mended as well.
#[test]
fn layer_variable_and_rho() {
    let t = full();
    let wrong = Wrong::new(&t);
    let variables = t.layout().ands.log;
    let mut accepted = 0;
    let samples = 500;
    for seed in 0..samples {
        let t = full().seeded(seed);
        let aimed = |label, which| Aim { label, which, set: F16.clone(), index: None };
        let last = t.layout().bus_log - 1;
        aim(vec![aimed(Label::Rho, 0..variables), aimed(Label::LayerVariable, last..last + 1)]);
        let believed = t.believes(&wrong.q, Script::default());
        let rho = drawn(Label::Rho);
        assert_eq!(believed, eq_at(&rho, wrong.constraint) == K::ZERO);
        accepted += usize::from(believed);
    }
    let exceptional = t.exceptional("and check", "layer variable, rho");
    assert_eq!(exceptional, variables);
    let attained = 1.0 - (15f64 / 16.0).powi(variables as i32);
    assert_frequency("layer variable, rho", (accepted, samples), [attained, exceptional as f64 / 16.0]);
}

/// One constraint is wrong at one bit, so R is not 0 at one of the 64 points where it should be. What is sent in
/// its place is the same at the other 63, and at 64 more.
#[test]
fn z() {
    let t = full();
    let wrong = Wrong::new(&t);
    let own = embed_byte(wrong.bit as u8);
    let roots: Vec<K> =
        (0..=255).map(embed_byte).filter(|&p| p != own).take(63).chain((128..192).map(embed_byte)).collect();
    let found = survivors(Label::Z, 0, &F256, |_| {
        let skip = |v: &mut [K]| {
            let at = |z: K| roots.iter().map(|&r| (z + r) * (own + r).inverse()).product::<K>();
            let scale = eq_at(&drawn(Label::Rho), wrong.constraint);
            for (v, point) in v.iter_mut().zip(64..128) {
                *v += scale * at(embed_byte(point));
            }
        };
        t.believes(&wrong.q, Script::default().send(Label::Skip, 0, skip))
    });
    assert_same(&found, &roots);
    assert_eq!(found.len(), t.exceptional("and check", "z"));
}

/// The values of R are wrong, and so is the claim that they leave.
#[test]
fn and_rounds() {
    let t = full();
    let q = t.vector();
    let roots = [F16[2], F16[9]];
    let found = survivors(Label::And, 0, &F16, |_| {
        let round = |v: &mut [K]| {
            let e = byte_lagrange(7, drawn(Label::Z)[0])[64];
            add(v, &eq_roots(e, *drawn(Label::Rho).last().expect("a variable"), roots));
        };
        let skip = |v: &mut [K]| v[0] += K::ONE;
        t.believes(&q, Script::default().send(Label::Skip, 0, skip).send(Label::And, 0, round))
    });
    assert_same(&found, &roots);
    assert_eq!(found.len(), t.exceptional("and check", "rounds"));
}
