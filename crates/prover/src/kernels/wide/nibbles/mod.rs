//! Bytes and bits on registers without GFNI: linear maps of bytes are lookups of their low and high
//! nibbles in tables of 16 entries, which one instruction does for all bytes of a register.

mod bytes;
mod extension;
mod factors;
mod map;
mod matrices;
#[cfg_attr(kernels = "avx2", path = "avx2.rs")]
#[cfg_attr(kernels = "neon", path = "neon.rs")]
mod register;

pub use bytes::PRODUCT_BITS;
pub use extension::{Extension, Products};
pub use factors::{Factor8, Factor16, Factor32, coordinates};
pub use map::Map;
pub use matrices::{Bits, Matrix, element_bits, word_bits};
pub use register::E;
use register::Half;

use dyad_field::K;

/// 64 bytes.
#[derive(Clone, Copy)]
pub struct V([Half; 2]);

impl V {
    pub const ZERO: Self = Self([Half::ZERO; 2]);

    #[inline(always)]
    pub fn load(from: &[K; 4]) -> Self {
        let (halves, _) = from.as_chunks::<2>();
        Self([Half::load(&halves[0]), Half::load(&halves[1])])
    }

    #[inline(always)]
    pub fn load_words(from: &[u64; 8]) -> Self {
        let (halves, _) = from.as_chunks::<4>();
        Self([Half::load_words(&halves[0]), Half::load_words(&halves[1])])
    }

    #[inline(always)]
    pub fn store(self, to: &mut [K; 4]) {
        let (halves, _) = to.as_chunks_mut::<2>();
        self.0[0].store(&mut halves[0]);
        self.0[1].store(&mut halves[1]);
    }

    #[inline(always)]
    pub fn store_words(self, to: &mut [u64; 8]) {
        let (halves, _) = to.as_chunks_mut::<4>();
        self.0[0].store_words(&mut halves[0]);
        self.0[1].store_words(&mut halves[1]);
    }

    #[inline(always)]
    pub fn xor(self, b: Self) -> Self {
        Self([self.0[0].xor(b.0[0]), self.0[1].xor(b.0[1])])
    }

    /// `self ^ b ^ c`.
    #[inline(always)]
    pub fn xor3(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }
}
