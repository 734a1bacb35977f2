//! What a dishonest prover does, and how often the verifier believes it.

use std::collections::HashMap;

use dyad_field::{Field, K, PrimeCharacteristicRing};
use dyad_prover::reference::{self, Altered};
use dyad_security::{Report, Sizes, report};
use dyad_verifier::{Label, Layout, Level, Schedule};

use super::subset::{Aim, Small, aim};
use super::toy::{Toy, toy};

type Change<'a> = Box<dyn FnMut(&mut [K]) + 'a>;

/// Alterations, each of what is said to be altered for the given time.
#[derive(Default)]
pub struct Script<'a> {
    changes: Vec<(Altered, usize, Change<'a>)>,
    seen: HashMap<Altered, usize>,
}

impl<'a> Script<'a> {
    /// With one more: of what is altered, the one of this number.
    pub fn at(mut self, what: Altered, number: usize, change: impl FnMut(&mut [K]) + 'a) -> Self {
        self.changes.push((what, number, Box::new(change)));
        self
    }

    /// The same for the elements sent with a label.
    pub fn send(self, label: Label, number: usize, change: impl FnMut(&mut [K]) + 'a) -> Self {
        self.at(Altered::Sent(label), number, change)
    }

    /// Makes the alterations that are due.
    pub fn run(&mut self, what: Altered, elements: &mut [K]) {
        let seen = self.seen.entry(what).or_default();
        for (at, number, change) in &mut self.changes {
            if *at == what && *number == *seen {
                change(elements);
            }
        }
        *seen += 1;
    }
}

/// A toy of which nothing is padding: 8 rows in each table.
pub fn full() -> Toy {
    Toy { level: Level::weak(18), ..toy::<Small>(8, 8) }
}

/// A toy whose proofs hide.
pub fn hidden() -> Toy {
    Toy { level: Level::weak(18).hiding(), ..toy::<Small>(2, 1) }
}

impl Toy {
    /// Whether the verifier accepts what a prover sends that commits to `q` and follows the script.
    pub fn believes(&self, q: &[K], mut script: Script<'_>) -> bool {
        let setting = self.setting(self.level);
        let mut alter = |what: Altered, elements: &mut [K]| script.run(what, elements);
        let rows = self.counts();
        let proof = reference::prove_altered::<Small>(&setting, &self.statement, &rows, q, &mut alter);
        let (key, proof) = (&self.key.key, proof.expect("within the limits"));
        let verified =
            dyad_verifier::verify::<Small>(self.level, &self.system, key, &self.statement, &proof.bytes);
        verified.is_ok()
    }

    /// Another statement that says the same, for another transcript.
    pub fn seeded(mut self, seed: usize) -> Self {
        self.statement.bytes.extend((seed as u64).to_le_bytes());
        self
    }

    pub fn layout(&self) -> Layout {
        Layout::new(&self.system, &self.counts()).expect("a small layout")
    }

    /// The exceptional challenges of a row of its proofs' report.
    pub fn exceptional(&self, step: &str, source: &str) -> usize {
        let layout = self.layout();
        let schedule = Schedule::new(self.level, &layout);
        exceptional(&report(&Sizes::of(&layout, &self.statement), &schedule), step, source)
    }
}

/// How many challenges are exceptional for a row of the report: its error is their share of all.
pub fn exceptional(report: &Report, step: &str, source: &str) -> usize {
    let row = report.rows.iter().find(|r| r.step == step && r.source == source);
    let row = row.unwrap_or_else(|| panic!("no row {step}, {source}:\n{report}"));
    let number = (128.0 - row.error_bits).exp2();
    assert!((number - number.round()).abs() < 1e-6, "{number} challenges");
    number.round() as usize
}

/// The challenges of a set that a false claim survives: the challenge of this label and number takes all of
/// its values. That of each run's draws is all that differs before it.
pub fn survivors(label: Label, number: usize, set: &[K], mut believes: impl FnMut(usize) -> bool) -> Vec<K> {
    let mut survives = |index: usize| {
        let which = number..number + 1;
        aim(vec![Aim { label, which, set: set.to_vec(), index: Some(index) }]);
        believes(index)
    };
    (0..set.len()).filter(|&i| survives(i)).map(|i| set[i]).collect()
}

/// Demands that those and only those survive, whatever the order.
pub fn assert_same(found: &[K], expected: &[K]) {
    assert_eq!(found.len(), expected.len(), "as many challenges as the liar aimed at");
    assert!(expected.iter().all(|e| found.contains(e)), "the challenges that the liar aimed at");
}

/// A frequency with its standard deviation, compared with bounds from below and above.
pub fn assert_frequency(what: &str, (hits, samples): (usize, usize), [low, high]: [f64; 2]) {
    let (found, n) = (hits as f64 / samples as f64, samples as f64);
    let deviation = |p: f64| (p.clamp(0.0, 1.0) * (1.0 - p.clamp(0.0, 1.0)) / n).sqrt();
    let (least, most) = (low - 4.0 * deviation(low), high + 4.0 * deviation(high));
    println!("{what}: {hits} of {samples}, {found:.4}; between {low:.4} and {high:.4} expected");
    assert!(found >= least, "{what}: {found}, at least {least} expected");
    assert!(found <= most, "{what}: {found}, at most {most} expected");
    assert!(least > 0.0 && most < 1.0, "{what}: too few samples to tell anything");
}

/// What to add to c0 and c2 of a plain round so that a claim that is wrong by `e` is right where the challenge is
/// a or b: the difference of the polynomials becomes `c (X + a) (X + b)`, its sum over 0 and 1 being e.
pub fn plain_roots(e: K, [a, b]: [K; 2]) -> [K; 2] {
    let c = e * (K::ONE + a + b).inverse();
    [c * a * b, c]
}

/// The same for c1 and c2 of a round whose factor eq, of q, is taken out: the difference is
/// `e + q (c1 + c2)` at 0.
pub fn eq_roots(e: K, q: K, [a, b]: [K; 2]) -> [K; 2] {
    let c = e * (a * b + q * (a + b + K::ONE)).inverse();
    [c * (a + b), c]
}

/// Adds to each element.
pub fn add(elements: &mut [K], differences: &[K]) {
    assert_eq!(elements.len(), differences.len());
    elements.iter_mut().zip(differences).for_each(|(x, &d)| *x += d);
}
