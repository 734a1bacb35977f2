//! Registers of AVX2, and of the carry-less multiply, as safe functions. This file and its twins
//! for other instruction sets hold the crate's unsafe code; a build has one of them.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m128i, __m256i, _mm_and_si128, _mm_blendv_epi8, _mm_clmulepi64_si128, _mm_cmpeq_epi64, _mm_loadu_si128,
    _mm_set1_epi64x, _mm_slli_si128, _mm_storeu_si128, _mm_xor_si128, _mm256_adds_epu8, _mm256_and_si256,
    _mm256_broadcastsi128_si256, _mm256_castps_si256, _mm256_castsi256_ps, _mm256_loadu_si256,
    _mm256_min_epu8, _mm256_permute2x128_si256, _mm256_permute4x64_epi64, _mm256_permutevar8x32_epi32,
    _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi64x, _mm256_setr_epi32, _mm256_shuffle_epi8,
    _mm256_shuffle_ps, _mm256_slli_epi64, _mm256_srli_epi64, _mm256_storeu_si256, _mm256_sub_epi8,
    _mm256_unpackhi_epi8, _mm256_unpackhi_epi32, _mm256_unpacklo_epi8, _mm256_unpacklo_epi32,
    _mm256_xor_si256,
};

use dyad_field::K;

/// 32 bytes, most of whose instructions treat the two halves alike and apart.
#[derive(Clone, Copy)]
pub struct Half(__m256i);

// SAFETY of every block in this implementation: the intrinsics compute on values alone, but for the
// loads and stores, which say more; and their instructions exist, because this module is compiled
// only for builds with the target features they need.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Half {
    // SAFETY: every value of 256 bits is a register's.
    pub const ZERO: Self = Self(unsafe { core::mem::transmute::<[u64; 4], __m256i>([0; 4]) });

    #[inline(always)]
    pub fn load(from: &[K; 2]) -> Self {
        const { assert!(size_of::<[K; 2]>() == 32) };
        // SAFETY: the reference covers 32 readable bytes; the load needs no alignment.
        Self(unsafe { _mm256_loadu_si256(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn load_words(from: &[u64; 4]) -> Self {
        // SAFETY: the reference covers 32 readable bytes; the load needs no alignment.
        Self(unsafe { _mm256_loadu_si256(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn store(self, to: &mut [K; 2]) {
        // SAFETY: the reference covers 32 writable bytes and the store needs no alignment. Every
        // value of 128 bits is an element of K, which is transparent over u128.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    pub fn store_words(self, to: &mut [u64; 4]) {
        // SAFETY: the reference covers 32 writable bytes and the store needs no alignment.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    pub fn store_bytes(self, to: &mut [[u8; 16]; 2]) {
        // SAFETY: the reference covers 32 writable bytes and the store needs no alignment.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0) }
    }

    /// The same 16 bytes in both halves.
    #[inline(always)]
    pub fn broadcast(bytes: &[u8; 16]) -> Self {
        Self(unsafe { _mm256_broadcastsi128_si256(E::load_bytes(bytes).0) })
    }

    #[inline(always)]
    pub fn join(low: E, high: E) -> Self {
        Self(unsafe { _mm256_set_m128i(high.0, low.0) })
    }

    /// The same byte in all places.
    #[inline(always)]
    pub fn splat(byte: u8) -> Self {
        Self(unsafe { _mm256_set1_epi8(byte as i8) })
    }

    /// The same word in all places.
    #[inline(always)]
    pub fn splat64(word: u64) -> Self {
        Self(unsafe { _mm256_set1_epi64x(word as i64) })
    }

    #[inline(always)]
    pub fn xor(self, b: Self) -> Self {
        Self(unsafe { _mm256_xor_si256(self.0, b.0) })
    }

    #[inline(always)]
    pub fn and(self, b: Self) -> Self {
        Self(unsafe { _mm256_and_si256(self.0, b.0) })
    }

    /// Bits 0 to 3 of each byte.
    #[inline(always)]
    pub fn low_nibbles(self) -> Self {
        self.and(Self::splat(15))
    }

    /// Bits 4 to 7 of each byte.
    #[inline(always)]
    pub fn high_nibbles(self) -> Self {
        self.shift_down::<4>().low_nibbles()
    }

    /// For each byte of `index`, the byte with that number in the same half of this table; 0 for an
    /// index of 128 and more.
    #[inline(always)]
    pub fn look_up(self, index: Self) -> Self {
        Self(unsafe { _mm256_shuffle_epi8(self.0, index.0) })
    }

    /// Sums of bytes, 255 at most.
    #[inline(always)]
    pub fn saturating_add(self, b: Self) -> Self {
        Self(unsafe { _mm256_adds_epu8(self.0, b.0) })
    }

    /// Differences of bytes, modulo 256.
    #[inline(always)]
    pub fn subtract(self, b: Self) -> Self {
        Self(unsafe { _mm256_sub_epi8(self.0, b.0) })
    }

    /// The smaller byte in each place.
    #[inline(always)]
    pub fn min(self, b: Self) -> Self {
        Self(unsafe { _mm256_min_epu8(self.0, b.0) })
    }

    /// Each word shifted to higher bits.
    #[inline(always)]
    pub fn shift_up<const BITS: i32>(self) -> Self {
        Self(unsafe { _mm256_slli_epi64::<BITS>(self.0) })
    }

    /// Each word shifted to lower bits.
    #[inline(always)]
    pub fn shift_down<const BITS: i32>(self) -> Self {
        Self(unsafe { _mm256_srli_epi64::<BITS>(self.0) })
    }

    /// In each half, the bytes of `self` and `b` in turn: of the first eight, and of the last eight.
    #[inline(always)]
    pub fn zip_bytes(self, b: Self) -> [Self; 2] {
        unsafe { [Self(_mm256_unpacklo_epi8(self.0, b.0)), Self(_mm256_unpackhi_epi8(self.0, b.0))] }
    }

    /// In each half, the groups of 32 bits of `self` and `b` in turn: of the first two, and of the last.
    #[inline(always)]
    pub fn zip32(self, b: Self) -> [Self; 2] {
        unsafe { [Self(_mm256_unpacklo_epi32(self.0, b.0)), Self(_mm256_unpackhi_epi32(self.0, b.0))] }
    }

    /// In each half, the even groups of 32 bits of `self` and then of `b`; and the odd ones.
    #[inline(always)]
    pub fn even_odd32(self, b: Self) -> [Self; 2] {
        unsafe {
            let (a, b) = (_mm256_castsi256_ps(self.0), _mm256_castsi256_ps(b.0));
            [
                Self(_mm256_castps_si256(_mm256_shuffle_ps::<0x88>(a, b))),
                Self(_mm256_castps_si256(_mm256_shuffle_ps::<0xdd>(a, b))),
            ]
        }
    }

    /// The groups of 32 bits of the lower and the upper half in turn.
    #[inline(always)]
    pub fn zip_halves(self) -> Self {
        Self(unsafe { _mm256_permutevar8x32_epi32(self.0, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)) })
    }

    /// The second and the third word exchanged.
    #[inline(always)]
    pub fn swap_middle(self) -> Self {
        Self(unsafe { _mm256_permute4x64_epi64::<0xd8>(self.0) })
    }

    /// The sum of the halves of `self`, and then that of the halves of `b`.
    #[inline(always)]
    pub fn add_halves(self, b: Self) -> Self {
        unsafe {
            let low = _mm256_permute2x128_si256::<0x20>(self.0, b.0);
            Self(_mm256_xor_si256(low, _mm256_permute2x128_si256::<0x31>(self.0, b.0)))
        }
    }

    #[inline(always)]
    pub fn swap_halves(self) -> Self {
        Self(unsafe { _mm256_permute2x128_si256::<1>(self.0, self.0) })
    }
}

/// A register for products in K.
#[derive(Clone, Copy)]
pub struct E(__m128i);

// SAFETY of every block in this implementation: as above.
#[allow(clippy::undocumented_unsafe_blocks)]
impl E {
    /// Elements that one register holds.
    pub const LANES: usize = 1;

    // SAFETY: every value of 128 bits is a register's.
    pub const ZERO: Self = Self(unsafe { core::mem::transmute::<[u64; 2], __m128i>([0; 2]) });

    #[inline(always)]
    pub fn load(from: &[K; 1]) -> Self {
        const { assert!(size_of::<[K; 1]>() == 16) };
        // SAFETY: the reference covers 16 readable bytes; the load needs no alignment.
        Self(unsafe { _mm_loadu_si128(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn load_words(from: &[u64; 2]) -> Self {
        // SAFETY: the reference covers 16 readable bytes; the load needs no alignment.
        Self(unsafe { _mm_loadu_si128(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn load_bytes(from: &[u8; 16]) -> Self {
        // SAFETY: the reference covers 16 readable bytes; the load needs no alignment.
        Self(unsafe { _mm_loadu_si128(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn store(self, to: &mut [K; 1]) {
        // SAFETY: the reference covers 16 writable bytes and the store needs no alignment. Every
        // value of 128 bits is an element of K, which is transparent over u128.
        unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), self.0) }
    }

    /// The same element in all places.
    #[inline(always)]
    pub fn splat(element: K) -> Self {
        Self::load(&[element])
    }

    /// An element.
    #[inline(always)]
    pub fn gather([element]: [&K; 1]) -> Self {
        Self::load(core::array::from_ref(element))
    }

    /// Of each word of `on` and `off` that of `on` where bit `bit`, below 64, of the same word of `words` is 1.
    #[inline(always)]
    pub fn choose(words: Self, bit: u32, on: Self, off: Self) -> Self {
        Self(unsafe {
            let one = _mm_set1_epi64x((1u64 << bit) as i64);
            let mask = _mm_cmpeq_epi64(_mm_and_si128(words.0, one), one);
            _mm_blendv_epi8(off.0, on.0, mask)
        })
    }

    #[inline(always)]
    pub fn xor(self, b: Self) -> Self {
        Self(unsafe { _mm_xor_si128(self.0, b.0) })
    }

    /// `self ^ b ^ c`.
    #[inline(always)]
    pub fn xor3(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    /// The carry-less product of word `HALVES & 1` of `self` and word `HALVES >> 4` of `b`.
    #[inline(always)]
    pub fn carryless<const HALVES: i32>(self, b: Self) -> Self {
        Self(unsafe { _mm_clmulepi64_si128::<HALVES>(self.0, b.0) })
    }

    /// The elements of `even` and `odd` in turn.
    #[inline(always)]
    pub fn alternate(even: Self, odd: Self) -> [Self; 2] {
        [even, odd]
    }

    /// `self + X^64 * high` in K.
    #[inline(always)]
    pub fn reduce(self, high: Self) -> Self {
        let up = Self(unsafe { _mm_slli_si128::<8>(high.0) });
        self.xor3(up, high.carryless::<0x01>(Self(unsafe { _mm_set1_epi64x(0x87) })))
    }
}
