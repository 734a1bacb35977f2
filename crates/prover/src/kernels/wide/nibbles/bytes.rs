//! GF(2^8) as a tower over GF(16), in which a byte is a pair of nibbles: products of nibbles are
//! sums of logarithms, looked up.
//!
//! GF(16) is spanned by the powers 1, g, g^2 and g^3 of an element g of order 15, and GF(2^8) by 1
//! and an element y with `y^2 = y + c`, c in GF(16). Bits are those of the low nibble, the factor of
//! 1, and then those of the high one, the factor of y.

use super::register::Half;
use crate::kernels::and_check::byte_product;

/// `x^exponent`, a byte being read as in AES.
const fn power(x: u8, exponent: usize) -> u8 {
    let (mut product, mut i) = (1, 0);
    while i < exponent {
        product = byte_product(product, x);
        i += 1;
    }
    product
}

/// g: 3 has order 255.
const G: u8 = power(3, 17);

/// y: its conjugate over GF(16), y^16, is y + 1.
const Y: u8 = {
    let mut y = 0;
    while power(y, 16) ^ y != 1 {
        y += 1;
    }
    y
};

/// The byte of AES that each bit stands for.
const BASIS: [u8; 8] = {
    let mut basis = [0; 8];
    let mut bit = 0;
    while bit < 8 {
        basis[bit] = byte_product(power(G, bit % 4), if bit < 4 { 1 } else { Y });
        bit += 1;
    }
    basis
};

/// Bit i of entry b says whether bit i of a byte counts for bit b of the byte of AES.
pub const PRODUCT_BITS: [u8; 8] = {
    let mut bits = [0; 8];
    let mut at = 0;
    while at < 64 {
        let (b, i) = (at / 8, at % 8);
        bits[b] |= (BASIS[i] >> b & 1) << i;
        at += 1;
    }
    bits
};

/// The byte of AES of each byte.
const TO_AES: [u8; 256] = {
    let mut table = [0; 256];
    let mut x = 0;
    while x < 256 {
        let mut bit = 0;
        while bit < 8 {
            if x >> bit & 1 == 1 {
                table[x] ^= BASIS[bit];
            }
            bit += 1;
        }
        x += 1;
    }
    table
};

/// Each byte of AES as a pair of nibbles.
pub const FROM_AES: [u8; 256] = {
    let mut table = [0; 256];
    let mut x = 0;
    while x < 256 {
        table[TO_AES[x] as usize] = x as u8;
        x += 1;
    }
    table
};

/// The nibbles of the powers of g, times a byte of AES that is in GF(16); entry 15 is not used.
const fn powers(factor: u8) -> [u8; 16] {
    let mut table = [0; 16];
    let mut i = 0;
    while i < 15 {
        table[i] = FROM_AES[byte_product(power(G, i), factor) as usize];
        i += 1;
    }
    table
}

const POWERS: [u8; 16] = powers(1);
/// The powers of g times c, which is the product of y and its conjugate.
const POWERS_C: [u8; 16] = powers(power(Y, 17));

/// The logarithms of the nibbles to the base g. That of 0 is so large that sums with it stay larger
/// than any index of a table.
const LOGARITHMS: [u8; 16] = {
    let mut table = [0xc0; 16];
    let mut i = 0;
    while i < 15 {
        table[POWERS[i] as usize] = i as u8;
        i += 1;
    }
    table
};

/// Products of bytes.
#[inline(always)]
pub fn product(a: Half, b: Half) -> Half {
    let (a, b) = ([a.low_nibbles(), a.high_nibbles()], [b.low_nibbles(), b.high_nibbles()]);
    let low = logarithm(a[0], b[0]);
    let high = logarithm(a[1], b[1]);
    let both = logarithm(a[0].xor(a[1]), b[0].xor(b[1]));
    // (a0 + a1 y) (b0 + b1 y) = a0 b0 + c a1 b1 + ((a0 + a1) (b0 + b1) + a0 b0) y.
    let constant = look_up(&POWERS, low);
    let y = look_up(&POWERS, both).xor(constant);
    constant.xor(look_up(&POWERS_C, high)).xor(y.shift_up::<4>())
}

/// Logarithms of products of nibbles: below 15, or 128 and more for 0.
#[inline(always)]
fn logarithm(a: Half, b: Half) -> Half {
    let sum = look_up(&LOGARITHMS, a).saturating_add(look_up(&LOGARITHMS, b));
    sum.min(sum.subtract(Half::splat(15)))
}

#[inline(always)]
fn look_up(table: &[u8; 16], index: Half) -> Half {
    Half::broadcast(table).look_up(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes as pairs of nibbles.
    fn load(aes: [u8; 32]) -> Half {
        let bytes = aes.map(|x| FROM_AES[usize::from(x)]);
        Half::load_words(&core::array::from_fn(|i| u64::from_le_bytes(bytes.as_chunks().0[i])))
    }

    #[test]
    fn products_are_those_of_aes() {
        for a in 0..=255 {
            for first in (0..=255).step_by(32) {
                let b: [u8; 32] = core::array::from_fn(|i| first + i as u8);
                let mut words = [0; 4];
                product(load([a; 32]), load(b)).store_words(&mut words);
                for (i, product) in words.map(u64::to_le_bytes).as_flattened().iter().enumerate() {
                    let aes = (0..8).map(|bit| ((PRODUCT_BITS[bit] & product).count_ones() as u8 % 2) << bit);
                    assert_eq!(aes.sum::<u8>(), byte_product(a, b[i]), "{a} times {}", b[i]);
                }
            }
        }
    }
}
