//! The field as a tower over the bytes: K over GF(2^32) over GF(2^16) over GF(2^8), where products
//! by elements of the small fields are a few byte instructions.
//!
//! The points of the code's domain are spanned by the Cantor basis v_0, v_1, .., where
//! `v_i^2 + v_i = v_{i-1}`, and the first 8, 16 and 32 of which span GF(2^8), GF(2^16) and GF(2^32).
//! Four bytes a_0.. are the element `a_0 + a_1 t + (a_2 + a_3 t) s` of GF(2^32), with t = v_8 and
//! s = v_16, a byte being read as in AES; 16 bytes are four such elements, with factors 1, v_32,
//! v_64 and `v_32 v_64`. `coordinates` says which byte belongs where.

use std::sync::LazyLock;

use dyad_field::{BITS, K, PrimeCharacteristicRing, byte_basis, from_bits, to_bits};
use p3_binary_field::TowerLevel;

use super::V;
use super::isa::{Map, coordinates};

/// The tables of the tower.
pub static TOWER: LazyLock<Tower> = LazyLock::new(Tower::new);

/// Maps from and to the tower's bytes, and domain points as multipliers.
pub struct Tower {
    /// From the coefficients of an element to its tower bytes.
    enter: Map,
    /// Back.
    leave: Map,
    /// For three parts of the index of a domain point, its lowest bit left out, and each of their values
    /// the point's matrix.
    points: [Vec<Diagonals>; 3],
}

/// Codes have at most 2^`MAX_LOG` positions: as many domain points as the tower knows.
pub const MAX_LOG: usize = 26;
/// The logarithms of the values of the parts of an index.
const PARTS: [usize; 3] = [8, 8, MAX_LOG - 17];

/// Multiplication by an element of GF(2^32), as the diagonals of a 4 x 4 matrix of bytes: byte i of
/// word k is the factor of input byte i - k (mod 4) in output byte i.
pub type Diagonals = [u32; 4];

impl Tower {
    fn new() -> Self {
        let v = |i: usize| K::cantor_basis(i);
        let small = [K::ONE, v(8), v(16), v(8) * v(16)];
        let large = [K::ONE, v(32), v(64), v(32) * v(64)];
        let bytes = byte_basis();
        let mut leave = [K::ZERO; BITS];
        for (place, images) in leave.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let (i, j) = coordinates(place);
            *images = core::array::from_fn(|bit| bytes[bit] * small[i] * large[j]);
        }
        let enter = inverse(&leave);
        let tower_bytes = |x: K| {
            let image: K = (0..BITS).filter(|u| to_bits(x) >> u & 1 == 1).map(|u| enter[u]).sum();
            let mut four = [0; 4];
            for (place, byte) in to_bits(image).to_le_bytes().into_iter().enumerate() {
                if let (i, 0) = coordinates(place) {
                    four[i] = byte;
                }
            }
            four
        };
        let matrix = |x: K| -> Diagonals {
            let columns = small.map(|b| tower_bytes(x * b));
            core::array::from_fn(|k| {
                u32::from_le_bytes(core::array::from_fn(|i| columns[(i + 4 - k) % 4][i]))
            })
        };
        let mut bits = 1..;
        let points = PARTS.map(|log| {
            let mut table = vec![[0; 4]];
            for bit in bits.by_ref().take(log) {
                let m = matrix(v(bit));
                table.extend_from_within(..);
                let half = table.len() / 2;
                table[half..].iter_mut().for_each(|t| *t = core::array::from_fn(|k| t[k] ^ m[k]));
            }
            table
        });
        Self { enter: Map::new(&enter), leave: Map::new(&leave), points }
    }

    /// The tower bytes of 16 elements, as factors multiply them.
    #[inline]
    pub fn enter(&self, elements: [V; 4]) -> [V; 4] {
        self.enter.map_registers(elements).map(V::planes)
    }

    /// The inverse of [`Tower::enter`].
    #[inline]
    pub fn leave(&self, elements: [V; 4]) -> [V; 4] {
        self.leave.map_registers(elements.map(V::elements))
    }

    /// Multiplication by the domain point of an even index below 2^[`MAX_LOG`].
    #[inline]
    pub fn point<F: Factor>(&self, index: usize) -> F {
        let [low, middle, high] = &self.points;
        let (a, b, c) = (&low[index >> 1 & 255], &middle[index >> 9 & 255], &high[index >> 17 & 511]);
        F::new([a[0] ^ b[0] ^ c[0], a[1] ^ b[1] ^ c[1], a[2] ^ b[2] ^ c[2], a[3] ^ b[3] ^ c[3]])
    }
}

/// An element of a small field, as a multiplier of registers of tower bytes.
pub trait Factor: Copy {
    /// From its matrix.
    fn new(matrix: Diagonals) -> Self;
    /// `sum + self * x`.
    fn add_product(&self, sum: V, x: V) -> V;
}

/// The inverse of an invertible 128 x 128 bit matrix, given and returned by the images of the bits.
fn inverse(images: &[K; BITS]) -> [K; BITS] {
    // Rows (image, preimage) are reduced until the images are the unit vectors.
    let mut rows: [(u128, u128); BITS] = core::array::from_fn(|u| (to_bits(images[u]), 1 << u));
    for bit in 0..BITS {
        let pivot = (bit..BITS).find(|&r| rows[r].0 >> bit & 1 == 1).expect("an invertible map");
        rows.swap(bit, pivot);
        let (image, preimage) = rows[bit];
        for (r, row) in rows.iter_mut().enumerate() {
            if r != bit && row.0 >> bit & 1 == 1 {
                *row = (row.0 ^ image, row.1 ^ preimage);
            }
        }
    }
    rows.map(|(_, preimage)| from_bits(preimage))
}

#[cfg(test)]
mod tests {
    use super::super::isa::Factor32;
    use super::*;
    use crate::kernels::testing::{Elements, Random};

    /// Of all bits that an index may have.
    #[test]
    fn domain_points_multiply() {
        let mut rng = Random(23);
        for log in 1..MAX_LOG {
            let index = ((rng.word() as usize % (1 << log)) | (1 << log)) & !1;
            let point: K = (0..MAX_LOG).filter(|i| index >> i & 1 == 1).map(K::cantor_basis).sum();
            let elements = rng.ks(16);
            let (quads, _) = elements.as_chunks::<4>();
            let bytes = TOWER.enter(core::array::from_fn(|i| V::load(&quads[i])));
            let factor: Factor32 = TOWER.point(index);
            let products = TOWER.leave(bytes.map(|x| factor.add_product(V::ZERO, x)));
            for (product, quad) in products.into_iter().zip(quads) {
                let mut found = [K::ZERO; 4];
                product.store(&mut found);
                assert_eq!(found, quad.map(|x| x * point), "index {index}");
            }
        }
    }
}
