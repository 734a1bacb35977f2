//! Kernels for every machine: tables and lookups. Tests compare the wider kernels with these.

use dyad_field::{BITS, K, PrimeCharacteristicRing, from_bits, from_word, to_bits};
use p3_binary_dft::{AdditiveNtt, LchNtt};
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use super::and_check::byte_product;

/// Add the bit sums of `q` with each of the weights to the `sums` of the same place; all have one
/// length.
///
/// Eight elements at a time: all 256 sums of their weights are tabulated, and the eight bits u of
/// the elements are the index of the one to add ("four Russians").
pub fn add_bit_sums<const N: usize>(q: &[K], w: [&[K]; N], sums: &mut [[K; BITS]; N]) {
    let mut tables = [[K::ZERO; 256]; N];
    for (g, q) in q.chunks(8).enumerate() {
        for (table, w) in tables.iter_mut().zip(w) {
            for (i, &wi) in w[8 * g..].iter().take(8).enumerate() {
                let (known, new) = table.split_at_mut(1 << i);
                for (n, &k) in new.iter_mut().zip(&*known) {
                    *n = k + wi;
                }
            }
        }
        for byte in 0..16 {
            let rows = q
                .iter()
                .enumerate()
                .fold(0, |m, (i, &qi)| m | u64::from((to_bits(qi) >> (8 * byte)) as u8) << (8 * i));
            for (u, index) in transpose8(rows).to_le_bytes().into_iter().enumerate() {
                for (sums, table) in sums.iter_mut().zip(&tables) {
                    sums[8 * byte + u] += table[usize::from(index)];
                }
            }
        }
    }
}

/// The transpose of an 8 x 8 bit matrix, row i being byte i (Hacker's Delight, 7-3).
fn transpose8(mut m: u64) -> u64 {
    for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0xf0f0_f0f0)] {
        let t = (m ^ m >> shift) & mask;
        m ^= t ^ t << shift;
    }
    m
}

/// An F2-linear map from byte strings to K: for each byte of an input, the images of its values.
pub struct Map(Vec<[K; 256]>);

impl Map {
    /// The map under which bit u has image `images[u]`.
    pub fn new(images: &[K]) -> Self {
        let table = |images: &[K]| {
            let mut t = [K::ZERO; 256];
            for (bit, &image) in images.iter().enumerate() {
                for i in 0..1 << bit {
                    t[i | 1 << bit] = t[i] + image;
                }
            }
            t
        };
        Self(images.chunks(8).map(table).collect())
    }

    #[inline]
    fn image(&self, bytes: &[u8]) -> K {
        from_bits(self.0.iter().zip(bytes).fold(0, |s, (t, &b)| s ^ to_bits(t[usize::from(b)])))
    }

    /// The images of elements; `xs` and `out` have one length.
    pub fn map_elements(&self, xs: &[K], out: &mut [K]) {
        for (o, &x) in out.iter_mut().zip(xs) {
            *o = self.image(&to_bits(x).to_le_bytes());
        }
    }

    /// The images of words; `words` and `out` have one length.
    pub fn map_words(&self, words: &[u64], out: &mut [K]) {
        for (o, w) in out.iter_mut().zip(words) {
            *o = self.image(&w.to_le_bytes());
        }
    }
}

/// `constant + sum of alpha_i * word_i` on eight rows.
pub fn fingerprint(words: &[[u64; 8]], alphas: &[K], constant: &[K; 8]) -> [K; 8] {
    core::array::from_fn(|row| {
        words.iter().zip(alphas).fold(constant[row], |s, (w, &a)| s + a * from_word(w[row]))
    })
}

/// Bytes that an extended word has: one for each point of the coset.
const POINTS: usize = 64;

/// The extension of words to the coset: for each byte of a word and each of its values, the bytes
/// to add.
pub struct Extension {
    images: Vec<[[u8; POINTS]; 256]>,
    /// Discrete logarithms of the nonzero bytes to the base 3, and powers of 3 up to 2 x 254.
    logarithms: [u8; 256],
    powers: [u8; 510],
}

impl Extension {
    /// `image(j, l)` is the value at coset point l of a word that has only bit j.
    pub fn new(image: impl Fn(usize, usize) -> u8) -> Self {
        let table = |byte: usize| {
            let mut t = [[0; POINTS]; 256];
            for bit in 0..8 {
                for i in 0..1 << bit {
                    t[i | 1 << bit] = core::array::from_fn(|l| t[i][l] ^ image(8 * byte + bit, l));
                }
            }
            t
        };
        let (mut logarithms, mut powers) = ([0; 256], [1; 510]);
        for i in 1..510 {
            powers[i] = byte_product(powers[i - 1], 3);
        }
        for i in 0..255 {
            logarithms[usize::from(powers[i])] = i as u8;
        }
        Self { images: (0..8).map(table).collect(), logarithms, powers }
    }

    /// [`byte_product`] by lookups.
    #[inline]
    fn product(&self, a: u8, b: u8) -> u8 {
        if a == 0 || b == 0 {
            return 0;
        }
        let log = |x: u8| usize::from(self.logarithms[usize::from(x)]);
        self.powers[log(a) + log(b)]
    }

    fn extend(&self, word: u64) -> [u8; POINTS] {
        let mut out = [0; POINTS];
        for (table, byte) in self.images.iter().zip(word.to_le_bytes()) {
            for (o, t) in out.iter_mut().zip(&table[usize::from(byte)]) {
                *o ^= t;
            }
        }
        out
    }
}

/// Running sums of the weights of the constraints, for each point and each value of their A B
/// there; and for each bit of a word, of those whose C has it.
pub struct Sums {
    products: Vec<[K; 256]>,
    words: [[K; BITS]; 1],
}

impl Sums {
    pub fn new() -> Self {
        Self { products: vec![[K::ZERO; 256]; POINTS], words: [[K::ZERO; BITS]; 1] }
    }

    /// Add eight constraints.
    pub fn add(&mut self, extension: &Extension, [a, b, c]: [&[u64; 8]; 3], weights: &[K; 8]) {
        for ((&a, &b), &weight) in a.iter().zip(b).zip(weights) {
            let (a, b) = (extension.extend(a), extension.extend(b));
            for ((bucket, a), b) in self.products.iter_mut().zip(a).zip(b) {
                bucket[usize::from(extension.product(a, b))] += weight;
            }
        }
        add_bit_sums(&c.map(from_word), [weights], &mut self.words);
    }

    /// Add what waits to the sums: here, nothing does.
    pub fn flush(&mut self, _: &Extension) {}

    /// Add the sums of another part.
    pub fn merge(&mut self, other: &Self) {
        let sums = self.products.as_flattened_mut().iter_mut().chain(self.words.as_flattened_mut());
        for (a, &b) in sums.zip(other.products.as_flattened().iter().chain(other.words.as_flattened())) {
            *a += b;
        }
    }

    /// The sum that belongs to bit `b` of the values A B at point `l`.
    pub fn product(&self, l: usize, b: usize) -> K {
        (0..256).filter(|p| p >> b & 1 == 1).map(|p| self.products[l][p]).sum()
    }

    /// The sum that belongs to bit `j` of C.
    pub fn word(&self, j: usize) -> K {
        self.words[0][j]
    }
}

/// Rows and lanes of the square blocks in which data is transposed.
const SQUARE: usize = 16;

/// Encode `data` (`code::encode` says how) into `out`, of 2^(m + rate) rows of `lanes` elements.
pub fn encode(data: &[K], m: usize, rate: usize, lanes: usize, out: &mut [K]) {
    let height = 1 << m;
    let mut values = K::zero_vec(out.len());
    values[..height * lanes].par_chunks_mut(SQUARE * lanes).enumerate().for_each(|(block, rows)| {
        for first in (0..lanes).step_by(SQUARE) {
            for lane in first..lanes.min(first + SQUARE) {
                let column = data.get(lane * height + block * SQUARE..).unwrap_or_default();
                for (row, &x) in rows.chunks_exact_mut(lanes).zip(column) {
                    row[lane] = x;
                }
            }
        }
    });
    let code = LchNtt::<K>::default().ntt_batch_padded(RowMajorMatrix::new(values, lanes), rate);
    out.copy_from_slice(&code.values);
}
