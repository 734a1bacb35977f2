//! What a check of a block has found.

use core::fmt;

use dyad_executor::Cause;

use crate::claim::{Claim, Kept, Place};

/// What of a block was looked at, and found to be true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were compared with what the instructions do.
    pub rows: u32,
    /// Those of them in which a cell is found more than once.
    pub aliased: u32,
    /// Those of them that were made from another row by changing one value that it finds.
    pub changed: u32,
    /// Changes of a value after which there is no row.
    pub refused: u32,
    /// Tries that led to no row: what was chosen contradicted itself, or the bus has no such row.
    pub failed: u32,
    /// Where the rows led.
    pub exits: Vec<u32>,
    /// Quotients that were tried in the place of those that rows had, each in vain.
    pub quotients: u32,
    /// By column, the bits that what a row finds left open, of which nothing that it leaves depends.
    pub free: Vec<u64>,
}

impl Report {
    /// Whether any row was found: a block without any has not been checked.
    pub fn sampled(&self) -> bool {
        self.rows > 0
    }

    /// How many bits of a row are free.
    pub fn free_bits(&self) -> u32 {
        self.free.iter().map(|word| word.count_ones()).sum()
    }
}

/// What is false of a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The messages are not those of a block.
    #[error("its messages are none of a block's: {0}")]
    Messages(&'static str),
    /// The path is none of the program's.
    #[error("its path is none of the program's: {0}")]
    Path(&'static str),
    /// A time that is not the row's.
    #[error("it leaves something at time {said}")]
    Time {
        /// The time.
        said: u32,
    },
    /// A place is left no later than it was found.
    #[error("it leaves a place no later than it finds it")]
    Order,
    /// It begins elsewhere.
    #[error("it begins at {said:#x}, its path at {is:#x}")]
    Entry {
        /// Where the row begins.
        said: u32,
        /// Where the path begins.
        is: u32,
    },
    /// The instructions leave the path.
    #[error("instruction {at} of the path leads to {next:#x}, which is not the next one on it")]
    Leaves {
        /// The place on the path, from 0.
        at: usize,
        /// Where execution goes on.
        next: u64,
    },
    /// An instruction traps.
    #[error("instruction {at} of the path traps: {cause}")]
    Traps {
        /// The place on the path, from 0.
        at: usize,
        /// Why.
        cause: Cause,
    },
    /// It leads elsewhere.
    #[error("it leads to {said:#x}, the instructions to {is:#x}")]
    Exit {
        /// Where the row leads.
        said: u32,
        /// Where the instructions lead.
        is: u64,
    },
    /// A register or cell is left with another value.
    #[error("it leaves {place} with {said:#x}, the instructions with {is:#x}")]
    Value {
        /// Which.
        place: Place,
        /// What the row leaves.
        said: u64,
        /// What the instructions leave.
        is: u64,
    },
    /// A register or cell that the row does not have is changed, or a cell is read that may be any.
    #[error("the instructions access {place}, which it does not find")]
    NotFound {
        /// Which.
        place: Place,
    },
    /// A division's quotient may be another one.
    #[error("the quotient {honest:#x} of a division may be {other:#x} as well")]
    Quotient {
        /// What it is.
        honest: u64,
        /// What it may be besides.
        other: u64,
    },
    /// Something that it leaves does not follow from what it finds.
    #[error(
        "bits {bits:#x} of word {word} of message {message} that it puts do not follow from what it finds"
    )]
    Open {
        /// The message, among those that the row puts.
        message: usize,
        /// The word.
        word: usize,
        /// Its bits.
        bits: u64,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register(index) => write!(f, "register {index}"),
            Self::Cell(cell) if cell & 1 == 1 => write!(f, "the read-only cell {:#x}", cell & !7),
            Self::Cell(cell) => write!(f, "the cell {:#x}", cell & !7),
        }
    }
}

/// A block whose table says something false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Falsehood {
    /// The table's name.
    pub block: String,
    /// What is false.
    pub difference: Difference,
    /// The row's time, where it is known.
    pub time: Option<u32>,
    /// The registers and cells that the row finds.
    pub found: Vec<Kept>,
}

impl Falsehood {
    pub(crate) fn new(block: &str, difference: Difference, claim: Option<&Claim>) -> Self {
        Self {
            block: block.to_owned(),
            difference,
            time: claim.map(|c| c.time),
            found: claim.map_or_else(Vec::new, |c| c.kept.clone()),
        }
    }
}

impl fmt::Display for Falsehood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the table of {} is false: {}", self.block, self.difference)?;
        if let Some(time) = self.time {
            write!(f, "; a row at time {time}")?;
        }
        for (i, kept) in self.found.iter().enumerate() {
            write!(f, "{} {} with {:#x}", if i == 0 { " that finds" } else { "," }, kept.place, kept.before)?;
        }
        Ok(())
    }
}

impl core::error::Error for Falsehood {}
