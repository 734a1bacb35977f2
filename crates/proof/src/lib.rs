//! Proofs of runs of Dyad programs: verifying keys, the proof file, verification.
//!
//! This crate joins `dyad-machine` (what is proved) and `dyad-verifier` (how). It is all that a
//! verifier needs, and all that a program inside the machine needs to verify a proof: `no_std`, no
//! threads, no panics, no prover.
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

extern crate alloc;

mod key;
mod limits;
mod proof;
mod shapes;

use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;

use dyad_rules::forms::TableForms;
use dyad_verifier::check::demand;
use dyad_verifier::{Blake3, Schedule, System};

pub use key::VerifyingKey;
pub use proof::{MAX_OUTPUT, Proof};

/// Why a key or proof is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is something else.
    #[error("this is not a Dyad {0}: it does not begin as one")]
    NotOne(&'static str),
    /// The file is of another version.
    #[error("this {what} is of version {found}; this program reads version {known}")]
    Version {
        /// Key or proof.
        what: &'static str,
        /// Its version.
        found: u16,
        /// The version known here.
        known: u16,
    },
    /// The file is too short, or longer than it says.
    #[error("this {0} is damaged: it has another length than it should have")]
    Length(&'static str),
    /// The tables of a key's blocks are none, or not written as they are to be.
    #[error("this verifying key is damaged: what it says of the program's blocks is no list of tables")]
    Shapes,
    /// The key was made for other rules.
    #[error("this key was made for another version of the machine's rules: make it anew with `dyad key`")]
    OtherRules,
    /// The proof is for another program.
    #[error(
        "this proof is for another program, or this key is of another build of Dyad: it was made for the key {found}, \
         not for {expected}"
    )]
    OtherKey {
        /// The identity of the key that the proof names.
        found: alloc::string::String,
        /// The identity of the key given.
        expected: alloc::string::String,
    },
    /// The proof does not hold.
    #[error("the proof is not valid: {0}")]
    Invalid(#[from] dyad_verifier::Error),
}

/// The machine as a system of tables, with the digest of its rules.
pub fn system() -> System {
    system_with(core::iter::empty())
}

/// The machine and the blocks of a program as a system of tables, with the digest of all rules.
pub fn system_with(blocks: impl Iterator<Item = Arc<TableForms>>) -> System {
    let machine = dyad_machine::tables::tables();
    let machine = machine.iter().map(|table| Arc::new(TableForms::of(&table.shape())));
    System::of::<Blake3>(machine.chain(blocks).collect())
}

/// The tables of a program's blocks as a key carries them.
pub fn blocks_to_bytes(blocks: &[Arc<TableForms>]) -> Vec<u8> {
    shapes::compress(&shapes::encode(blocks))
}

/// Whether a key can carry these tables of a program's blocks: whether their key can be read.
pub fn blocks_fit_a_key(blocks: &[Arc<TableForms>]) -> bool {
    shapes::fit(blocks, key::MAX_SHAPES)
}

/// What a valid proof establishes.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The program's public output.
    pub output: Vec<u8>,
    /// Its exit code.
    pub exit_code: u8,
    /// Names and rows of the machine's tables.
    pub rows: Vec<(Cow<'static, str>, u32)>,
    /// The parameters of the proof.
    pub schedule: Schedule,
    /// The sections of the proof's body and where they begin.
    pub sections: Vec<(&'static str, usize)>,
}

/// Verifies that a program with this key, given some private input, wrote this output and ended
/// with this exit code.
///
/// # Errors
/// [`Error`], with the step that failed. Never panics, whatever key and proof hold.
pub fn verify(key: &VerifyingKey, proof: &Proof) -> Result<Verified, Error> {
    verify_in(&key.system(), key, proof)
}

/// As [`verify`], with the key's [`VerifyingKey::system`] made before: worth while for many proofs.
///
/// # Errors
/// As [`verify`].
pub fn verify_in(system: &System, key: &VerifyingKey, proof: &Proof) -> Result<Verified, Error> {
    demand(key.rules == system.digest, Error::OtherRules)?;
    demand(proof.key == key.id(), "OtherKey")
        .map_err(|_| Error::OtherKey { found: hex(&proof.key), expected: hex(&key.id()) })?;
    let level = proof.level()?;
    let statement = key.statement(&proof.output, proof.exit_code);
    let v = dyad_verifier::verify::<Blake3>(level, system, &key.columns(), &statement, &proof.body)?;
    let names = system.tables.iter().map(|t| t.name.clone());
    Ok(Verified {
        output: proof.output.clone(),
        exit_code: proof.exit_code,
        rows: names.zip(v.rows).collect(),
        schedule: v.schedule,
        sections: v.sections,
    })
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> alloc::string::String {
    use core::fmt::Write;
    bytes.iter().fold(alloc::string::String::new(), |mut s, b| {
        // Writing to a string cannot fail.
        let _ = write!(s, "{b:02x}");
        s
    })
}
