//! Products of tower bytes by elements of small fields: tables of the products of nibbles by each
//! byte.
//!
//! So that each table serves whole registers, the bytes of four elements lie in **planes** while they
//! are multiplied: plane i has byte i of their 16 elements of GF(2^32). The first half of a
//! register holds planes 0 and 2, the second one 1 and 3.

use super::V;
use super::register::{E, Half};
use crate::kernels::and_check::byte_product;
use crate::kernels::wide::tower::{Diagonals, Factor};

/// What byte `place` of an element's tower bytes belongs to: to which of the four bytes of which of
/// its four elements of GF(2^32). This order makes planes of four elements by moving 32 bits at once.
pub const fn coordinates(place: usize) -> (usize, usize) {
    (place / 4, place % 4)
}

impl V {
    /// The tower bytes of four elements, as planes.
    #[inline(always)]
    pub fn planes(self) -> Self {
        let [a, b] = self.0.map(Half::swap_middle);
        Self(a.even_odd32(b))
    }

    /// The inverse of [`V::planes`].
    #[inline(always)]
    pub fn elements(self) -> Self {
        let [planes02, planes13] = self.0;
        Self(planes02.zip32(planes13).map(Half::swap_middle))
    }

    /// The transpose of a 4 x 4 matrix of elements, one row a register, all in planes.
    #[inline(always)]
    pub fn transpose(rows: [Self; 4]) -> [Self; 4] {
        let transposed = [0, 1].map(|half| {
            let [a, b, c, d] = rows.map(|row| row.0[half]);
            let [ac, bd] = [a.zip32(c), b.zip32(d)];
            [ac[0].zip32(bd[0]), ac[1].zip32(bd[1])]
        });
        [0, 1, 2, 3].map(|i| V([0, 1].map(|half: usize| transposed[half][i / 2][i % 2])))
    }
}

/// The products of a byte with the low nibbles, then with the high ones.
static TABLES: [[[u8; 16]; 2]; 256] = {
    let mut tables = [[[0; 16]; 2]; 256];
    let mut at = 0;
    while at < 256 * 16 {
        let (factor, nibble) = (at / 16, at % 16);
        tables[factor][0][nibble] = byte_product(factor as u8, nibble as u8);
        tables[factor][1][nibble] = byte_product(factor as u8, (nibble << 4) as u8);
        at += 1;
    }
    tables
};

/// The factor of input byte `from` in output byte `to`.
fn entry(matrix: Diagonals, to: usize, from: usize) -> u8 {
    matrix[(to + 4 - from) % 4].to_le_bytes()[to]
}

/// Tables for bytes that are multiplied by `low` in the lower half of a register and by `high` in the
/// upper one.
#[derive(Clone, Copy)]
struct Multiplier([Half; 2]);

impl Multiplier {
    fn new(low: u8, high: u8) -> Self {
        let (low, high) = (&TABLES[usize::from(low)], &TABLES[usize::from(high)]);
        Self([0, 1].map(|nibble| Half::join(E::load_bytes(&low[nibble]), E::load_bytes(&high[nibble]))))
    }

    /// The factors of the bytes of plane `from` in plane `to`, and of those of plane `from ^ 2` in plane
    /// `to ^ 2`.
    fn planes(matrix: Diagonals, to: usize, from: usize) -> Self {
        Self::new(entry(matrix, to, from), entry(matrix, to ^ 2, from ^ 2))
    }

    /// `sum + factor * x`, for x split into nibbles.
    #[inline(always)]
    fn add_product(&self, sum: Half, [low, high]: [Half; 2]) -> Half {
        sum.xor(self.0[0].look_up(low)).xor(self.0[1].look_up(high))
    }
}

#[inline(always)]
fn nibbles(x: Half) -> [Half; 2] {
    [x.low_nibbles(), x.high_nibbles()]
}

/// An element of GF(2^8).
#[derive(Clone, Copy)]
pub struct Factor8(Multiplier);

impl Factor for Factor8 {
    #[inline(always)]
    fn new(matrix: Diagonals) -> Self {
        Self(Multiplier::planes(matrix, 0, 0))
    }

    #[inline(always)]
    fn add_product(&self, sum: V, x: V) -> V {
        V([0, 1].map(|half| self.0.add_product(sum.0[half], nibbles(x.0[half]))))
    }
}

/// An element of GF(2^16), as a 2 x 2 matrix: a row for each byte of a product.
#[derive(Clone, Copy)]
pub struct Factor16([[Multiplier; 2]; 2]);

impl Factor for Factor16 {
    #[inline(always)]
    fn new(matrix: Diagonals) -> Self {
        Self([0, 1].map(|to| [0, 1].map(|from| Multiplier::planes(matrix, to, from))))
    }

    #[inline(always)]
    fn add_product(&self, sum: V, x: V) -> V {
        let [a, b] = x.0.map(nibbles);
        V([0, 1].map(|to| self.0[to][1].add_product(self.0[to][0].add_product(sum.0[to], a), b)))
    }
}

/// An element of GF(2^32): the factors of the bytes of a pair in itself, as for GF(2^16), and in the
/// other pair.
#[derive(Clone, Copy)]
pub struct Factor32 {
    own: Factor16,
    other: Factor16,
}

impl Factor for Factor32 {
    #[inline(always)]
    fn new(matrix: Diagonals) -> Self {
        let other = [2, 3].map(|to| [0, 1].map(|from| Multiplier::planes(matrix, to, from)));
        Self { own: Factor16::new(matrix), other: Factor16(other) }
    }

    #[inline(always)]
    fn add_product(&self, sum: V, x: V) -> V {
        let other = self.other.add_product(V::ZERO, x);
        self.own.add_product(sum, x).xor(V(other.0.map(Half::swap_halves)))
    }
}
