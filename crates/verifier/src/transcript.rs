//! Fiat-Shamir: every message of the prover goes in, every challenge comes out.

use alloc::vec::Vec;
use core::marker::PhantomData;

use dyad_field::{K, to_bits};

use crate::hash::Domain;
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

/// A hash chain. An absorb is `state = H(state, length of label, label, length of data, data)`, a
/// draw is `state = H(state, 255, label)`, whose first 16 bytes are the challenge: absorbs of
/// different labels or lengths, and draws, never share an input.
#[derive(Clone, Debug)]
pub struct Transcript<H> {
    state: Digest,
    trace: Option<Vec<(&'static str, K)>>,
    hash: PhantomData<H>,
}

impl<H: Hash> Transcript<H> {
    /// A fresh transcript of a protocol.
    pub fn new(protocol: &[u8]) -> Self {
        Self { state: H::hash(Domain::Transcript, &[protocol]), trace: None, hash: PhantomData }
    }

    /// Keeps a list of the challenges drawn from here on, for comparison with another
    /// implementation.
    pub fn record(&mut self) {
        self.trace = Some(Vec::new());
    }

    /// The challenges drawn since [`Transcript::record`], with their labels.
    pub fn recorded(&self) -> &[(&'static str, K)] {
        self.trace.as_deref().unwrap_or_default()
    }

    /// Absorbs bytes. Labels are shorter than 255 bytes.
    pub fn absorb(&mut self, label: &'static str, data: &[u8]) {
        let length = (data.len() as u64).to_le_bytes();
        self.state = H::hash(
            Domain::Transcript,
            &[&self.state, &[label.len() as u8], label.as_bytes(), &length, data],
        );
    }

    /// Absorbs field elements, 16 bytes each.
    pub fn absorb_elements(&mut self, label: &'static str, elements: &[K]) {
        let mut data = Vec::with_capacity(elements.len().saturating_mul(16));
        for &e in elements {
            data.extend_from_slice(&to_bits(e).to_le_bytes());
        }
        self.absorb(label, &data);
    }

    fn squeeze(&mut self, label: &'static str) -> u128 {
        self.state = H::hash(Domain::Transcript, &[&self.state, &[255], label.as_bytes()]);
        let mut low = [0; 16];
        for (l, s) in low.iter_mut().zip(self.state) {
            *l = s;
        }
        u128::from_le_bytes(low)
    }

    /// Draws a field element.
    pub fn draw(&mut self, label: &'static str) -> K {
        let k = dyad_field::from_bits(self.squeeze(label));
        if let Some(t) = &mut self.trace {
            t.push((label, k));
        }
        k
    }

    /// Draws `n` field elements.
    pub fn draw_many(&mut self, label: &'static str, n: usize) -> Vec<K> {
        (0..n).map(|_| self.draw(label)).collect()
    }

    /// Draws an index of `log` bits, `log` at most 63.
    pub fn draw_index(&mut self, label: &'static str, log: usize) -> usize {
        let mask = (1u128 << log.min(63)).wrapping_sub(1);
        (to_bits(self.draw(label)) & mask) as usize
    }

    /// Whether `nonce` is a proof of work of `bits` bits for the present state: the digest of
    /// [`Transcript::trial`] in [`Domain::Grind`] is [`worth`] that many.
    pub fn is_work(&self, bits: u32, nonce: u64) -> bool {
        worth(bits, &H::hash(Domain::Grind, &[&self.trial(nonce)]))
    }

    /// What is hashed to try a nonce: the state, the nonce, little-endian, and zeros up to a block,
    /// of which provers hash several side by side.
    pub fn trial(&self, nonce: u64) -> [u8; TRIAL_LENGTH] {
        let mut block = [0; TRIAL_LENGTH];
        for (b, x) in block.iter_mut().zip(self.state.into_iter().chain(nonce.to_le_bytes())) {
            *b = x;
        }
        block
    }

    /// Checks and absorbs a proof-of-work nonce.
    pub fn check_work(&mut self, bits: u32, nonce: u64) -> bool {
        let ok = self.is_work(bits, nonce);
        self.absorb("nonce", &nonce.to_le_bytes());
        ok
    }
}
