//! Words that are far from a code: how often queries miss what is wrong with them.

use std::cell::Cell;
use std::ops::Range;

use dyad_field::{Field, K, PrimeCharacteristicRing, from_bits, subspace_values};
use dyad_prover::reference::Altered;
use dyad_security::Report;
use dyad_verifier::layout::Owner;
use dyad_verifier::params::Code;
use dyad_verifier::{Label, Level, Schedule};

use super::opening_alone::{Opening, codes, short};
use super::script::{Script, assert_frequency};
use super::subset::{Aim, aim, drawn};

/// Few queries: two bits and the margin are theirs.
const WEAK: Level = Level::weak(17);
/// The same for small proofs, which have more work before them.
const WEAK_SMALL: Level = Level::weak(21).with_size(true);

/// A committed code: in which round it is queried, and which of that round's it is.
struct Place {
    round: usize,
    index: usize,
    name: &'static str,
}

const MAIN: Place = Place { round: 0, index: 0, name: "queries 0 (main)" };
const FIXED: Place = Place { round: 0, index: 1, name: "queries 0 (fixed)" };
const FOLDED: [Place; 2] = [
    Place { round: 1, index: 0, name: "queries 1 (folded)" },
    Place { round: 2, index: 0, name: "queries 2 (folded)" },
];

impl Place {
    fn code(&self, schedule: &Schedule) -> Code {
        codes(schedule, self.round)[self.index]
    }
}

/// Whether a proof is accepted whose codeword is wrong at that many positions, the first ones.
fn believes(opening: &Opening, place: &Place, errors: usize, seed: usize) -> bool {
    let code = place.code(&opening.schedule);
    let spoil = |symbols: &mut [K]| {
        for (i, row) in symbols.chunks_exact_mut(code.width()).take(errors).enumerate() {
            row[i % code.width()] += K::ONE;
        }
    };
    let script = Script::default().at(Altered::Symbols(place.round, place.index), 0, spoil);
    opening.check(seed, script).is_ok()
}

/// How many of so many proofs are accepted, whose queries are all over the place.
fn accepted(opening: &Opening, place: &Place, errors: usize, samples: usize) -> usize {
    let accepts = |&seed: &usize| {
        aim(Vec::new());
        believes(opening, place, errors, seed)
    };
    (0..samples).filter(accepts).count()
}

/// The error of a row of queries.
fn error(report: &Report, place: &Place) -> f64 {
    let row = report.rows.iter().find(|r| r.source == place.name);
    (-row.expect("a row of queries").error_bits).exp2()
}

/// All queries of a code are at a position that no lie changes but one, which is at all positions one after the
/// other: the verifier believes what it sees there, or not.
fn each_query(
    schedule: &Schedule,
    place: &Place,
    good: usize,
    is_good: impl Fn(usize) -> bool,
    believes: impl Fn(usize) -> bool,
) {
    let code = place.code(schedule);
    let all = (0..place.round).flat_map(|round| codes(schedule, round));
    let before = all.chain(codes(schedule, place.round).into_iter().take(place.index));
    let first: usize = before.map(|code| code.queries).sum();
    let queries = first..first + code.queries;
    for query in queries.clone() {
        for position in 0..1 << code.position_log() {
            let at = |which: Range<usize>, position: usize| {
                let set = vec![from_bits(position as u128)];
                Aim { label: Label::Query, which, set, index: Some(0) }
            };
            aim(vec![at(query..query + 1, position), at(queries.clone(), good)]);
            assert_eq!(believes(query), is_good(position), "{}: query {query} at {position}", place.name);
        }
    }
}

/// One query at all positions where there are errors at some.
fn each_query_counts(schedule: Schedule, places: &[Place]) {
    let opening = Opening::new(schedule);
    for place in places {
        let code = place.code(&opening.schedule);
        let n = 1usize << code.position_log();
        let errors = (n - (1 << code.top())) / 2;
        let believes = |seed| believes(&opening, place, errors, seed);
        each_query(&opening.schedule, place, n - 1, |position| position >= errors, believes);
    }
}

/// Every query is a factor of the chance that the report counts.
#[test]
fn every_query_sees_every_error() {
    let sizes = [(Owner::Run, 1 << 8), (Owner::Program, 1 << 7)];
    each_query_counts(Schedule::from_sizes(WEAK, &sizes, 0), &[MAIN, FIXED]);
    each_query_counts(Schedule::from_sizes(WEAK.hiding(), &sizes, 0), &[MAIN]);
    each_query_counts(short(WEAK), &FOLDED);
}

/// The coefficients of the polynomial with these values at positions from `first` on, a multiple of their number.
fn coefficients(values: &[K], first: usize) -> Vec<K> {
    let half = values.len() / 2;
    let Some(log) = half.checked_ilog2() else { return values.to_vec() };
    let low = coefficients(&values[..half], first);
    let high = coefficients(&values[half..], first + half);
    // On each half it is a + w b, w being one constant there and 1 more on the other.
    let w = subspace_values(log as usize + 1, first)[log as usize];
    let b: Vec<K> = low.iter().zip(&high).map(|(&l, &h)| l + h).collect();
    low.iter().zip(&b).map(|(&l, &b)| l + w * b).chain(b.iter().copied()).collect()
}

/// The fixed columns are those of the key, whose word is a codeword. A prover that folds others meets it at k - 1
/// positions at most, and here does; a claim is wrong by what the difference comes to.
#[test]
fn other_fixed_columns() {
    let sizes = [(Owner::Run, 1 << 8), (Owner::Program, 1 << 7)];
    let opening = Opening::new(Schedule::from_sizes(WEAK, &sizes, 0)).wrong();
    let (code, base) = (FIXED.code(&opening.schedule), opening.schedule.oracles[1].base);
    let (n, k) = (1usize << code.position_log(), 1usize << code.log);
    let mut values = vec![K::ZERO; k];
    values[k - 1] = K::ONE;
    let difference = coefficients(&values, 0);
    let believes = |seed: usize| {
        let weight = Cell::new(K::ZERO);
        let see = |w: &mut [K]| {
            weight.set(w[base..].iter().zip(&difference).map(|(&w, &d)| w * d).sum::<K>());
        };
        let others = |v: &mut [K]| {
            let scale = drawn(Label::Fold).into_iter().product::<K>() * weight.get().inverse();
            v[base..].iter_mut().zip(&difference).for_each(|(v, &d)| *v += scale * d);
        };
        let script =
            Script::default().at(Altered::Weights(Label::Root), 0, see).at(Altered::Folded(0), 0, others);
        opening.check(seed, script).is_ok()
    };
    each_query(&opening.schedule, &FIXED, 0, |position| position < k - 1, believes);
    let exact = ((k - 1) as f64 / n as f64).powi(code.queries as i32);
    assert!(exact <= error(&opening.report(), &FIXED));
}

/// A word with (n - k) / 2 errors passes as often as the report says; one with one more, which no codeword
/// explains, less often.
fn far(schedule: Schedule, places: &[Place]) {
    let opening = Opening::new(schedule);
    let report = opening.report();
    for place in places {
        let code = place.code(&opening.schedule);
        let n = 1usize << code.position_log();
        let k = (1 << code.top()) + code.cover.map_or(0, |cover| 1 << cover.log);
        let bound = ((n + k) as f64 / (2 * n) as f64).powi(code.queries as i32);
        let reported = error(&report, place);
        // Of the fixed code, a report may say less: its word is the key's, which is no prover's to choose.
        assert!(reported < 1.000_001 * bound);
        assert!(place.index > 0 || reported > 0.999_999 * bound);
        let samples = 400;
        let what = format!("{} of {n} symbols, {k} of them free", place.name);
        let hits = accepted(&opening, place, (n - k) / 2, samples);
        assert_frequency(&what, (hits, samples), [bound, bound]);
        let hits = accepted(&opening, place, (n - k) / 2 + 1, samples);
        let exact = (1.0 - ((n - k) / 2 + 1) as f64 / n as f64).powi(code.queries as i32);
        assert!(exact < bound);
        assert_frequency(&what, (hits, samples), [exact, bound]);
    }
}

#[test]
fn far_words_of_the_first_round() {
    // The schedules that the level has for vectors of this size.
    let sizes = [(Owner::Run, 1 << 8), (Owner::Program, 1 << 7)];
    let cases: [(Level, &[Place]); 3] =
        [(WEAK, &[MAIN, FIXED]), (WEAK_SMALL, &[MAIN]), (WEAK.hiding(), &[MAIN])];
    for (level, places) in cases {
        far(Schedule::from_sizes(level, &sizes, 0), places);
    }
}

#[test]
fn far_words_where_rounds_follow() {
    far(short(WEAK), &[MAIN]);
    far(short(WEAK.hiding()), &[MAIN]);
}

#[test]
fn far_words_of_later_rounds() {
    far(short(WEAK), &FOLDED);
    far(short(WEAK_SMALL), &FOLDED[..1]);
    far(short(WEAK.hiding()), &FOLDED[..1]);
}
