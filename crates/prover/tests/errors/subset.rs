//! Challenges from a small set, in the transcript of the real prover and verifier.
//!
//! A challenge is the first half of a state. [`Small`] puts an element of the set there, for the draws that are
//! aimed at; the other half stays what it was, so the states that follow depend on all messages as ever.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use dyad_field::{Field, K, PrimeCharacteristicRing, from_bits, to_bits, x_power};
use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Digest, Hash, Label};

/// Challenges of a label that are from a set.
pub struct Aim {
    pub label: Label,
    /// Which of them, counted from the first of a proof.
    pub which: Range<usize>,
    pub set: Vec<K>,
    /// The place of the challenge in the set; if there is none, the digest says.
    pub index: Option<usize>,
}

#[derive(Default)]
struct Draws {
    aims: Vec<Aim>,
    /// What was drawn for a digest: prover and verifier draw the same, and the prover of a hiding proof draws
    /// some twice.
    known: HashMap<Digest, K>,
    /// All of them in order.
    drawn: Vec<(Label, K)>,
}

impl Draws {
    fn draw(&mut self, name: &[u8], digest: &Digest) -> K {
        if let Some(&known) = self.known.get(digest) {
            return known;
        }
        let label = Label::ALL.iter().find(|l| l.name().as_bytes() == name);
        let label = *label.expect("a label");
        let number = self.drawn.iter().filter(|(l, _)| *l == label).count();
        let aim = self.aims.iter().find(|a| a.label == label && a.which.contains(&number));
        let mut challenge = from_bits(u128::from_le_bytes(digest[..16].try_into().expect("16 bytes")));
        if let Some(aim) = aim {
            let random = to_bits(challenge) as usize % aim.set.len();
            challenge = aim.set[aim.index.unwrap_or(random)];
        }
        self.known.insert(*digest, challenge);
        self.drawn.push((label, challenge));
        challenge
    }
}

thread_local! {
    static DRAWS: RefCell<Draws> = RefCell::default();
}

/// Forgets all draws; from now on, these are from sets.
pub fn aim(aims: Vec<Aim>) {
    DRAWS.set(Draws { aims, ..Draws::default() });
}

/// The challenges of a label so far.
pub fn drawn(label: Label) -> Vec<K> {
    DRAWS.with_borrow(|d| d.drawn.iter().filter(|(l, _)| *l == label).map(|(_, c)| *c).collect())
}

/// BLAKE3, but for challenges that are aimed at, and proofs of work that any nonce is.
pub struct Small;

impl Hash for Small {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        if domain == Domain::Grind {
            return [0; 32];
        }
        let mut digest = Blake3::hash(domain, parts);
        if let (Domain::Transcript, [_, [255], name]) = (domain, parts) {
            let challenge = DRAWS.with_borrow_mut(|d| d.draw(name, &digest));
            digest[..16].copy_from_slice(&to_bits(challenge).to_le_bytes());
        }
        digest
    }

    fn hash_many(domain: Domain, inputs: &[u8], length: usize, out: &mut [Digest]) {
        match domain {
            Domain::Grind => out.fill([0; 32]),
            _ => Blake3::hash_many(domain, inputs, length, out),
        }
    }
}

fn power(x: K, mut n: u128) -> K {
    let (mut square, mut product) = (x, K::ONE);
    while n > 0 {
        if n & 1 == 1 {
            product *= square;
        }
        square = square.square();
        n >>= 1;
    }
    product
}

/// The subfield of 2^`log` elements: 0, then the powers of an element of that order less 1.
fn subfield(log: u32) -> Vec<K> {
    let order = (1u128 << log) - 1;
    let roots = (1..128).map(|j| power(x_power(j) + K::ONE, u128::MAX / order));
    let powers = |g: K| {
        let mut all = vec![K::ZERO];
        let (mut p, mut n) = (K::ONE, 0);
        while n < order && (n == 0 || p != K::ONE) {
            all.push(p);
            p *= g;
            n += 1;
        }
        all
    };
    roots.map(powers).find(|all| all.len() == 1 << log).expect("an element of every order")
}

/// The subfield of 16 elements.
pub static F16: LazyLock<Vec<K>> = LazyLock::new(|| subfield(4));
/// The subfield of 256 elements.
pub static F256: LazyLock<Vec<K>> = LazyLock::new(|| subfield(8));

#[test]
fn subfields_are_closed() {
    for field in [&*F16, &*F256] {
        let has = |x: K| field.contains(&x);
        assert!(field.iter().all(|&x| field.iter().all(|&y| has(x + y) && has(x * y))));
        assert!(field.iter().enumerate().all(|(i, x)| !field[..i].contains(x)));
        assert!(field.iter().skip(1).all(|x| has(x.inverse())));
    }
    assert!(F16.iter().all(|x| F256.contains(x)));
}

/// The cube root of an element that is a cube: 3 divides the order of the group once.
pub fn cube_root(x: K) -> Option<K> {
    let part = u128::MAX / 3;
    // The inverse of 3 modulo that part.
    let inverse = (1..3).map(|k| k * part + 1).find(|n| n % 3 == 0).expect("3 divides it once") / 3;
    let root = power(x, inverse);
    (root * root * root == x).then_some(root)
}
