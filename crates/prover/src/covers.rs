//! The random elements that cover a hiding proof, and what is sent under them.

use dyad_field::{BITS, K, from_bits};
use dyad_verifier::cover::{BLINDS, Cover};
use dyad_verifier::hash::Domain;
use dyad_verifier::params::Code;
use dyad_verifier::{Blake3, Digest, Hash};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::kernels::code::{Tails, Uncoded};

/// Elements that one task draws.
const TASK: usize = 1 << 12;

/// Where the random elements of one proof come from.
///
/// A proof hides as long as its seed is secret and not used for another witness; for another level or
/// statement it may be.
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Made from bytes of the operating system, and from what determines the witness: should a generator
    /// repeat its bytes, as after a virtual machine's snapshot is restored, the same witness gives the same
    /// proof again, and another one has other pads.
    pub fn new(entropy: &[u8; 32], witness: &[&[u8]]) -> Self {
        let digests: Vec<u8> = witness.iter().flat_map(|part| Blake3::hash(Domain::Cover, &[part])).collect();
        Self(Blake3::hash(Domain::Cover, &[entropy, &digests]))
    }

    /// The seed of one proof, of which `state` is the transcript's before anything is sent. The same seed with
    /// another level, statement or number of rows gives covers that have nothing in common: two proofs under
    /// the same mask would tell what both are made from.
    fn bound(&self, state: &Digest) -> Self {
        Self(Blake3::hash(Domain::Cover, &[&self.0, state]))
    }

    /// Elements of a stream of its own.
    fn stream(&self, number: u64, out: &mut [K]) {
        let mut rng = ChaCha20Rng::from_seed(self.0);
        rng.set_stream(number);
        for k in out {
            *k = from_bits(u128::from(rng.next_u64()) | u128::from(rng.next_u64()) << 64);
        }
    }
}

/// The random part of a committed vector, and how much of it is used. Nothing prints it.
#[derive(Clone)]
pub struct Covers {
    /// The code that they are part of.
    pub code: Code,
    cover: Cover,
    /// Tail after tail, the mask's last.
    pub tails: Vec<K>,
    /// The mask's other coefficients.
    pub mask: Vec<K>,
    sent: usize,
    /// Factors of the products so far.
    factors: Vec<[K; 2]>,
    /// Values that were squared so far.
    roots: Vec<K>,
}

impl Covers {
    /// Draws all of them, for the proof that begins with this state of its transcript; `None` where the code
    /// has no cover.
    pub fn new(code: &Code, seed: &Seed, state: &Digest) -> Option<Self> {
        let cover = code.cover?;
        let seed = seed.bound(state);
        let mut tails = vec![K::default(); code.width() << cover.log];
        let mut mask = vec![K::default(); 1 << code.log];
        // The tails have the first stream, parts of the mask the others.
        seed.stream(0, &mut tails);
        mask.par_chunks_mut(TASK).enumerate().for_each(|(i, part)| seed.stream(1 + i as u64, part));
        Some(Self { code: *code, cover, tails, mask, sent: 0, factors: Vec::new(), roots: Vec::new() })
    }

    /// A vector to be encoded with a code, and what covers it, if that code is covered.
    pub fn uncoded<'a>(covers: Option<&'a Self>, data: &'a [K], code: &Code) -> Uncoded<'a> {
        let covers = covers.filter(|_| code.cover.is_some());
        let tails =
            |c: &'a Self| Tails { lanes: c.code.lanes, log: c.cover.log, tails: &c.tails, mask: &c.mask };
        Uncoded { data, m: code.log, cover: covers.map(tails) }
    }

    /// Tails of the lanes, the mask left out.
    pub fn of_lanes(&self) -> &[K] {
        &self.tails[..self.code.lanes << self.cover.log]
    }

    /// The mask's tail.
    pub fn of_mask(&self) -> &[K] {
        &self.tails[self.code.lanes << self.cover.log..]
    }

    /// The index of an entry among the tails.
    pub fn index(&self, entry: usize) -> usize {
        let (lane, index) = self.cover.place(self.code.lanes, entry);
        lane << self.cover.log | index
    }

    fn entry(&self, entry: usize) -> K {
        self.tails[self.index(entry)]
    }

    /// Elements under the next pads.
    pub fn cover(&mut self, elements: &[K]) -> Vec<K> {
        let pads = (self.sent..).map(|i| self.entry(i));
        let covered = elements.iter().zip(pads).map(|(&x, pad)| x + pad).collect();
        self.sent += elements.len();
        assert!(self.sent <= self.cover.pads, "a pad for each value");
        covered
    }

    /// The next pad, under which nothing is sent.
    pub fn unsent(&mut self) -> K {
        self.sent += 1;
        assert!(self.sent <= self.cover.pads, "a pad for each value");
        self.entry(self.sent - 1)
    }

    /// Notes that the square of this is to be proved.
    pub fn note_root(&mut self, root: K) {
        self.roots.push(root);
    }

    /// All values that are squared.
    pub fn roots(&self) -> &[K] {
        &self.roots
    }

    /// Notes that a product of these is to be proved.
    pub fn note(&mut self, factors: [K; 2]) {
        self.factors.push(factors);
    }

    /// Both factors of all products, each after its value at one more point.
    pub fn factors(&self) -> [Vec<K>; 2] {
        let further = self.cover.further();
        [0, 1]
            .map(|f| [self.entry(further[f])].into_iter().chain(self.factors.iter().map(|x| x[f])).collect())
    }

    /// The block that covers the sums of the ring switch.
    pub fn block(&self) -> [K; BITS] {
        let first = self.cover.block();
        std::array::from_fn(|j| self.entry(first + j))
    }

    /// Where the blinding entries of each lane lie among the tails.
    pub fn blinds(&self) -> impl Iterator<Item = [usize; BLINDS]> + use<> {
        let Cover { log, free, .. } = self.cover;
        (0..self.code.lanes).map(move |lane| std::array::from_fn(|j| (lane << log) + free + j))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dyad_field::to_bits;
    use dyad_verifier::layout::Owner;
    use dyad_verifier::{Level, Schedule};

    use super::*;

    /// No element is 0, or there twice, or in covers of another seed or transcript.
    #[test]
    fn all_covers_are_random_and_apart() {
        let schedule = Schedule::from_sizes(Level::L100.hiding(), &[(Owner::Run, 1 << 18)], 900);
        let code = schedule.oracles[0].code;
        let seeds = [
            Seed::new(&[1; 32], &[b"key", b"input"]),
            Seed::new(&[2; 32], &[b"key", b"input"]),
            Seed::new(&[1; 32], &[b"key", b"inputs"]),
            Seed::new(&[1; 32], &[b"keyi", b"nput"]),
        ];
        let mut seen = BTreeSet::from([0]);
        let mut count = 1;
        for (seed, state) in seeds.iter().map(|s| (s, [0; 32])).chain([(&seeds[0], [1; 32])]) {
            let covers = Covers::new(&code, seed, &state).expect("a code with a cover");
            assert_eq!(covers.tails.len(), code.width() << covers.cover.log);
            assert_eq!(covers.mask.len(), 1 << code.log);
            count += covers.tails.len() + covers.mask.len();
            seen.extend(covers.tails.iter().chain(&covers.mask).map(|&k| to_bits(k)));
        }
        assert_eq!(seen.len(), count);
        let plain = Schedule::from_sizes(Level::L100, &[(Owner::Run, 1 << 18)], 900);
        assert!(Covers::new(&plain.oracles[0].code, &seeds[0], &[0; 32]).is_none());
    }

    /// Values are under pads in order, each under its own.
    #[test]
    fn pads_are_used_once() {
        let schedule = Schedule::from_sizes(Level::L100.hiding(), &[(Owner::Run, 1 << 15)], 10);
        let seed = Seed::new(&[1; 32], &[]);
        let mut covers = Covers::new(&schedule.oracles[0].code, &seed, &[0; 32]).expect("covers");
        let pads: Vec<K> = (0..10).map(|i| covers.entry(i)).collect();
        let values: Vec<K> = (1..=10).map(from_bits).collect();
        let sent =
            [covers.cover(&values[..3]), covers.cover(&values[3..4]), covers.cover(&values[4..])].concat();
        let expected: Vec<K> = values.iter().zip(pads).map(|(&v, pad)| v + pad).collect();
        assert_eq!(sent, expected);
    }
}
