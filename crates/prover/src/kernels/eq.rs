//! Tables of `eq(r, i)`.

use dyad_field::{K, PrimeCharacteristicRing};
use p3_field::PackedValue;
use rayon::prelude::*;

use super::Packed;

/// Variables of the part of a table that one task expands: 16 KiB, inside a first-level cache.
const LOW: usize = 10;

/// `eq(point, i)` for every index i of `point.len()` bits.
pub fn table(point: &[K]) -> Vec<K> {
    scaled(point, K::ONE)
}

/// `scale * eq(point, i)` for every index i of `point.len()` bits.
pub fn scaled(point: &[K], scale: K) -> Vec<K> {
    let low = point.len().min(LOW);
    if low == point.len() {
        let mut out = K::zero_vec(1 << low);
        expand(point, scale, &mut out);
        return out;
    }
    let high = scaled(&point[low..], scale);
    let mut out = K::zero_vec(1 << point.len());
    out.par_chunks_mut(1 << low).zip(high).for_each(|(chunk, start)| expand(&point[..low], start, chunk));
    out
}

/// Fill `out`, of 2^`point.len()` entries, with `start * eq(point, i)`: one product for every two
/// entries, doubling the filled part with each variable.
fn expand(point: &[K], start: K, out: &mut [K]) {
    out[0] = start;
    for (v, &r) in point.iter().enumerate() {
        let (low, high) = out[..2 << v].split_at_mut(1 << v);
        let (low, low_rest) = Packed::pack_slice_with_suffix_mut(low);
        let (high, high_rest) = Packed::pack_slice_with_suffix_mut(high);
        for (l, h) in low.iter_mut().zip(high) {
            *h = *l * r;
            *l += *h;
        }
        for (l, h) in low_rest.iter_mut().zip(high_rest) {
            *h = *l * r;
            *l += *h;
        }
    }
}

/// The table of `scale * eq(point, i)` in parts that are made when they are needed.
pub struct Parts<'a> {
    low: &'a [K],
    high: Vec<K>,
}

impl<'a> Parts<'a> {
    /// The table of `scale * eq(point, .)`.
    pub fn new(point: &'a [K], scale: K) -> Self {
        let (low, high) = point.split_at(point.len().min(LOW));
        Self { low, high: scaled(high, scale) }
    }

    /// Entries of a part: a power of two.
    pub fn part_len(&self) -> usize {
        1 << self.low.len()
    }

    /// Fills `out`, of [`Parts::part_len`] entries, with those that begin at `part * part_len`.
    ///
    /// # Panics
    /// If `out` has another length, or there is no such part.
    pub fn fill(&self, part: usize, out: &mut [K]) {
        assert_eq!(out.len(), self.part_len(), "a part of the table");
        expand(self.low, self.high[part], out);
    }
}

/// `eq(point, i)` kept as two short tables: the value at i is `low[i mod 2^k] * high[i / 2^k]`.
/// Rounds of a sumcheck drop the highest variable.
pub struct SplitEq {
    low: Vec<K>,
    high: Vec<K>,
}

impl SplitEq {
    /// The table of `eq(point, .)`.
    pub fn new(point: &[K]) -> Self {
        let low = point.len().min(LOW);
        Self { low: table(&point[..low]), high: table(&point[low..]) }
    }

    /// The number of entries, a power of two.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.low.len() * self.high.len()
    }

    /// The entries `start..start + len` of one part, without the factor that is returned beside them.
    ///
    /// # Panics
    /// If `len` does not divide `start` or both do not divide the part, of 2^10 entries or all.
    pub fn part(&self, start: usize, len: usize) -> (&[K], K) {
        (&self.low[start % self.low.len()..][..len], self.high[start / self.low.len()])
    }

    /// The table over all variables but the highest. The two values of `eq` that differ in that
    /// variable only sum to the value without it.
    ///
    /// # Panics
    /// If there is no variable left.
    pub fn drop_highest(&mut self) {
        let v = if self.high.len() > 1 { &mut self.high } else { &mut self.low };
        assert!(v.len() > 1, "no variable to drop");
        let half = v.len() / 2;
        let (low, high) = v.split_at_mut(half);
        for (l, &mut h) in low.iter_mut().zip(high) {
            *l += h;
        }
        v.truncate(half);
    }
}

/// The eq tables of the low coordinates of a point, for each logarithm that occurs.
pub fn tables(logs: impl Iterator<Item = usize>, point: &[K]) -> Vec<Vec<K>> {
    let mut out = vec![Vec::new(); point.len() + 1];
    for log in logs {
        if log <= point.len() && out[log].is_empty() {
            out[log] = table(&point[..log]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use dyad_field::eq_table;

    use super::*;
    use crate::kernels::testing::{Elements as _, Random};

    #[test]
    fn parts_make_the_table() {
        let mut rng = Random(21);
        for n in [0, 3, 10, 13] {
            let (point, scale) = (rng.ks(n), rng.k());
            let parts = Parts::new(&point, scale);
            let mut out = rng.ks(1 << n);
            for (i, part) in out.chunks_mut(parts.part_len()).enumerate() {
                parts.fill(i, part);
            }
            assert_eq!(out, scaled(&point, scale));
        }
    }

    #[test]
    fn tables_are_the_definition() {
        let mut rng = Random(1);
        for n in [0, 1, 2, 3, 9, 10, 11, 13] {
            let r = rng.ks(n);
            let expected = eq_table(&r);
            assert_eq!(table(&r), expected, "{n} variables");
            let s = rng.k();
            assert_eq!(scaled(&r, s), expected.iter().map(|&e| s * e).collect::<Vec<_>>());
        }
    }

    #[test]
    fn split_tables_drop_variables() {
        let r = Random(2).ks(12);
        let mut split = SplitEq::new(&r);
        for n in (0..=12).rev() {
            let expected = eq_table(&r[..n]);
            assert_eq!(split.len(), expected.len());
            let k = split.len().min(256);
            for (i, e) in expected.into_iter().enumerate() {
                let (part, factor) = split.part(i / k * k, k);
                assert_eq!(part[i % k] * factor, e, "{n} variables, index {i}");
            }
            if n > 0 {
                split.drop_highest();
            }
        }
    }
}
