//! Reproducible random inputs for the tests of the kernels.

use dyad_field::{K, from_bits};

/// A small generator (splitmix64): not for anything that must be unpredictable.
pub struct Rng(pub u64);

impl Rng {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn k(&mut self) -> K {
        from_bits(u128::from(self.word()) << 64 | u128::from(self.word()))
    }

    pub fn ks(&mut self, n: usize) -> Vec<K> {
        (0..n).map(|_| self.k()).collect()
    }

    pub fn words(&mut self, n: usize) -> Vec<u64> {
        (0..n).map(|_| self.word()).collect()
    }
}

/// Entry `i` of a vector with an implicit zero tail.
pub fn at(v: &[K], i: usize) -> K {
    v.get(i).copied().unwrap_or_default()
}
