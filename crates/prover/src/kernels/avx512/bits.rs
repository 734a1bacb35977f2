//! Bit sums and F2-linear maps as products of 8 x 8 bit matrices.

use core::hint::black_box;

use dyad_field::{BITS, K, from_bits, to_bits};

use crate::kernels::portable;

use super::{ANTIDIAGONAL, DIAGONAL, GATHER_WORDS, V, gather, load_eight, scatter, store_eight};

/// Elements, or rows of words, that are taken at a time: eight groups of eight.
pub const BLOCK: usize = 64;
pub const GROUPS: usize = 8;

/// The contents of a register, where a load does not cross cache lines.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Line(pub [u64; 8]);

impl Line {
    pub const ZERO: Self = Self([0; 8]);

    #[inline(always)]
    pub fn read(&self) -> V {
        V::load_words(&self.0)
    }

    #[inline(always)]
    pub fn write(&mut self, v: V) {
        v.store_words(&mut self.0);
    }
}

/// Sums of weights, one for each bit of eight bytes: byte b of word c of line v is byte v of the
/// sum that belongs to bit b of byte c.
pub type BitSums = [Line; 16];

/// Sums that are all 0.
pub const NO_SUMS: BitSums = [Line::ZERO; 16];

/// Weights of a block as matrices: word `16 g + v` is the matrix of byte v of the weights of group
/// g. As the matrix of an affine product with bytes whose bit i belongs to element i of the group,
/// it adds the weights' bytes v of the elements whose bits are 1.
pub struct Weights([u64; 16 * GROUPS]);

impl Weights {
    /// Weights that are all 0.
    pub fn zero() -> Self {
        Self([0; 16 * GROUPS])
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
        let (halves, _) = self.0[16 * group..][..16].as_chunks_mut::<8>();
        for (v, half) in gather(load_eight(w)).into_iter().zip(halves) {
            V::splat(ANTIDIAGONAL).affine(v).store_words(half);
        }
    }

    /// Add to the sums of each bit the weights of the elements that have it. Word c of `bits[g]` has
    /// for byte b the bits b of the bytes c of eight elements.
    #[inline]
    pub fn add(&self, bits: &[V; GROUPS], sums: &mut BitSums) {
        for (v, sum) in sums.iter_mut().enumerate() {
            let term = |g: usize| bits[g].affine(V::splat(self.0[16 * g + v]));
            V::load_words(&sum.0)
                .xor3(term(0), term(1))
                .xor3(term(2), term(3))
                .xor3(term(4).xor3(term(5), term(6)), term(7))
                .store_words(&mut sum.0);
        }
    }
}

/// The bits of a block of elements, as [`Weights::add`] takes them, for bytes 0 to 7 and 8 to 15.
#[inline]
fn element_bits(q: &[K; BLOCK]) -> [[V; GROUPS]; 2] {
    let mut bits = [[V::zero(); GROUPS]; 2];
    for (g, eight) in q.as_chunks::<8>().0.iter().enumerate() {
        let halves = gather(load_eight(eight));
        bits[0][g] = V::splat(DIAGONAL).affine(halves[0]);
        bits[1][g] = V::splat(DIAGONAL).affine(halves[1]);
    }
    bits
}

/// The bits of a group of words, as [`Weights::add`] takes them.
#[inline]
pub fn word_bits(words: &[u64; 8]) -> V {
    V::splat(DIAGONAL).affine(V::load_words(words).permute(V::load_bytes(&GATHER_WORDS)))
}

/// The sum that belongs to a bit of a string of bytes, eight to an entry of `sums`.
pub fn read_sums(sums: &[BitSums], bit: usize) -> K {
    let (byte, b) = (bit / 8, bit % 8);
    let sum = &sums[byte / 8];
    from_bits((0..16).fold(0, |s, v| s | u128::from(sum[v].0[byte % 8] >> (8 * b) & 255) << (8 * v)))
}

/// Add to each of `sums` the bit sums of `q` with the weights of the same place, all of one length.
pub fn add_bit_sums<const N: usize>(q: &[K], w: [&[K]; N], sums: &mut [[K; BITS]; N]) {
    let mut parts = [[NO_SUMS; 2]; N];
    let (blocks, rest) = q.as_chunks::<BLOCK>();
    for (i, block) in blocks.iter().enumerate() {
        let bits = element_bits(block);
        for (w, part) in w.iter().zip(&mut parts) {
            let weights = Weights::new(&w.as_chunks::<BLOCK>().0[i]);
            weights.add(&bits[0], &mut part[0]);
            weights.add(&bits[1], &mut part[1]);
        }
    }
    let done = q.len() - rest.len();
    for (part, sums) in parts.iter().zip(&mut *sums) {
        for (u, sum) in sums.iter_mut().enumerate() {
            *sum += read_sums(part, u);
        }
    }
    portable::add_bit_sums(rest, w.map(|w| &w[done..]), sums);
}

/// The images of bits of an F2-linear map to K, as bytes for an affine product: entry
/// `[c][h]`, word v, byte 7 - b: bit u is bit b of byte `8 h + v` of the image of bit `8 c + u`.
pub struct Map(Vec<[[u64; 8]; 2]>);

impl Map {
    pub fn new(images: &[K]) -> Self {
        let byte = |eight: &[K]| {
            let mut halves = [[0; 8]; 2];
            for (v, word) in halves.as_flattened_mut().iter_mut().enumerate() {
                for b in 0..8 {
                    for (u, &image) in eight.iter().enumerate() {
                        *word |= (to_bits(image) >> (8 * v + b) & 1) as u64 * (1 << (8 * (7 - b) + u));
                    }
                }
            }
            halves
        };
        Self(images.chunks(8).map(byte).collect())
    }

    /// Map eight inputs of `8 N` bits: word c has the bytes c of input i at byte 7 - i. Byte i of
    /// word v, the words 8 and up being those of the second register, is byte v of the image of
    /// input i.
    ///
    /// The words should be in memory: loads spread them over a register at no cost, where taking
    /// them from one register to another occupies the unit that all permutations need. Callers say so
    /// by `black_box`.
    #[inline]
    fn apply<const N: usize>(&self, words: &[u64; N]) -> [V; 2] {
        assert_eq!(self.0.len(), N);
        let mut sums = [V::zero(); 2];
        for (&[a, b], &[m, n]) in words.as_chunks::<2>().0.iter().zip(self.0.as_chunks::<2>().0) {
            for h in 0..2 {
                sums[h] = sums[h]
                    .xor3(V::load_words(&m[h]).affine(V::splat(a)), V::load_words(&n[h]).affine(V::splat(b)));
            }
        }
        sums.map(|s| V::splat(DIAGONAL).affine(s))
    }

    /// The images of eight elements.
    #[inline]
    pub fn map_registers(&self, elements: [V; 2]) -> [V; 2] {
        let [low, high] = gather(elements);
        let mut words = [0; 16];
        let (halves, _) = words.as_chunks_mut::<8>();
        low.store_words(&mut halves[0]);
        high.store_words(&mut halves[1]);
        scatter(self.apply(black_box(&words)))
    }

    /// The images of elements; `xs` and `out` have one length.
    pub fn map_elements(&self, xs: &[K], out: &mut [K]) {
        let (xs, rest) = xs.as_chunks::<8>();
        let (out, out_rest) = out.as_chunks_mut::<8>();
        for (x, out) in xs.iter().zip(out) {
            self.map_eight_elements(x, out);
        }
        let (mut x, mut y) = ([K::default(); 8], [K::default(); 8]);
        x[..rest.len()].copy_from_slice(rest);
        self.map_eight_elements(&x, &mut y);
        out_rest.copy_from_slice(&y[..rest.len()]);
    }

    #[inline]
    fn map_eight_elements(&self, x: &[K; 8], out: &mut [K; 8]) {
        store_eight(self.map_registers(load_eight(x)), out);
    }

    /// The images of words; `words` and `out` have one length.
    pub fn map_words(&self, words: &[u64], out: &mut [K]) {
        let (words, rest) = words.as_chunks::<8>();
        let (out, out_rest) = out.as_chunks_mut::<8>();
        for (w, out) in words.iter().zip(out) {
            self.map_eight_words(w, out);
        }
        let (mut w, mut y) = ([0; 8], [K::default(); 8]);
        w[..rest.len()].copy_from_slice(rest);
        self.map_eight_words(&w, &mut y);
        out_rest.copy_from_slice(&y[..rest.len()]);
    }

    #[inline]
    fn map_eight_words(&self, words: &[u64; 8], out: &mut [K; 8]) {
        let mut gathered = [0; 8];
        V::load_words(words).permute(V::load_bytes(&GATHER_WORDS)).store_words(&mut gathered);
        store_eight(scatter(self.apply(black_box(&gathered))), out);
    }
}
