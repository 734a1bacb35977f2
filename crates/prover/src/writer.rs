//! Writing a proof: the mirror of `dyad_verifier::reader`.

use dyad_field::{K, to_bits};
use dyad_verifier::Digest;

/// A proof: its bytes, and where its sections begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// What the verifier reads.
    pub bytes: Vec<u8>,
    /// Name and offset of the first byte of each section.
    pub sections: Vec<(&'static str, usize)>,
}

impl Proof {
    /// Says that what follows is the section `name`.
    pub fn section(&mut self, name: &'static str) {
        self.sections.push((name, self.bytes.len()));
    }

    /// Appends field elements.
    pub fn elements(&mut self, elements: &[K]) {
        for &e in elements {
            self.bytes.extend_from_slice(&to_bits(e).to_le_bytes());
        }
    }

    /// Appends a digest.
    pub fn digest(&mut self, d: &Digest) {
        self.bytes.extend_from_slice(d);
    }

    /// Appends a number of 32 bits.
    pub fn u32(&mut self, n: u32) {
        self.bytes.extend_from_slice(&n.to_le_bytes());
    }

    /// Appends the first `length` bytes of a number, little-endian.
    pub fn nonce(&mut self, n: u64, length: usize) {
        self.bytes.extend_from_slice(&n.to_le_bytes()[..length]);
    }
}
