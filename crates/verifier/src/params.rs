//! The parameters of the opening, derived from sizes and the security level alone.

use alloc::vec::Vec;

use crate::Error;
use crate::layout::{Layout, Owner, ceil_log, places};

/// What the parameters are chosen for: bits of security, and fast or small proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    bits: u32,
    small: bool,
}

/// Set in the number of a level whose proofs are small.
const SMALL: u32 = 1 << 16;

impl Level {
    /// 100 bits, and fast to prove.
    pub const L100: Self = Self { bits: 100, small: false };
    /// 100 bits, and small: codes of lower rate need fewer queries, and more work.
    pub const L100_SMALL: Self = Self { bits: 100, small: true };

    /// The level of a number, as proofs name it.
    ///
    /// # Errors
    /// [`Error::UnsupportedLevel`] for any other than those of [`Level::L100`] and
    /// [`Level::L100_SMALL`].
    pub fn new(number: u32) -> Result<Self, Error> {
        let known = [Self::L100, Self::L100_SMALL].into_iter().find(|level| level.number() == number);
        known.ok_or(Error::UnsupportedLevel(number))
    }

    /// Its number in proofs and transcripts: the bits, and 2^16 more for small proofs.
    pub fn number(self) -> u32 {
        if self.small { self.bits | SMALL } else { self.bits }
    }

    /// Its bits of security.
    pub fn bits(self) -> u32 {
        self.bits
    }

    /// Whether its proofs are small rather than fast.
    pub fn is_small(self) -> bool {
        self.small
    }

    /// Logarithms of the blow-up of the codes of all rounds; the last entry repeats.
    fn rates(self) -> [usize; 4] {
        if self.small { SMALL_RATES } else { RATES }
    }
}

/// Proof-of-work bits before the queries of each round.
pub const GRINDING: u32 = 16;
/// Rounds fold down to 2^8 elements, which are sent in the clear; a vector of at most 2^9 is sent
/// without another round.
pub const FINAL_LOG: usize = 8;
/// Lanes are folded four variables at a time.
pub const LANE_LOG: usize = 4;
/// The fixed columns are committed once a program, so at a low rate: fewer queries.
const FIXED_RATE: usize = 3;
/// The rates of fast proofs.
const RATES: [usize; 4] = [1, 2, 3, 4];
/// The rates of small proofs. The vectors after the first are a sixteenth as long, and so on.
const SMALL_RATES: [usize; 4] = [2, 4, 4, 4];

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
}

impl Code {
    fn new(level: Level, len: usize, log: usize, lane_log: usize, log_inv_rate: usize) -> Self {
        let log = log.saturating_sub(lane_log);
        Self {
            lane_log,
            lanes: len.div_ceil(1 << log).max(1),
            log,
            log_inv_rate,
            queries: queries(level, log_inv_rate),
        }
    }

    /// Logarithm of the positions.
    pub fn position_log(&self) -> usize {
        self.log.saturating_add(self.log_inv_rate)
    }
}

/// Queries that give `level` bits less [`GRINDING`] in unique decoding: a word further than
/// (1 - rate)/2 from the code passes one with probability at most (1 + rate)/2.
fn queries(level: Level, log_inv_rate: usize) -> usize {
    // -1000 log2((1 + 2^-log_inv_rate) / 2), rounded down. A code of rate 1 has no distance, whatever the
    // number of queries; no schedule has one.
    let millibits = match log_inv_rate {
        0 => 1,
        1 => 415,
        2 => 678,
        3 => 830,
        4 => 912,
        _ => 955,
    };
    let wanted = (level.bits().saturating_sub(GRINDING) as usize).saturating_mul(1000);
    wanted.div_ceil(millibits)
}

/// The code that the fixed columns are committed with, from their number of elements.
pub fn fixed_code(level: Level, len: usize) -> Code {
    Code::new(level, len, ceil_log(len).max(LANE_LOG), LANE_LOG, FIXED_RATE)
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
        Self::from_sizes(level, &sizes)
    }

    /// The schedule for vectors of these owners and numbers of elements.
    pub fn from_sizes(level: Level, sizes: &[(Owner, usize)]) -> Self {
        let [first, others @ ..] = level.rates();
        // All of them fold their lanes in the same rounds, so they have as many lane variables.
        let codes = sizes.iter().map(|&(owner, len)| match owner {
            Owner::Run => Code::new(level, len, ceil_log(len).max(LANE_LOG), LANE_LOG, first),
            Owner::Program => fixed_code(level, len),
        });
        let codes: Vec<Code> = codes.collect();
        let (bases, second_len) = places(codes.iter().map(|code| code.log));
        let second_log = ceil_log(second_len);
        let oracles = sizes.iter().zip(codes).zip(bases);
        let oracles = oracles.map(|((&(owner, _), code), base)| Opened { owner, code, base }).collect();
        let (mut log, mut len) = (second_log, second_len);
        let mut rounds = Vec::new();
        while log > FINAL_LOG.saturating_add(1) {
            let lane_log = LANE_LOG.min(log.saturating_sub(FINAL_LOG));
            let log_inv_rate = others.get(rounds.len()).or(others.last()).copied().unwrap_or(first);
            let code = Code::new(level, len, log, lane_log, log_inv_rate);
            log = code.log;
            len = 1 << log;
            rounds.push(code);
        }
        Self { level, oracles, rounds, second_len, second_log, final_log: log, final_len: len }
    }
}
