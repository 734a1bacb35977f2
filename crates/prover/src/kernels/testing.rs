//! Reproducible random inputs for the tests of the kernels.

use dyad_field::{K, from_bits};

pub use dyad_rules::harness::Random;

/// More that is random.
pub trait Elements {
    /// An element.
    fn k(&mut self) -> K;
    /// So many elements.
    fn ks(&mut self, n: usize) -> Vec<K>;
    /// So many words.
    fn words(&mut self, n: usize) -> Vec<u64>;
}

impl Elements for Random {
    fn k(&mut self) -> K {
        from_bits(u128::from(self.word()) << 64 | u128::from(self.word()))
    }

    fn ks(&mut self, n: usize) -> Vec<K> {
        (0..n).map(|_| self.k()).collect()
    }

    fn words(&mut self, n: usize) -> Vec<u64> {
        (0..n).map(|_| self.word()).collect()
    }
}

/// Entry `i` of a vector with an implicit zero tail.
pub fn at(v: &[K], i: usize) -> K {
    v.get(i).copied().unwrap_or_default()
}
