//! A liar that tries its luck in each round: it knows what the verifier's claim is wrong by, and makes it right
//! for as many of the next challenges as it can, up to the end.

use std::cell::Cell;

use dyad_field::{Field, K, PrimeCharacteristicRing, eq_at, from_bits};
use dyad_prover::reference::Altered;
use dyad_verifier::Label;

use super::bus::fingerprint;
use super::columns::{bit_point, one, one_row};
use super::script::{Script, add, eq_roots, plain_roots};
use super::subset::{F256, drawn};
use super::toy::Toy;

/// What the verifier's claim is wrong by, as the liar knows it.
pub struct Liar {
    /// Before the last challenge: a polynomial in it.
    wrong: Cell<[K; 3]>,
    /// Before the last two: how wrong the line of the pulls of a layer is, by how many times its variable.
    slope: Cell<K>,
    omega: Cell<K>,
    weights: Cell<[K; 2]>,
    row: Cell<(usize, K)>,
}

impl Liar {
    pub fn new() -> Self {
        let none = || Cell::new(K::ZERO);
        let (wrong, slope, omega) = (Cell::default(), none(), none());
        Self { wrong, slope, omega, weights: Cell::default(), row: Cell::default() }
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
        // For one q each, two values leave no polynomial but 0.
        let pairs = [[F256[7], F256[100]], [F256[9], F256[120]]];
        let pair = pairs.into_iter().find(|[a, b]| *a * *b != q * (*a + *b + K::ONE));
        let [c1, c2] = eq_roots(e, q, pair.expect("two values"));
        self.wrong.set([e + q * (c1 + c2), c1, c2]);
        add(v, &[c1, c2]);
    }

    /// The error of both lines of a layer, batched with the last challenge of a label: it is none for one of
    /// them, and where the layer's variable is 0.
    fn lines(&self, label: Label) -> K {
        let last = |label| *drawn(label).last().expect("a challenge");
        self.slope.get() * last(Label::LayerVariable) * (F256[50] + last(label))
    }

    /// Lies from the products of the bus on, of so many layers. Afterwards its claims are wrong by lines.
    pub fn bus<'a>(&'a self, t: &'a Toy, layers: usize) -> Script<'a> {
        let mut script = Script::default().send(Label::Products, 0, |v: &mut [K]| {
            let [pushes, pulls] = fingerprint().products(&t.statement);
            add(v, &[pulls, pushes]);
            self.wrong.set([pulls, pushes, K::ZERO]);
        });
        for layer in 0..layers {
            let before = layer * layer.saturating_sub(1) / 2;
            // The error at the beginning of the layer.
            let first = move || match layer {
                0 => self.error(Label::Lambda),
                _ => self.lines(Label::Lambda),
            };
            for i in 0..layer {
                script = script.send(Label::ProductLayer, before + i, move |v: &mut [K]| {
                    let (e, q) = match i {
                        0 => (first(), drawn(Label::LayerVariable)[layer - 1]),
                        _ => {
                            (self.error(Label::ProductLayer), drawn(Label::ProductLayer)[before + i - layer])
                        }
                    };
                    self.eq(v, e, q);
                });
            }
            script = script.send(Label::LayerValues, layer, move |v: &mut [K]| {
                let e = if layer == 0 { first() } else { self.error(Label::ProductLayer) };
                let lambda = drawn(Label::Lambda)[layer];
                let slope = e * (v[0] * F256[50] + lambda * v[2]).inverse();
                add(v, &[K::ZERO, F256[50] * slope, K::ZERO, slope]);
                self.slope.set(slope);
            });
        }
        script
    }

    /// What the claims that [`Liar::bus`] leaves are wrong by, batched.
    pub fn batched_bus(&self) -> K {
        self.lines(Label::Eta)
    }

    /// Lies from the first round of the AND check on.
    pub fn ands(&self, rounds: usize) -> Script<'_> {
        let mut script = Script::default().send(Label::And, 0, |v: &mut [K]| {
            one(v);
            let q = *drawn(Label::Rho).last().expect("a variable");
            self.wrong.set([q, K::ONE, K::ZERO]);
        });
        for i in 1..rounds {
            script = script.send(Label::And, i, move |v: &mut [K]| {
                self.eq(v, self.error(Label::And), drawn(Label::Rho)[rounds - 1 - i]);
            });
        }
        script.send(Label::AndValues, 0, |v: &mut [K]| v[2] += self.error(Label::And))
    }

    /// What the claims that [`Liar::ands`] leaves are wrong by, batched: that of the product is the fifth.
    pub fn batched_ands(&self) -> K {
        let square = drawn(Label::Eta)[0] * drawn(Label::Eta)[0];
        self.error(Label::And) * square * square
    }

    /// Lies in the column and the point reduction, of so many rounds.
    pub fn reductions<'a>(
        &'a self,
        mut script: Script<'a>,
        batched: fn(&Self) -> K,
        [columns, points]: [usize; 2],
    ) -> Script<'a> {
        for i in 0..columns {
            script = script.send(Label::Columns, i, move |v: &mut [K]| {
                self.plain(v, if i == 0 { batched(self) } else { self.error(Label::Columns) });
            });
        }
        let values = |v: &mut [K]| {
            let ([w0, w1], root) = (self.weights.get(), F256[50]);
            let second = self.error(Label::Columns) * (w0 * root + w1).inverse();
            add(v, &[root * second, second]);
            self.wrong.set([root * second, second, K::ZERO]);
        };
        script = script
            .at(Altered::Weights(Label::ColumnValues), 0, |w: &mut [K]| self.weights.set([w[0], w[1]]))
            .send(Label::ColumnValues, 0, values);
        for i in 0..points {
            script = script.send(Label::Points, i, move |v: &mut [K]| {
                self.plain(v, self.error(if i == 0 { Label::Theta } else { Label::Points }));
            });
        }
        script
    }

    /// Lies from the ring switch to the end.
    pub fn opening<'a>(&'a self, mut script: Script<'a>, [folds, tail]: [usize; 2]) -> Script<'a> {
        let sums = |v: &mut [K]| {
            let e = self.error(Label::Points);
            // Where the committed bits have no weight, no sums make up for anything.
            if e != K::ZERO && self.omega.get() != K::ZERO {
                let (wrong, row) = one_row(self.omega.get() * e.inverse(), &bit_point());
                add(v, &wrong);
                let bits = (0..128).filter(|&u| wrong[u] != K::ZERO).map(|u| 1 << u).sum();
                self.row.set((row, from_bits(bits)));
            }
        };
        script = script.at(Altered::Weights(Label::BitSums), 0, |w: &mut [K]| self.omega.set(w[0])).send(
            Label::BitSums,
            0,
            sums,
        );
        for i in 0..folds {
            script = script.send(Label::Fold, i, move |v: &mut [K]| {
                let (row, bits) = self.row.get();
                let first = || bits * eq_at(&drawn(Label::Ring), row);
                self.plain(v, if i == 0 { first() } else { self.error(Label::Fold) });
            });
        }
        for i in 0..tail {
            script = script.send(Label::Tail, i, move |v: &mut [K]| {
                self.plain(v, self.error(if i == 0 { Label::Fold } else { Label::Tail }));
            });
        }
        script
    }
}
