//! Proof of work: before which challenges it stands, and how much of it (rows 23 and 24 of the catalogue of bugs).

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::toy::{Toy, toy_with_products};
use dyad_security::{Sizes, report};
use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Digest, Error, Hash, Layout, Level, Move, Recorded, Schedule, verify_recording};

thread_local! {
    /// Which proof of work is worth so few bits; all others are worth any.
    static SHORT: Cell<Option<(usize, u32)>> = const { Cell::new(None) };
    static CHECKED: Cell<usize> = const { Cell::new(0) };
}

/// BLAKE3, but for the worth of nonces.
struct Rigged;

impl Hash for Rigged {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        if domain != Domain::Grind {
            return Blake3::hash(domain, parts);
        }
        let number = CHECKED.replace(CHECKED.get() + 1);
        let mut digest = [0; 32];
        if let Some((_, worth)) = SHORT.get().filter(|(short, _)| *short == number) {
            digest[..16].copy_from_slice(&(1u128 << worth).to_le_bytes());
        }
        digest
    }
}

fn verify(t: &Toy, proof: &[u8], short: Option<(usize, u32)>) -> (Result<(), Error>, Vec<Move>) {
    SHORT.set(short);
    CHECKED.set(0);
    let mut recorded = Recorded::default();
    let result =
        verify_recording::<Rigged>(t.level, &t.system, &t.key.key, &t.statement, proof, &mut recorded);
    (result.map(|_| ()), recorded.moves)
}

fn toys() -> impl Iterator<Item = Toy> {
    Level::all().flat_map(|level| [(0, 1, 0), (5, 3, 2), (34_000, 40, 0)].map(|size| (level, size))).map(
        |(level, (steps, cells, products))| Toy {
            level,
            ..toy_with_products::<Rigged>(steps, cells, products)
        },
    )
}

/// Each nonce is worth what its move takes, and not a bit less.
#[test]
fn bug_024_the_proof_of_work_of_every_move_is_checked() {
    for t in toys() {
        let proof = t.prove_with::<Rigged>(t.level);
        let (result, moves) = verify(&t, &proof.bytes, None);
        assert_eq!(result, Ok(()));
        let worked: Vec<Move> = moves.into_iter().filter(|m| m.work(t.level) > 0).collect();
        assert_eq!(CHECKED.get(), worked.len());
        for (number, next) in worked.iter().enumerate() {
            let bits = next.work(t.level);
            assert_eq!(verify(&t, &proof.bytes, Some((number, bits))).0, Ok(()), "{next:?}");
            let short = verify(&t, &proof.bytes, Some((number, bits - 1))).0;
            assert_eq!(short, Err(Error::Work(next.name())), "{next:?}");
        }
    }
}

/// The moves of a verification are those of the report, each with the work that the report counts, and in the
/// same order but for rounds, which the report has once.
#[test]
fn bug_025_the_report_has_the_moves_that_are_made() {
    for t in toys() {
        let (result, moves) = verify(&t, &t.prove_with::<Rigged>(t.level).bytes, None);
        assert_eq!(result, Ok(()));
        let layout = Layout::new(&t.system, &t.counts()).unwrap();
        let report = report(&Sizes::of(&layout, &t.statement), &Schedule::new(t.level, &layout));
        let name = |m: &Move| format!("{m:?}");
        let made: BTreeSet<String> = moves.iter().map(name).collect();
        let rows = || report.rows.iter().filter_map(|r| Some((r, r.next?)));
        let reported: BTreeSet<String> = rows().map(|(_, m)| name(&m)).collect();
        assert_eq!(made, reported, "{:?}", t.level);
        for (row, next) in rows() {
            assert_eq!(row.grinding, next.work(t.level), "{next:?}");
            assert!(row.bits() >= f64::from(t.level.bits()) + 1.0, "{:?}:\n{report}", t.level);
        }
        let mut first: Vec<String> = Vec::new();
        for m in moves.iter().map(name) {
            if !first.contains(&m) {
                first.push(m);
            }
        }
        let mut in_order: Vec<String> = rows().map(|(_, m)| name(&m)).collect();
        in_order.dedup();
        assert_eq!(first, in_order, "{:?}", t.level);
    }
}
