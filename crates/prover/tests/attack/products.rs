//! Wrong products of words, and changed proofs of right ones.

use dyad_prover::{ProvingKey, Rows, Setting, StoredRows, reference};
use dyad_rules::{Rules, Table, TableRules};
use dyad_verifier::{Blake3, Error, Level, Statement, System, verify};

use crate::toy::{Random, SEED, toy_with_products};

/// Four words of which two are said to be the halves of the product of the others, and nothing else.
struct Claimed;

type Words = [u64; 4];

impl Table for Claimed {
    type Event = Words;
    const NAME: &'static str = "claimed";
    fn rules<R: Rules>(r: &mut R, event: &Words) {
        let names = ["a", "b", "low", "high"];
        let mut words = event.iter().zip(names).map(|(&word, name)| r.commit(name, || word));
        let [a, b, low, high] = [0; 4].map(|_| words.next().expect("four words"));
        r.assert_product("product", a, b, low, high);
    }
}

/// What the verifier says of these rows, of which the first `active` are no padding.
fn verdict_of(rows: &[Words], active: u32, level: Level) -> Option<Error> {
    let system = System::new::<Blake3>(vec![TableRules::shape(&Claimed)]);
    let key = ProvingKey::new::<Blake3>(Level::L100, &system, &[]).expect("a small system");
    let setting = Setting { level, system: &system, tables: &[&Claimed], key: &key, seed: &SEED };
    let stored = StoredRows { width: 4, rows: rows.len(), words: rows.concat() };
    let statement = Statement::default();
    let proof = if active as usize == rows.len() {
        reference::prove::<Blake3>(&setting, &statement, &[&stored as &dyn Rows])
    } else {
        // The same columns with other numbers of active rows.
        let layout = dyad_verifier::Layout::new(&system, &[rows.len() as u32]).expect("a small layout");
        assert_eq!(layout.slabs[0].log, 3, "padding is where rows are");
        let mut vector = vec![dyad_field::K::default(); layout.oracles[0].pairs.len];
        for b in &layout.oracles[0].pairs.blocks {
            for (x, row) in rows.iter().enumerate() {
                let (low, high) = (row[2 * b.item], row[2 * b.item + 1]);
                vector[b.base + x] = dyad_field::from_bits(u128::from(low) | u128::from(high) << 64);
            }
        }
        reference::prove_vector::<Blake3>(&setting, &statement, &[active], &vector)
    };
    let bytes = proof.expect("within the limits").bytes;
    verify::<Blake3>(level, &system, &key.key, &statement, &bytes).err()
}

fn verdict(rows: &[Words]) -> Option<Error> {
    verdict_of(rows, rows.len() as u32, Level::L100)
}

fn exact(a: u64, b: u64) -> Words {
    let product = u128::from(a) * u128::from(b);
    [a, b, product as u64, (product >> 64) as u64]
}

/// The check that a wrong product must fail: the factors see what the low bits say, the halves all else.
fn is_refused(rows: &[Words]) -> bool {
    matches!(verdict(rows), Some(Error::PowerFactors | Error::PowerProducts))
}

const FEW: [u64; 10] =
    [0, 1, 2, 3, u64::MAX, u64::MAX - 1, 1 << 63, 1 << 32, 0xffff_ffff, 0x0123_4567_89ab_cdef];

#[test]
fn exact_products_are_accepted() {
    let mut random = Random(31);
    let edges = FEW.iter().flat_map(|&a| FEW.map(|b| exact(a, b)));
    let others = (0..300).map(|_| exact(random.operand(), random.operand()));
    let rows: Vec<Words> = edges.chain(others).collect();
    assert_eq!(verdict(&rows), None);
    for row in rows.iter().step_by(29) {
        assert_eq!(verdict(&[*row]), None, "{row:x?}");
    }
    assert_eq!(verdict_of(&rows[..9], 9, Level::L128_SMALL.hiding()), None);
}

/// The one pair of products that powers of the generator do not tell apart: 0 and 2^128 - 1.
#[test]
fn zero_is_not_the_order_of_the_generator() {
    for other in FEW {
        for [a, b] in [[0, other], [other, 0]] {
            assert_eq!(verdict(&[[a, b, u64::MAX, u64::MAX]]), Some(Error::PowerFactors), "{a:x} {b:x}");
        }
    }
    assert_eq!(verdict(&[exact(3, 5), exact(7, 9), [0, 7, u64::MAX, u64::MAX]]), Some(Error::PowerFactors));
}

/// Products that are right modulo 2^64, modulo 2^64 - 1 and modulo 2^64 + 1, and others.
#[test]
fn wrong_products_are_refused() {
    let mut random = Random(32);
    for _ in 0..25 {
        let right = exact(random.word(), random.word());
        let [a, b, low, high] = right;
        let wrong = [
            [a, b, low, high ^ 1 << random.below(64)],
            [a, b, low, 0],
            // low + high is the same, so that it is right modulo 2^64 - 1.
            [a, b, high, low],
            [a, b, low.wrapping_add(1), high.wrapping_sub(1)],
            // low - high is the same: right modulo 2^64 + 1.
            [a, b, low.wrapping_add(1), high.wrapping_add(1)],
            [a, b, low ^ 1 << random.below(64), high],
            [a ^ 1 << random.below(64), b, low, high],
            [a, b ^ 1 << random.below(64), low, high],
            [b, low, a, high],
        ];
        for row in wrong {
            assert!(is_refused(&[row]), "{row:x?}");
        }
        assert_eq!(verdict(&[[b, a, low, high]]), None);
        assert!(is_refused(&[exact(1, 2), right, wrong[0], exact(5, 6)]));
    }
}

/// Rows whose words are each right in another row.
#[test]
fn words_of_other_rows_are_refused() {
    let rows = [exact(3, 5), exact(7, 1 << 62), exact(u64::MAX, 11)];
    assert_eq!(verdict(&rows), None);
    for word in 0..4 {
        let mut swapped = rows;
        (swapped[0][word], swapped[1][word]) = (rows[1][word], rows[0][word]);
        assert!(is_refused(&swapped), "word {word}");
    }
}

/// Products hold in padding, too: what stands there is nobody's, and still true.
#[test]
fn padding_holds_products() {
    let mut rows = [exact(3, 5), exact(7, 9), exact(0, 0), exact(11, 12)];
    assert_eq!(verdict_of(&rows, 2, Level::L100), None);
    rows[3][2] ^= 1 << 9;
    assert_eq!(verdict_of(&rows, 2, Level::L100), Some(Error::PowerProducts));
}

/// Every message of the step counts, hidden or not; and so does the number of rows.
#[test]
fn bug_110_every_element_of_products_counts() {
    for t in [toy_with_products::<Blake3>(5, 3, 3), toy_with_products::<Blake3>(5, 3, 3).hiding()] {
        let proof = t.prove();
        assert_eq!(t.verify(&proof.bytes).map(|_| ()), Ok(()));
        let at = |name: &str| proof.sections.iter().find(|s| s.0 == name).expect("a section").1;
        for (i, byte) in (at("products")..at("columns")).step_by(16).enumerate() {
            let mut changed = proof.bytes.clone();
            changed[byte + i % 16] ^= 1 << (i % 8);
            assert!(t.verify(&changed).is_err(), "element {i}");
        }
        // Rows of steps, then of links.
        for rows in [0u32, 1, 2, 4, 8, 9, 1000, 1 << 28, u32::MAX] {
            let mut changed = proof.bytes.clone();
            changed[4..8].copy_from_slice(&rows.to_le_bytes());
            assert!(t.verify(&changed).is_err(), "{rows} rows");
        }
    }
}

/// The same, in a smaller field: words of 4 bits, products in GF(2^8), whose multiplicative group has order 255 and
/// the generator X + 1. All words.
#[test]
fn powers_and_low_bits_say_that_products_are_exact() {
    let times = |a: u8, b: u8| {
        (0..8).rev().fold(0u8, |s, i| {
            let doubled = s << 1 ^ if s >> 7 == 1 { 0x1b } else { 0 };
            doubled ^ if b >> i & 1 == 1 { a } else { 0 }
        })
    };
    let power = |base: u8, e: u32| (0..e).fold(1, |p, _| times(p, base));
    let powers: Vec<u8> = (0..256).map(|e| power(3, e)).collect();
    assert!((1..255).all(|e| powers[e] != 1) && powers[255] == 1, "X + 1 is a generator");
    for (a, b) in (0..16u32).flat_map(|a| (0..16).map(move |b| (a, b))) {
        let left = power(powers[a as usize], b);
        for (low, high) in (0..16u32).flat_map(|low| (0..16).map(move |high| (low, high))) {
            let right = times(powers[low as usize], powers[16 * high as usize]);
            let says = left == right && a & b & 1 == low & 1;
            assert_eq!(says, a * b == low + 16 * high, "{a} {b} {low} {high}");
        }
    }
}
