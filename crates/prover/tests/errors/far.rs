//! Words that are far from a code: how often queries miss what is wrong with them.

use std::ops::Range;

use dyad_field::{K, PrimeCharacteristicRing, from_bits};
use dyad_prover::reference::Altered;
use dyad_verifier::layout::Owner;
use dyad_verifier::params::Code;
use dyad_verifier::{Label, Level, Schedule};

use super::opening_alone::{Opening, codes, short};
use super::script::{Script, assert_frequency};
use super::subset::{Aim, aim};

const WEAK: Level = Level::weak(18);

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

/// All queries of a code are at a position without error but one, which is at all positions one after the other.
fn each_query_counts(schedule: Schedule, places: &[Place]) {
    let opening = Opening::new(schedule);
    for place in places {
        let code = place.code(&opening.schedule);
        let n = 1usize << code.position_log();
        let errors = (n - (1 << code.top())) / 2;
        let all = (0..place.round).flat_map(|round| codes(&opening.schedule, round));
        let before = all.chain(codes(&opening.schedule, place.round).into_iter().take(place.index));
        let first: usize = before.map(|code| code.queries).sum();
        let queries = first..first + code.queries;
        for query in queries.clone() {
            for position in 0..n {
                let at = |which: Range<usize>, position: usize| {
                    let set = vec![from_bits(position as u128)];
                    Aim { label: Label::Query, which, set, index: Some(0) }
                };
                aim(vec![at(query..query + 1, position), at(queries.clone(), n - 1)]);
                let believed = believes(&opening, place, errors, query);
                assert_eq!(believed, position >= errors, "{}: query {query} at {position}", place.name);
            }
        }
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

/// A word with (n - k) / 2 errors passes as often as the report says; one with one more, which no codeword
/// explains, less often.
fn far(schedule: Schedule, places: &[Place]) {
    let opening = Opening::new(schedule);
    let report = opening.report();
    for place in places {
        let code = place.code(&opening.schedule);
        let n = 1usize << code.position_log();
        let k = (1 << code.top()) + code.cover.map_or(0, |cover| 1 << cover.log);
        let row = report.rows.iter().find(|r| r.source == place.name).expect("a row of queries");
        let bound = (-row.error_bits).exp2();
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
        [(WEAK, &[MAIN, FIXED]), (WEAK.with_size(true), &[MAIN]), (WEAK.hiding(), &[MAIN])];
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
    far(short(WEAK.with_size(true)), &FOLDED[..1]);
    far(short(WEAK.hiding()), &FOLDED[..1]);
}
