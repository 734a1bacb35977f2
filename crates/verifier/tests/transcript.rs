//! The transcript: what is absorbed is bound, with its label, its length and its place (rows 11 to 13 and
//! 23 of the catalogue of bugs).

use dyad_field::{K, PrimeCharacteristicRing, to_bits};
use dyad_verifier::transcript::{Challenges, Transcript};
use dyad_verifier::{Blake3, Label, Level, Statement, System, start};
use proptest::prelude::*;

type T = Transcript<Blake3>;

fn fresh() -> T {
    T::new(b"test")
}

fn next(t: &T) -> u128 {
    to_bits(t.clone().draw(Label::Z))
}

/// Applies absorbs, each one of a few labels with some bytes.
fn absorbed(script: &[(usize, Vec<u8>)]) -> u128 {
    const LABELS: [Label; 4] = [Label::Rows, Label::And, Label::AndValues, Label::Root];
    let mut t = fresh();
    for (label, data) in script {
        t.absorb(LABELS[*label % 4], data);
    }
    next(&t)
}

#[test]
fn known_answer() {
    let mut t = fresh();
    t.absorb(Label::Statement, b"abc");
    t.absorb_elements(Label::AndValues, &[K::ONE, dyad_field::x_power(127)]);
    let first = t.draw(Label::Eta);
    let second = t.draw(Label::Eta);
    assert_eq!([first, second].map(to_bits), KNOWN);
}

/// Worked out by another implementation of BLAKE3, from the documentation of `Transcript`.
const KNOWN: [u128; 2] =
    [56_363_868_991_595_988_464_637_724_444_044_659_189, 75_576_024_101_222_889_645_512_462_789_154_367_211];

/// Row 11: neither lengths nor zeros at the end are lost. Row 12: nor where one absorb ends.
#[test]
fn bug_011_lengths_are_absorbed() {
    let scripts: [&[(usize, Vec<u8>)]; 10] = [
        &[],
        &[(1, vec![])],
        &[(1, vec![0])],
        &[(1, vec![0, 0])],
        &[(1, vec![5, 7])],
        &[(1, vec![5, 7, 0, 0])],
        &[(1, vec![5]), (1, vec![7])],
        &[(1, vec![5]), (1, vec![7]), (1, vec![])],
        &[(2, vec![5, 7])],
        // The label `and` and data that begins with ` values` against the label `and values`.
        &[(1, b" values\x05\x07".to_vec())],
    ];
    let mut seen: Vec<u128> = scripts.iter().map(|s| absorbed(s)).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), scripts.len());
}

proptest! {
    #[test]
    fn bug_012_absorbing_is_injective(
        a in prop::collection::vec((0usize..4, prop::collection::vec(0u8..3, 0..4)), 0..4),
        b in prop::collection::vec((0usize..4, prop::collection::vec(0u8..3, 0..4)), 0..4),
    ) {
        prop_assert_eq!(a == b, absorbed(&a) == absorbed(&b));
    }
}

#[test]
fn draws_depend_on_label_order_and_number() {
    let mut a = fresh();
    let first = a.draw(Label::Rho);
    assert_ne!(first, fresh().draw(Label::Eta));
    assert_ne!(first, a.draw(Label::Rho), "a draw changes the state");
    let (mut p, mut q) = (fresh(), fresh());
    p.absorb(Label::Skip, b"1");
    let _ = p.draw(Label::Beta);
    let _ = q.draw(Label::Beta);
    q.absorb(Label::Skip, b"1");
    assert_ne!(next(&p), next(&q));
    // A draw is not an absorb of anything.
    assert_ne!(
        next(&fresh()),
        next(&{
            let mut t = fresh();
            let _ = t.draw(Label::Beta);
            t
        })
    );
    assert_eq!(fresh().draw_many(Label::Rho, 3)[0], first);
}

#[test]
fn elements_are_absorbed_as_their_bytes() {
    let (mut a, mut b) = (fresh(), fresh());
    a.absorb_elements(Label::Skip, &[dyad_field::from_bits(0x0102), K::ONE]);
    let mut bytes = [0; 32];
    (bytes[0], bytes[1], bytes[16]) = (2, 1, 1);
    b.absorb(Label::Skip, &bytes);
    assert_eq!(next(&a), next(&b));
}

#[test]
fn indices_have_the_asked_bits() {
    let mut t = fresh();
    for log in [0, 1, 7, 24, 32, 63] {
        let drawn: Vec<usize> = (0..64).map(|_| t.draw_index(Label::Query, log)).collect();
        assert!(drawn.iter().all(|&i| i >> log == 0));
        assert_eq!(drawn.iter().fold(0, |a, &i| a | i), (1 << log) - 1, "{log} bits all occur");
    }
}

/// Row 23: demands at and past the width of numbers are demands, not shifts.
#[test]
fn bug_023_proof_of_work_of_any_width() {
    let t = fresh();
    assert!(t.is_work(0, 0));
    for bits in [32, 33, 64, 65, 127, 128, 129, 255, 256, u32::MAX] {
        assert!((0..100).all(|n| !t.is_work(bits, n)), "{bits}");
    }
    let nonce = (0..1 << 20).find(|&n| t.is_work(10, n)).expect("one in a thousand");
    assert!((0..10).all(|bits| t.is_work(bits, nonce)));
    // It belongs to the state, and is absorbed, good or bad.
    let mut other = fresh();
    other.absorb(Label::Skip, b"");
    assert!((nonce..nonce + 3).any(|n| t.is_work(3, n) != other.is_work(3, n)) || !other.is_work(10, nonce));
    let (mut good, mut bad) = (fresh(), fresh());
    assert!(good.check_work(10, nonce));
    assert!(!bad.check_work(128, nonce + 1));
    assert_ne!(next(&good), next(&bad));
    assert_ne!(next(&bad), next(&fresh()));
}

/// Rows 4 to 7: everything known beforehand is absorbed before the first commitment.
#[test]
fn bug_004_configuration_and_statement_are_absorbed_first() {
    let system = System { tables: Vec::new(), digest: [1; 32] };
    let key = dyad_verifier::Key { rows: vec![1, 2], root: [2; 32] };
    let statement = Statement { bytes: vec![3], pushes: vec![[1; 5]], pulls: vec![[2; 5]] };
    let of = |system: &System, key: &dyad_verifier::Key, s: &Statement, rows: &[u32]| {
        next(&start::<Blake3>(Level::L100, system, key, s, rows))
    };
    let mut seen = vec![of(&system, &key, &statement, &[4, 5])];
    seen.push(of(&System { digest: [0; 32], ..system.clone() }, &key, &statement, &[4, 5]));
    for rows in [vec![2, 1], vec![1, 2, 0], vec![1]] {
        seen.push(of(&system, &dyad_verifier::Key { rows, ..key.clone() }, &statement, &[4, 5]));
    }
    seen.push(of(&system, &dyad_verifier::Key { root: [3; 32], ..key.clone() }, &statement, &[4, 5]));
    for rows in [&[4, 6][..], &[5, 4], &[4], &[4, 5, 0]] {
        seen.push(of(&system, &key, &statement, rows));
    }
    // Messages are absorbed some thousand at a time.
    let many = Statement { pushes: vec![[1; 5]; 9000], pulls: vec![[2; 5]; 9000], ..statement.clone() };
    seen.push(of(&system, &key, &many, &[4, 5]));
    for (side, at) in [(0, 4095), (0, 4096), (0, 8999), (1, 4096), (1, 8999)] {
        let mut changed = many.clone();
        [&mut changed.pushes, &mut changed.pulls][side][at][3] = 7;
        seen.push(of(&system, &key, &changed, &[4, 5]));
    }
    let changes: [fn(&mut Statement); 5] = [
        |s| s.bytes.push(0),
        |s| s.pushes[0][4] = 0,
        |s| s.pulls[0][0] = 0,
        |s| s.pushes.push([0; 5]),
        |s| std::mem::swap(&mut s.pushes, &mut s.pulls),
    ];
    for change in changes {
        let mut s = statement.clone();
        change(&mut s);
        seen.push(of(&system, &key, &s, &[4, 5]));
    }
    // A message moved from one side to the other.
    let both = Statement { pushes: vec![[1; 5], [2; 5]], pulls: vec![], ..statement.clone() };
    seen.push(of(&system, &key, &both, &[4, 5]));
    let n = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), n);
}
