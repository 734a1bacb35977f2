//! Dyad, a zero-knowledge virtual machine over binary fields.
//!
//! It runs an ordinary RISC-V program and proves that the program with this key, given some private
//! input, wrote this public output and ended with this exit code.
//!
//! ```
//! # fn main() -> Result<(), dyad::Error> {
//! # use dyad_program::testing::{asm::*, program, DATA};
//! # let code = [
//! #     syscall(63, 0, DATA, 1), // read a byte
//! #     li(A1, DATA), vec![lbu(A0, A1, 0), add(A0, A0, A0), sb(A0, A1, 0)],
//! #     syscall(64, 1, DATA, 1), // write it
//! #     exit(0),
//! # ].concat();
//! # let elf = program(&code, &[0; 8]);
//! // `elf` holds the bytes of an ELF file, as `dyad build` makes them. This one doubles a byte.
//! let program = dyad::Program::from_elf(&elf)?;
//!
//! // Run it without proving.
//! let run = program.run(&[21], dyad::Limits::default())?;
//! assert_eq!((run.output.as_slice(), run.exit_code), (&[42][..], 0));
//!
//! // Prove a run. The input stays with the prover.
//! let prover = dyad::Prover::new(&program)?;
//! let (proof, report) = prover.prove(&[21])?;
//! println!("{} cycles at {:.0} kHz", report.cycles, report.khz());
//!
//! // Whoever has the key can check the proof: no program, no input.
//! let key = dyad::VerifyingKey::from_bytes(&prover.key().to_bytes())?;
//! let proof = dyad::Proof::from_bytes(&proof.to_bytes())?;
//! let verified = dyad::verify(&key, &proof)?;
//! assert_eq!(verified.output, [42]);
//!
//! // More bits of security, and a smaller proof; a verifier says how many bits it demands.
//! let prover = prover.level(128)?.small(true);
//! let (proof, _) = prover.prove(&[21])?;
//! let verified = dyad::verify_at(&key, &proof, 128)?;
//! assert!(verified.level.bits() == 128 && verified.level.is_small() && verified.level.is_hiding());
//! # Ok(())
//! # }
//! ```
//!
//! # Speed
//! The prover's kernels are those of the processor that the build is for. By default that is any processor of its
//! kind, for which proofs take twenty times as long: build with `RUSTFLAGS="-C target-cpu=native"`, or put that into
//! the `.cargo/config.toml` of your project. [`kernels`] and [`has_fast_kernels`] say what a build has.
//!
//! # What a proof tells
//! The statement, and the numbers of rows of its tables: exact counts of instructions by class, of memory
//! cells touched and of bytes read, which may depend on the input. Nothing else, unless it was made by a
//! [`Prover::transparent`] one.

mod check;
mod choice;
mod error;
mod filling;
mod fit;
mod memory;
mod program;
mod prover;
mod running;
mod stopwatch;
mod tune;

pub use check::CheckedBlocks;
pub use dyad_audit::{Effort, Falsehood};
pub use dyad_blocks::tune::{Budget, Chosen, LIKELY_TERMS};
pub use dyad_blocks::{Block, Blocks, Path, Residue, Size};
pub use dyad_executor::{Cause, Halted, Limits, Singles};
pub use dyad_program::{FloatAbi, HeaderFlags, Lines};
pub use dyad_proof::{Error as ProofError, Proof, VerifyingKey};
pub use dyad_prover::cost::{Cost, Floor};
pub use dyad_rules::forms::TableForms;
pub use dyad_security::Report as SecurityReport;
pub use dyad_verifier::{Error as VerifierError, Level};
pub use error::Error;
pub use fit::TooLong;
pub use program::{InBlocks, Misaligned, Program, Run};
pub use prover::{Prover, Report, STEPS, Stage};
pub use stopwatch::{Processor, Timing};

/// What a valid proof establishes.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The program's public output.
    pub output: Vec<u8>,
    /// Its exit code.
    pub exit_code: u8,
    /// The level of the proof: bits of security, fast or small, hiding or not.
    pub level: Level,
    /// Bits of security of this proof with its parameters and sizes: the least over all steps. The level's bits, which
    /// are what is proved of the whole, are one less or more.
    pub security_bits: f64,
    /// Where those bits come from.
    pub security: SecurityReport,
    /// Names and rows of the machine's tables.
    pub tables: Vec<(std::borrow::Cow<'static, str>, u32)>,
    /// The sections of the proof's body and where in it they begin.
    pub sections: Vec<(&'static str, usize)>,
}

/// The level below which [`verify`] accepts no proof, in bits.
pub const LEAST_LEVEL: u32 = 100;

/// Verifies that the program with this key, given some private input, wrote this output and ended
/// with this exit code, whatever that is: a program that failed has proofs of it, too.
///
/// # Errors
/// [`Error::Proof`] if the proof does not hold or is for another key, [`Error::Insecure`] if its
/// parameters give less security than its level names.
pub fn verify(key: &VerifyingKey, proof: &Proof) -> Result<Verified, Error> {
    verify_at(key, proof, LEAST_LEVEL)
}

/// As [`verify`], for proofs of at least this level in bits.
///
/// # Errors
/// As [`verify`]; [`Error::Level`] for a proof of less, whether it holds or not.
pub fn verify_at(key: &VerifyingKey, proof: &Proof, least: u32) -> Result<Verified, Error> {
    let named = proof.level()?.bits();
    if named < least {
        return Err(Error::Level { level: named, least });
    }
    let system = key.system();
    let v = dyad_proof::verify_in(&system, key, proof)?;
    let rows: Vec<u32> = v.rows.iter().map(|r| r.1).collect();
    let statement = key.statement(&proof.output, proof.exit_code);
    let security = program::security(&system, &rows, &v.schedule, &statement)?;
    let level = v.schedule.level.bits();
    if security.bits() < f64::from(level) {
        return Err(Error::Insecure { bits: security.bits(), level });
    }
    Ok(Verified {
        output: v.output,
        exit_code: v.exit_code,
        level: v.schedule.level,
        security_bits: security.bits(),
        security,
        tables: v.rows,
        sections: v.sections,
    })
}

/// The digest of the machine's rules and of what the protocol takes for granted: that of this release's keys of programs
/// without blocks.
pub fn rules() -> [u8; 32] {
    dyad_proof::system().digest
}

/// The kernels that the prover of this build runs on.
pub const fn kernels() -> &'static str {
    dyad_prover::kernels::name()
}

/// Whether these are the fast ones. They are chosen when the program is built: for the machine that
/// builds it, with the flags of this repository, or for any of its kind, without.
pub const fn has_fast_kernels() -> bool {
    dyad_prover::kernels::FAST
}
