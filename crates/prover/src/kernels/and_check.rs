//! The AND check's univariate skip: byte arithmetic over the 64 bit positions of a word.

use std::sync::LazyLock;

use dyad_field::{K, PrimeCharacteristicRing, byte_basis, embed_byte};
use rayon::prelude::*;

use super::arch;

/// Bit positions of a word.
const WORD: usize = 64;
/// Constraints of one task.
const TASK: usize = 1 << 12;

/// The running sums R(lambda) = sum of `weight_i (A B + C)(lambda; i)` at the 64 points of the
/// coset Lambda: point `embed_byte(64 + j)` for entry j.
///
/// The 64 bits of a word are the values of its polynomial at the points `embed_byte(j)`. Values on
/// the coset are bytes, elements of GF(2^8), so the weights are summed apart for each bit of a
/// byte, and multiplied by what the bit stands for once at the end. C is linear in its bits: the
/// weights are summed for each of them, and the sums are extended to the coset at the end.
pub struct Skip(Box<arch::Sums>);

/// The extension of words from the bit positions to the coset.
static EXTENSION: LazyLock<arch::Extension> = LazyLock::new(|| {
    let lagrange = coset_lagrange();
    arch::Extension::new(|j, l| lagrange[j][l])
});

impl Default for Skip {
    fn default() -> Self {
        Self::new()
    }
}

impl Skip {
    /// Empty sums.
    pub fn new() -> Self {
        Self(Box::new(arch::Sums::new()))
    }

    /// Add eight constraints `a & b = c`, given as eight words each of a, b and c, and their
    /// weights.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a fifth of the univariate round's time")]
    pub fn add_eight(&mut self, ops: [&[u64; 8]; 3], weights: &[K; 8]) {
        self.0.add(&EXTENSION, ops, weights);
    }

    /// Add any number of constraints `[a, b, c]`, each with its weight.
    ///
    /// # Panics
    /// If there are not as many weights as constraints.
    pub fn add(&mut self, ops: &[[u64; 3]], weights: &[K]) {
        assert_eq!(ops.len(), weights.len(), "constraints and weights");
        for (ops, weights) in ops.chunks(8).zip(weights.chunks(8)) {
            let mut words = [[0; 8]; 3];
            let mut eight = [K::ZERO; 8];
            eight[..weights.len()].copy_from_slice(weights);
            for (i, op) in ops.iter().enumerate() {
                for (words, &word) in words.iter_mut().zip(op) {
                    words[i] = word;
                }
            }
            self.add_eight(words.each_ref(), &eight);
        }
    }

    /// Add the sums of another part of the constraints.
    pub fn merge(&mut self, mut other: Self) {
        other.0.flush(&EXTENSION);
        self.0.merge(&other.0);
    }

    /// R at the 64 points.
    pub fn finish(mut self) -> [K; WORD] {
        self.0.flush(&EXTENSION);
        let basis = byte_basis();
        let lagrange = coset_lagrange();
        let words: [K; WORD] = core::array::from_fn(|j| self.0.word(j));
        core::array::from_fn(|l| {
            let product: K = (0..8).map(|b| basis[b] * self.0.product(l, b)).sum();
            let word: K = (0..WORD).map(|j| embed_byte(lagrange[j][l]) * words[j]).sum();
            product + word
        })
    }
}

/// R at the 64 points of the coset, of all constraints, on all threads.
///
/// # Panics
/// If there are not as many weights as constraints.
pub fn skip_sums(ops: &[[u64; 3]], weights: &[K]) -> [K; WORD] {
    assert_eq!(ops.len(), weights.len(), "constraints and weights");
    ops.par_chunks(TASK)
        .zip(weights.par_chunks(TASK))
        .fold(Skip::new, |mut skip, (ops, weights)| {
            skip.add(ops, weights);
            skip
        })
        .reduce(Skip::new, |mut a, b| {
            a.merge(b);
            a
        })
        .finish()
}

/// The product in GF(2^8) with the modulus of AES.
pub(super) const fn byte_product(a: u8, b: u8) -> u8 {
    let (mut a, mut b, mut product) = (a, b, 0);
    while b != 0 {
        product ^= a & 0u8.wrapping_sub(b & 1);
        a = a << 1 ^ 0x1b & 0u8.wrapping_sub(a >> 7);
        b >>= 1;
    }
    product
}

/// Entry `[j][l]`: the value at point `64 + l` of the polynomial that is 1 at point j and 0 at the
/// other points below 64, all of them bytes.
///
/// The points are a subspace: its polynomial has one value on the coset, and the product of `j + i` over the
/// other points i is the same for all j. So an entry is their quotient, divided by `64 + l + j`.
fn coset_lagrange() -> [[u8; WORD]; WORD] {
    let inverses = inverses();
    let inverse = |x: usize| inverses[x & 0xff];
    let product = |points: core::ops::Range<usize>| points.fold(1, |p, x| byte_product(p, x as u8));
    let scale = byte_product(product(WORD..2 * WORD), inverse(product(1..WORD).into()));
    core::array::from_fn(|j| core::array::from_fn(|l| byte_product(scale, inverse((WORD + l) ^ j))))
}

/// The inverse of each byte but 0.
fn inverses() -> [u8; 256] {
    /// Two elements that are each other's inverse, and of which either has all others as powers.
    const GENERATOR: [u8; 2] = [0x03, 0xf6];
    let mut inverses = [0; 256];
    let mut powers = [1u8; 2];
    for _ in 0..255 {
        inverses[usize::from(powers[0])] = powers[1];
        powers = core::array::from_fn(|i| byte_product(powers[i], GENERATOR[i]));
    }
    inverses
}

/// Takes words to the values of their polynomials at a point: made once, for any number of words.
pub struct WordMap(arch::Map);

impl WordMap {
    /// The map to the point whose Lagrange values these are.
    pub fn new(lagrange: &[K; WORD]) -> Self {
        Self(arch::Map::new(lagrange))
    }

    /// `out_i` = the sum of the `lagrange_j` for which bit j of `words_i` is 1.
    ///
    /// # Panics
    /// If the lengths of `words` and `out` differ.
    pub fn map(&self, words: &[u64], out: &mut [K]) {
        assert_eq!(words.len(), out.len(), "words and values");
        self.0.map_words(words, out);
    }
}

/// `out_i` = the sum of the `lagrange_j` for which bit j of `words_i` is 1: the words' polynomials
/// at the point whose Lagrange values these are.
///
/// # Panics
/// If the lengths of `words` and `out` differ.
pub fn fold_words(words: &[u64], lagrange: &[K; WORD], out: &mut [K]) {
    assert_eq!(words.len(), out.len(), "words and values");
    let map = WordMap::new(lagrange);
    out.par_chunks_mut(TASK).zip(words.par_chunks(TASK)).for_each(|(out, words)| map.map(words, out));
}

#[cfg(test)]
mod tests {
    use dyad_field::{byte_lagrange, embed_byte};

    use super::*;
    use crate::kernels::portable;
    use crate::kernels::testing::{Elements as _, Random};

    fn naive_fold(word: u64, lagrange: &[K]) -> K {
        (0..WORD).filter(|j| word >> j & 1 == 1).map(|j| lagrange[j]).sum()
    }

    #[test]
    fn lagrange_values_are_products() {
        let values = coset_lagrange();
        for (j, l) in [(0, 0), (0, 63), (5, 17), (63, 0), (63, 63), (32, 31)] {
            let others = || (0..WORD).filter(|&i| i != j);
            let at = |x: usize| others().fold(1, |p, i| byte_product(p, (x ^ i) as u8));
            assert_eq!(byte_product(values[j][l], at(j)), at(WORD + l), "point {l} of the polynomial {j}");
        }
    }

    #[test]
    fn skip_sums_are_the_definition() {
        let mut rng = Random(13);
        for n in [0, 1, 7, 8, 9, 70] {
            let ops: Vec<[u64; 3]> = (0..n).map(|_| [rng.word(), rng.word(), rng.word()]).collect();
            let weights = rng.ks(n);
            let sums = skip_sums(&ops, &weights);
            for (l, &sum) in sums.iter().enumerate() {
                let lagrange = byte_lagrange(6, embed_byte(64 + l as u8));
                let expected: K = ops
                    .iter()
                    .zip(&weights)
                    .map(|(op, &w)| {
                        let [a, b, c] = op.map(|x| naive_fold(x, &lagrange));
                        w * (a * b + c)
                    })
                    .sum();
                assert_eq!(sum, expected, "{n} constraints, point {l}");
            }
        }
    }

    #[test]
    fn parts_merge() {
        let mut rng = Random(14);
        let ops: Vec<[u64; 3]> = (0..5001).map(|_| [rng.word(), rng.word(), rng.word()]).collect();
        let weights = rng.ks(ops.len());
        let (mut a, mut b) = (Skip::new(), Skip::default());
        a.add(&ops[..17], &weights[..17]);
        b.add(&ops[17..3000], &weights[17..3000]);
        a.merge(b);
        a.add(&ops[3000..], &weights[3000..]);
        assert_eq!(a.finish(), skip_sums(&ops, &weights));
    }

    #[test]
    fn portable_sums_are_the_same() {
        let mut rng = Random(16);
        let lagrange = coset_lagrange();
        let mut sums = (arch::Sums::new(), portable::Sums::new());
        let extensions =
            (arch::Extension::new(|j, l| lagrange[j][l]), portable::Extension::new(|j, l| lagrange[j][l]));
        for round in 0..11 {
            let ops: [[u64; 8]; 3] = core::array::from_fn(|_| core::array::from_fn(|_| rng.word()));
            let weights: [K; 8] = core::array::from_fn(|_| rng.k());
            sums.0.add(&extensions.0, ops.each_ref(), &weights);
            sums.1.add(&extensions.1, ops.each_ref(), &weights);
            if round % 5 != 0 {
                continue;
            }
            sums.0.flush(&extensions.0);
            sums.1.flush(&extensions.1);
            for l in 0..WORD {
                assert!((0..8).all(|bit| sums.0.product(l, bit) == sums.1.product(l, bit)), "point {l}");
                assert_eq!(sums.0.word(l), sums.1.word(l));
            }
        }
    }

    #[test]
    fn folded_words_are_the_definition() {
        let mut rng = Random(15);
        let lagrange: [K; WORD] = core::array::from_fn(|_| rng.k());
        for n in [0, 1, 63, 64, 65, 5000] {
            let words = rng.words(n);
            let mut out = rng.ks(n);
            fold_words(&words, &lagrange, &mut out);
            let mut other = rng.ks(n);
            portable::Map::new(&lagrange).map_words(&words, &mut other);
            assert_eq!(out, other);
            assert!(words.iter().zip(&out).all(|(&w, &o)| o == naive_fold(w, &lagrange)), "{n} words");
        }
    }
}
