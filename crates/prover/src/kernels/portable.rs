//! Kernels for every machine: tables and lookups. Tests compare the wider kernels with these.

use dyad_field::{BITS, K, PrimeCharacteristicRing, from_bits, from_word, to_bits};
use p3_binary_dft::{AdditiveNtt, LchNtt};
use p3_field::PackedValue;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use super::Packed;
use super::and_check::byte_product;
use super::code::{Cosets, Uncoded};

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
    #[allow(clippy::unused_self)]
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

/// One element, as the wider kernels have several in a register.
#[derive(Clone, Copy)]
pub struct E(K);

impl E {
    /// Elements of a register.
    pub const LANES: usize = 1;
    pub const ZERO: Self = Self(K::ZERO);

    pub fn load(&[element]: &[K; 1]) -> Self {
        Self(element)
    }

    pub fn load_words(&[low, high]: &[u64; 2]) -> Self {
        Self(from_bits(u128::from(low) | u128::from(high) << 64))
    }

    pub fn store(self, to: &mut [K; 1]) {
        *to = [self.0];
    }

    pub fn splat(element: K) -> Self {
        Self(element)
    }

    pub fn gather([element]: [&K; 1]) -> Self {
        Self(*element)
    }

    /// Of each word of `on` and `off` that of `on` where bit `bit`, below 64, of the same word of `words` is 1.
    pub fn choose(words: Self, bit: u32, on: Self, off: Self) -> Self {
        let words = to_bits(words.0) >> bit;
        let mask = [words as u64 & 1, (words >> 64) as u64 & 1].map(u64::wrapping_neg);
        let mask = u128::from(mask[0]) | u128::from(mask[1]) << 64;
        Self(from_bits(to_bits(on.0) & mask | to_bits(off.0) & !mask))
    }

    pub fn xor(self, b: Self) -> Self {
        Self(self.0 + b.0)
    }
}

/// A sum of products.
#[derive(Clone, Copy)]
pub struct Sum(K);

impl Sum {
    pub fn zero() -> Self {
        Self(K::ZERO)
    }

    pub fn add(&mut self, a: E, b: E) {
        self.0 += a.0 * b.0;
    }

    pub fn reduce(self) -> E {
        E(self.0)
    }

    pub fn total(self) -> K {
        self.0
    }
}

pub fn product(a: E, b: E) -> E {
    E(a.0 * b.0)
}

pub fn square(a: E) -> E {
    E(a.0.square())
}

/// Sums of weights over the bits of the same words, for several vectors of weights.
pub struct WordSums {
    sums: Vec<[K; BITS]>,
    words: Vec<K>,
}

impl WordSums {
    /// For so many vectors of weights.
    pub fn new(vectors: usize) -> Self {
        Self { sums: vec![[K::ZERO; BITS]; vectors], words: Vec::new() }
    }

    /// Sets the words that weights are given for.
    pub fn set_words(&mut self, words: &[u64]) {
        self.words.clear();
        self.words.extend(words.iter().map(|&w| from_word(w)));
    }

    /// Adds the weights of all words to a vector's sums. Those past the end of `weights` are 0.
    pub fn add(&mut self, vector: usize, weights: &[K]) {
        let n = weights.len().min(self.words.len());
        add_bit_sums(&self.words[..n], [&weights[..n]], core::array::from_mut(&mut self.sums[vector]));
    }

    /// The sum of a vector's weights of words whose bit `bit` is 1.
    pub fn get(&self, vector: usize, bit: usize) -> K {
        self.sums[vector][bit]
    }
}

/// Rows and lanes of the square blocks in which data is transposed.
const SQUARE: usize = 16;

/// Encoding works in place.
pub fn tile_bytes(_: usize, _: usize) -> usize {
    0
}

/// Encode (`code::encode_at` says what) into `out`: all cosets of the domain, of which those that are wanted are
/// copied. A tail is the second half of a lane of twice the length.
pub fn encode(uncoded: &Uncoded<'_>, cosets: Cosets, out: &mut [K]) {
    let (lanes, top) = (uncoded.width(), uncoded.top());
    let halves = 1 + usize::from(uncoded.cover.is_some());
    let domain = cosets.domain().max(halves - 1);
    let mut values = K::zero_vec(lanes << (top + domain));
    for (half, rows) in values[..(halves * lanes) << top].chunks_mut(lanes << top).enumerate() {
        rows.par_chunks_mut(SQUARE * lanes).enumerate().for_each(|(block, rows)| {
            for first in (0..lanes).step_by(SQUARE) {
                for lane in first..lanes.min(first + SQUARE) {
                    let lane_data = if half == 0 { uncoded.lane(lane) } else { uncoded.tail(lane) };
                    let column = lane_data.get(block * SQUARE..).unwrap_or_default();
                    for (row, &x) in rows.chunks_exact_mut(lanes).zip(column) {
                        row[lane] = x;
                    }
                }
            }
        });
    }
    let added = domain - (halves - 1);
    let code = LchNtt::<K>::default().ntt_batch_padded(RowMajorMatrix::new(values, lanes), added);
    out.copy_from_slice(&code.values[(cosets.first * lanes) << top..][..out.len()]);
}

/// `(sum of w0 q0, sum of (w0 + w1) (q0 + q1))`; all of one length.
pub fn inner(w0: &[K], w1: &[K], q0: &[K], q1: &[K]) -> (K, K) {
    let [w0, w1, q0, q1] = [w0, w1, q0, q1].map(Packed::pack_slice_with_suffix);
    let (a0, a2) = inner_of(w0.0, w1.0, q0.0, q1.0);
    let (b0, b2) = inner_of(w0.1, w1.1, q0.1, q1.1);
    (sum_lanes(a0) + b0, sum_lanes(a2) + b2)
}

fn inner_of<F: PrimeCharacteristicRing + Copy>(w0: &[F], w1: &[F], q0: &[F], q1: &[F]) -> (F, F) {
    (0..w0.len())
        .fold((F::ZERO, F::ZERO), |(c0, c2), i| (c0 + w0[i] * q0[i], c2 + (w0[i] + w1[i]) * (q0[i] + q1[i])))
}

/// The coefficients of X and X^2 of the sum of `eq (l0 + X (l0 + l1)) (r0 + X (r0 + r1))`; all of one
/// length.
pub fn weighted(eq: &[K], l0: &[K], l1: &[K], r0: &[K], r1: &[K]) -> (K, K) {
    let [e, l0, l1, r0, r1] = [eq, l0, l1, r0, r1].map(Packed::pack_slice_with_suffix);
    let (a1, a2) = weighted_of(e.0, [l0.0, l1.0], [r0.0, r1.0]);
    let (b1, b2) = weighted_of(e.1, [l0.1, l1.1], [r0.1, r1.1]);
    (sum_lanes(a1) + b1, sum_lanes(a2) + b2)
}

fn weighted_of<F: PrimeCharacteristicRing + Copy>(eq: &[F], l: [&[F]; 2], r: [&[F]; 2]) -> (F, F) {
    (0..eq.len()).fold((F::ZERO, F::ZERO), |(c1, c2), i| {
        let (dl, dr) = (l[0][i] + l[1][i], r[0][i] + r[1][i]);
        (c1 + eq[i] * F::dot_product(&[l[0][i], dl], &[dr, r[0][i]]), c2 + eq[i] * (dl * dr))
    })
}

/// The sum of `eq (c0 + c1)`; all of one length.
pub fn weighted_sum(eq: &[K], c0: &[K], c1: &[K]) -> K {
    let [e, c0, c1] = [eq, c0, c1].map(Packed::pack_slice_with_suffix);
    sum_lanes(weighted_sum_of(e.0, c0.0, c1.0)) + weighted_sum_of(e.1, c0.1, c1.1)
}

fn weighted_sum_of<F: PrimeCharacteristicRing + Copy>(eq: &[F], c0: &[F], c1: &[F]) -> F {
    (0..eq.len()).fold(F::ZERO, |s, i| s + eq[i] * (c0[i] + c1[i]))
}

fn sum_lanes(p: Packed) -> K {
    p.as_slice().iter().copied().sum()
}

/// `low += r (low + high)`; both of one length.
pub fn fold(low: &mut [K], high: &[K], r: K) {
    let (pl, rl) = Packed::pack_slice_with_suffix_mut(low);
    let (ph, rh) = Packed::pack_slice_with_suffix(high);
    for (l, &h) in pl.iter_mut().zip(ph) {
        *l += (*l + h) * r;
    }
    for (l, &h) in rl.iter_mut().zip(rh) {
        *l += (*l + h) * r;
    }
}
