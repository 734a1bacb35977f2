//! What can go wrong.

use dyad_executor::Halted;

use crate::TooLong;

/// What can go wrong when programs are loaded, run, proved, and proofs verified.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The ELF file is not a program for the machine.
    #[error(transparent)]
    Load(#[from] dyad_program::LoadError),
    /// The list of blocks in the ELF file is none of this program.
    #[error(transparent)]
    List(#[from] dyad_blocks::list::ListError),
    /// A path of the program that cannot have a table of its own.
    #[error("block {index} of the list is none: {refused}")]
    Block {
        /// Its place in the list.
        index: usize,
        /// Why.
        refused: dyad_blocks::Refused,
    },
    /// The blocks of a list are together more than a key can carry.
    #[error(
        "the tables of these blocks are together more than a key can carry: tune the program with fewer terms"
    )]
    TooManyBlocks,
    /// The table of a block says something that its instructions do not do. No key is to be made of it.
    #[error("{0}; this is a fault of dyad: report it, and tune the program without that block")]
    False(Box<dyad_audit::Falsehood>),
    /// The program trapped, or ran too long.
    #[error(transparent)]
    Run(#[from] dyad_executor::Error),
    /// The program is larger than a proof can hold.
    #[error("this program does not fit a proof: {0}")]
    TooLarge(dyad_verifier::Error),
    /// The run is longer than one proof can hold.
    #[error("{0}")]
    TooLong(Box<TooLong>),
    /// The program used up its cycles, and one proof does not hold so many of them.
    #[error("{}; and a proof holds no such run: {}", dyad_executor::Error::CycleLimit(.at.clone()), .too_long.reason())]
    Endless {
        /// Where it was.
        at: Box<Halted>,
        /// Why a proof would not hold the run.
        too_long: Box<TooLong>,
    },
    /// Proving would take more memory than is allowed.
    #[error(
        "proving this run of {cycles} cycles takes {} MB of memory, more than the {} MB allowed: \
         allow more, or prove a shorter run",
        needed.div_ceil(1_000_000), limit / 1_000_000
    )]
    Memory {
        /// Bytes that the proof takes.
        needed: u64,
        /// Bytes that it may take.
        limit: u64,
        /// Cycles of the run.
        cycles: u64,
    },
    /// The public output is longer than a verifier accepts.
    #[error(
        "the program wrote {length} bytes of public output, and a proof shows at most {limit}: \
         write a digest of it instead"
    )]
    OutputTooLong {
        /// Bytes written.
        length: usize,
        /// The most that is accepted.
        limit: usize,
    },
    /// The operating system gives no random bytes, which a hiding proof is made with.
    #[error("the operating system gives no random bytes: {0}")]
    Randomness(String),
    /// A key or proof is rejected.
    #[error(transparent)]
    Proof(#[from] dyad_proof::Error),
    /// There is no such level.
    #[error("there is no level of {0} bits: proofs have 100 or 128")]
    NoSuchLevel(u32),
    /// A proof is of a lower level than is asked for.
    #[error("this proof is of level {level}, and at least {least} is asked for")]
    Level {
        /// The bits that the proof names.
        level: u32,
        /// The bits that it should have.
        least: u32,
    },
    /// A proof's parameters give less security than it names.
    #[error(
        "the parameters of this proof give {bits:.1} bits of security, less than the {level} that it names"
    )]
    Insecure {
        /// The bits that they give.
        bits: f64,
        /// The bits that the proof names.
        level: u32,
    },
}

impl Error {
    /// What the program had written to fd 2, where it did not exit.
    pub fn diagnostics(&self) -> &[u8] {
        match self {
            Self::Run(error) => error.diagnostics(),
            Self::Endless { at, .. } => &at.diagnostics,
            Self::TooLong(too_long) => too_long.at.as_ref().map_or(&[], |at| &at.diagnostics),
            _ => &[],
        }
    }
}
