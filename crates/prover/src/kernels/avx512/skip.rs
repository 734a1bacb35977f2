//! The sums of the AND check's univariate skip.

use dyad_field::K;

use super::bits::{BitSums, GROUPS, Line, NO_SUMS, Weights, read_sums, word_bits};
use super::{ANTIDIAGONAL, DIAGONAL, GATHER_WORDS, V};

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
    #[inline]
    fn extend(&self, gathered: &Line, k: usize) -> V {
        let term = |c: usize| V::load_words(&self.0[c][k].0).affine(V::splat(gathered.0[c]));
        let bits = term(0).xor3(term(1), term(2)).xor3(term(3), term(4)).xor3(term(5).xor(term(6)), term(7));
        V::splat(ANTIDIAGONAL).affine(bits)
    }
}

/// Running sums: for each point and each bit of its byte, of the weights of the constraints whose
/// A B has that bit there; and for each bit of a word, of the weights of those whose C has it.
pub struct Sums {
    /// Groups of eight constraints that wait for their block to be full.
    waiting: usize,
    weights: Weights,
    factors: [[Line; 2]; GROUPS],
    others: [V; GROUPS],
    products: [BitSums; 8],
    words: [BitSums; 1],
}

impl Sums {
    pub fn new() -> Self {
        Self {
            waiting: 0,
            weights: Weights::zero(),
            factors: [[Line::ZERO; 2]; GROUPS],
            others: [V::zero(); GROUPS],
            products: [NO_SUMS; 8],
            words: [NO_SUMS; 1],
        }
    }

    /// Add eight constraints.
    #[inline]
    pub fn add(&mut self, extension: &Extension, [a, b, c]: [&[u64; 8]; 3], weights: &[K; 8]) {
        let g = self.waiting;
        self.weights.set(g, weights);
        for (words, line) in [a, b].into_iter().zip(&mut self.factors[g]) {
            V::load_words(words).permute(V::load_bytes(&GATHER_WORDS)).store_words(&mut line.0);
        }
        self.others[g] = word_bits(c);
        self.waiting += 1;
        if self.waiting == GROUPS {
            self.flush(extension);
        }
    }

    /// Add what waits to the sums.
    pub fn flush(&mut self, extension: &Extension) {
        for g in self.waiting..GROUPS {
            self.weights.set(g, &[K::default(); 8]);
        }
        self.waiting = 0;
        for (k, sums) in self.products.iter_mut().enumerate() {
            let mut bits = [V::zero(); GROUPS];
            for (bits, [a, b]) in bits.iter_mut().zip(&self.factors) {
                let product = extension.extend(a, k).byte_product(extension.extend(b, k));
                *bits = V::splat(DIAGONAL).affine(product);
            }
            self.weights.add(&bits, sums);
        }
        self.weights.add(&self.others, &mut self.words[0]);
    }

    /// Add the sums of another part; nothing may wait in it.
    pub fn merge(&mut self, other: &Self) {
        let lines = self.products.iter_mut().chain(&mut self.words).flatten();
        for (a, b) in lines.zip(other.products.iter().chain(&other.words).flatten()) {
            V::load_words(&a.0).xor(V::load_words(&b.0)).store_words(&mut a.0);
        }
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
