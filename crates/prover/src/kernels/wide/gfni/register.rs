//! A 512-bit register and its instructions, as safe functions. This is the only unsafe code of the
//! crate.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm512_castsi128_si512, _mm512_clmulepi64_epi128,
    _mm512_gf2p8affine_epi64_epi8, _mm512_gf2p8mul_epi8, _mm512_inserti32x4, _mm512_loadu_si512,
    _mm512_mask_blend_epi64, _mm512_mask_permutexvar_epi8, _mm512_permutex2var_epi64,
    _mm512_permutexvar_epi8, _mm512_rol_epi32, _mm512_set_epi64, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_shuffle_epi8, _mm512_shuffle_i64x2, _mm512_storeu_si512, _mm512_ternarylogic_epi64,
    _mm512_test_epi64_mask, _mm512_unpacklo_epi64, _mm512_xor_si512,
};

use dyad_field::K;

/// A register of 512 bits.
#[derive(Clone, Copy)]
pub struct V(__m512i);

// SAFETY of every block in this implementation: the intrinsics compute on values alone, but for the
// loads and stores, which say more; and their instructions exist, because this module is compiled
// only for builds with the target features they need.
#[allow(clippy::undocumented_unsafe_blocks)]
impl V {
    /// Elements of K that one register holds.
    pub const LANES: usize = 4;

    // SAFETY: every value of 512 bits is a register's.
    pub const ZERO: Self = Self(unsafe { core::mem::transmute::<[u64; 8], __m512i>([0; 8]) });

    #[inline(always)]
    pub fn load(from: &[K; 4]) -> Self {
        const { assert!(size_of::<[K; 4]>() == 64) };
        // SAFETY: the reference covers 64 readable bytes; the load needs no alignment.
        Self(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn load_words(from: &[u64; 8]) -> Self {
        // SAFETY: the reference covers 64 readable bytes; the load needs no alignment.
        Self(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn load_bytes(from: &[u8; 64]) -> Self {
        // SAFETY: the reference covers 64 readable bytes; the load needs no alignment.
        Self(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn store(self, to: &mut [K; 4]) {
        // SAFETY: the reference covers 64 writable bytes and the store needs no alignment. Every
        // value of 128 bits is an element of K, which is transparent over u128.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    pub fn store_words(self, to: &mut [u64; 8]) {
        // SAFETY: the reference covers 64 writable bytes and the store needs no alignment.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    pub fn words(self) -> [u64; 8] {
        let mut words = [0; 8];
        self.store_words(&mut words);
        words
    }

    /// The same element in all four places.
    #[inline(always)]
    pub fn splat(element: K) -> Self {
        Self::load(&[element; 4])
    }

    /// The same word in all eight places.
    #[inline(always)]
    pub fn splat64(word: u64) -> Self {
        Self(unsafe { _mm512_set1_epi64(word as i64) })
    }

    /// The same 32 bits in all 16 places.
    #[inline(always)]
    pub fn splat32(word: u32) -> Self {
        Self(unsafe { _mm512_set1_epi32(word as i32) })
    }

    /// Elements from four places.
    #[inline(always)]
    pub fn gather([a, b, c, d]: [&K; 4]) -> Self {
        // SAFETY: each reference covers 16 readable bytes; the loads need no alignment.
        unsafe {
            let [a, b, c, d] = [a, b, c, d].map(|k| _mm_loadu_si128(core::ptr::from_ref(k).cast()));
            let all = _mm512_inserti32x4::<1>(_mm512_castsi128_si512(a), b);
            Self(_mm512_inserti32x4::<3>(_mm512_inserti32x4::<2>(all, c), d))
        }
    }

    /// Of each word of `on` and `off` that of `on` where bit `bit`, below 64, of the same word of `words` is 1.
    #[inline(always)]
    pub fn choose(words: Self, bit: u32, on: Self, off: Self) -> Self {
        Self(unsafe {
            let mask = _mm512_test_epi64_mask(words.0, _mm512_set1_epi64((1u64 << bit) as i64));
            _mm512_mask_blend_epi64(mask, off.0, on.0)
        })
    }

    #[inline(always)]
    pub fn xor(self, b: Self) -> Self {
        Self(unsafe { _mm512_xor_si512(self.0, b.0) })
    }

    /// `self ^ b ^ c`.
    #[inline(always)]
    pub fn xor3(self, b: Self, c: Self) -> Self {
        Self(unsafe { _mm512_ternarylogic_epi64::<0x96>(self.0, b.0, c.0) })
    }

    /// Each byte of `self` times the 8 x 8 bit matrix in the same word of `matrix`: bit i of the
    /// result is the parity of the byte and byte 7 - i of the matrix.
    #[inline(always)]
    pub fn affine(self, matrix: Self) -> Self {
        Self(unsafe { _mm512_gf2p8affine_epi64_epi8::<0>(self.0, matrix.0) })
    }

    /// Products of bytes in GF(2^8) with the modulus of AES.
    #[inline(always)]
    pub fn byte_product(self, b: Self) -> Self {
        Self(unsafe { _mm512_gf2p8mul_epi8(self.0, b.0) })
    }

    /// Byte i of the result is byte `index[i]` of `self`.
    #[inline(always)]
    pub fn permute(self, index: Self) -> Self {
        Self(unsafe { _mm512_permutexvar_epi8(index.0, self.0) })
    }

    /// Byte i of the result is byte `index[i]` of `a` where bit i of `mask` is 0, else of `b`.
    #[inline(always)]
    pub fn permute2(a: Self, b: Self, mask: u64, index: Self) -> Self {
        Self(unsafe {
            _mm512_mask_permutexvar_epi8(_mm512_permutexvar_epi8(index.0, a.0), mask, index.0, b.0)
        })
    }

    /// The elements of `even` and `odd` in turn.
    #[inline(always)]
    pub fn alternate(even: Self, odd: Self) -> [Self; 2] {
        [[0, 1, 8, 9, 2, 3, 10, 11], [4, 5, 12, 13, 6, 7, 14, 15]].map(|index| {
            Self(unsafe { _mm512_permutex2var_epi64(even.0, Self::load_words(&index).0, odd.0) })
        })
    }

    /// Tower bytes lie in a register as they do in their elements.
    #[inline(always)]
    pub fn planes(self) -> Self {
        self
    }

    /// The inverse of [`V::planes`].
    #[inline(always)]
    pub fn elements(self) -> Self {
        self
    }

    /// In each 128 bits, the carry-less product of word `HALVES & 1` of `self` and word
    /// `HALVES >> 4` of `b`.
    #[inline(always)]
    pub fn carryless<const HALVES: i32>(self, b: Self) -> Self {
        Self(unsafe { _mm512_clmulepi64_epi128::<HALVES>(self.0, b.0) })
    }

    /// Each 32 bits rotated up.
    #[inline(always)]
    pub fn rotate<const BITS: i32>(self) -> Self {
        Self(unsafe { _mm512_rol_epi32::<BITS>(self.0) })
    }

    /// The bytes of each pair exchanged.
    #[inline(always)]
    pub fn swap_bytes(self) -> Self {
        Self(unsafe {
            let low = _mm512_set_epi64(
                0x0e0f_0c0d_0a0b_0809,
                0x0607_0405_0203_0001,
                0x0e0f_0c0d_0a0b_0809,
                0x0607_0405_0203_0001,
                0x0e0f_0c0d_0a0b_0809,
                0x0607_0405_0203_0001,
                0x0e0f_0c0d_0a0b_0809,
                0x0607_0405_0203_0001,
            );
            _mm512_shuffle_epi8(self.0, low)
        })
    }

    /// The transpose of a 4 x 4 matrix of elements, one row a register.
    #[inline(always)]
    pub fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        unsafe {
            let ab0 = _mm512_shuffle_i64x2::<0x44>(a.0, b.0);
            let ab1 = _mm512_shuffle_i64x2::<0xee>(a.0, b.0);
            let cd0 = _mm512_shuffle_i64x2::<0x44>(c.0, d.0);
            let cd1 = _mm512_shuffle_i64x2::<0xee>(c.0, d.0);
            [
                Self(_mm512_shuffle_i64x2::<0x88>(ab0, cd0)),
                Self(_mm512_shuffle_i64x2::<0xdd>(ab0, cd0)),
                Self(_mm512_shuffle_i64x2::<0x88>(ab1, cd1)),
                Self(_mm512_shuffle_i64x2::<0xdd>(ab1, cd1)),
            ]
        }
    }

    /// In each 128 bits, the low word moved up.
    #[inline(always)]
    fn up(self) -> Self {
        Self(unsafe { _mm512_unpacklo_epi64(Self::ZERO.0, self.0) })
    }

    /// `self + X^64 * high` in K, in each 128 bits.
    #[inline(always)]
    pub fn reduce(self, high: Self) -> Self {
        self.xor3(high.up(), high.carryless::<0x01>(Self::splat64(0x87)))
    }
}
