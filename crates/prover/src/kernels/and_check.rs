//! The AND check's univariate skip: byte arithmetic over the 64 bit positions of a word.

use dyad_field::{K, PrimeCharacteristicRing, byte_basis};
use rayon::prelude::*;

use super::sums::{byte_tables, look_up};

/// Bit positions of a word.
const WORD: usize = 64;
/// Constraints of one task.
const TASK: usize = 1 << 12;

/// The running sums R(lambda) = sum of `weight_i (A B + C)(lambda; i)` at the 64 points of the
/// coset Lambda: point `embed_byte(64 + j)` for entry j.
///
/// The 64 bits of a word are the values of its polynomial at the points `embed_byte(j)`. Values on
/// the coset are bytes, elements of GF(2^8); so each coset point keeps, for each byte, the sum of
/// the weights of the constraints that have this value there, and multiplies once at the end.
pub struct Skip {
    extension: Extension,
    buckets: Vec<[K; 256]>,
}

impl Default for Skip {
    fn default() -> Self {
        Self::new()
    }
}

impl Skip {
    /// Empty sums.
    pub fn new() -> Self {
        Self { extension: Extension::new(), buckets: vec![[K::ZERO; 256]; WORD] }
    }

    /// Add constraints `a & b = c`, each with its weight.
    ///
    /// # Panics
    /// If there are not as many weights as constraints.
    pub fn add(&mut self, ops: &[[u64; 3]], weights: &[K]) {
        assert_eq!(ops.len(), weights.len(), "constraints and weights");
        for (op, &weight) in ops.iter().zip(weights) {
            let [a, b, c] = op.map(|w| self.extension.extend(w));
            for (l, bucket) in self.buckets.iter_mut().enumerate() {
                bucket[usize::from(byte_product(a[l], b[l]) ^ c[l])] += weight;
            }
        }
    }

    /// Add the sums of another part of the constraints.
    pub fn merge(&mut self, other: &Self) {
        for (a, b) in self.buckets.iter_mut().zip(&other.buckets) {
            for (a, &b) in a.iter_mut().zip(b) {
                *a += b;
            }
        }
    }

    /// R at the 64 points.
    pub fn finish(&self) -> [K; WORD] {
        let basis = byte_basis();
        core::array::from_fn(|l| {
            (0..8)
                .map(|bit| {
                    let sum: K = (0..256).filter(|p| p >> bit & 1 == 1).map(|p| self.buckets[l][p]).sum();
                    basis[bit] * sum
                })
                .sum()
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
        .map(|skip| skip.finish())
        .reduce(
            || [K::ZERO; WORD],
            |mut a, b| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                a
            },
        )
}

/// The product in GF(2^8) with the modulus of AES.
const fn byte_product(a: u8, b: u8) -> u8 {
    let (mut a, mut b, mut product) = (a, b, 0);
    while b != 0 {
        product ^= a & 0u8.wrapping_sub(b & 1);
        a = a << 1 ^ 0x1b & 0u8.wrapping_sub(a >> 7);
        b >>= 1;
    }
    product
}

/// The value at coset point `64 + l` of the polynomial that is 1 at point `j` and 0 at the other
/// points below 64.
fn coset_lagrange(j: u8, l: u8) -> u8 {
    let inverse = |x: u8| (0..254).fold(1, |p, _| byte_product(p, x));
    (0..WORD as u8)
        .filter(|&i| i != j)
        .fold(1, |p, i| byte_product(p, byte_product((WORD as u8 + l) ^ i, inverse(j ^ i))))
}

/// The extension of the bits of a word to the coset: for each byte of a word and each of its
/// values, the 64 bytes to add.
struct Extension(Vec<[[u8; WORD]; 256]>);

impl Extension {
    fn new() -> Self {
        let images: Vec<[u8; WORD]> =
            (0..WORD).map(|j| core::array::from_fn(|l| coset_lagrange(j as u8, l as u8))).collect();
        let table = |images: &[[u8; WORD]]| {
            let mut t = [[0; WORD]; 256];
            for (bit, image) in images.iter().enumerate() {
                for i in 0..1 << bit {
                    t[i | 1 << bit] = core::array::from_fn(|l| t[i][l] ^ image[l]);
                }
            }
            t
        };
        Self(images.chunks(8).map(table).collect())
    }

    fn extend(&self, word: u64) -> [u8; WORD] {
        let mut out = [0; WORD];
        for (table, byte) in self.0.iter().zip(word.to_le_bytes()) {
            out.iter_mut().zip(&table[usize::from(byte)]).for_each(|(o, t)| *o ^= t);
        }
        out
    }
}

/// `out_i` = the sum of the `lagrange_j` for which bit j of `words_i` is 1: the words' polynomials
/// at the point whose Lagrange values these are.
///
/// # Panics
/// If the lengths of `words` and `out` differ.
pub fn fold_words(words: &[u64], lagrange: &[K; WORD], out: &mut [K]) {
    assert_eq!(words.len(), out.len(), "words and values");
    let tables = byte_tables(lagrange);
    out.par_chunks_mut(TASK).zip(words.par_chunks(TASK)).for_each(|(out, words)| {
        for (o, w) in out.iter_mut().zip(words) {
            *o = look_up(&tables, &w.to_le_bytes());
        }
    });
}

#[cfg(test)]
mod tests {
    use dyad_field::{byte_lagrange, embed_byte};

    use super::*;
    use crate::kernels::testing::Rng;

    fn naive_fold(word: u64, lagrange: &[K]) -> K {
        (0..WORD).filter(|j| word >> j & 1 == 1).map(|j| lagrange[j]).sum()
    }

    #[test]
    fn skip_sums_are_the_definition() {
        let mut rng = Rng(13);
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
        let mut rng = Rng(14);
        let ops: Vec<[u64; 3]> = (0..5001).map(|_| [rng.word(), rng.word(), rng.word()]).collect();
        let weights = rng.ks(ops.len());
        let (mut a, mut b) = (Skip::new(), Skip::default());
        a.add(&ops[..17], &weights[..17]);
        b.add(&ops[17..3000], &weights[17..3000]);
        a.add(&ops[3000..], &weights[3000..]);
        a.merge(&b);
        assert_eq!(a.finish(), skip_sums(&ops, &weights));
    }

    #[test]
    fn folded_words_are_the_definition() {
        let mut rng = Rng(15);
        let lagrange: [K; WORD] = core::array::from_fn(|_| rng.k());
        for n in [0, 1, 63, 64, 65, 5000] {
            let words = rng.words(n);
            let mut out = rng.ks(n);
            fold_words(&words, &lagrange, &mut out);
            assert!(words.iter().zip(&out).all(|(&w, &o)| o == naive_fold(w, &lagrange)), "{n} words");
        }
    }
}
