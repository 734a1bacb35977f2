//! Reading a proof: a plain sequence of field elements, digests and numbers, in transcript order.

use alloc::vec::Vec;

use dyad_field::{BYTES, K};

use crate::check::demand;
use crate::{Digest, Error};

/// Reads a proof front to back, and remembers where its sections began.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    sections: Vec<(&'static str, usize)>,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0, sections: Vec::new() }
    }

    /// Says that what follows is the section `name`.
    pub fn section(&mut self, name: &'static str) {
        self.sections.push((name, self.position));
    }

    /// The sections so far: name and offset of the first byte.
    pub fn sections(&self) -> &[(&'static str, usize)] {
        &self.sections
    }

    fn name(&self) -> &'static str {
        self.sections.last().map_or("header", |s| s.0)
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// [`Error::Truncated`] if there are fewer.
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], Error> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let taken = rest.get(..n).ok_or(Error::Truncated(self.name()))?;
        self.position = self.position.saturating_add(n);
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut out = [0; N];
        for (o, b) in out.iter_mut().zip(self.bytes(N)?) {
            *o = *b;
        }
        Ok(out)
    }

    /// The next digest.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn digest(&mut self) -> Result<Digest, Error> {
        self.array()
    }

    /// The next number of 32 bits, little-endian.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// The next number of `length` bytes, at most 8, little-endian.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn nonce(&mut self, length: usize) -> Result<u64, Error> {
        Ok(self.bytes(length)?.iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte)))
    }

    /// The next field element: 16 bytes, little-endian; every string is one.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn element(&mut self) -> Result<K, Error> {
        Ok(K::from_le_bytes(self.array()?))
    }

    /// The next `n` field elements. Allocates only once the bytes are known to be there.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn elements(&mut self, n: usize) -> Result<Vec<K>, Error> {
        let length = n.checked_mul(BYTES).ok_or(Error::Truncated(self.name()))?;
        let mut inner = Reader::new(self.bytes(length)?);
        (0..n).map(|_| inner.element()).collect()
    }

    /// Demands that nothing is left.
    ///
    /// # Errors
    /// [`Error::TrailingBytes`].
    pub fn finish(&self) -> Result<(), Error> {
        let left = self.bytes.len().saturating_sub(self.position);
        demand(left == 0, Error::TrailingBytes(left))
    }
}
