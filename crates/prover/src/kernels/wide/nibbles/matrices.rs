//! Products by 8 x 8 bit matrices, by tables for both nibbles of a byte.

use dyad_field::K;

use super::V;
use super::register::{E, Half};

/// Bytes to be multiplied by matrices: their low nibbles and their high ones.
#[derive(Clone, Copy)]
pub struct Bits([V; 2]);

impl Bits {
    pub const ZERO: Self = Self([V::ZERO; 2]);
}

/// An 8 x 8 bit matrix: its products with all low nibbles, then those with all high ones.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub struct Matrix([[u8; 16]; 2]);

impl Matrix {
    pub const ZERO: Self = Self([[0; 16]; 2]);

    /// The matrices of the bytes of eight elements: matrix v takes a byte to the sum of the bytes v of
    /// the elements whose bits are 1 in it.
    #[inline]
    pub fn write(w: &[K; 8], matrices: &mut [Self; 16]) {
        // Row n: the sums of those of the lower and of the upper four elements that n has bits of.
        let mut rows = [Half::ZERO; 16];
        for i in 0..4 {
            let both = Half::join(E::load(&[w[i]]), E::load(&[w[i + 4]]));
            for n in 0..1 << i {
                rows[n | 1 << i] = rows[n].xor(both);
            }
        }
        // Each round turns the row's number and the byte's, read as one number, by a bit.
        for _ in 0..4 {
            let mut next = [Half::ZERO; 16];
            for (i, pair) in next.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                *pair = rows[i].zip_bytes(rows[i + 8]);
            }
            rows = next;
        }
        for (matrix, row) in matrices.iter_mut().zip(rows) {
            row.store_bytes(&mut matrix.0);
        }
    }

    /// The products of all bytes by the matrix.
    #[inline(always)]
    pub fn times(&self, bits: &Bits) -> V {
        let [low, high] = self.0.each_ref().map(Half::broadcast);
        let [l, h] = &bits.0;
        V([0, 1].map(|half| low.look_up(l.0[half]).xor(high.look_up(h.0[half]))))
    }
}

/// The bits of eight elements: byte b of word c has bit b of the elements' bytes c, the words 8 and
/// up being those of the second.
#[inline]
pub fn element_bits(elements: &[K; 8]) -> [Bits; 2] {
    let row = |i: usize| E::load(&[elements[i]]);
    transpose_rows([0, 1, 2, 3].map(|i| Half::join(row(i), row(i + 4)))).map(transpose_bits)
}

/// The bits of eight words: byte b of word c has bit b of the words' bytes c.
#[inline]
pub fn word_bits(words: &[u64; 8]) -> Bits {
    let [bits, _] = element_bits(&words.map(dyad_field::from_word));
    bits
}

/// Byte i of word v, the words 8 and up being those of the second register, is byte v of row i:
/// eight rows of 16 bytes, given as the pairs (i, i + 4).
#[inline(always)]
pub fn transpose_rows([a, b, c, d]: [Half; 4]) -> [V; 2] {
    let [ac, bd] = [a.zip_bytes(c), b.zip_bytes(d)];
    // Now in each half four bytes of four rows.
    let [low, high] = [ac[0].zip_bytes(bd[0]), ac[1].zip_bytes(bd[1])];
    [low, high].map(|v| V(v.map(Half::zip_halves)))
}

/// Each word read as an 8 x 8 bit matrix, its transpose: ever larger blocks beside the diagonal are
/// exchanged (Hacker's Delight, 7-3).
#[inline(always)]
pub fn transpose_bits(v: V) -> Bits {
    let v = v.0.map(|m| {
        let m = exchange::<7>(m, 0x00aa_00aa_00aa_00aa);
        let m = exchange::<14>(m, 0x0000_cccc_0000_cccc);
        exchange::<28>(m, 0x0000_0000_f0f0_f0f0)
    });
    Bits([V(v.map(Half::low_nibbles)), V(v.map(Half::high_nibbles))])
}

/// Exchange the bits of `mask` with those that are `BY` places higher, in each word.
#[inline(always)]
fn exchange<const BY: i32>(m: Half, mask: u64) -> Half {
    let different = m.xor(m.shift_down::<BY>()).and(Half::splat64(mask));
    m.xor(different).xor(different.shift_up::<BY>())
}
