//! Proof bytes changed in every way (T6, T8, T13 of the catalogue of bugs): always an error, never a
//! panic, and each error of the verifier is produced by something.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::toy::{Random, Toy, toy};
use dyad_prover::Proof;
use dyad_prover::reference::{self, Lie};
use dyad_rules::form::{Take, Term};
use dyad_rules::forms::TableForms;
use dyad_verifier::layout::MAX_ROWS;
use dyad_verifier::{Blake3, Error, Key, Label, Level, Recorded, Statement, System, verify};
use proptest::prelude::*;

/// The section that a byte of the proof lies in, with its bounds.
fn sections(p: &Proof) -> Vec<(&'static str, std::ops::Range<usize>)> {
    let ends = p.sections.iter().skip(1).map(|s| s.1).chain([p.bytes.len()]);
    p.sections.iter().zip(ends).map(|(&(name, start), end)| (name, start..end)).collect()
}

fn proved(t: Toy) -> (Toy, Proof) {
    let p = t.prove_fast();
    (t, p)
}

fn small() -> (Toy, Proof) {
    proved(toy::<Blake3>(5, 3))
}

fn small_hiding() -> (Toy, Proof) {
    proved(toy::<Blake3>(5, 3).hiding())
}

/// An instance whose opening has two rounds between the first and the last.
fn large() -> (Toy, Proof) {
    with_rounds(proved(toy::<Blake3>(34_000, 40)))
}

fn large_hiding() -> (Toy, Proof) {
    with_rounds(proved(toy::<Blake3>(34_000, 40).hiding()))
}

fn with_rounds((t, p): (Toy, Proof)) -> (Toy, Proof) {
    assert_eq!(t.verify(&p.bytes).unwrap().schedule.rounds.len(), 2);
    (t, p)
}

fn name(e: &Error) -> String {
    format!("{e:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
}

/// Rows 8, 9, 24, 110: any bit of any element, digest or nonce.
#[test]
fn bug_110_every_element_of_a_proof_counts() {
    let mut rng = Random(2);
    let mut seen = BTreeSet::new();
    for ((t, p), step) in [(small(), 1), (large(), 97), (small_hiding(), 17), (large_hiding(), 197)] {
        for (section, range) in sections(&p) {
            for start in range.clone().step_by(8).step_by(if section == "opening" { step } else { 1 }) {
                let at = start + rng.below(8.min(range.end - start));
                let mut bytes = p.bytes.clone();
                bytes[at] ^= 1 << rng.below(8);
                let error = t.verify(&bytes).expect_err("changed");
                seen.insert(name(&error));
            }
        }
    }
    for expected in [
        "BusBalance",
        "ProductLayer",
        "AndCheck",
        "ColumnReduction",
        "RingSwitch",
        "Work",
        "MerklePath",
        "OpeningValue",
    ] {
        assert!(seen.contains(expected), "{expected} is not among {seen:?}");
    }
}

/// A prover that says another element and goes on as the protocol demands, with challenges and proof of work
/// for what it said: rejected, whichever element it is.
#[test]
fn bug_003_no_element_may_be_another() {
    let mut seen = BTreeSet::new();
    for (t, step) in [(toy::<Blake3>(5, 3), 5), (toy::<Blake3>(5, 3).hiding(), 7)] {
        let (rows, vector) = (t.counts(), t.vector());
        let lying = |lie| {
            let setting = t.setting(t.level);
            reference::prove_lying::<Blake3>(&setting, &t.statement, &rows, &vector, lie).unwrap()
        };
        let honest = t.prove();
        assert!(t.verify(&honest.bytes).is_ok());
        let mut lies = 0;
        for lie in (0..).step_by(step) {
            let proof = lying(Lie::Element(lie));
            if proof == honest {
                break;
            }
            seen.insert(name(&t.verify(&proof.bytes).expect_err("a lie")));
            lies += 1;
        }
        assert!(lies > 50, "{lies}");
    }
    for expected in ["BusBalance", "ProductLayer", "AndCheck", "RingSwitch", "QueryValue", "OpeningValue"] {
        assert!(seen.contains(expected), "{expected} is not among {seen:?}");
    }
}

/// Rows 18, 19, 27, 28: no vector of a proof has a length of its own; one element less, or more, or
/// moved, and everything after it is read differently.
#[test]
fn bug_018_truncated_vectors() {
    for (t, p) in [small(), large(), small_hiding()] {
        let mut rng = Random(3);
        let all = sections(&p);
        for (section, range) in &all {
            assert!(t.verify(&p.bytes[..range.start]).is_err());
            if !range.is_empty() {
                let cut = t.verify(&p.bytes[..range.end - 1]).expect_err("cut short");
                assert_eq!(cut, Error::Truncated(section));
            }
            for _ in 0..8 {
                let at = range.start + rng.below(range.len().max(1)) / 16 * 16;
                let mut bytes = p.bytes.clone();
                bytes.splice(at..at, [0; 16]);
                assert!(t.verify(&bytes).is_err(), "an element more in {section}");
                let mut bytes = p.bytes.clone();
                bytes.drain(at..(at + 16).min(p.bytes.len()));
                assert!(t.verify(&bytes).is_err(), "an element less in {section}");
            }
        }
        for n in (0..p.bytes.len()).step_by(331) {
            assert!(matches!(t.verify(&p.bytes[..n]), Err(Error::Truncated(_))), "{n} bytes");
        }
    }
}

#[test]
fn bug_019_nothing_follows_a_proof() {
    let (t, p) = small();
    for n in [1, 8, 16, 1000] {
        let bytes = [&p.bytes[..], &vec![0; n]].concat();
        assert_eq!(t.verify(&bytes).err(), Some(Error::TrailingBytes(n)));
    }
    let twice = [&p.bytes[..], &p.bytes].concat();
    assert_eq!(t.verify(&twice).err(), Some(Error::TrailingBytes(p.bytes.len())));
}

#[test]
fn sections_cannot_be_swapped_or_come_from_another_proof() {
    let (t, p) = small();
    let other = toy::<Blake3>(5, 2);
    let foreign = other.prove();
    let all = sections(&p);
    for a in &all {
        for b in all.iter().filter(|b| b.1.start > a.1.start) {
            let (before, between, after) =
                (&p.bytes[..a.1.start], &p.bytes[a.1.end..b.1.start], &p.bytes[b.1.end..]);
            let swapped = [before, &p.bytes[b.1.clone()], between, &p.bytes[a.1.clone()], after].concat();
            assert!(t.verify(&swapped).is_err(), "{} and {}", a.0, b.0);
        }
    }
    for ((name, own), (_, theirs)) in all.iter().zip(sections(&foreign)) {
        if *name == "rows" || foreign.bytes[theirs.clone()] == p.bytes[own.clone()] {
            continue;
        }
        let mixed = [&p.bytes[..own.start], &foreign.bytes[theirs], &p.bytes[own.end..]].concat();
        assert!(t.verify(&mixed).is_err(), "{name} of another proof");
    }
}

/// Row 21: elements cannot move from one opened row to the next.
#[test]
fn bug_021_boundaries_between_opened_rows() {
    let (t, p) = small();
    let opening = sections(&p).last().unwrap().1.clone();
    let mut moved = 0;
    for at in opening.clone().step_by(16).filter(|at| at + 32 <= opening.end) {
        let mut bytes = p.bytes.clone();
        bytes[at..at + 32].rotate_left(16);
        if bytes != p.bytes {
            moved += 1;
            assert!(t.verify(&bytes).is_err());
        }
    }
    assert!(moved > 100);
}

/// Rows 15, 29, 58, 100: sizes are declared once, checked against limits, and everything follows.
#[test]
fn bug_058_declared_rows() {
    let (t, p) = small();
    assert_eq!(sections(&p)[0], ("rows", 0..8), "only two tables declare their rows");
    for rows in [0, 1, 4, 6, 7, 8, 9, 1 << 20] {
        let mut bytes = p.bytes.clone();
        bytes[..4].copy_from_slice(&u32::to_le_bytes(rows));
        assert!(t.verify(&bytes).is_err(), "{rows} rows");
    }
    let with = |rows: u32| {
        let mut bytes = p.bytes.clone();
        bytes[..4].copy_from_slice(&rows.to_le_bytes());
        t.verify(&bytes).expect_err("too many")
    };
    assert!(matches!(with(u32::MAX), Error::TooManyRows { table: 0, .. }));
    assert!(matches!(with(MAX_ROWS as u32 + 1), Error::TooManyRows { table: 0, .. }));
    with(MAX_ROWS as u32);
}

fn check(t: &Toy, key: &Key, statement: &Statement, p: &Proof) -> Option<Error> {
    verify::<Blake3>(t.level, &t.system, key, statement, &p.bytes).err()
}

/// Rows 6, 7, 42, 80, 102, 103: every part of the statement and of the key.
#[test]
fn bug_006_statement_and_key_are_bound() {
    let (t, p) = small();
    let (key, statement) = (&t.key.key, &t.statement);
    assert_eq!(check(&t, key, statement, &p), None);
    for byte in 0..statement.bytes.len() {
        let mut s = statement.clone();
        s.bytes[byte] ^= 1;
        assert!(check(&t, key, &s, &p).is_some(), "byte {byte}");
    }
    let changes: [fn(&mut Statement); 8] = [
        |s| s.bytes.push(0),
        |s| s.bytes.truncate(7),
        |s| s.pushes[0][1] += 1,
        |s| s.pulls[0][2] += 4,
        |s| s.pulls[0][0] = 0,
        |s| s.pulls.clear(),
        |s| std::mem::swap(&mut s.pushes, &mut s.pulls),
        // The same message on both sides balances: only the transcript sees it.
        |s| {
            s.pushes.push([1, 2, 3, 4, 5]);
            s.pulls.push([1, 2, 3, 4, 5]);
        },
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut s = statement.clone();
        change(&mut s);
        assert!(check(&t, key, &s, &p).is_some(), "change {i}");
    }
    for byte in [0, 7, 31] {
        let mut k = key.clone();
        k.root[byte] ^= 1;
        assert!(check(&t, &k, statement, &p).is_some());
    }
    for table in 0..key.rows.len() {
        for change in [1, u32::MAX] {
            let mut k = key.clone();
            k.rows[table] = k.rows[table].wrapping_add(change);
            assert!(check(&t, &k, statement, &p).is_some());
        }
    }
    for rows in [vec![], vec![3], vec![3, 5, 1]] {
        let k = Key { rows, ..key.clone() };
        assert!(matches!(check(&t, &k, statement, &p), Some(Error::KeyMismatch(_))));
    }
}

/// The first table of a system, to be changed.
fn first(system: &mut System) -> &mut TableForms {
    Arc::make_mut(&mut system.tables[0])
}

/// A system, in whose first table a term is another.
fn of_another_term(system: &System, change: impl FnOnce(&mut Term)) -> System {
    let mut system = system.clone();
    let forms = &mut first(&mut system).forms;
    let place = forms.iter().position(|form| !form.terms.is_empty()).expect("a term");
    forms.change(place, |form| change(&mut form.terms[0]));
    system
}

/// Rows 67, 72: the rules' digest is bound; and a system that contradicts itself is an error.
#[test]
fn other_rules() {
    let (t, p) = small();
    let with = |system: &System| verify::<Blake3>(t.level, system, &t.key.key, &t.statement, &p.bytes).err();
    let mut tables = t.system.tables.clone();
    Arc::make_mut(&mut tables[0]).name = "another name".into();
    assert!(with(&System::of::<Blake3>(tables)).is_some());
    let mut unwired = t.system.clone();
    first(&mut unwired).ands.pop();
    assert!(with(&unwired).is_some());
    let mut broken = t.system.clone();
    first(&mut broken).ands[0][1] = 9999;
    assert!(matches!(with(&broken), Some(Error::Internal(_))));
    for take in [Take::Shift(-128), Take::Shift(64), Take::Bit(64)] {
        let broken = of_another_term(&t.system, |term| term.take = take);
        assert!(with(&broken).is_some());
    }
    let broken = of_another_term(&t.system, |term| term.column = 9999);
    assert!(matches!(with(&broken), Some(Error::Internal(_))));
}

/// Row 22: levels that are not implemented are refused, not rounded.
#[test]
fn bug_022_unsupported_levels() {
    let (small, hiding) = (1 << 16, 1 << 17);
    let supported = [
        (100, Level::L100),
        (100 + hiding, Level::L100.hiding()),
        (100 + small, Level::L100_SMALL),
        (100 + small + hiding, Level::L100_SMALL.hiding()),
        (128, Level::L128),
        (128 + hiding, Level::L128.hiding()),
        (128 + small, Level::L128_SMALL),
        (128 + small + hiding, Level::L128_SMALL.hiding()),
    ];
    assert!(Level::all().eq(supported.map(|(_, level)| level)));
    let mut numbers: Vec<u32> = (0..300).flat_map(|bits| (0..32).map(move |b| bits ^ 1 << b)).collect();
    numbers.retain(|n| supported.iter().all(|s| s.0 != *n));
    for number in numbers {
        assert_eq!(Level::new(number), Err(Error::UnsupportedLevel(number)));
    }
    for (number, level) in supported {
        assert_eq!((Level::new(number), level.number()), (Ok(level), number));
        assert_eq!(level.bits(), number & 0xffff);
    }
}

/// Rows 25, 26: as many positions are drawn as the schedule says, of every code.
#[test]
fn bug_026_all_queries_are_made() {
    for (t, p) in [small(), large(), small_hiding(), large_hiding()] {
        let mut recorded = Recorded::default();
        let v = dyad_verifier::verify_recording::<Blake3>(
            t.level,
            &t.system,
            &t.key.key,
            &t.statement,
            &p.bytes,
            &mut recorded,
        );
        let s = v.unwrap().schedule;
        let codes = s.oracles.iter().map(|o| o.code).chain(s.rounds);
        let positions = recorded.drawn.iter().filter(|(label, _)| *label == Label::Query).count();
        assert_eq!(positions, codes.map(|c| c.queries).sum::<usize>());
    }
}

/// Rows 16 and 108: the same bytes each time, and verification that does not depend on what came before
/// or runs beside it.
#[test]
fn bug_108_verification_has_no_memory() {
    let (t, p) = small();
    assert_eq!(t.prove(), p);
    let mut bad = p.bytes.clone();
    bad[200] ^= 1;
    let expected = t.verify(&bad).err();
    assert!(expected.is_some());
    std::thread::scope(|s| {
        for _ in 0..8 {
            s.spawn(|| {
                for _ in 0..4 {
                    assert_eq!(t.verify(&bad).err(), expected);
                    assert!(t.verify(&p.bytes).is_ok());
                }
            });
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Row 109: garbage is an error.
    #[test]
    fn bug_109_garbage_is_an_error(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        let t = toy::<Blake3>(2, 1);
        prop_assert!(t.verify(&bytes).is_err());
    }

    /// As above, behind an honest start.
    #[test]
    fn bug_109_splices_are_errors(cut in 0usize..20_000, skip in 0usize..64, tail in prop::collection::vec(any::<u8>(), 0..600)) {
        let (t, bytes) = honest();
        let cut = cut % bytes.len();
        let mut spliced = bytes[..cut].to_vec();
        spliced.extend(&tail);
        spliced.extend(bytes.get(cut + skip..).unwrap_or_default());
        prop_assert!(spliced == *bytes || t.verify(&spliced).is_err());
    }
}

fn honest() -> &'static (Toy, Vec<u8>) {
    static HONEST: std::sync::OnceLock<(Toy, Vec<u8>)> = std::sync::OnceLock::new();
    HONEST.get_or_init(|| {
        let (t, p) = small();
        (t, p.bytes)
    })
}
