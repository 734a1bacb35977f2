//! Registers of NEON, and of its carry-less multiply, as safe functions. This file and its twins
//! for other instruction sets hold the crate's unsafe code; a build has one of them.
#![allow(unsafe_code)]

use core::arch::aarch64::{
    uint8x16_t, vandq_u8, vbslq_u8, vcombine_u64, vdupq_n_u8, vdupq_n_u64, veorq_u8, vextq_u8, vget_high_u64,
    vget_low_u64, vgetq_lane_u64, vld1q_u8, vminq_u8, vmull_p64, vqaddq_u8, vqtbl1q_u8,
    vreinterpretq_u8_p128, vreinterpretq_u8_u32, vreinterpretq_u8_u64, vreinterpretq_u32_u8,
    vreinterpretq_u64_u8, vshlq_n_u64, vshrq_n_u8, vshrq_n_u64, vst1q_u8, vsubq_u8, vtstq_u64, vuzp1q_u32,
    vuzp2q_u32, vzip1q_u8, vzip1q_u32, vzip2q_u8, vzip2q_u32,
};

use dyad_field::K;

/// 32 bytes, as two registers of 16.
#[derive(Clone, Copy)]
pub struct Half([uint8x16_t; 2]);

impl Half {
    pub const ZERO: Self = Self([E::ZERO.0; 2]);

    #[inline(always)]
    pub fn load(from: &[K; 2]) -> Self {
        Self::join(E::load(&[from[0]]), E::load(&[from[1]]))
    }

    #[inline(always)]
    pub fn load_words(&[a, b, c, d]: &[u64; 4]) -> Self {
        Self::join(E::load_words(&[a, b]), E::load_words(&[c, d]))
    }

    #[inline(always)]
    pub fn store(self, to: &mut [K; 2]) {
        let (elements, _) = to.as_chunks_mut::<1>();
        self.parts().into_iter().zip(elements).for_each(|(part, to)| part.store(to));
    }

    #[inline(always)]
    pub fn store_words(self, to: &mut [u64; 4]) {
        let (pairs, _) = to.as_chunks_mut::<2>();
        self.parts().into_iter().zip(pairs).for_each(|(part, to)| part.store_words(to));
    }

    #[inline(always)]
    pub fn store_bytes(self, to: &mut [[u8; 16]; 2]) {
        self.parts().into_iter().zip(to).for_each(|(part, to)| part.store_bytes(to));
    }

    /// The same 16 bytes in both halves.
    #[inline(always)]
    pub fn broadcast(bytes: &[u8; 16]) -> Self {
        Self([E::load_bytes(bytes).0; 2])
    }

    #[inline(always)]
    pub fn join(low: E, high: E) -> Self {
        Self([low.0, high.0])
    }

    #[inline(always)]
    fn parts(self) -> [E; 2] {
        self.0.map(E)
    }
}

/// `operation` on both registers.
#[inline(always)]
fn both(a: Half, b: Half, operation: impl Fn(uint8x16_t, uint8x16_t) -> uint8x16_t) -> Half {
    Half([operation(a.0[0], b.0[0]), operation(a.0[1], b.0[1])])
}

// SAFETY of every block in this implementation: the intrinsics compute on values alone, and their
// instructions exist, because this module is compiled only for builds with the target features they
// need.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Half {
    /// The same byte in all places.
    #[inline(always)]
    pub fn splat(byte: u8) -> Self {
        Self([unsafe { vdupq_n_u8(byte) }; 2])
    }

    /// The same word in all places.
    #[inline(always)]
    pub fn splat64(word: u64) -> Self {
        Self([unsafe { vreinterpretq_u8_u64(vdupq_n_u64(word)) }; 2])
    }

    #[inline(always)]
    pub fn xor(self, b: Self) -> Self {
        both(self, b, |a, b| unsafe { veorq_u8(a, b) })
    }

    #[inline(always)]
    pub fn and(self, b: Self) -> Self {
        both(self, b, |a, b| unsafe { vandq_u8(a, b) })
    }

    /// Bits 0 to 3 of each byte.
    #[inline(always)]
    pub fn low_nibbles(self) -> Self {
        self.and(Self::splat(15))
    }

    /// Bits 4 to 7 of each byte.
    #[inline(always)]
    pub fn high_nibbles(self) -> Self {
        Self(self.0.map(|x| unsafe { vshrq_n_u8::<4>(x) }))
    }

    /// For each byte of `index`, the byte with that number in the same half of this table; 0 for an
    /// index of 16 and more.
    #[inline(always)]
    pub fn look_up(self, index: Self) -> Self {
        both(self, index, |table, index| unsafe { vqtbl1q_u8(table, index) })
    }

    /// Sums of bytes, 255 at most.
    #[inline(always)]
    pub fn saturating_add(self, b: Self) -> Self {
        both(self, b, |a, b| unsafe { vqaddq_u8(a, b) })
    }

    /// Differences of bytes, modulo 256.
    #[inline(always)]
    pub fn subtract(self, b: Self) -> Self {
        both(self, b, |a, b| unsafe { vsubq_u8(a, b) })
    }

    /// The smaller byte in each place.
    #[inline(always)]
    pub fn min(self, b: Self) -> Self {
        both(self, b, |a, b| unsafe { vminq_u8(a, b) })
    }

    /// Each word shifted to higher bits.
    #[inline(always)]
    pub fn shift_up<const BITS: i32>(self) -> Self {
        Self(self.0.map(|x| unsafe { vreinterpretq_u8_u64(vshlq_n_u64::<BITS>(vreinterpretq_u64_u8(x))) }))
    }

    /// Each word shifted to lower bits.
    #[inline(always)]
    pub fn shift_down<const BITS: i32>(self) -> Self {
        Self(self.0.map(|x| unsafe { vreinterpretq_u8_u64(vshrq_n_u64::<BITS>(vreinterpretq_u64_u8(x))) }))
    }

    /// In each half, the bytes of `self` and `b` in turn: of the first eight, and of the last eight.
    #[inline(always)]
    pub fn zip_bytes(self, b: Self) -> [Self; 2] {
        unsafe { [both(self, b, |a, b| vzip1q_u8(a, b)), both(self, b, |a, b| vzip2q_u8(a, b))] }
    }

    /// In each half, the groups of 32 bits of `self` and `b` in turn: of the first two, and of the last.
    #[inline(always)]
    pub fn zip32(self, b: Self) -> [Self; 2] {
        [both(self, b, zip32_low), both(self, b, zip32_high)]
    }

    /// In each half, the even groups of 32 bits of `self` and then of `b`; and the odd ones.
    #[inline(always)]
    pub fn even_odd32(self, b: Self) -> [Self; 2] {
        let evens = |a, b| unsafe {
            vreinterpretq_u8_u32(vuzp1q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b)))
        };
        let odds = |a, b| unsafe {
            vreinterpretq_u8_u32(vuzp2q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b)))
        };
        [both(self, b, evens), both(self, b, odds)]
    }

    /// The groups of 32 bits of the lower and the upper half in turn.
    #[inline(always)]
    pub fn zip_halves(self) -> Self {
        let [low, high] = self.0;
        Self([zip32_low(low, high), zip32_high(low, high)])
    }

    /// The second and the third word exchanged.
    #[inline(always)]
    pub fn swap_middle(self) -> Self {
        let [low, high] = self.0.map(|x| unsafe { vreinterpretq_u64_u8(x) });
        unsafe {
            let first = vcombine_u64(vget_low_u64(low), vget_low_u64(high));
            let second = vcombine_u64(vget_high_u64(low), vget_high_u64(high));
            Self([vreinterpretq_u8_u64(first), vreinterpretq_u8_u64(second)])
        }
    }

    /// The sum of the halves of `self`, and then that of the halves of `b`.
    #[inline(always)]
    pub fn add_halves(self, b: Self) -> Self {
        Self([self, b].map(|x| unsafe { veorq_u8(x.0[0], x.0[1]) }))
    }

    #[inline(always)]
    pub fn swap_halves(self) -> Self {
        let [low, high] = self.0;
        Self([high, low])
    }
}

// SAFETY: as above.
#[inline(always)]
fn zip32_low(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
    unsafe { vreinterpretq_u8_u32(vzip1q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b))) }
}

// SAFETY: as above.
#[inline(always)]
fn zip32_high(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
    unsafe { vreinterpretq_u8_u32(vzip2q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b))) }
}

/// A register for products in K.
#[derive(Clone, Copy)]
pub struct E(uint8x16_t);

// SAFETY of every block in this implementation: as above, but for the loads and stores, which say
// more.
#[allow(clippy::undocumented_unsafe_blocks)]
impl E {
    /// Elements that one register holds.
    pub const LANES: usize = 1;

    // SAFETY: every value of 128 bits is a register's.
    pub const ZERO: Self = Self(unsafe { core::mem::transmute::<[u64; 2], uint8x16_t>([0; 2]) });

    #[inline(always)]
    pub fn load(from: &[K; 1]) -> Self {
        const { assert!(size_of::<[K; 1]>() == 16) };
        // SAFETY: the reference covers 16 readable bytes; the load needs no alignment.
        Self(unsafe { vld1q_u8(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn load_words(from: &[u64; 2]) -> Self {
        // SAFETY: the reference covers 16 readable bytes; the load needs no alignment.
        Self(unsafe { vld1q_u8(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn load_bytes(from: &[u8; 16]) -> Self {
        // SAFETY: the reference covers 16 readable bytes; the load needs no alignment.
        Self(unsafe { vld1q_u8(from.as_ptr()) })
    }

    #[inline(always)]
    pub fn store(self, to: &mut [K; 1]) {
        // SAFETY: the reference covers 16 writable bytes and the store needs no alignment. Every
        // value of 128 bits is an element of K, which is transparent over u128.
        unsafe { vst1q_u8(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn store_words(self, to: &mut [u64; 2]) {
        // SAFETY: the reference covers 16 writable bytes and the store needs no alignment.
        unsafe { vst1q_u8(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn store_bytes(self, to: &mut [u8; 16]) {
        // SAFETY: the reference covers 16 writable bytes and the store needs no alignment.
        unsafe { vst1q_u8(to.as_mut_ptr(), self.0) }
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
            let mask = vtstq_u64(vreinterpretq_u64_u8(words.0), vdupq_n_u64(1 << bit));
            vbslq_u8(vreinterpretq_u8_u64(mask), on.0, off.0)
        })
    }

    #[inline(always)]
    pub fn xor(self, b: Self) -> Self {
        Self(unsafe { veorq_u8(self.0, b.0) })
    }

    /// `self ^ b ^ c`.
    #[inline(always)]
    pub fn xor3(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    /// The carry-less product of word `HALVES & 1` of `self` and word `HALVES >> 4` of `b`.
    #[inline(always)]
    pub fn carryless<const HALVES: i32>(self, b: Self) -> Self {
        Self(unsafe {
            vreinterpretq_u8_p128(vmull_p64(self.word(HALVES & 1 != 0), b.word(HALVES >> 4 != 0)))
        })
    }

    #[inline(always)]
    fn word(self, high: bool) -> u64 {
        let words = unsafe { vreinterpretq_u64_u8(self.0) };
        if high { unsafe { vgetq_lane_u64::<1>(words) } } else { unsafe { vgetq_lane_u64::<0>(words) } }
    }

    /// The elements of `even` and `odd` in turn.
    #[inline(always)]
    pub fn alternate(even: Self, odd: Self) -> [Self; 2] {
        [even, odd]
    }

    /// `self + X^64 * high` in K.
    #[inline(always)]
    pub fn reduce(self, high: Self) -> Self {
        let up = Self(unsafe { vextq_u8::<8>(Self::ZERO.0, high.0) });
        let modulus = Self(unsafe { vreinterpretq_u8_u64(vdupq_n_u64(0x87)) });
        self.xor3(up, high.carryless::<0x01>(modulus))
    }
}
