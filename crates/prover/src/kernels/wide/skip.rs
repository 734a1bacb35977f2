//! The sums of the AND check's univariate skip.

use dyad_field::K;

use super::bits::{BitSums, GROUPS, NO_SUMS, Weights, read_sums};
use super::isa::{Bits, Extension, PRODUCT_BITS, Products, word_bits};

/// Running sums: for each point and each bit of its byte, of the weights of the constraints whose
/// A B has that bit there; and for each bit of a word, of the weights of those whose C has it.
pub struct Sums {
    /// Groups of eight constraints that wait for their block to be full.
    waiting: usize,
    weights: Weights,
    factors: [Products; GROUPS],
    others: [Bits; GROUPS],
    products: [BitSums; 8],
    words: [BitSums; 1],
}

impl Sums {
    pub fn new() -> Self {
        Self {
            waiting: 0,
            weights: Weights::zero(),
            factors: [Products::ZERO; GROUPS],
            others: [Bits::ZERO; GROUPS],
            products: [NO_SUMS; 8],
            words: [NO_SUMS; 1],
        }
    }

    /// Add eight constraints.
    #[inline(always)]
    pub fn add(&mut self, extension: &Extension, [a, b, c]: [&[u64; 8]; 3], weights: &[K; 8]) {
        let g = self.waiting;
        self.weights.set(g, weights);
        self.factors[g] = Products::new(extension, a, b);
        self.others[g] = word_bits(c);
        self.waiting += 1;
        if self.waiting == GROUPS {
            self.flush(extension);
        }
    }

    /// Add what waits to the sums.
    #[inline(always)]
    pub fn flush(&mut self, extension: &Extension) {
        for g in self.waiting..GROUPS {
            self.weights.set(g, &[K::default(); 8]);
        }
        self.waiting = 0;
        for (k, sums) in self.products.iter_mut().enumerate() {
            let bits = self.factors.each_ref().map(|factors| factors.bits(extension, k));
            self.weights.add(&bits, sums);
        }
        self.weights.add(&self.others, &mut self.words[0]);
    }

    /// Add the sums of another part; nothing may wait in it.
    pub fn merge(&mut self, other: &Self) {
        let lines = self.products.iter_mut().chain(&mut self.words).flatten();
        for (a, b) in lines.zip(other.products.iter().chain(&other.words).flatten()) {
            a.write(a.read().xor(b.read()));
        }
    }

    /// The sum that belongs to bit `b` of the values A B at point `l`.
    pub fn product(&self, l: usize, b: usize) -> K {
        let bits = (0..8).filter(|i| PRODUCT_BITS[b] >> i & 1 == 1);
        bits.map(|i| read_sums(&self.products, 8 * l + i)).sum()
    }

    /// The sum that belongs to bit `j` of C.
    pub fn word(&self, j: usize) -> K {
        read_sums(&self.words, j)
    }
}
