//! The sums of the AND check's univariate skip.

use dyad_field::K;

use super::bits::{BLOCK, Weights, read_sums, word_bits};
use super::{ANTIDIAGONAL, DIAGONAL, GATHER_WORDS, V};

/// The extension of words to the 64 coset points as products of bit matrices: entry `[c][l / 8]`,
/// word l mod 8, byte 7 - b: bit u is bit b of the value at point l that bit `8 c + u` of a word
/// gives.
pub struct Extension(Vec<[[u64; 8]; 8]>);

impl Extension {
    /// `image(j, l)` is the value at coset point l of a word that has only bit j.
    pub fn new(image: impl Fn(usize, usize) -> u8) -> Self {
        let byte = |c: usize| {
            let mut matrices = [[0; 8]; 8];
            for (l, word) in matrices.as_flattened_mut().iter_mut().enumerate() {
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
    #[inline]
    fn extend(&self, gathered: &[u64; 8], k: usize) -> V {
        let term = |c: usize| V::load_words(&self.0[c][k]).affine(V::splat(gathered[c]));
        let bits = term(0).xor3(term(1), term(2)).xor3(term(3), term(4)).xor3(term(5).xor(term(6)), term(7));
        V::splat(ANTIDIAGONAL).affine(bits)
    }
}

/// Running sums: for each point and each bit of its byte, of the weights of the constraints whose
/// A B has that bit there; and for each bit of a word, of the weights of those whose C has it.
pub struct Sums {
    products: [[[u64; 8]; 16]; 8],
    words: [[[u64; 8]; 16]; 1],
}

impl Sums {
    pub fn new() -> Self {
        Self { products: [[[0; 8]; 16]; 8], words: [[[0; 8]; 16]; 1] }
    }

    /// Add a block of constraints.
    pub fn add(&mut self, extension: &Extension, ops: &[[u64; 3]; BLOCK], weights: &[K; BLOCK]) {
        let weights = Weights::new(weights);
        let mut gathered = [[[0; 8]; 2]; 8];
        for (g, eight) in gathered.iter_mut().zip(ops.as_chunks::<8>().0) {
            for (o, out) in g.iter_mut().enumerate() {
                V::load_words(&eight.map(|op| op[o])).permute(V::load_bytes(&GATHER_WORDS)).store_words(out);
            }
        }
        for (k, sums) in self.products.iter_mut().enumerate() {
            let mut bits = [V::zero(); 8];
            for (bits, [a, b]) in bits.iter_mut().zip(&gathered) {
                let product = extension.extend(a, k).byte_product(extension.extend(b, k));
                *bits = V::splat(DIAGONAL).affine(product);
            }
            weights.add(&bits, sums);
        }
        weights.add(&word_bits(&ops.map(|op| op[2])), &mut self.words[0]);
    }

    /// The sum that belongs to bit `b` of the values A B at point `l`.
    pub fn product(&self, l: usize, b: usize) -> K {
        read_sums(&self.products, 8 * l + b)
    }

    /// The sum that belongs to bit `j` of C.
    pub fn word(&self, j: usize) -> K {
        read_sums(&self.words, j)
    }
}
