//! The proof file.

use alloc::vec::Vec;

use dyad_verifier::check::demand;
use dyad_verifier::{Digest, Level};

use crate::Error;

const MAGIC: &[u8; 10] = b"dyad-proof";
/// That of the protocol: a proof of another one is told from one for another program.
const VERSION: u16 = 7;

/// The longest public output that a verifier accepts, in bytes: it holds a message of 40 bytes for
/// each of them.
pub const MAX_OUTPUT: usize = 1 << 24;

/// A proof that a program wrote an output and ended with an exit code.
///
/// There is exactly one byte string for each proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The number of its level, [`Level::number`], not the bits of security, which [`Proof::level`] gives.
    pub level_number: u32,
    /// The identity of the verifying key that it was made for.
    pub key: Digest,
    /// The claimed exit code.
    pub exit_code: u8,
    /// The claimed public output.
    pub output: Vec<u8>,
    /// What the verifier of the proof system reads.
    pub body: Vec<u8>,
}

impl Proof {
    /// The proof as a file: magic, version, level, key, exit code, length of the output, output,
    /// body; numbers little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.header_length().saturating_add(self.body.len()));
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.level_number.to_le_bytes());
        out.extend_from_slice(&self.key);
        out.push(self.exit_code);
        out.extend_from_slice(&(self.output.len() as u64).to_le_bytes());
        out.extend_from_slice(&self.output);
        out.extend_from_slice(&self.body);
        out
    }

    /// What its parameters were chosen for: bits of security, a fast or a small proof, and whether it hides. What is
    /// named here holds if the proof is valid.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a number that no level has.
    pub fn level(&self) -> Result<Level, Error> {
        Ok(Level::new(self.level_number)?)
    }

    /// Bytes of the file before the body.
    pub fn header_length(&self) -> usize {
        (MAGIC.len() + 2 + 4 + 32 + 1 + 8).saturating_add(self.output.len())
    }

    /// Reads a proof. Whether it is valid is for [`crate::verify`] to say.
    ///
    /// # Errors
    /// [`Error::NotOne`], [`Error::Version`], [`Error::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "proof";
        let short = Error::Length(WHAT);
        let (magic, rest) = bytes.split_first_chunk().ok_or(Error::NotOne(WHAT))?;
        demand(magic == MAGIC, Error::NotOne(WHAT))?;
        let (version, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let found = u16::from_le_bytes(*version);
        demand(found == VERSION, Error::Version { what: WHAT, found, known: VERSION })?;
        let (level, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let (key, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let (exit_code, rest) = rest.split_first().ok_or(short.clone())?;
        let (length, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| short.clone())?;
        demand(length <= MAX_OUTPUT, short.clone())?;
        let (output, body) = rest.split_at_checked(length).ok_or(short)?;
        Ok(Self {
            level_number: u32::from_le_bytes(*level),
            key: *key,
            exit_code: *exit_code,
            output: output.to_vec(),
            body: body.to_vec(),
        })
    }
}
