//! The AND check's extension of words by tables of nibbles, and products of bytes.

use super::V;
use super::bytes::{FROM_AES, product};
use super::matrices::{Bits, transpose_bits, transpose_rows};
use super::register::{E, Half};
use crate::kernels::wide::Line;

/// The extension of words to the 64 coset points: for each nibble of a word and each of its values,
/// the bytes to add, one a point, as pairs of nibbles.
pub struct Extension([[Line; 16]; 16]);

impl Extension {
    /// `image(j, l)` is the value at coset point l of a word that has only bit j.
    pub fn new(image: impl Fn(usize, usize) -> u8) -> Self {
        let mut tables = [[Line::ZERO; 16]; 16];
        for (nibble, table) in tables.iter_mut().enumerate() {
            for bit in 0..4 {
                let byte = |l: usize| FROM_AES[usize::from(image(4 * nibble + bit, l))];
                let words = core::array::from_fn(|word| {
                    u64::from_le_bytes(core::array::from_fn(|l| byte(8 * word + l)))
                });
                for i in 0..1 << bit {
                    let sum = table[i].read().xor(V::load_words(&words));
                    table[i | 1 << bit].write(sum);
                }
            }
        }
        Self(tables)
    }

    /// The values of a word.
    #[inline(always)]
    fn extend(&self, word: u64) -> V {
        let mut sum = V::ZERO;
        for (i, table) in self.0.iter().enumerate() {
            sum = sum.xor(table[(word >> (4 * i)) as usize % 16].read());
        }
        sum
    }
}

/// The bits of the products of eight pairs of words at the coset points.
#[derive(Clone, Copy)]
pub struct Products([Bits; 8]);

impl Products {
    pub const ZERO: Self = Self([Bits::ZERO; 8]);

    #[inline]
    pub fn new(extension: &Extension, a: &[u64; 8], b: &[u64; 8]) -> Self {
        let mut rows = [Line::ZERO; 8];
        for (row, (&a, &b)) in rows.iter_mut().zip(a.iter().zip(b)) {
            let (a, b) = (extension.extend(a), extension.extend(b));
            row.write(V([product(a.0[0], b.0[0]), product(a.0[1], b.0[1])]));
        }
        let mut products = Self::ZERO;
        for (column, bits) in products.0.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let part = |row: usize| E::load_words(&rows[row].0.as_chunks::<2>().0[column]);
            *bits =
                transpose_rows([0, 1, 2, 3].map(|i| Half::join(part(i), part(i + 4)))).map(transpose_bits);
        }
        products
    }

    /// Byte b of word l has bits b of the eight products at coset point `8 k + l`.
    #[inline]
    pub fn bits(&self, _: &Extension, k: usize) -> Bits {
        self.0[k]
    }
}
