//! The parameters of the opening, derived from sizes and the security level alone.

use alloc::vec::Vec;

use crate::Error;
use crate::layout::{Layout, ceil_log};

/// Bits of security that the parameters are chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(u32);

impl Level {
    /// 100 bits, the level of this version.
    pub const L100: Self = Self(100);

    /// The level of so many bits.
    ///
    /// # Errors
    /// [`Error::UnsupportedLevel`] for any other than 100.
    pub fn new(bits: u32) -> Result<Self, Error> {
        if bits == 100 { Ok(Self::L100) } else { Err(Error::UnsupportedLevel(bits)) }
    }

    /// Its bits.
    pub fn bits(self) -> u32 {
        self.0
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
/// Logarithm of the blow-up of the code of each round; the last entry repeats.
const RATES: [usize; 4] = [1, 2, 3, 4];

/// An interleaved Reed-Solomon code, and how often it is queried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Logarithm of the lanes, data or not: the variables folded in its round.
    pub lane_log: usize,
    /// Lanes that hold data; the others are zero, and neither computed nor hashed.
    pub lanes: usize,
    /// Logarithm of the elements of a lane.
    pub log: usize,
    /// Logarithm of the blow-up: the code has 2^(log + rate) positions.
    pub rate: usize,
    /// Positions drawn.
    pub queries: usize,
}

impl Code {
    fn new(level: Level, len: usize, log: usize, lane_log: usize, rate: usize) -> Self {
        let log = log.saturating_sub(lane_log);
        Self { lane_log, lanes: len.div_ceil(1 << log).max(1), log, rate, queries: queries(level, rate) }
    }

    /// Logarithm of the positions.
    pub fn position_log(&self) -> usize {
        self.log.saturating_add(self.rate)
    }
}

/// Queries that give `level` bits less [`GRINDING`] in unique decoding: a word further than
/// (1 - rate)/2 from the code passes one with probability at most (1 + rate)/2.
fn queries(level: Level, rate: usize) -> usize {
    // -1000 log2((1 + 2^-rate) / 2), rounded down. A code of rate 1 has no distance, whatever the
    // number of queries; no schedule has one.
    let millibits = match rate {
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

/// The codes of all rounds of the opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The level it was made for.
    pub level: Level,
    /// The code of the run's columns.
    pub main: Code,
    /// The code of the program's columns.
    pub fixed: Option<Code>,
    /// Where the folded main and fixed vectors lie in the vector of the second round.
    pub bases: (usize, usize),
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
        let fixed_len = layout.fixed.as_ref().map(|f| f.pairs.len);
        Self::from_sizes(level, layout.main.pairs.len, fixed_len)
    }

    /// The schedule for vectors of these numbers of elements.
    pub fn from_sizes(level: Level, main_len: usize, fixed_len: Option<usize>) -> Self {
        // Both vectors fold their lanes in the same rounds, so they have as many lane variables.
        let main = Code::new(level, main_len, ceil_log(main_len).max(LANE_LOG), LANE_LOG, RATES[0]);
        let fixed = fixed_len.map(|len| fixed_code(level, len));
        let (bases, second_len, second_log) = match fixed {
            None => ((0, 0), 1 << main.log, main.log),
            Some(f) => {
                let len = (1usize << main.log).saturating_add(1 << f.log);
                let bases = if main.log >= f.log { (0, 1 << main.log) } else { (1 << f.log, 0) };
                (bases, len, main.log.max(f.log).saturating_add(1))
            }
        };
        let (mut log, mut len) = (second_log, second_len);
        let mut rounds = Vec::new();
        while log > FINAL_LOG.saturating_add(1) {
            let lane_log = LANE_LOG.min(log.saturating_sub(FINAL_LOG));
            let rate = RATES.get(rounds.len().saturating_add(1)).or(RATES.last()).copied().unwrap_or(1);
            let code = Code::new(level, len, log, lane_log, rate);
            log = code.log;
            len = 1 << log;
            rounds.push(code);
        }
        Self { level, main, fixed, bases, rounds, second_len, second_log, final_log: log, final_len: len }
    }
}
