//! Kernels on vector registers: four elements of K, eight words or 64 bytes at a time. Compiled only
//! where the whole build has the instructions.
//!
//! The algorithms are written once, over two types: [`V`], 64 bytes in as many registers as it takes,
//! for bits and bytes; and [`E`], one register that multiplies in K. What differs between
//! instruction sets is below them: `gfni` multiplies 8 x 8 bit matrices by an instruction, `nibbles`
//! looks up the halves of bytes in tables of 16 entries.
// Functions of a few instructions, whose calls would cost more than they do.
#![allow(clippy::inline_always)]

mod bits;
mod bus;
mod ntt;
mod products;
mod skip;
mod tower;

#[cfg(kernels = "avx512")]
mod gfni;
#[cfg(not(kernels = "avx512"))]
mod nibbles;

#[cfg(kernels = "avx512")]
use gfni as isa;
#[cfg(not(kernels = "avx512"))]
use nibbles as isa;

pub use bits::WordSums;
pub use bits::add_bit_sums;
pub use bus::fingerprint;
pub use isa::{E, Extension, Map};
pub use ntt::{encode, tile_bytes};
pub use products::{Sum, fold, inner, product, square, weighted, weighted_sum};
pub use skip::Sums;

use isa::V;

/// The contents of a [`V`], where a load does not cross cache lines.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);

impl Line {
    const ZERO: Self = Self([0; 8]);

    #[inline(always)]
    fn read(&self) -> V {
        V::load_words(&self.0)
    }

    #[inline(always)]
    fn write(&mut self, v: V) {
        v.store_words(&mut self.0);
    }
}
