//! The opening alone, of vectors and a claim made up at random, with codes of any size.

use std::sync::LazyLock;

use dyad_field::{K, PrimeCharacteristicRing, eq_table, from_bits, to_bits};
use dyad_prover::Seed;
use dyad_prover::reference::{self, Altered};
use dyad_security::{Report, Sizes, report};
use dyad_verifier::channel::Received;
use dyad_verifier::cover::Cover;
use dyad_verifier::layout::{Oracle, Owner, Stack, ceil_log, places};
use dyad_verifier::params::{Code, LANE_LOG, Opened};
use dyad_verifier::reader::Reader;
use dyad_verifier::ring_switch::{CoverClaim, ElementClaim};
use dyad_verifier::transcript::Transcript;
use dyad_verifier::{Digest, Error, Layout, Level, Schedule, Statement, opening};

use super::script::Script;
use super::subset::Small;
use super::toy::Random;

/// Covers of these tests: they are bound to the transcript, so another one for each.
static SEED: LazyLock<Seed> = LazyLock::new(|| Seed::new(&[9; 32], &[b"an opening"]));

/// Vectors of the first round, and what is claimed of them.
pub struct Opening {
    pub schedule: Schedule,
    pub layout: Layout,
    pub claim: ElementClaim,
    /// Weights and data of each committed vector.
    pub vectors: Vec<(Vec<K>, Vec<K>)>,
}

/// The sum of the images of the 1 bits of x.
fn linear_map(images: &[K], x: K) -> K {
    images.iter().enumerate().filter(|(u, _)| to_bits(x) >> u & 1 == 1).map(|(_, &image)| image).sum()
}

impl Opening {
    /// Random vectors for a schedule.
    pub fn new(schedule: Schedule) -> Self {
        let mut rng = Random(11);
        let mut random = |n: usize| -> Vec<K> {
            (0..n).map(|_| from_bits(u128::from(rng.word()) << 64 | u128::from(rng.word()))).collect()
        };
        let logs = schedule.oracles.iter().map(|o| o.code.log + o.code.lane_log);
        let (bases, end) = places(logs.clone());
        let stack = |log: usize| Stack { len: 1usize << log, log, ..Stack::default() };
        let oracles = schedule.oracles.iter().zip(logs).zip(bases);
        let oracles = oracles.map(|((o, log), base)| Oracle { owner: o.owner, pairs: stack(log), base });
        let layout = Layout {
            slabs: Vec::new(),
            oracles: oracles.collect(),
            joint_log: ceil_log(end),
            pushes: Stack::default(),
            pulls: Stack::default(),
            bus_log: 0,
            ands: Stack::default(),
            products: Stack::default(),
            column_log: 1,
        };
        let (images, index) = (random(128), random(layout.joint_log));
        let eq = eq_table(&index);
        let vectors = schedule.oracles.iter().zip(&layout.oracles).map(|(o, oracle)| {
            let log = oracle.pairs.log;
            let mut data = random(1 << log);
            data[o.code.lanes << o.code.log..].fill(K::ZERO);
            let weights = eq[oracle.base..][..1 << log].iter().map(|&e| linear_map(&images, e));
            (weights.collect(), data)
        });
        let vectors: Vec<(Vec<K>, Vec<K>)> = vectors.collect();
        let value = vectors.iter().flat_map(|(w, v)| w.iter().zip(v)).map(|(&w, &v)| w * v).sum();
        let cover = schedule.covered().map(|_| CoverClaim { weights: Vec::new(), value: K::ZERO });
        let claim = ElementClaim { images, index, value, cover };
        Self { schedule, layout, claim, vectors }
    }

    fn transcript(&self, seed: usize) -> Transcript<Small> {
        Transcript::new(format!("opening {seed} {:?}", self.schedule.level).as_bytes())
    }

    /// Roots and proof of a prover that follows the script.
    pub fn prove(&self, seed: usize, mut script: Script<'_>) -> (Vec<Digest>, Vec<u8>) {
        let (t, vectors) = (self.transcript(seed), self.vectors.clone());
        let mut alter = |what: Altered, elements: &mut [K]| script.run(what, elements);
        let (roots, proof) = reference::open_altered(t, &self.schedule, &SEED, vectors, &mut alter);
        (roots, proof.bytes)
    }

    /// What the verifier says of a proof.
    pub fn verify(&self, seed: usize, roots: &[Digest], proof: &[u8]) -> Result<(), Error> {
        let mut t = self.transcript(seed);
        roots.iter().for_each(|root| t.absorb(dyad_verifier::Label::Commitment, root));
        let mut channel = Received::new(Reader::new(proof), t, self.schedule.level);
        opening::verify(&mut channel, &self.layout, &self.schedule, roots, &self.claim)?;
        channel.into_reader().finish()
    }

    /// Both.
    pub fn check(&self, seed: usize, script: Script<'_>) -> Result<(), Error> {
        let (roots, proof) = self.prove(seed, script);
        self.verify(seed, &roots, &proof)
    }

    /// The same with a claim that is wrong by 1.
    pub fn wrong(mut self) -> Self {
        self.claim.value += K::ONE;
        self
    }

    pub fn report(&self) -> Report {
        report(&Sizes::of(&self.layout, &Statement::default()), &self.schedule)
    }
}

/// A schedule of a main vector, a fixed one and two rounds more, with the queries and rates that a level has for
/// large vectors, but short lanes.
pub fn short(level: Level) -> Schedule {
    let sizes = [(Owner::Run, 1 << 19), (Owner::Program, 1 << 12)];
    let large = Schedule::from_sizes(level, &sizes, 0);
    assert_eq!(large.rounds.len(), 2);
    let cut =
        |code: &Code, lane_log: usize, log: usize| Code { lane_log, lanes: 1 << lane_log, log, ..*code };
    let mut codes: Vec<(Owner, Code)> =
        large.oracles.iter().map(|o| (o.owner, cut(&o.code, LANE_LOG, 4))).collect();
    for (_, code) in &mut codes {
        if let Some(cover) = &mut code.cover {
            // Tails of as many coefficients as they need, and lanes as long.
            let length = Cover::len(cover.free, cover.pads, code.lanes);
            cover.log = ceil_log(length);
            code.log = cover.log;
            code.log_inv_rate += 1;
        }
    }
    let tails = codes.iter().filter_map(|(_, code)| code.cover).map(|cover| cover.log);
    let (bases, second_len) = places(codes.iter().map(|(_, code)| code.log).chain(tails));
    let tail_base = bases.get(codes.len()).copied().unwrap_or_default();
    let oracles = codes.into_iter().zip(&bases).map(|((owner, code), &base)| {
        let tail_base = if code.cover.is_some() { tail_base } else { 0 };
        Opened { owner, code, base, tail_base }
    });
    let second_log = ceil_log(second_len);
    let mut first = cut(&large.rounds[0], 2, second_log - 2);
    first.lanes = second_len.div_ceil(1 << first.log);
    let second = cut(&large.rounds[1], 1, first.log - 1);
    let rounds = vec![first, second];
    let (final_log, final_len) = (second.log, 1 << second.log);
    Schedule { level, oracles: oracles.collect(), rounds, second_len, second_log, final_log, final_len }
}

/// The codes that a round queries.
pub fn codes(schedule: &Schedule, round: usize) -> Vec<Code> {
    match round {
        0 => schedule.oracles.iter().map(|o| o.code).collect(),
        round => vec![schedule.rounds[round - 1]],
    }
}

#[test]
fn honest_openings_are_accepted() {
    for level in [Level::weak(17)].into_iter().chain(Level::all()) {
        let opening = Opening::new(short(level));
        super::subset::aim(Vec::new());
        assert_eq!(opening.check(0, Script::default()), Ok(()), "{level:?}");
        let wrong = Opening::new(short(level)).wrong();
        assert!(wrong.check(0, Script::default()).is_err());
    }
}
