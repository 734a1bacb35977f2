//! The rows of the opening, queries left out.

use std::cell::Cell;
use std::collections::BTreeSet;

use dyad_field::{Field, K, PrimeCharacteristicRing, to_bits};
use dyad_prover::reference::Altered;
use dyad_verifier::params::Code;
use dyad_verifier::{Label, Level, Schedule};

use super::opening_alone::{Opening, codes, short};
use super::script::{Script, add, assert_same, exceptional, plain_roots, survivors};
use super::subset::{F16, aim, drawn};

/// A level of few queries, so that their equations are few.
const WEAK: Level = Level::weak(17);

fn wrong(level: Level) -> Opening {
    Opening::new(short(level)).wrong()
}

/// What is left of an error of 1 by rounds in which nothing is altered: each multiplies it by its challenge.
fn carried(label: Label, rounds: usize) -> K {
    drawn(label)[..rounds].iter().copied().product()
}

/// Where a proof hides, the claim is multiplied, too.
fn factor(label: Label) -> K {
    drawn(label).first().copied().unwrap_or(K::ONE)
}

/// A sumcheck round of the opening, the one of this number of its label, whose claim is wrong by `e()`.
fn round(level: Level, label: Label, number: usize, e: impl Fn() -> K) {
    let opening = wrong(level);
    let roots = [F16[3], F16[8]];
    let found = survivors(label, number, &F16, |_| {
        let change = |v: &mut [K]| add(v, &plain_roots(e(), roots));
        opening.check(0, Script::default().send(label, number, change)).is_ok()
    });
    assert_same(&found, &roots);
}

/// The part of the rows of folds that sumchecks have; the other is that of proximity.
#[test]
fn folds() {
    for level in [WEAK, WEAK.hiding()] {
        let schedule = short(level);
        let logs: Vec<usize> = schedule.rounds.iter().map(|code| code.lane_log).collect();
        let own = || factor(Label::BlindFactor);
        round(level, Label::Fold, 0, own);
        round(level, Label::Fold, 3, || own() * carried(Label::Fold, 3));
        for number in [4, 4 + logs[0] - 1, 4 + logs[0]] {
            round(level, Label::Fold, number, || {
                own() * factor(Label::MaskFactor) * carried(Label::Fold, number)
            });
        }
        let report = Opening::new(schedule).report();
        for fold in ["fold 0", "fold 1", "fold 2"] {
            assert!(exceptional(&report, "opening", fold) >= 2);
        }
    }
}

#[test]
fn tail() {
    for level in [WEAK, WEAK.hiding()] {
        let folds = 4 + short(level).rounds.iter().map(|code| code.lane_log).sum::<usize>();
        for number in [0, 1] {
            round(level, Label::Tail, number, || {
                let factors = factor(Label::BlindFactor) * factor(Label::MaskFactor);
                factors * carried(Label::Fold, folds) * carried(Label::Tail, number)
            });
        }
        let report = Opening::new(short(level)).report();
        assert_eq!(exceptional(&report, "opening", "tail"), 2);
    }
}

/// One factor makes up for what is wrong.
#[test]
fn blind_and_mask_factor() {
    let opening = wrong(WEAK.hiding());
    let root = F16[7];
    let found = survivors(Label::BlindFactor, 0, &F16, |_| {
        opening.check(0, Script::default().send(Label::Blinded, 0, |v: &mut [K]| v[0] += root)).is_ok()
    });
    assert_same(&found, &[root]);
    assert_eq!(exceptional(&opening.report(), "opening", "blind factor"), 1);
    let found = survivors(Label::MaskFactor, 0, &F16, |_| {
        let masked = |v: &mut [K]| v[0] += root * factor(Label::BlindFactor) * carried(Label::Fold, 4);
        opening.check(0, Script::default().send(Label::Masked, 0, masked)).is_ok()
    });
    assert_same(&found, &[root]);
    assert!(exceptional(&opening.report(), "opening", "mask factor") >= 1);
}

/// A schedule whose codes that are queried in a round have these numbers of queries.
fn with_queries(round: usize, queries: &[usize]) -> Schedule {
    let mut schedule = short(WEAK);
    let codes: Vec<&mut Code> = match round {
        0 => schedule.oracles.iter_mut().map(|o| &mut o.code).collect(),
        _ => vec![&mut schedule.rounds[round - 1]],
    };
    assert_eq!(codes.len(), queries.len());
    codes.into_iter().zip(queries).for_each(|(code, &n)| code.queries = n);
    schedule
}

/// Whether all positions that were drawn of a round's codes are different ones.
fn different(schedule: &Schedule, round: usize) -> bool {
    let all: Vec<Vec<Code>> = (0..=round).map(|round| codes(schedule, round)).collect();
    let before = all[..round].iter().flatten().map(|code| code.queries).sum();
    let mut positions = drawn(Label::Query).into_iter().skip(before);
    all[round].iter().all(|code| {
        let mask = (1u128 << code.position_log()) - 1;
        let drawn: BTreeSet<u128> =
            positions.by_ref().take(code.queries).map(|k| to_bits(k) & mask).collect();
        drawn.len() == code.queries
    })
}

/// The vector that a round commits to is another one, which meets a wrong claim: a constant c is added to what all
/// symbols of the code before decode to. Then all q equations are wrong by c, and batched
/// `c (beta + .. + beta^q)`: zeros are 0 and the q-th roots of 1 but 1 itself, if q is odd.
fn beta(round: usize, queries: &[usize]) {
    let opening = Opening::new(with_queries(round, queries)).wrong();
    let schedule = &opening.schedule;
    let bases: Vec<usize> = match round {
        0 => schedule.oracles.iter().map(|o| o.base).collect(),
        _ => vec![0],
    };
    let q: usize = queries.iter().sum();
    let folds = 4 + schedule.rounds[..round].iter().map(|code| code.lane_log).sum::<usize>();
    let weights = Cell::new(K::ZERO);
    let believes = |seed: usize| {
        let another = |vector: &mut [K]| {
            let c = carried(Label::Fold, folds) * weights.get().inverse();
            bases.iter().for_each(|&b| vector[b] += c);
        };
        let see = |w: &mut [K]| weights.set(bases.iter().map(|&b| w[b]).sum::<K>());
        let script = Script::default().at(Altered::Weights(Label::Root), round, see).at(
            Altered::Folded(round),
            0,
            another,
        );
        opening.check(seed, script).is_ok()
    };
    let seed = (0..1000).find(|&seed| {
        aim(Vec::new());
        assert!(!believes(seed));
        different(schedule, round)
    });
    let seed = seed.expect("different positions");
    let is_root = |x: K| (0..q).fold(K::ZERO, |s, _| (s + K::ONE) * x) == K::ZERO;
    let roots: Vec<K> = F16.iter().filter(|&&x| is_root(x)).copied().collect();
    assert_eq!(roots.len(), q);
    let found = survivors(Label::Beta, round, &F16, |_| believes(seed));
    assert_same(&found, &roots);
    assert_eq!(exceptional(&opening.report(), "opening", &format!("beta {round}")), q);
}

#[test]
fn beta_of_the_first_round() {
    beta(0, &[2, 3]);
    beta(0, &[1, 2]);
    beta(0, &[8, 7]);
}

#[test]
fn beta_of_a_later_round() {
    beta(1, &[3]);
    beta(1, &[5]);
}
