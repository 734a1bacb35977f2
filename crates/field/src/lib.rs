//! The field K = GF(2^128) of Dyad's proofs, and the multilinear algebra that prover and verifier
//! share.
//!
//! K is F2\[X\] / (X^128 + X^7 + X^2 + X + 1), the GHASH field; bit i of an element is the
//! coefficient of X^i, so every 128-bit string is exactly one element. Addition is XOR.
//! Arithmetic comes from `p3-binary-field`, which chooses its kernels when it is compiled.
//!
//! Variable i of a multilinear polynomial is bit i of an index, bit 0 the lowest; points are slices
//! whose entry i belongs to variable i.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;

use p3_binary_field::TowerLevel;
pub use p3_field::{Field, PrimeCharacteristicRing};

/// An element of GF(2^128).
pub type K = p3_binary_field::Ghash128;

/// Bits of an element.
pub const BITS: usize = 128;
/// Bytes of an element.
pub const BYTES: usize = 16;

/// The element whose coefficients are the bits of `bits`.
#[inline]
pub fn from_bits(bits: u128) -> K {
    K::from_repr(bits)
}

/// The coefficients of an element.
#[inline]
pub fn to_bits(k: K) -> u128 {
    k.to_repr()
}

/// The element whose coefficients are those of a word: bit j stands for X^j.
#[inline]
pub fn from_word(w: u64) -> K {
    from_bits(u128::from(w))
}

/// X^j, for j below 128.
#[inline]
pub fn x_power(j: usize) -> K {
    from_bits(1 << j)
}

/// `eq(r, i)` for every index i of `r.len()` bits: the product over the variables of `r_v` where
/// bit v of i is 1, and of `1 + r_v` where it is 0.
pub fn eq_table(r: &[K]) -> Vec<K> {
    let mut t = Vec::with_capacity(1 << r.len());
    t.push(K::ONE);
    for &rv in r {
        for i in 0..t.len() {
            let high = t[i] * rv;
            t[i] += high;
            t.push(high);
        }
    }
    t
}

/// `eq(r, index)` for one index; bits of `index` past `r.len()` are ignored.
pub fn eq_at(r: &[K], index: usize) -> K {
    r.iter().enumerate().fold(K::ONE, |p, (v, &rv)| p * if index >> v & 1 == 1 { rv } else { K::ONE + rv })
}

/// `eq(r, s)` = product of `1 + r_v + s_v` over the variables that both have.
pub fn eq_points(r: &[K], s: &[K]) -> K {
    r.iter().zip(s).fold(K::ONE, |p, (&a, &b)| p * (K::ONE + a + b))
}

/// The multilinear extension of `values` (as many as 2^`r.len()`, or fewer: the rest are 0) at `r`.
pub fn mle(values: &[K], r: &[K]) -> K {
    values.iter().zip(eq_table(r)).map(|(&v, e)| v * e).sum()
}

/// The sum of `eq(r, i)` over the indices i below `n`, `n` at most 2^`r.len()`: the multilinear
/// extension of "row is active". Costs O(`r.len()`).
pub fn eq_prefix_sum(r: &[K], n: usize) -> K {
    if n >> r.len() != 0 {
        return K::ONE;
    }
    // Walk from the highest variable: where n has a 1, all indices with a 0 there are below n.
    let (mut sum, mut prefix) = (K::ZERO, K::ONE);
    for (v, &rv) in r.iter().enumerate().rev() {
        let zero = prefix * (K::ONE + rv);
        if n >> v & 1 == 1 {
            sum += zero;
            prefix *= rv;
        } else {
            prefix = zero;
        }
    }
    sum
}

/// The conjugates of a point: entry j, of `n` at most 128, has the 2^j-th root of each coordinate.
///
/// A multilinear polynomial with coefficients in F2 commutes with squaring, so `eq(x^(2^-j), i)` is the 2^j-th root
/// of `eq(x, i)`.
pub fn conjugates(point: &[K], n: usize) -> Vec<Vec<K>> {
    let squared = |x: &K, times: usize| (0..times).fold(*x, |x, _| x.square());
    // Squaring 128 times changes nothing.
    let mut next: Vec<K> = point.iter().map(|x| squared(x, BITS.saturating_sub(n))).collect();
    let mut out: Vec<Vec<K>> = (0..n)
        .map(|_| {
            next.iter_mut().for_each(|x| *x = x.square());
            next.clone()
        })
        .collect();
    out.reverse();
    // The last of them was squared 128 times, and is the point itself.
    out
}

/// A root of Y^8 + Y^4 + Y^3 + Y + 1 in K: the generator by which bytes, read as elements of the
/// field of AES, are embedded.
pub const BYTE_GENERATOR: u128 = 0x053d_8555_a997_9a1c_a13f_e8ac_5560_ce0d;

/// The images of 1, Y, ..., Y^7 in K.
pub fn byte_basis() -> [K; 8] {
    let g = from_bits(BYTE_GENERATOR);
    let mut b = [K::ONE; 8];
    for i in 1..8 {
        b[i] = b[i - 1] * g;
    }
    b
}

/// The element of K that a byte stands for: a field embedding of GF(2^8) with the AES modulus.
pub fn embed_byte(byte: u8) -> K {
    byte_basis().iter().enumerate().filter(|(i, _)| byte >> i & 1 == 1).map(|(_, &b)| b).sum()
}

/// Values at `z` of the Lagrange polynomials of the first `2^log` byte points (`log` at most 7):
/// entry j belongs to the point [`embed_byte`]`(j)`.
///
/// The points form an F2-subspace, over which all derivatives of the vanishing polynomial are
/// equal, so one inverse of a nonzero constant is enough and no division by `z - point` occurs.
pub fn byte_lagrange(log: u32, z: K) -> Vec<K> {
    let n = 1usize << log.min(7);
    let points: Vec<K> = (0..n).map(|j| embed_byte(j as u8)).collect();
    let derivative: K = points.iter().skip(1).copied().product();
    let scale = derivative.inverse();
    let mut before = Vec::with_capacity(n);
    let mut p = scale;
    for &h in &points {
        before.push(p);
        p *= z + h;
    }
    let mut after = K::ONE;
    for j in (0..n).rev() {
        before[j] *= after;
        after *= z + points[j];
    }
    before
}

/// The normalised subspace polynomials `W_0(x), ..., W_{m-1}(x)` of the Cantor basis at the domain
/// point of index `position`: `W_0(x) = x`, `W_{j+1}(x) = W_j(x)^2 + W_j(x)` (Lin, Chung, Han 2014).
/// The row of the Reed-Solomon code at that position is the tensor product of the `(1, W_j)`.
pub fn subspace_values(m: usize, position: usize) -> Vec<K> {
    let mut w: K = (0..usize::BITS as usize).filter(|i| position >> i & 1 == 1).map(K::cantor_basis).sum();
    let mut out = Vec::with_capacity(m);
    for _ in 0..m {
        out.push(w);
        w = w.square() + w;
    }
    out
}

/// The tensor product of `(1, w_j)`: entry i is the product of the `w_j` at the 1 bits j of i.
pub fn tensor(w: &[K]) -> Vec<K> {
    let mut t = Vec::with_capacity(1 << w.len());
    t.push(K::ONE);
    for &wj in w {
        for i in 0..t.len() {
            t.push(t[i] * wj);
        }
    }
    t
}

/// The multilinear extension of [`tensor`]`(w)` at `r`: the product of `1 + r_j + r_j w_j`.
pub fn tensor_mle(w: &[K], r: &[K]) -> K {
    w.iter().zip(r).fold(K::ONE, |p, (&wj, &rj)| p * (K::ONE + rj + rj * wj))
}

/// The 128 x 128 bit matrix read the other way: bit u of result v is bit v of input u.
pub fn transpose(rows: &[K; BITS]) -> [K; BITS] {
    let mut m = rows.map(to_bits);
    // Swap ever smaller off-diagonal blocks (Hacker's Delight, 7-3).
    let (mut width, mut mask) = (64, u128::from(u64::MAX));
    while width != 0 {
        for i in (0..BITS).filter(|i| i & width == 0) {
            let t = ((m[i] >> width) ^ m[i | width]) & mask;
            m[i] ^= t << width;
            m[i | width] ^= t;
        }
        width /= 2;
        mask ^= mask << width;
    }
    m.map(from_bits)
}

/// The kernels that field products run on in this build.
pub const fn kernels() -> &'static str {
    if cfg!(all(target_arch = "x86_64", target_feature = "vpclmulqdq", target_feature = "avx512f")) {
        "AVX-512 with VPCLMULQDQ"
    } else if cfg!(all(target_arch = "x86_64", target_feature = "vpclmulqdq", target_feature = "avx2")) {
        "AVX2 with VPCLMULQDQ"
    } else if cfg!(all(target_arch = "x86_64", target_feature = "pclmulqdq")) {
        "PCLMULQDQ"
    } else if cfg!(all(target_arch = "aarch64", target_feature = "aes")) {
        "NEON with PMULL"
    } else {
        "portable (slow: no carry-less multiply in this build)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn k(seed: u128) -> K {
        from_bits(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) ^ seed << 61)
    }

    /// GHASH of the ciphertexts of test cases 2 and 3 in McGrew and Viega, *The Galois/Counter Mode of Operation
    /// (GCM)*, where the first bit of a block is the coefficient of X^0.
    #[test]
    fn products_are_those_of_ghash() {
        let element = |block: u128| from_bits(block.reverse_bits());
        let ghash = |key: u128, blocks: &[u128]| {
            let length = 128 * blocks.len() as u128;
            let sum = |s: K, &block: &u128| (s + element(block)) * element(key);
            to_bits(blocks.iter().chain([&length]).fold(K::ZERO, sum)).reverse_bits()
        };
        let two =
            ghash(0x66e9_4bd4_ef8a_2c3b_884c_fa59_ca34_2b2e, &[0x0388_dace_60b6_a392_f328_c2b9_71b2_fe78]);
        assert_eq!(two, 0xf38c_bb1a_d692_23dc_c345_7ae5_b6b0_f885);
        let three = ghash(
            0xb83b_5337_08bf_535d_0aa6_e529_80d5_3b78,
            &[
                0x4283_1ec2_2177_7424_4b72_21b7_84d0_d49c,
                0xe3aa_212f_2c02_a4e0_35c1_7e23_29ac_a12e,
                0x21d5_14b2_5466_931c_7d8f_6a5a_ac84_aa05,
                0x1ba3_0b39_6a0a_ac97_3d58_e091_473f_5985,
            ],
        );
        assert_eq!(three, 0x7f1b_32b8_1b82_0d02_614f_8895_ac1d_4eac);
    }

    #[test]
    fn the_modulus_is_ghash() {
        assert_eq!(x_power(127) * x_power(1), from_bits(0x87));
    }

    /// X generates K*: 2^128 - 1 is the product of nine primes, and X has none of the smaller orders.
    #[test]
    fn x_is_a_generator() {
        let primes = [3, 5, 17, 257, 641, 65537, 274_177, 6_700_417, 67_280_421_310_721u128];
        assert_eq!(primes.iter().product::<u128>(), u128::MAX);
        let power = |e: u128| {
            (0..BITS)
                .rev()
                .fold(K::ONE, |p, i| p.square() * if e >> i & 1 == 1 { x_power(1) } else { K::ONE })
        };
        assert_eq!(power(u128::MAX), K::ONE);
        for prime in primes {
            assert_ne!(power(u128::MAX / prime), K::ONE, "{prime}");
        }
    }

    #[test]
    fn conjugates_are_roots() {
        let point: Vec<K> = (1..4).map(k).collect();
        for n in [0, 1, 2, 64, 128] {
            let all = conjugates(&point, n);
            assert_eq!(all.len(), n);
            for (j, roots) in all.iter().enumerate() {
                let back: Vec<K> = roots.iter().map(|&x| (0..j).fold(x, |x, _| x.square())).collect();
                assert_eq!(back, point, "{j} of {n}");
            }
        }
    }

    #[test]
    fn bytes_embed_as_the_aes_field() {
        let y = embed_byte(2);
        let y4 = y.square().square();
        assert_eq!(y4.square(), y4 + y * y * y + y + K::ONE);
        assert_eq!(embed_byte(0x57) * embed_byte(0x83), embed_byte(0xc1), "FIPS 197, section 4.2");
    }

    #[test]
    fn lagrange_interpolates() {
        for log in [6, 7] {
            let n = 1 << log;
            // A polynomial of degree n - 1, at the points and at z.
            let f = |x: K| (0..n).rev().fold(K::ZERO, |a, c| a * x + k(c + 1));
            let z = k(99);
            let at_z: K =
                byte_lagrange(log, z).iter().enumerate().map(|(j, &l)| l * f(embed_byte(j as u8))).sum();
            assert_eq!(at_z, f(z));
            let unit = byte_lagrange(log, embed_byte(5));
            assert!(unit.iter().enumerate().all(|(j, &l)| l == if j == 5 { K::ONE } else { K::ZERO }));
        }
    }

    #[test]
    fn eq_forms_agree() {
        let r: Vec<K> = (1..6).map(k).collect();
        let t = eq_table(&r);
        for (i, &e) in t.iter().enumerate() {
            assert_eq!(e, eq_at(&r, i));
        }
        for n in 0..=t.len() {
            assert_eq!(eq_prefix_sum(&r, n), t[..n].iter().copied().sum(), "n = {n}");
        }
        let s: Vec<K> = (11..16).map(k).collect();
        assert_eq!(eq_points(&r, &s), mle(&t, &s));
    }

    #[test]
    fn tensors_agree() {
        let w = subspace_values(5, 0b1_0110_1101);
        let r: Vec<K> = (1..6).map(k).collect();
        assert_eq!(tensor_mle(&w, &r), mle(&tensor(&w), &r));
    }

    #[test]
    fn transposition_is_the_definition() {
        let m: [K; BITS] = core::array::from_fn(|i| k(i as u128 + 7));
        let t = transpose(&m);
        for u in 0..BITS {
            for v in 0..BITS {
                assert_eq!(to_bits(m[u]) >> v & 1, to_bits(t[v]) >> u & 1);
            }
        }
        assert_eq!(transpose(&t), m);
    }
}
