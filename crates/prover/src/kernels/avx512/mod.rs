//! Kernels on 512-bit registers: four elements of K, eight words or 64 bytes at a time. Compiled
//! only where the whole build has the instructions.
// Functions of a few instructions, whose calls would cost more than they do.
#![allow(clippy::inline_always)]

mod bits;
mod bus;
mod ntt;
mod products;
mod register;
mod skip;
mod tower;

pub use bits::{Map, add_bit_sums};
pub use bus::fingerprint;
pub use ntt::encode;
pub use products::{fold, inner, weighted, weighted_sum};
pub use skip::{Extension, Sums};

use dyad_field::K;
use register::V;

/// A word whose byte j is `1 << j`: as the data of [`V::affine`], it transposes the matrix.
const DIAGONAL: u64 = 0x8040_2010_0804_0201;
/// A word whose byte j is `1 << (7 - j)`: it transposes too, and reverses the bytes.
const ANTIDIAGONAL: u64 = 0x0102_0408_1020_4080;

#[inline(always)]
fn load_eight(elements: &[K; 8]) -> [V; 2] {
    let (four, _) = elements.as_chunks::<4>();
    [V::load(&four[0]), V::load(&four[1])]
}

#[inline(always)]
fn store_eight([a, b]: [V; 2], elements: &mut [K; 8]) {
    let (four, _) = elements.as_chunks_mut::<4>();
    a.store(&mut four[0]);
    b.store(&mut four[1]);
}

/// Eight elements with bytes of equal places together: byte 7 - i of word v, the words 8 and up
/// being those of the second register, is byte v of element i.
#[inline(always)]
fn gather([a, b]: [V; 2]) -> [V; 2] {
    [0, 1].map(|half| V::permute2(a, b, 0x0f0f_0f0f_0f0f_0f0f, V::load_bytes(&GATHER[half])))
}

static GATHER: [[u8; 64]; 2] = {
    let mut t = [[0; 64]; 2];
    let mut at = 0;
    while at < 128 {
        let (word, i) = (at / 8, 7 - at % 8);
        t[word / 8][at % 64] = (i % 4 * 16 + word) as u8;
        at += 1;
    }
    t
};

/// The inverse of [`gather`] without its reversal: byte i of word v becomes byte v of element i.
#[inline(always)]
fn scatter([low, high]: [V; 2]) -> [V; 2] {
    [0, 1].map(|half| V::permute2(low, high, 0xff00_ff00_ff00_ff00, V::load_bytes(&SCATTER[half])))
}

static SCATTER: [[u8; 64]; 2] = {
    let mut t = [[0; 64]; 2];
    let mut at = 0;
    while at < 128 {
        let (i, byte) = (at / 16, at % 16);
        t[i / 4][at % 64] = (byte % 8 * 8 + i) as u8;
        at += 1;
    }
    t
};

/// Byte 7 - i of word v becomes byte v of word i, for eight words.
static GATHER_WORDS: [u8; 64] = {
    let mut t = [0; 64];
    let mut at = 0;
    while at < 64 {
        let (byte, i) = (at / 8, 7 - at % 8);
        t[at] = (i * 8 + byte) as u8;
        at += 1;
    }
    t
};
