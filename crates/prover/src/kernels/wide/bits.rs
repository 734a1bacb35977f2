//! Sums of weights over bits, as products by 8 x 8 bit matrices.

use dyad_field::{BITS, K, from_bits};

use crate::kernels::portable;

use super::Line;
use super::isa::{Bits, Matrix, element_bits, word_bits};

/// Elements, or rows of words, that are taken at a time: eight groups of eight.
pub const BLOCK: usize = 64;
pub const GROUPS: usize = 8;

/// Fewer elements than this are summed one by one.
const PADDED: usize = 6;

/// Sums of weights, one for each bit of eight bytes: byte b of word c of line v is byte v of the
/// sum that belongs to bit b of byte c.
pub type BitSums = [Line; 16];

/// Sums that are all 0.
pub const NO_SUMS: BitSums = [Line::ZERO; 16];

/// Weights of a block as matrices: matrix `16 g + v` takes bytes whose bit i belongs to element i of
/// group g to the sum of the weights' bytes v of the elements whose bits are 1.
pub struct Weights([Matrix; 16 * GROUPS]);

impl Weights {
    /// Weights that are all 0.
    pub fn zero() -> Self {
        Self([Matrix::ZERO; 16 * GROUPS])
    }

    pub fn new(w: &[K; BLOCK]) -> Self {
        let mut weights = Self::zero();
        for (g, eight) in w.as_chunks::<8>().0.iter().enumerate() {
            weights.set(g, eight);
        }
        weights
    }

    /// Set the weights of a group.
    #[inline]
    pub fn set(&mut self, group: usize, w: &[K; 8]) {
        Matrix::write(w, &mut self.0.as_chunks_mut::<16>().0[group]);
    }

    /// Add to the sums of each bit the weights of the elements that have it. Word c of `bits[g]` has
    /// for byte b the bits b of the bytes c of eight elements.
    #[inline]
    pub fn add(&self, bits: &[Bits; GROUPS], sums: &mut BitSums) {
        for (v, sum) in sums.iter_mut().enumerate() {
            let term = |g: usize| self.0[16 * g + v].times(&bits[g]);
            sum.write(
                sum.read()
                    .xor3(term(0), term(1))
                    .xor3(term(2), term(3))
                    .xor3(term(4).xor3(term(5), term(6)), term(7)),
            );
        }
    }
}

/// The sum that belongs to a bit of a string of bytes, eight to an entry of `sums`.
pub fn read_sums(sums: &[BitSums], bit: usize) -> K {
    let (byte, b) = (bit / 8, bit % 8);
    let sum = &sums[byte / 8];
    from_bits((0..16).fold(0, |s, v| s | u128::from(sum[v].0[byte % 8] >> (8 * b) & 255) << (8 * v)))
}

/// The bits of a block of elements, as [`Weights::add`] takes them, for bytes 0 to 7 and 8 to 15.
#[inline]
fn block_bits(q: &[K; BLOCK]) -> [[Bits; GROUPS]; 2] {
    let mut bits = [[Bits::ZERO; GROUPS]; 2];
    for (g, eight) in q.as_chunks::<8>().0.iter().enumerate() {
        [bits[0][g], bits[1][g]] = element_bits(eight);
    }
    bits
}

/// Add to each of `sums` the bit sums of `q` with the weights of the same place, all of one length.
pub fn add_bit_sums<const N: usize>(q: &[K], w: [&[K]; N], sums: &mut [[K; BITS]; N]) {
    let mut parts = [[NO_SUMS; 2]; N];
    let (blocks, rest) = q.as_chunks::<BLOCK>();
    let mut add = |block: &[K; BLOCK], weights: [&[K; BLOCK]; N]| {
        let bits = block_bits(block);
        for (w, part) in weights.into_iter().zip(&mut parts) {
            let weights = Weights::new(w);
            weights.add(&bits[0], &mut part[0]);
            weights.add(&bits[1], &mut part[1]);
        }
    };
    for (i, block) in blocks.iter().enumerate() {
        add(block, w.map(|w| &w.as_chunks::<BLOCK>().0[i]));
    }
    let done = q.len() - rest.len();
    if rest.len() >= PADDED {
        let padded =
            |rest: &[K]| -> [K; BLOCK] { std::array::from_fn(|i| rest.get(i).copied().unwrap_or_default()) };
        let weights = w.map(|w| padded(&w[done..]));
        add(&padded(rest), weights.each_ref());
    } else {
        portable::add_bit_sums(rest, w.map(|w| &w[done..]), sums);
    }
    if q.len() < PADDED {
        return;
    }
    for (part, sums) in parts.iter().zip(&mut *sums) {
        for (u, sum) in sums.iter_mut().enumerate() {
            *sum += read_sums(part, u);
        }
    }
}

/// Sums of weights over the bits of the same words, for several vectors of weights.
pub struct WordSums {
    sums: Vec<BitSums>,
    bits: Vec<[Bits; GROUPS]>,
}

impl WordSums {
    /// For so many vectors of weights.
    pub fn new(vectors: usize) -> Self {
        Self { sums: vec![NO_SUMS; vectors], bits: Vec::new() }
    }

    /// Sets the words that weights are given for.
    pub fn set_words(&mut self, words: &[u64]) {
        self.bits.clear();
        for words in words.chunks(BLOCK) {
            let mut block = [0; BLOCK];
            block[..words.len()].copy_from_slice(words);
            let groups = block.as_chunks::<8>().0;
            self.bits.push(core::array::from_fn(|g| word_bits(&groups[g])));
        }
    }

    /// Adds the weights of all words to a vector's sums. Those past the end of `weights` are 0.
    pub fn add(&mut self, vector: usize, weights: &[K]) {
        let (blocks, rest) = weights.as_chunks::<BLOCK>();
        let mut bits = self.bits.iter();
        for (block, bits) in blocks.iter().zip(&mut bits) {
            Weights::new(block).add(bits, &mut self.sums[vector]);
        }
        if let (false, Some(bits)) = (rest.is_empty(), bits.next()) {
            let mut block = [K::default(); BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            Weights::new(&block).add(bits, &mut self.sums[vector]);
        }
    }

    /// The sum of a vector's weights of words whose bit `bit` is 1.
    pub fn get(&self, vector: usize, bit: usize) -> K {
        read_sums(core::slice::from_ref(&self.sums[vector]), bit)
    }
}
