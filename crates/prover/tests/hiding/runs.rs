//! Proofs of two witnesses of one statement, with covers of one's choice and challenges known in advance.

use std::cell::RefCell;

use dyad_field::{BITS, Field, K, PrimeCharacteristicRing, from_bits, transpose};
use dyad_prover::reference;
use dyad_verifier::cover::Cover;
use dyad_verifier::hash::Domain;
use dyad_verifier::params::Code;
use dyad_verifier::{Blake3, Digest, Hash, Layout, Level, Schedule};

use crate::toy::{Random, Toy, toy_with_products};

thread_local! {
    /// What a transcript absorbed: labels and data.
    static LOG: RefCell<Vec<(String, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
}

/// A hash whose transcript ignores data, so that challenges are known in advance, and whose trees and proofs
/// of work are all 0.
pub struct Fixed;

impl Hash for Fixed {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        match (domain, parts) {
            (Domain::Transcript, [state, [_], label, _, data]) => {
                let text = String::from_utf8(label.to_vec()).expect("a label");
                LOG.with_borrow_mut(|log| log.push((text, data.to_vec())));
                Blake3::hash(domain, &[state, label])
            }
            (Domain::Leaf | Domain::Node | Domain::Grind, _) => [0; 32],
            _ => Blake3::hash(domain, parts),
        }
    }
}

/// A run, in two orders of its steps: two witnesses of one statement.
pub struct Runs {
    pub toy: Toy,
    pub vectors: [Vec<K>; 2],
    pub code: Code,
    pub cover: Cover,
    /// The entries that cover the factors: nothing is affine in them.
    pub seen: Vec<usize>,
}

/// What a proof reveals.
#[derive(Clone, PartialEq, Debug)]
pub struct Revealed {
    pub sums: Vec<K>,
    /// Both factors of the product check, seen at a point, and the sum of all values that are squared.
    pub factors: Vec<K>,
    /// Everything else that depends on covers.
    pub rest: Vec<K>,
}

/// All covers: tails lane by lane, the mask's last, and the mask.
#[derive(Clone)]
pub struct Covers {
    pub tails: Vec<K>,
    pub mask: Vec<K>,
}

impl Covers {
    /// Tails, then the mask.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut K> {
        self.tails.iter_mut().chain(&mut self.mask)
    }
}

impl Runs {
    /// With products of words, or without.
    pub fn new(products: bool) -> Self {
        let count = if products { 2 } else { 0 };
        let toy = Toy { level: Level::weak(20).hiding(), ..toy_with_products::<Fixed>(2, 1, count) };
        let layout = Layout::new(&toy.system, &toy.counts()).unwrap();
        let one = toy.vector();
        let mut other = one.clone();
        for b in layout.oracles[0].pairs.blocks.iter().filter(|b| layout.slabs[b.slab].rows == 2) {
            other.swap(b.base, b.base + 1);
        }
        assert!(one != other);
        let code = Schedule::new(toy.level, &layout).oracles[0].code;
        let cover = code.cover.unwrap();
        // The mask of the squares comes before the last pad.
        let mask = products.then_some(cover.pads - 2);
        let seen = cover.further().into_iter().chain(mask).collect();
        Self { toy, vectors: [one, other], code, cover, seen }
    }

    /// Values that are sent under pads.
    pub fn padded(&self) -> usize {
        self.cover.pads + 2 - self.seen.len()
    }

    pub fn none(&self) -> Covers {
        Covers {
            tails: vec![K::ZERO; self.code.width() << self.cover.log],
            mask: vec![K::ZERO; 1 << self.code.log],
        }
    }

    pub fn random(&self, rng: &mut Random) -> Covers {
        let mut element = || from_bits(u128::from(rng.word()) << 64 | u128::from(rng.word()));
        let mut covers = self.none();
        covers.iter_mut().for_each(|c| *c = element());
        covers
    }

    pub fn index(&self, lane: usize, index: usize) -> usize {
        lane << self.cover.log | index
    }

    pub fn entry(&self, entry: usize) -> usize {
        let (lane, index) = self.cover.place(self.code.lanes, entry);
        self.index(lane, index)
    }

    /// What the verifier, which accepts it, receives of a proof of a witness with these covers; and a row that
    /// is not opened.
    pub fn reveal(&self, witness: usize, covers: &Covers) -> Revealed {
        let t = &self.toy;
        let setting = t.setting(t.level);
        let mut change = |tails: &mut [K], mask: &mut [K]| {
            tails.copy_from_slice(&covers.tails);
            mask.copy_from_slice(&covers.mask);
        };
        let (rows, q) = (t.counts(), &self.vectors[witness]);
        let proof = reference::prove_covered::<Fixed>(&setting, &t.statement, &rows, q, &mut change).unwrap();
        LOG.with_borrow_mut(Vec::clear);
        dyad_verifier::verify::<Fixed>(t.level, &t.system, &t.key.key, &t.statement, &proof.bytes)
            .expect("an honest proof");
        let mut revealed = Revealed { sums: Vec::new(), factors: Vec::new(), rest: Vec::new() };
        let log = LOG.take();
        let start = log.iter().position(|(label, _)| label == "commitment").unwrap() + 1;
        for (label, data) in &log[start..] {
            let elements = data.as_chunks::<16>().0.iter().map(|b| from_bits(u128::from_le_bytes(*b)));
            match label.as_str() {
                // The last rounds follow from the vector that is sent before them.
                "nonce" | "root" | "tail" => {}
                "bit sums" => revealed.sums.extend(elements),
                "product factors" | "square sum" => revealed.factors.extend(elements),
                _ => revealed.rest.extend(elements),
            }
        }
        revealed
    }

    /// Covers, 0 but for the block and those of factors, with which a witness shows the given sums and factors.
    pub fn base(&self, witness: usize, target: &Revealed) -> Covers {
        let mut covers = self.none();
        let bare = self.reveal(witness, &covers);
        let unit = |i: usize| {
            let mut covers = self.none();
            covers.tails[i] = K::ONE;
            self.reveal(witness, &covers)
        };
        for (f, &entry) in self.seen.iter().enumerate() {
            let i = self.entry(entry);
            let slope = unit(i).factors[f] + bare.factors[f];
            covers.tails[i] = (target.factors[f] + bare.factors[f]) * slope.inverse();
        }
        // Bit 0 of the first element of the block is xi in the first sum.
        let xi = unit(self.entry(self.cover.block())).sums[0] + bare.sums[0];
        let wanted: [K; BITS] = std::array::from_fn(|u| (target.sums[u] + bare.sums[u]) * xi.inverse());
        for (j, r) in transpose(&wanted).into_iter().enumerate() {
            covers.tails[self.entry(self.cover.block() + j)] = r;
        }
        covers
    }
}

pub fn difference(a: &[K], b: &[K]) -> Vec<K> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| a + b).collect()
}
