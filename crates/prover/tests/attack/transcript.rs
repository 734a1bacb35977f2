//! Every message of the prover reaches the transcript, in the order of the proof and before the challenge
//! that follows it (T7 of the catalogue of bugs).

use std::cell::RefCell;

use crate::toy::{Toy, toy, toy_with_products};
use dyad_field::{K, PrimeCharacteristicRing, eq_table, from_bits, to_bits};
use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Digest, Error, Hash, Label, Level, Recorded, verify_recording};

/// What went into the transcript: an absorb with its label and data, or a draw.
#[derive(Clone, Debug, PartialEq)]
enum Event {
    Absorb(String, Vec<u8>),
    Draw(String),
}

thread_local! {
    static LOG: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
}

/// BLAKE3 that keeps a log of what the transcript hashes.
struct Logged;

impl Hash for Logged {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        let text = |b: &[u8]| String::from_utf8(b.to_vec()).expect("a label");
        match (domain, parts) {
            (Domain::Transcript, [_, [255], label]) => {
                LOG.with_borrow_mut(|log| log.push(Event::Draw(text(label))));
            }
            (Domain::Transcript, [_, [_], label, _, data]) => {
                LOG.with_borrow_mut(|log| log.push(Event::Absorb(text(label), data.to_vec())));
            }
            _ => {}
        }
        Blake3::hash(domain, parts)
    }
}

fn log(t: &Toy, proof: &[u8]) -> Vec<Event> {
    LOG.with_borrow_mut(Vec::clear);
    let v = dyad_verifier::verify::<Logged>(t.level, &t.system, &t.key.key, &t.statement, proof);
    v.expect("honest");
    LOG.take()
}

/// Rows 1, 2, 3, 8, 9, 14, 17: the absorbed data, one after the other, are the proof, but for the digests
/// of Merkle paths, which the roots bind.
#[test]
fn bug_001_every_message_is_absorbed_in_the_order_of_the_proof() {
    // Up to three trees, one after the other.
    let toys = [(5, 3), (1100, 40), (34_000, 40)].map(|(steps, cells)| toy::<Blake3>(steps, cells));
    let hiding = [(5, 3), (34_000, 40)].map(|(steps, cells)| toy::<Blake3>(steps, cells).hiding());
    for t in toys.into_iter().chain(hiding) {
        let p = t.prove_fast();
        let events = log(&t, &p.bytes);
        let is = |e: &Event, wanted: &str| matches!(e, Event::Absorb(label, _) if label == wanted);
        let first = events.iter().position(|e| is(e, "commitment")).expect("a commitment");
        let mut rest = &p.bytes[p.sections.iter().find(|s| s.0 == "commitment").unwrap().1..];
        let (mut left_out, mut before) = (0, "");
        for e in &events[first..] {
            let Event::Absorb(label, data) = e else { continue };
            while !rest.starts_with(data) {
                // The rows of a tree, and only they, are followed by digests that are not absorbed.
                assert_eq!(before, "opened row", "{label} is not what comes next in the proof");
                assert!(rest.len() >= 32, "{label} is not in the proof");
                rest = &rest[32..];
                left_out += 1;
            }
            rest = &rest[data.len()..];
            before = label;
        }
        assert!(rest.len().is_multiple_of(32), "{} bytes follow the last absorb", rest.len());
        // At most what the paths of all queries hold.
        let drawn = events.iter().filter(|e| matches!(e, Event::Draw(l) if l == "query")).count();
        assert!(left_out + rest.len() / 32 < drawn * 16, "{left_out}");
    }
}

/// The inventory: labels in order, a run of equal ones once, with its length for draws.
#[test]
fn bug_010_the_order_of_messages_and_challenges() {
    let check = |found: &[String], expected: &str, kind: char| {
        let expected: Vec<&str> = expected
            .trim_matches('\n')
            .lines()
            .filter_map(|l| l.strip_prefix("  ").or_else(|| l.strip_prefix(kind)?.strip_prefix(' ')))
            .collect();
        assert!(found == expected, "the transcript's inventory is now:\n{}", found.join("\n"));
    };
    check(&inventory(&toy::<Blake3>(5, 3)), INVENTORY, 'c');
    check(&inventory(&toy::<Blake3>(5, 3).hiding()), INVENTORY, 'h');
    for (t, kind) in
        [(toy_with_products::<Blake3>(5, 3, 9), 'c'), (toy_with_products::<Blake3>(5, 3, 9).hiding(), 'h')]
    {
        let found = inventory(&t);
        let place = |line: &str| found.iter().position(|l| l == line).expect("a line of the inventory");
        let rest = place("+ column values 64");
        check(&found[place("+ and values 48") + 1..=rest], PRODUCTS, kind);
        let squares = found[rest..].iter().filter(|l| l.contains("square")).cloned().collect::<Vec<_>>();
        let expected =
            if kind == 'h' { &["+ square mask 16", "? square factor", "+ square sum 16"][..] } else { &[] };
        assert_eq!(squares, expected);
    }
}

fn inventory(t: &Toy) -> Vec<String> {
    let p = t.prove();
    let mut lines: Vec<(String, usize)> = Vec::new();
    for e in log(t, &p.bytes) {
        let line = match e {
            Event::Absorb(label, data) => format!("+ {label} {}", data.len()),
            Event::Draw(label) => format!("? {label}"),
        };
        match lines.last_mut() {
            Some((last, n)) if *last == line => *n += 1,
            _ => lines.push((line, 1)),
        }
    }
    let text: Vec<String> =
        // How many different positions are drawn is chance.
        lines
            .into_iter()
            .map(|(l, n)| if n == 1 || l.starts_with("+ opened row") { l } else { format!("{l} x{n}") })
            .collect();
    // The rounds of one sumcheck are the same two lines again and again: two stand for all.
    let mut short: Vec<String> = Vec::new();
    for l in text {
        let n = short.len();
        let again = n >= 2 && short[n - 2] == l;
        let known = n >= 4 && short[n - 4] == short[n - 2] && short[n - 3] == short[n - 1];
        if again && known {
            short.truncate(n - 1);
            continue;
        }
        short.push(l);
    }
    short
}

/// At 128 bits there is work before every challenge that follows a message: the last one is a nonce. (Weights of
/// blinding entries are drawn with the challenges before them.)
#[test]
fn bug_024_work_stands_before_every_challenge_at_128_bits() {
    for level in [Level::L128, Level::L128.hiding(), Level::L128_SMALL, Level::L128_SMALL.hiding()] {
        let t = Toy { level, ..toy_with_products::<Blake3>(300, 20, 20) };
        let events = log(&t, &t.prove_fast().bytes);
        let first = events.iter().position(|e| matches!(e, Event::Draw(_))).expect("a challenge");
        let mut draws = 0;
        for both in events[first - 1..].windows(2) {
            if let [Event::Absorb(label, _), Event::Draw(next)] = both {
                assert_eq!(label, "nonce", "no work before {next}");
                draws += 1;
            }
        }
        assert!(draws > 50, "{draws} moves");
    }
}

/// What a transcript of either kind has; after `c` in the clear alone, after `h` where the proof hides.
const INVENTORY: &str = "
  + level 4
  + rules 32
  + key root 32
  + key rows 8
  + statement 8
  + statement pushes 8
  + statement pushes 40
  + statement pulls 8
  + statement pulls 40
  + rows 16
  + commitment 32
  + nonce 2
  ? alpha x5
  ? gamma
  + products 32
  ? lambda
  + layer values 64
h + product 16
  ? layer variable
  ? lambda
  + product layer 32
  ? product layer
  + layer values 64
h + product 16
  ? layer variable
  ? lambda
  + product layer 32
  ? product layer
  + product layer 32
  ? product layer
  + layer values 64
h + product 16
  ? layer variable
  ? lambda
  + product layer 32
  ? product layer
  + product layer 32
  ? product layer
  + layer values 64
h + product 16
  ? layer variable
  ? lambda
  + product layer 32
  ? product layer
  + product layer 32
  ? product layer
  + layer values 64
h + product 16
  ? layer variable
  ? rho x5
  + skip 1024
  ? z
  + and 32
  ? and
  + and 32
  ? and
  + and values 48
  ? eta
  + columns 32
  ? columns
  + columns 32
  ? columns
  + column values 32
  ? theta
  + points 32
  ? points
  + points 32
  ? points
h + delta 16
h ? xi
  + bit sums 2048
h + product values 16
h + product values 176
h ? product point
h + product factors 32
  ? ring x7
h ? chi
h ? blind x24
h + blinded 16
h ? blind factor
  + fold 32
  + nonce 2
  ? fold
  + fold 32
  + nonce 2
  ? fold
  + fold 32
  + nonce 2
  ? fold
  + fold 32
  + nonce 2
  ? fold
c + final vector 96
h + masked 16
h ? mask factor
h + final vector 4192
  + nonce 4
  ? query x228
h + opened row 208
  + opened row 192
  + tail 32
  ? tail
  + tail 32
  ? tail
";

/// What comes between AND check and point reduction where there are products of words.
const PRODUCTS: &str = "
  ? power point x4
  + power 16
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  ? low bits
  + power factors 32
  ? power factors
  + power factors 32
  ? power factors
  + power words 64
  + conjugates 1024
h + square 16 x63
h + product 16
  ? conjugate factor
  + bases 64
  ? bases
  + bases 64
  ? bases
  + base values 48
  ? trees x2
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  + power layer 32
  ? power layer
  + power layer 32
  ? power layer
  + power values 32
  ? power variable
  ? eta
  + columns 32
  ? columns
  + columns 32
  ? columns
  + column values 64
";

/// The challenges of a verification with their labels, and its result.
fn trace(t: &Toy, proof: &[u8]) -> (Vec<(Label, K)>, Option<Error>) {
    let mut recorded = Recorded::default();
    let v = verify_recording::<Blake3>(t.level, &t.system, &t.key.key, &t.statement, proof, &mut recorded);
    (recorded.drawn, v.err())
}

/// Challenges that are drawn in none of `toys`.
fn never_drawn(toys: &mut [Toy]) -> Vec<Label> {
    let mut missing = Label::ALL.to_vec();
    for t in toys {
        let [one, other] = [&b"one"[..], b"other"].map(|bytes| {
            t.statement.bytes = bytes.to_vec();
            let (drawn, error) = trace(t, &t.prove_fast().bytes);
            assert_eq!(error, None);
            drawn
        });
        assert_eq!(one.len(), other.len());
        for (a, b) in one.iter().zip(&other) {
            assert!(a.0 == b.0 && a.1 != b.1, "{:?} is the same for two statements", a.0);
        }
        let mut different: Vec<u128> = one.iter().chain(&other).map(|(_, k)| to_bits(*k)).collect();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 2 * one.len(), "a challenge is drawn twice");
        missing.retain(|label| one.iter().all(|(drawn, _)| drawn != label));
    }
    missing
}

/// Every challenge is drawn from the transcript. For another statement, which no equation sees,
/// all of them are others; and no two are the same.
#[test]
fn every_challenge_depends_on_the_statement() {
    let mut toys = [toy_with_products::<Blake3>(5, 3, 5).hiding(), toy::<Blake3>(1100, 40)];
    let missing = never_drawn(&mut toys);
    let absorbed = toys.iter().flat_map(|t| log(t, &t.prove_fast().bytes));
    let absorbed: Vec<String> =
        absorbed.filter_map(|e| if let Event::Absorb(label, _) = e { Some(label) } else { None }).collect();
    // Every other label is that of a message.
    for label in missing {
        assert!(absorbed.iter().any(|a| a == label.name()), "{label:?} is neither drawn nor absorbed");
    }
}

/// A change of a proof's bytes.
type Change = Box<dyn FnMut(&mut [u8])>;

fn element(bytes: &[u8], at: usize) -> K {
    from_bits(u128::from_le_bytes(bytes[at..at + 16].try_into().unwrap()))
}

fn put(bytes: &mut [u8], at: usize, k: K) {
    bytes[at..at + 16].copy_from_slice(&to_bits(k).to_le_bytes());
}

/// Frozen challenges: values that the verifier checks as it receives them, changed so that the check still
/// holds. The next challenge must be another one.
#[test]
fn bug_003_checked_values_are_absorbed_too() {
    let t = toy::<Blake3>(5, 3);
    let p = t.prove();
    let (honest, _) = trace(&t, &p.bytes);
    let start = |name: &str| p.sections.iter().find(|s| s.0 == name).unwrap().1;
    let after = |mut change: Change| {
        let mut bytes = p.bytes.clone();
        change(&mut bytes);
        let (drawn, error) = trace(&t, &bytes);
        assert!(error.is_some());
        let same = honest.iter().zip(&drawn).take_while(|(a, b)| a == b).count();
        assert!(same < drawn.len(), "the change did not pass its own check: {error:?}");
        (honest[same].0, drawn[same].0)
    };
    let factor = from_bits(0x1234_5678_9abc_def0_0fed_cba9);
    let scale = |at: usize, other: usize, ratio: bool| -> Change {
        Box::new(move |bytes| {
            let inverse = dyad_field::Field::inverse(&factor);
            let (a, b) = (element(bytes, at), element(bytes, other));
            put(bytes, at, a * factor);
            put(bytes, other, if ratio { b * inverse } else { b * factor });
        })
    };
    // Both products scaled: they still balance.
    let bus = start("bus");
    assert_eq!(after(scale(bus, bus + 16, false)), (Label::Lambda, Label::Lambda));
    // The values of the first layer, scaled against each other.
    assert_eq!(after(scale(bus + 32, bus + 48, true)), (Label::LayerVariable, Label::LayerVariable));
    // a and b of the AND check: the last three elements of its section.
    let columns = start("columns");
    assert_eq!(after(scale(columns - 48, columns - 32, true)), (Label::Eta, Label::Eta));
    // Two of the 128 bit sums, moved so that their combination stays.
    let ring = start("ring switch");
    let mut point: Vec<K> = honest.iter().filter(|(l, _)| *l == Label::Columns).map(|(_, k)| *k).collect();
    point.reverse();
    let eq = eq_table(&point[..7]);
    let change: Change = Box::new(move |bytes| {
        let (a, b) = (element(bytes, ring), element(bytes, ring + 16));
        put(bytes, ring, a + factor * eq[1]);
        put(bytes, ring + 16, b + factor * eq[0]);
    });
    assert_eq!(after(change), (Label::Ring, Label::Ring));
    assert_ne!(factor, K::ONE);
}
