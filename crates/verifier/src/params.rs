//! The parameters of the opening, derived from sizes and the security level alone.

use alloc::vec::Vec;

use crate::Error;
use crate::cover::{Cover, DENSITY, MIN_LANES, pads};
use crate::layout::{Layout, Owner, ceil_log, places};
use crate::moves::{MARGIN, Move};
use crate::number::{index, wide};

/// What the parameters are chosen for: bits of security, and fast or small proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    bits: u32,
    small: bool,
    hiding: bool,
    profile: Profile,
}

/// Set in the number of a level whose proofs are small.
const SMALL: u32 = 1 << 16;
/// Set in the number of a level whose proofs tell nothing but the statement and the numbers of rows.
const HIDING: u32 = 1 << 17;

impl Level {
    /// 100 bits, fast to prove, and transparent: see [`Level::hiding`].
    pub const L100: Self = Self { bits: 100, small: false, hiding: false, profile: FAST_PROOFS };
    /// 128 bits, fast to prove, and transparent.
    pub const L128: Self = Self { bits: 128, ..Self::L100 };
    /// 100 bits, small, and transparent: codes of lower rate need fewer queries, and more work.
    pub const L100_SMALL: Self = Self { small: true, profile: SMALL_PROOFS, ..Self::L100 };
    /// 128 bits, small, and transparent.
    pub const L128_SMALL: Self = Self { bits: 128, ..Self::L100_SMALL };

    /// All levels: of few bits before those of many, fast before small, transparent before hiding.
    pub fn all() -> impl Iterator<Item = Self> {
        let sizes = [Self::L100, Self::L100_SMALL, Self::L128, Self::L128_SMALL];
        sizes.into_iter().flat_map(|level| [level, level.hiding()])
    }

    /// The level of a number, as proofs name it.
    ///
    /// # Errors
    /// [`Error::UnsupportedLevel`] for any other than those of [`Level::all`].
    pub fn new(number: u32) -> Result<Self, Error> {
        Self::all().find(|level| level.number() == number).ok_or(Error::UnsupportedLevel(number))
    }

    /// One of few bits, which no number names: tests of what depends on the number of queries need it.
    #[doc(hidden)]
    pub const fn weak(bits: u32) -> Self {
        Self { bits, ..Self::L100 }
    }

    /// Where between time and size its proofs lie.
    pub fn profile(self) -> Profile {
        self.profile
    }

    /// The same with another profile, which no number names: the search for profiles needs it.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// The same with proofs that tell nothing but the statement and the numbers of rows.
    #[must_use]
    pub const fn hiding(self) -> Self {
        Self { hiding: true, ..self }
    }

    /// The same with proofs that do not hide what they are made from.
    #[must_use]
    pub const fn transparent(self) -> Self {
        Self { hiding: false, ..self }
    }

    /// The same of so many bits.
    ///
    /// # Errors
    /// [`Error::UnsupportedLevel`] for other bits than those of [`Level::all`].
    pub fn with_bits(self, bits: u32) -> Result<Self, Error> {
        Self::all().find(|level| *level == Self { bits, ..self }).ok_or(Error::UnsupportedLevel(bits))
    }

    /// The same with small proofs, or with fast ones.
    #[must_use]
    pub const fn with_size(self, small: bool) -> Self {
        Self { small, profile: if small { SMALL_PROOFS } else { FAST_PROOFS }, ..self }
    }

    /// Its number in proofs and transcripts: the bits, 2^16 more for small proofs, 2^17 more for hiding ones.
    pub fn number(self) -> u32 {
        let small = if self.small { SMALL } else { 0 };
        let hiding = if self.hiding { HIDING } else { 0 };
        self.bits | small | hiding
    }

    /// Its bits of security.
    pub fn bits(self) -> u32 {
        self.bits
    }

    /// Whether its proofs are small rather than fast.
    pub fn is_small(self) -> bool {
        self.small
    }

    /// Whether its proofs tell nothing but the statement and the numbers of rows.
    pub fn is_hiding(self) -> bool {
        self.hiding
    }

    /// Bits of the proof of work before the queries of each round.
    pub fn query_work(self) -> u32 {
        self.profile.query_work
    }
}

/// Where between time and size proofs lie: a point of the frontier that `cargo xtask frontier` finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Logarithms of the blow-up of the codes of all rounds; the last entry repeats.
    pub rates: [usize; 4],
    /// Logarithms of the lanes of the codes of the rounds after the first; the last entry repeats.
    pub lanes: [usize; 3],
    /// Bits of the proof of work before the queries of each round.
    pub query_work: u32,
}

/// What takes least time.
const FAST_PROOFS: Profile = Profile { rates: [1, 2, 3, 4], lanes: [5, 3, 3], query_work: 18 };
/// What stays below 230 kB at 100 bits and 300 KiB at 128, for a million cycles, with some to spare.
const SMALL_PROOFS: Profile = Profile { rates: [3, 3, 3, 4], lanes: [5, 3, 3], query_work: 22 };

/// Rounds fold down to 2^8 elements, which are sent in the clear; a vector of at most 2^9 is sent
/// without another round.
pub const FINAL_LOG: usize = 8;
/// Lanes of the committed vectors are folded by so many variables.
pub const LANE_LOG: usize = 4;
/// The fixed columns are committed once a program, so at a low rate: fewer queries.
const FIXED_RATE: usize = 3;

/// What schedules are made with, for the digest of the rules.
pub(crate) const CONSTANTS: [usize; 19] = {
    let Profile { rates: [a, b, c, d], lanes: [e, f, g], query_work } = FAST_PROOFS;
    let Profile { rates: [h, i, j, k], lanes: [l, m, n], query_work: small_work } = SMALL_PROOFS;
    let [fast, small] = [index(query_work), index(small_work)];
    [FINAL_LOG, LANE_LOG, FIXED_RATE, fast, a, b, c, d, e, f, g, small, h, i, j, k, l, m, n]
};

/// An interleaved Reed-Solomon code, and how often it is queried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Logarithm of the lanes, data or not: the variables folded in its round.
    pub lane_log: usize,
    /// Lanes that hold data; the others are zero, and neither computed nor hashed.
    pub lanes: usize,
    /// Logarithm of the elements of a lane.
    pub log: usize,
    /// Logarithm of the blow-up: the code has 2^(log + log_inv_rate) positions.
    pub log_inv_rate: usize,
    /// Positions drawn.
    pub queries: usize,
    /// What covers its symbols, if they depend on secrets.
    pub cover: Option<Cover>,
}

impl Code {
    fn new(level: Level, len: usize, log: usize, lane_log: usize, log_inv_rate: usize) -> Self {
        let log = log.saturating_sub(lane_log);
        let lanes = len.div_ceil(1 << log).max(1);
        let queries =
            queries(level, (1u128 << log_inv_rate).saturating_add(1), log_inv_rate.saturating_add(1));
        Self { lane_log, lanes, log, log_inv_rate, queries, cover: None }
    }

    /// The same with a cover for so many pads: the shortest tails that have room for all that they cover.
    fn covered(self, level: Level, pads: usize) -> Self {
        let lanes = self.lanes.max(MIN_LANES);
        let lowest = self.log_inv_rate;
        let fits = |tail: usize| {
            let top = self.log.max(tail);
            // Of 2^(rate + above) symbols, 2^above + 1 are free, all in units of 2^tail.
            let above = top.saturating_sub(tail);
            let [most, of] = DENSITY.map(wide);
            let symbols = (1u64 << above).saturating_add(1);
            let dense = |rate: usize| of.saturating_mul(symbols) > most << above.saturating_add(rate);
            let log_inv_rate = (lowest..lowest.saturating_add(4)).find(|&rate| !dense(rate))?;
            let symbols = above.saturating_add(log_inv_rate);
            let passing = (1u128 << symbols).saturating_add(1 << above).saturating_add(1);
            let queries = queries(level, passing, symbols.saturating_add(1));
            let free = queries.saturating_add(1);
            let cover = Cover { log: tail, free, pads };
            let room = Cover::len(free, pads, lanes) <= 1 << tail;
            room.then_some(Self { lanes, log_inv_rate, queries, cover: Some(cover), ..self })
        };
        // Tails of 2^20 have room for the pads of any layout.
        (0..=20).find_map(fits).unwrap_or(self)
    }

    /// Logarithm of the subspace on which lanes are interpolated, tails left out.
    pub fn top(&self) -> usize {
        self.cover.map_or(self.log, |cover| self.log.max(cover.log))
    }

    /// Logarithm of the positions.
    pub fn position_log(&self) -> usize {
        self.top().saturating_add(self.log_inv_rate)
    }

    /// The point of the domain that is position 0: where there are tails, the positions lie outside of the
    /// subspace on which these are 0.
    pub fn shift(&self) -> usize {
        if self.cover.is_some() { 1 << self.position_log() } else { 0 }
    }

    /// Elements of an opened row: those of the lanes that hold data, and the mask's.
    pub fn width(&self) -> usize {
        self.lanes.saturating_add(usize::from(self.cover.is_some()))
    }
}

/// Queries that give `level` bits and the margin, less those of the work before them, rounded up all the way, where
/// each passes with probability `passing` / 2^`bits`. A word further than (1 - rate)/2 from a code passes one with
/// probability at most (1 + rate)/2.
fn queries(level: Level, passing: u128, bits: usize) -> usize {
    let wanted = level.bits().saturating_add(MARGIN).saturating_sub(level.query_work());
    // The power is at most mantissa / 2^(64 + exponent), the mantissa at most 2^64.
    let (mut mantissa, mut exponent) = (1u128 << 64, 0u32);
    for queries in 1..=1 << 12 {
        mantissa = mantissa.saturating_mul(passing).div_ceil(1 << bits);
        while mantissa <= 1 << 63 {
            mantissa <<= 1;
            exponent = exponent.saturating_add(1);
        }
        if exponent >= wanted {
            return queries;
        }
    }
    // A code of rate 1 has no distance, whatever the number of queries; no schedule has one.
    1 << 12
}

/// The code that the fixed columns are committed with, from their number of elements.
///
/// Its word is a codeword, since the key's maker encoded it. Another codeword agrees with it in fewer positions
/// than the code's dimension, so that a query misses the difference with probability below the rate, not
/// (1 + rate)/2 (docs/soundness.md, the lemma on a trusted key).
pub fn fixed_code(level: Level, len: usize) -> Code {
    let code = Code::new(level, len, ceil_log(len).max(LANE_LOG), LANE_LOG, FIXED_RATE);
    Code { queries: queries(level, 1, code.log_inv_rate), ..code }
}

/// How a committed vector enters the opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Whose columns it has.
    pub owner: Owner,
    /// The code that it is committed with.
    pub code: Code,
    /// Where it lies, once its lanes are folded, in the vector of the second round.
    pub base: usize,
    /// Where its folded tails lie there.
    pub tail_base: usize,
}

/// The codes of all rounds of the opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The level it was made for.
    pub level: Level,
    /// The committed vectors, in the order of the layout.
    pub oracles: Vec<Opened>,
    /// The codes of the rounds after the first.
    pub rounds: Vec<Code>,
    /// Elements of the vector that follows the first fold.
    pub second_len: usize,
    /// Logarithm of the index space of that vector.
    pub second_log: usize,
    /// Logarithm of the index space of the vector sent in the clear.
    pub final_log: usize,
    /// Its elements.
    pub final_len: usize,
}

impl Schedule {
    /// The schedule for a layout.
    pub fn new(level: Level, layout: &Layout) -> Self {
        let sizes: Vec<_> = layout.oracles.iter().map(|o| (o.owner, o.pairs.len)).collect();
        Self::from_sizes(level, &sizes, pads(layout))
    }

    /// The schedule for vectors of these owners and numbers of elements, and so many values under pads.
    pub fn from_sizes(level: Level, sizes: &[(Owner, usize)], pads: usize) -> Self {
        let Profile { rates: [first, others @ ..], lanes, .. } = level.profile;
        // All of them fold their lanes in the same rounds, so they have as many lane variables.
        let codes = sizes.iter().map(|&(owner, len)| match owner {
            Owner::Run => {
                let code = Code::new(level, len, ceil_log(len).max(LANE_LOG), LANE_LOG, first);
                if level.is_hiding() { code.covered(level, pads) } else { code }
            }
            Owner::Program => fixed_code(level, len),
        });
        let codes: Vec<Code> = codes.collect();
        // Tails come after all vectors where sizes are the same.
        let tails = codes.iter().filter_map(|code| code.cover).map(|cover| cover.log);
        let (bases, second_len) = places(codes.iter().map(|code| code.log).chain(tails));
        let second_log = ceil_log(second_len);
        let (bases, tails) = bases.split_at_checked(codes.len()).unwrap_or_default();
        let mut tails = tails.iter();
        let opened = |((&(owner, _), code), &base): ((_, Code), _)| {
            let tail_base = code.cover.and_then(|_| tails.next()).copied().unwrap_or_default();
            Opened { owner, code, base, tail_base }
        };
        let oracles = sizes.iter().zip(codes.iter().copied()).zip(bases).map(opened).collect();
        let (mut log, mut len) = (second_log, second_len);
        let mut rounds = Vec::new();
        while log > FINAL_LOG.saturating_add(1) {
            let of = |all: &[usize; 3]| all.get(rounds.len()).or(all.last()).copied().unwrap_or(first);
            let lane_log = of(&lanes).min(log.saturating_sub(FINAL_LOG));
            let log_inv_rate = of(&others);
            let code = Code::new(level, len, log, lane_log, log_inv_rate);
            log = code.log;
            len = 1 << log;
            rounds.push(code);
        }
        Self { level, oracles, rounds, second_len, second_log, final_log: log, final_len: len }
    }

    /// The codes that are queried in a round: those of the committed vectors in the first, then the one that was
    /// committed to in the round before.
    pub fn queried(&self, round: usize) -> impl Iterator<Item = &Code> {
        let firsts = self.oracles.iter().map(|o| &o.code).filter(move |_| round == 0);
        firsts.chain(round.checked_sub(1).and_then(|before| self.rounds.get(before)))
    }

    /// The move that folds the codes which are queried in a round by one variable. That of the fixed columns does
    /// not count: its word is a codeword.
    pub fn fold(&self, round: usize) -> Move {
        let own =
            self.oracles.iter().filter(|o| o.owner == Owner::Run).map(|o| &o.code).filter(|_| round == 0);
        let later = self.queried(round).filter(|_| round > 0);
        Move::Fold { round, positions: own.chain(later).map(|c| 1 << c.position_log()).max().unwrap_or(0) }
    }

    /// The move that adds the mask to the first folded vector.
    pub fn mask(&self) -> Move {
        Move::MaskFactor { positions: self.covered().map_or(0, |(o, _)| 1 << o.code.position_log()) }
    }

    /// The move that batches the equations of a round's queries.
    pub fn beta(&self, round: usize) -> Move {
        let queries = self.queried(round).map(|code| code.queries);
        Move::Beta { round, equations: queries.fold(0, usize::saturating_add) }
    }

    /// The committed vector that has a cover; `None` where proofs don't hide.
    pub fn covered(&self) -> Option<(&Opened, Cover)> {
        self.oracles.iter().find_map(|o| Some((o, o.code.cover?)))
    }
}
