//! Fiat-Shamir: every message of the prover goes in, every challenge comes out.

use alloc::vec::Vec;
use core::marker::PhantomData;

use dyad_field::{K, to_bits};

use crate::check::{Part, kept};
use crate::hash::Domain;
use crate::label::Label;
use crate::moves::nonce_length;
use crate::number::wide;
use crate::{Digest, Hash};

/// Bytes that are hashed to try a nonce.
pub const TRIAL_LENGTH: usize = 64;

/// Whether the digest of a trial is a proof of work of `bits` bits: its first 16 bytes,
/// little-endian, end in that many zero bits.
pub fn worth(bits: u32, digest: &Digest) -> bool {
    let mut low = [0; 16];
    for (l, s) in low.iter_mut().zip(digest) {
        *l = *s;
    }
    u128::from_le_bytes(low).trailing_zeros() >= bits.min(128)
}

/// What is hashed to try a nonce: the state, the nonce, little-endian, and zeros up to a block, of which provers
/// hash several side by side.
pub fn trial(state: &Digest, nonce: u64) -> [u8; TRIAL_LENGTH] {
    let mut block = [0; TRIAL_LENGTH];
    for (b, &x) in block.iter_mut().zip(state.iter().chain(&nonce.to_le_bytes())) {
        *b = x;
    }
    block
}

/// Where challenges come from.
pub trait Challenges {
    /// Draws a field element.
    fn draw(&mut self, label: Label) -> K;

    /// Draws `n` field elements.
    fn draw_many(&mut self, label: Label, n: usize) -> Vec<K> {
        (0..n).map(|_| self.draw(label)).collect()
    }

    /// Draws an index of `log` bits, `log` at most 63.
    fn draw_index(&mut self, label: Label, log: usize) -> usize {
        let mask = (1u128 << log.min(63)).wrapping_sub(1);
        usize::try_from(to_bits(self.draw(label)) & mask).unwrap_or_default()
    }
}

/// A hash chain. An absorb is `state = H(state, length of label, label, length of data, data)`, a
/// draw is `state = H(state, 255, label)`, whose first 16 bytes are the challenge: absorbs of
/// different labels or lengths, and draws, never share an input.
#[derive(Debug)]
pub struct Transcript<H> {
    state: Digest,
    hash: PhantomData<H>,
}

impl<H> Clone for Transcript<H> {
    fn clone(&self) -> Self {
        Self { state: self.state, hash: PhantomData }
    }
}

impl<H: Hash> Transcript<H> {
    /// A fresh transcript of a protocol.
    pub fn new(protocol: &[u8]) -> Self {
        let protocol = if kept(&Part::Absorb("protocol")) { protocol } else { &[] };
        Self { state: H::hash(Domain::Transcript, &[protocol]), hash: PhantomData }
    }

    /// The state: a digest of everything so far, which is public.
    pub fn state(&self) -> &Digest {
        &self.state
    }

    /// Absorbs bytes.
    pub fn absorb(&mut self, label: Label, data: &[u8]) {
        let label = label.name();
        if !kept(&Part::Absorb(label)) {
            return;
        }
        let length = wide(data.len()).to_le_bytes();
        self.state = H::hash(
            Domain::Transcript,
            &[&self.state, &[u8::try_from(label.len()).unwrap_or(u8::MAX)], label.as_bytes(), &length, data],
        );
    }

    /// Absorbs field elements, 16 bytes each.
    pub fn absorb_elements(&mut self, label: Label, elements: &[K]) {
        let mut data = Vec::with_capacity(elements.len().saturating_mul(16));
        for &e in elements {
            data.extend_from_slice(&to_bits(e).to_le_bytes());
        }
        self.absorb(label, &data);
    }

    /// Whether `nonce` is a proof of work of `bits` bits for the present state: the digest of its [`trial`] in
    /// [`Domain::Grind`] is [`worth`] that many.
    pub fn is_work(&self, bits: u32, nonce: u64) -> bool {
        worth(bits, &H::hash(Domain::Grind, &[&trial(&self.state, nonce)]))
    }

    /// Checks and absorbs a proof-of-work nonce, of the bytes that a proof has of it.
    pub fn check_work(&mut self, bits: u32, nonce: u64) -> bool {
        let ok = self.is_work(bits, nonce);
        let bytes = nonce.to_le_bytes();
        self.absorb(Label::Nonce, bytes.get(..nonce_length(bits)).unwrap_or(&bytes));
        ok
    }
}

impl<H: Hash> Challenges for Transcript<H> {
    fn draw(&mut self, label: Label) -> K {
        self.state = H::hash(Domain::Transcript, &[&self.state, &[255], label.name().as_bytes()]);
        let mut drawn = self.state;
        if !kept(&Part::Draw(label.name())) {
            drawn = H::hash(Domain::Transcript, &[label.name().as_bytes()]);
        }
        let mut low = [0; 16];
        for (l, s) in low.iter_mut().zip(drawn) {
            *l = s;
        }
        dyad_field::from_bits(u128::from_le_bytes(low))
    }
}
