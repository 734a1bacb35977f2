//! A prover that lies in a round between the first and the last, and goes on as if it had not.

use dyad_field::{K, PrimeCharacteristicRing};
use dyad_prover::reference::Altered;
use dyad_verifier::layout::Owner;
use dyad_verifier::params::Code;
use dyad_verifier::{Error, Level, Schedule};

use super::opening_alone::{Opening, short};
use super::script::Script;
use super::subset::aim;

/// What the verifier says where something is altered once.
fn check(opening: &Opening, what: Altered, change: impl FnMut(&mut [K])) -> Result<(), Error> {
    aim(Vec::new());
    opening.check(1, Script::default().at(what, 0, change))
}

/// What a wrong equation of a round's queries comes to: the vector of the last round is seen.
fn wrong_equation(schedule: &Schedule, round: usize) -> Result<(), Error> {
    Err(if round == schedule.rounds.len() { Error::QueryValue(round) } else { Error::OpeningValue })
}

/// A round commits to a codeword, or sends a vector, but not that of what was folded.
fn another_vector(opening: &Opening) {
    for round in 0..=opening.schedule.rounds.len() {
        for at in [0, 3, opening.schedule.final_len - 1] {
            let found = check(opening, Altered::Folded(round), |v| v[at] += K::ONE);
            assert_eq!(found, wrong_equation(&opening.schedule, round), "round {round}, entry {at}");
        }
    }
}

/// A round commits to a word that is no codeword: `share` of the errors that are decoded.
fn errors(opening: &Opening, share: usize) {
    for (i, code) in opening.schedule.rounds.iter().enumerate() {
        let round = i + 1;
        let Code { lanes, .. } = *code;
        let (n, k) = (1 << code.position_log(), 1 << code.log);
        let number = (n - k) / 2 / share;
        assert!(number > 0);
        let spoil = |symbols: &mut [K]| {
            for row in symbols.chunks_exact_mut(lanes).skip(round).step_by(2).take(number) {
                row[lanes - 1] += K::ONE;
            }
        };
        let found = check(opening, Altered::Symbols(round, 0), spoil);
        assert_eq!(found, wrong_equation(&opening.schedule, round), "round {round}, {number} errors");
    }
}

/// Rows are opened that are not those that were hashed.
fn other_rows(opening: &Opening) {
    let first = (0..opening.schedule.oracles.len()).map(|i| (0, i));
    let later = (1..=opening.schedule.rounds.len()).map(|round| (round, 0));
    for (round, i) in first.chain(later) {
        let found = check(opening, Altered::Opened(round, i), |s| s.iter_mut().for_each(|x| *x += K::ONE));
        assert_eq!(found, Err(Error::MerklePath(round)), "code {i} of round {round}");
    }
}

/// Short lanes, so that three codes follow one another.
#[test]
fn lies_between_rounds() {
    for level in Level::all() {
        let opening = Opening::new(short(level));
        another_vector(&opening);
        errors(&opening, 1);
        // Few errors are seen as well, if they are queried: there are hundreds of queries.
        errors(&opening, 4);
        other_rows(&opening);
    }
}

/// The schedules of vectors of 2^14 elements, the smallest that are committed to again.
#[test]
fn lies_in_a_schedule_as_it_is() {
    let sizes = [(Owner::Run, 1 << 14), (Owner::Program, 1 << 7)];
    for level in Level::all().filter(|level| level.bits() == 100) {
        let opening = Opening::new(Schedule::from_sizes(level, &sizes, 0));
        assert_eq!(opening.schedule.rounds.len(), 1);
        for round in [0, 1] {
            let found = check(&opening, Altered::Folded(round), |v| v[5] += K::ONE);
            assert_eq!(found, wrong_equation(&opening.schedule, round), "round {round}");
        }
        errors(&opening, 1);
    }
}
