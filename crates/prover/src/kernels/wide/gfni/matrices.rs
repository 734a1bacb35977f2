//! Products by 8 x 8 bit matrices, by the instruction for them, and F2-linear maps made of such.

use core::hint::black_box;

use dyad_field::{K, to_bits};

use super::V;

#[inline(always)]
fn load_eight(elements: &[K; 8]) -> [V; 2] {
    let (four, _) = elements.as_chunks::<4>();
    [V::load(&four[0]), V::load(&four[1])]
}

#[inline(always)]
fn store_eight([a, b]: [V; 2], elements: &mut [K; 8]) {
    let (four, _) = elements.as_chunks_mut::<4>();
    a.store(&mut four[0]);
    b.store(&mut four[1]);
}

/// A word whose byte j is `1 << j`: as the data of [`V::affine`], it transposes the matrix.
const DIAGONAL: u64 = 0x8040_2010_0804_0201;
/// A word whose byte j is `1 << (7 - j)`: it transposes too, and reverses the bytes.
const ANTIDIAGONAL: u64 = 0x0102_0408_1020_4080;

/// Bytes to be multiplied by matrices.
#[derive(Clone, Copy)]
pub struct Bits(V);

impl Bits {
    pub const ZERO: Self = Self(V::ZERO);
}

/// An 8 x 8 bit matrix, as [`V::affine`] takes it.
#[derive(Clone, Copy)]
pub struct Matrix(u64);

impl Matrix {
    pub const ZERO: Self = Self(0);

    /// The matrices of the bytes of eight elements: matrix v takes a byte to the sum of the bytes v of
    /// the elements whose bits are 1 in it.
    #[inline]
    pub fn write(w: &[K; 8], matrices: &mut [Self; 16]) {
        let words = gather(load_eight(w)).map(|v| transpose_back(v).words());
        for (matrix, &word) in matrices.iter_mut().zip(words.as_flattened()) {
            matrix.0 = word;
        }
    }

    /// The products of all bytes by the matrix.
    #[inline(always)]
    pub fn times(self, bits: &Bits) -> V {
        bits.0.affine(V::splat64(self.0))
    }
}

/// The bits of eight elements: byte b of word c has bit b of the elements' bytes c, the words 8 and
/// up being those of the second.
#[inline]
pub fn element_bits(elements: &[K; 8]) -> [Bits; 2] {
    gather(load_eight(elements)).map(transpose)
}

/// The bits of eight words: byte b of word c has bit b of the words' bytes c.
#[inline]
pub fn word_bits(words: &[u64; 8]) -> Bits {
    transpose(gather_words(words))
}

/// The transposes of words whose bytes come in reverse order: bit b of byte 7 - i becomes bit i of
/// byte b.
#[inline(always)]
pub fn transpose(gathered: V) -> Bits {
    Bits(V::splat64(DIAGONAL).affine(gathered))
}

/// The transposes along the other diagonal: bit b of byte i becomes bit 7 - i of byte 7 - b.
#[inline(always)]
pub fn transpose_back(bits: V) -> V {
    V::splat64(ANTIDIAGONAL).affine(bits)
}

/// Eight elements with bytes of equal places together: byte 7 - i of word v, the words 8 and up
/// being those of the second register, is byte v of element i.
#[inline(always)]
fn gather([a, b]: [V; 2]) -> [V; 2] {
    [0, 1].map(|half| V::permute2(a, b, 0x0f0f_0f0f_0f0f_0f0f, V::load_bytes(&GATHER[half])))
}

static GATHER: [[u8; 64]; 2] = {
    let mut t = [[0; 64]; 2];
    let mut at = 0;
    while at < 128 {
        let (word, i) = (at / 8, 7 - at % 8);
        t[word / 8][at % 64] = (i % 4 * 16 + word) as u8;
        at += 1;
    }
    t
};

/// The inverse of [`gather`] without its reversal: byte i of word v becomes byte v of element i.
#[inline(always)]
fn scatter([low, high]: [V; 2]) -> [V; 2] {
    [0, 1].map(|half| V::permute2(low, high, 0xff00_ff00_ff00_ff00, V::load_bytes(&SCATTER[half])))
}

static SCATTER: [[u8; 64]; 2] = {
    let mut t = [[0; 64]; 2];
    let mut at = 0;
    while at < 128 {
        let (i, byte) = (at / 16, at % 16);
        t[i / 4][at % 64] = (byte % 8 * 8 + i) as u8;
        at += 1;
    }
    t
};

/// Byte 7 - i of word v is byte v of word i, for eight words.
#[inline(always)]
pub fn gather_words(words: &[u64; 8]) -> V {
    V::load_words(words).permute(V::load_bytes(&GATHER_WORDS))
}

static GATHER_WORDS: [u8; 64] = {
    let mut t = [0; 64];
    let mut at = 0;
    while at < 64 {
        let (byte, i) = (at / 8, 7 - at % 8);
        t[at] = (i * 8 + byte) as u8;
        at += 1;
    }
    t
};

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
        let mut sums = [V::ZERO; 2];
        for (&[a, b], &[m, n]) in words.as_chunks::<2>().0.iter().zip(self.0.as_chunks::<2>().0) {
            for h in 0..2 {
                sums[h] = sums[h].xor3(
                    V::load_words(&m[h]).affine(V::splat64(a)),
                    V::load_words(&n[h]).affine(V::splat64(b)),
                );
            }
        }
        sums.map(|s| V::splat64(DIAGONAL).affine(s))
    }

    /// The images of 16 elements.
    #[inline]
    pub fn map_registers(&self, [a, b, c, d]: [V; 4]) -> [V; 4] {
        let [[a, b], [c, d]] = [self.map_pair([a, b]), self.map_pair([c, d])];
        [a, b, c, d]
    }

    #[inline]
    fn map_pair(&self, elements: [V; 2]) -> [V; 2] {
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
        store_eight(self.map_pair(load_eight(x)), out);
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
        gather_words(words).store_words(&mut gathered);
        store_eight(scatter(self.apply(black_box(&gathered))), out);
    }
}
