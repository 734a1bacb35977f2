//! Memory that is used again.

use dyad_field::K;

/// Vectors that are done with, kept to be used again: fresh memory costs more than most of what is
/// computed in it.
#[derive(Debug, Default)]
pub struct Pool(Vec<Vec<K>>);

impl Pool {
    /// A vector of `len` elements with any contents.
    pub fn take(&mut self, len: usize) -> Vec<K> {
        // The smallest that is large enough, or else the largest: where the system can move pages, to
        // grow it is cheaper than to make a new one.
        let by_capacity = |i: &usize| self.0[*i].capacity();
        let fitting = (0..self.0.len()).filter(|&i| self.0[i].capacity() >= len).min_by_key(by_capacity);
        let Some(i) = fitting.or_else(|| (0..self.0.len()).max_by_key(by_capacity)) else {
            return vec![K::default(); len];
        };
        let mut v = self.0.swap_remove(i);
        v.reserve_exact(len.saturating_sub(v.len()));
        v.resize(len, K::default());
        v
    }

    /// Keeps a vector.
    pub fn give(&mut self, v: Vec<K>) {
        self.0.push(v);
    }

    /// Lets go of all but the `n` largest.
    pub fn keep(&mut self, n: usize) {
        self.0.sort_by_key(|v| std::cmp::Reverse(v.capacity()));
        self.0.truncate(n);
    }
}
