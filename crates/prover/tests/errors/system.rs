//! All rounds from the AND check's on, over a field of 2^8 elements: a liar that tries its luck in each of them.

use std::cell::Cell;

use dyad_field::{Field, K, PrimeCharacteristicRing, eq_at, from_bits};
use dyad_prover::reference::Altered;
use dyad_verifier::{Label, Schedule};

use super::columns::{bit_point, one, one_row};
use super::script::{Script, add, assert_frequency, eq_roots, full, plain_roots};
use super::subset::{Aim, F256, aim, drawn};
use super::toy::Toy;

/// What the verifier's claim is wrong by, as the liar knows it.
struct Liar {
    /// Before the last challenge: a polynomial in it.
    wrong: Cell<[K; 3]>,
    omega: Cell<K>,
    weights: Cell<[K; 2]>,
    row: Cell<(usize, K)>,
}

impl Liar {
    fn new() -> Self {
        let omega = Cell::new(K::ZERO);
        Self { wrong: Cell::default(), omega, weights: Cell::default(), row: Cell::default() }
    }

    /// The error after the last challenge of a label.
    fn error(&self, label: Label) -> K {
        let r = *drawn(label).last().expect("a challenge");
        let [c0, c1, c2] = self.wrong.get();
        c0 + (c1 + c2 * r) * r
    }

    /// Right where the challenge is one of two, if the claim is wrong by e.
    fn plain(&self, v: &mut [K], e: K) {
        let [c0, c2] = plain_roots(e, [F256[7], F256[100]]);
        self.wrong.set([c0, e + c2, c2]);
        add(v, &[c0, c2]);
    }

    /// The same where the factor eq of q is taken out.
    fn eq(&self, v: &mut [K], e: K, q: K) {
        let [c1, c2] = eq_roots(e, q, [F256[7], F256[100]]);
        self.wrong.set([e + q * (c1 + c2), c1, c2]);
        add(v, &[c1, c2]);
    }
}

/// The numbers of rounds: of the AND check, the column and the point reduction, the folds and the tail.
fn rounds(t: &Toy) -> [usize; 5] {
    let (layout, level) = (t.layout(), t.level);
    let schedule = Schedule::new(level, &layout);
    assert!(schedule.rounds.is_empty());
    [layout.ands.log, layout.column_log + 6, layout.joint_log, 4, schedule.final_log]
}

/// From the rounds of the AND check to the values of the columns.
fn reductions(liar: &Liar, [ands, columns, ..]: [usize; 5]) -> Script<'_> {
    let mut script = Script::default().send(Label::And, 0, |v: &mut [K]| {
        one(v);
        let q = *drawn(Label::Rho).last().expect("a variable");
        liar.wrong.set([q, K::ONE, K::ZERO]);
    });
    for i in 1..ands {
        script = script.send(Label::And, i, move |v: &mut [K]| {
            liar.eq(v, liar.error(Label::And), drawn(Label::Rho)[ands - 1 - i]);
        });
    }
    script = script.send(Label::AndValues, 0, |v: &mut [K]| {
        let e = liar.error(Label::And);
        v[2] += e;
        liar.wrong.set([e, K::ZERO, K::ZERO]);
    });
    for i in 0..columns {
        script = script.send(Label::Columns, i, move |v: &mut [K]| {
            // The product's claim is the fifth.
            let e = if i == 0 {
                let eta = drawn(Label::Eta)[0];
                liar.wrong.get()[0] * eta * eta * eta * eta
            } else {
                liar.error(Label::Columns)
            };
            liar.plain(v, e);
        });
    }
    script
}

/// From there to the end.
fn rest<'a>(liar: &'a Liar, mut script: Script<'a>, [.., points, folds, tail]: [usize; 5]) -> Script<'a> {
    let values = |v: &mut [K]| {
        let ([w0, w1], root) = (liar.weights.get(), F256[50]);
        let second = liar.error(Label::Columns) * (w0 * root + w1).inverse();
        add(v, &[root * second, second]);
        liar.wrong.set([root * second, second, K::ZERO]);
    };
    script = script
        .at(Altered::Weights(Label::ColumnValues), 0, |w: &mut [K]| liar.weights.set([w[0], w[1]]))
        .send(Label::ColumnValues, 0, values);
    for i in 0..points {
        script = script.send(Label::Points, i, move |v: &mut [K]| {
            liar.plain(v, liar.error(if i == 0 { Label::Theta } else { Label::Points }));
        });
    }
    let sums = |v: &mut [K]| {
        let e = liar.error(Label::Points);
        // Where the committed bits have no weight, no sums make up for anything.
        if e != K::ZERO && liar.omega.get() != K::ZERO {
            let (wrong, row) = one_row(liar.omega.get() * e.inverse(), &bit_point());
            add(v, &wrong);
            let bits = (0..128).filter(|&u| wrong[u] != K::ZERO).map(|u| 1 << u).sum();
            liar.row.set((row, from_bits(bits)));
        }
    };
    script = script.at(Altered::Weights(Label::BitSums), 0, |w: &mut [K]| liar.omega.set(w[0])).send(
        Label::BitSums,
        0,
        sums,
    );
    for i in 0..folds {
        script = script.send(Label::Fold, i, move |v: &mut [K]| {
            let (row, bits) = liar.row.get();
            let first = || bits * eq_at(&drawn(Label::Ring), row);
            liar.plain(v, if i == 0 { first() } else { liar.error(Label::Fold) });
        });
    }
    for i in 0..tail {
        script = script.send(Label::Tail, i, move |v: &mut [K]| {
            liar.plain(v, liar.error(if i == 0 { Label::Fold } else { Label::Tail }));
        });
    }
    script
}

/// Each challenge is one of 2^8, but for those at which the bits of a pair are folded: the liar needs 128 elements
/// that are not in so small a field. The chance to get through is that of all rounds together.
#[test]
fn all_rounds() {
    let [mut accepted, samples] = [0, 600];
    let numbers @ [ands, columns, points, folds, tail] = rounds(&full());
    let small = |label, n: usize| Aim { label, which: 0..n, set: F256.clone(), index: None };
    for seed in 0..samples {
        let t = full().seeded(seed);
        aim(vec![
            small(Label::And, ands),
            small(Label::Eta, 1),
            small(Label::Columns, columns - 7),
            small(Label::Theta, 1),
            small(Label::Points, points),
            small(Label::Ring, 7),
            small(Label::Fold, folds),
            small(Label::Tail, tail),
        ]);
        let liar = Liar::new();
        let script = rest(&liar, reductions(&liar, numbers), numbers);
        accepted += usize::from(t.believes(&t.vector(), script));
    }
    // Zeros that the liar has in each move: its first lie has none, and of eta it knows 0 alone.
    let rounds = ands - 1 + columns - 7 + points + folds + tail;
    let attained = none(rounds, 2) * none(2 + 7, 1);
    let t = full();
    let of = |step, source| t.exceptional(step, source);
    let bound = [
        none(ands, of("and check", "rounds")),
        none(columns - 7, of("columns", "rounds")),
        none(points, of("points", "rounds")),
        // Of the rows of folds, the part of sumchecks.
        none(folds, 2),
        none(tail, of("opening", "tail")),
        none(1, of("columns", "eta")),
        none(1, of("points", "theta")),
        none(1, of("ring switch", "ring")),
    ];
    let bound: f64 = bound.into_iter().product();
    assert_frequency("all rounds", (accepted, samples), [1.0 - attained, 1.0 - bound]);
}

/// The chance that no challenge of 2^8 of so many rounds is exceptional.
fn none(rounds: usize, exceptional: usize) -> f64 {
    (1.0 - exceptional as f64 / 256.0).powi(rounds as i32)
}
