//! Products of tower bytes by elements of small fields: the instruction for products of bytes.

use super::V;
use crate::kernels::wide::tower::{Diagonals, Factor};

/// What byte `place` of an element's tower bytes belongs to: to which of the four bytes of which of
/// its four elements of GF(2^32).
pub const fn coordinates(place: usize) -> (usize, usize) {
    (place % 4, place / 4)
}

/// An element of GF(2^8).
#[derive(Clone, Copy)]
pub struct Factor8(V);

impl Factor for Factor8 {
    #[inline(always)]
    fn new(matrix: Diagonals) -> Self {
        Self(V::splat32(matrix[0]))
    }

    #[inline(always)]
    fn add_product(&self, sum: V, x: V) -> V {
        sum.xor(x.byte_product(self.0))
    }
}

/// An element of GF(2^16): the factors of the byte itself and of the other one of its pair.
#[derive(Clone, Copy)]
pub struct Factor16(V, V);

impl Factor for Factor16 {
    #[inline(always)]
    fn new(matrix: Diagonals) -> Self {
        // The other byte of a pair is the one before for odd bytes, and three before for even ones.
        let other = matrix[1] & 0xff00_ff00 | matrix[3] & 0x00ff_00ff;
        Self(V::splat32(matrix[0]), V::splat32(other))
    }

    #[inline(always)]
    fn add_product(&self, sum: V, x: V) -> V {
        sum.xor3(x.byte_product(self.0), x.swap_bytes().byte_product(self.1))
    }
}

/// An element of GF(2^32): the factors of the bytes 0, 1, 2 and 3 places before.
#[derive(Clone, Copy)]
pub struct Factor32([V; 4]);

impl Factor for Factor32 {
    #[inline(always)]
    fn new(matrix: Diagonals) -> Self {
        let [a, b, c, d] = matrix;
        Self([V::splat32(a), V::splat32(b), V::splat32(c), V::splat32(d)])
    }

    #[inline(always)]
    fn add_product(&self, sum: V, x: V) -> V {
        let [a, b, c, d] = self.0;
        sum.xor3(x.byte_product(a), x.rotate::<8>().byte_product(b))
            .xor3(x.rotate::<16>().byte_product(c), x.rotate::<24>().byte_product(d))
    }
}
