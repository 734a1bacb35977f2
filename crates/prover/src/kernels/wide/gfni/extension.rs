//! The AND check's extension of words, as products by 8 x 8 bit matrices, and products of bytes.

use super::V;
use super::matrices::{Bits, gather_words, transpose, transpose_back};
use crate::kernels::wide::Line;

/// The extension of words to the 64 coset points as products of bit matrices: entry `[c][l / 8]`,
/// word l mod 8, byte 7 - b: bit u is bit b of the value at point l that bit `8 c + u` of a word
/// gives.
pub struct Extension(Vec<[Line; 8]>);

impl Extension {
    /// `image(j, l)` is the value at coset point l of a word that has only bit j.
    pub fn new(image: impl Fn(usize, usize) -> u8) -> Self {
        let byte = |c: usize| {
            let mut matrices = [Line::ZERO; 8];
            for l in 0..64 {
                let word = &mut matrices[l / 8].0[l % 8];
                for u in 0..8 {
                    let value = u64::from(image(8 * c + u, l));
                    for b in 0..8 {
                        *word |= (value >> b & 1) << (8 * (7 - b) + u);
                    }
                }
            }
            matrices
        };
        Self((0..8).map(byte).collect())
    }

    /// Eight words at eight coset points `8 k..8 k + 8`: byte 7 - i of word l mod 8
    /// belongs to word i.
    #[inline(always)]
    fn extend(&self, gathered: &Line, k: usize) -> V {
        let term = |c: usize| V::load_words(&self.0[c][k].0).affine(V::splat64(gathered.0[c]));
        let bits = term(0).xor3(term(1), term(2)).xor3(term(3), term(4)).xor3(term(5).xor(term(6)), term(7));
        transpose_back(bits)
    }
}

/// Eight pairs of words, whose values at the coset points are multiplied.
#[derive(Clone, Copy)]
pub struct Products([Line; 2]);

impl Products {
    pub const ZERO: Self = Self([Line::ZERO; 2]);

    #[inline]
    pub fn new(_: &Extension, a: &[u64; 8], b: &[u64; 8]) -> Self {
        let mut lines = Self::ZERO;
        for (line, words) in lines.0.iter_mut().zip([a, b]) {
            line.write(gather_words(words));
        }
        lines
    }

    /// Byte b of word l has bits b of the eight products at coset point `8 k + l`.
    #[inline(always)]
    pub fn bits(&self, extension: &Extension, k: usize) -> Bits {
        let [a, b] = &self.0;
        transpose(extension.extend(a, k).byte_product(extension.extend(b, k)))
    }
}

/// The bits of [`Products::bits`] that add up to each bit of a byte: they are the same.
pub const PRODUCT_BITS: [u8; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
