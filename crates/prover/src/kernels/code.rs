//! The Reed-Solomon code of the commitments: encoding.

use dyad_field::{K, subspace_values};

use super::arch;

/// An interleaved codeword: one row for each position, one column for each lane.
#[derive(Clone, Copy, Debug, Default)]
pub struct Codeword<'a> {
    /// Elements of a row.
    pub lanes: usize,
    /// Positions, a power of two.
    pub rows: usize,
    /// Row after row.
    pub values: &'a [K],
}

impl<'a> Codeword<'a> {
    /// The elements of all lanes at a position.
    pub fn row(&self, position: usize) -> &'a [K] {
        &self.values[position * self.lanes..(position + 1) * self.lanes]
    }

    /// The rows that [`row_pairs`](super::rows::row_pairs) makes.
    pub fn row_pairs(&self, pairs: &[usize]) -> Vec<K> {
        pairs.iter().flat_map(|k| &self.values[2 * k * self.lanes..][..2 * self.lanes]).copied().collect()
    }
}

/// What a codeword encodes: lanes of 2^m elements, and what covers them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uncoded<'a> {
    /// Lane after lane; the last may be short: the rest of it is 0.
    pub data: &'a [K],
    /// The logarithm of a lane.
    pub m: usize,
    /// Coefficients besides.
    pub cover: Option<Tails<'a>>,
}

/// Coefficients of lanes that come on top of their data: those of `W X_j`, `W` being 0 on the subspace of
/// 2^[`Uncoded::top`] points, and one more lane, the mask. Codewords then lie on the cosets of that subspace
/// after those on which they lie without.
#[derive(Clone, Copy, Debug)]
pub struct Tails<'a> {
    /// Lanes, data or not, the mask left out.
    pub lanes: usize,
    /// The logarithm of a tail.
    pub log: usize,
    /// Tail after tail, the mask's last.
    pub tails: &'a [K],
    /// The mask's other coefficients, as many as a lane has.
    pub mask: &'a [K],
}

impl<'a> Uncoded<'a> {
    /// Lanes of 2^m elements without a cover.
    pub fn plain(data: &'a [K], m: usize) -> Self {
        Self { data, m, cover: None }
    }

    /// Elements of a row of the codeword.
    pub fn width(&self) -> usize {
        self.cover.map_or_else(|| self.data.len().div_ceil(1 << self.m), |c| c.lanes + 1)
    }

    /// The logarithm of the points of the subspace whose cosets the code is evaluated on.
    pub fn top(&self) -> usize {
        self.cover.map_or(self.m, |c| self.m.max(c.log))
    }

    /// The cosets of that subspace that a codeword at 2^`log_inv_rate` of them lies on.
    pub fn cosets(&self, log_inv_rate: usize) -> Cosets {
        Cosets { first: if self.cover.is_some() { 1 << log_inv_rate } else { 0 }, log: log_inv_rate }
    }

    /// The coefficients of a lane, those past its end being 0.
    pub fn lane(&self, lane: usize) -> &'a [K] {
        match self.cover {
            Some(c) if lane == c.lanes => c.mask,
            _ => {
                let rest = self.data.get(lane << self.m..).unwrap_or_default();
                &rest[..rest.len().min(1 << self.m)]
            }
        }
    }

    /// The tail of a lane.
    pub fn tail(&self, lane: usize) -> &'a [K] {
        self.cover.map_or(&[], |c| &c.tails[lane << c.log..][..1 << c.log])
    }

    /// The value of `W` on a coset of the subspace.
    pub fn vanishing(&self, coset: usize) -> K {
        let top = self.top();
        subspace_values(top + 1, coset << top).last().copied().unwrap_or_default()
    }
}

/// Neighbouring cosets of a subspace, 2^`log` of them: where a codeword lies, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosets {
    /// The number of the first, a multiple of how many there are.
    pub first: usize,
    /// Logarithm of how many.
    pub log: usize,
}

impl Cosets {
    /// Logarithm of the cosets of the least domain that they lie in.
    pub fn domain(&self) -> usize {
        (self.first + (1 << self.log)).next_power_of_two().ilog2() as usize
    }

    /// The same cosets in parts of 2^`log`.
    pub fn parts(self, log: usize) -> impl Iterator<Item = Self> {
        (0..1usize << (self.log - log)).map(move |i| Self { first: self.first + (i << log), log })
    }
}

/// Elements of the codeword at 2^(top + `log_inv_rate`) points.
pub fn encoded_len(uncoded: &Uncoded<'_>, log_inv_rate: usize) -> usize {
    uncoded.width() << (uncoded.top() + log_inv_rate)
}

/// Encode: the coefficients of a lane are those of the novel basis.
///
/// # Panics
/// If `values` is not of [`encoded_len`] elements.
pub fn encode<'a>(uncoded: &Uncoded<'_>, log_inv_rate: usize, values: &'a mut [K]) -> Codeword<'a> {
    encode_at(uncoded, uncoded.cosets(log_inv_rate), values)
}

/// A part of a codeword: its symbols on some cosets.
///
/// # Panics
/// If `values` is not of as many elements.
pub fn encode_at<'a>(uncoded: &Uncoded<'_>, cosets: Cosets, values: &'a mut [K]) -> Codeword<'a> {
    assert_eq!(values.len(), encoded_len(uncoded, cosets.log), "the size of the codeword");
    if !values.is_empty() {
        arch::encode(uncoded, cosets, values);
    }
    Codeword { lanes: uncoded.width(), rows: 1 << (uncoded.top() + cosets.log), values }
}

/// Bytes that one thread takes to encode lanes of 2^m elements, besides the codeword.
pub fn tile_bytes(m: usize, lanes: usize) -> usize {
    arch::tile_bytes(m, lanes)
}

#[cfg(test)]
pub(super) mod tests {
    use dyad_field::{PrimeCharacteristicRing, tensor};

    use super::*;
    use crate::kernels::portable;
    use crate::kernels::testing::{Elements as _, Random, at};

    #[test]
    fn codewords_are_evaluations() {
        let mut rng = Random(11);
        for (m, log_inv_rate, len) in [
            (0, 0, 1),
            (0, 2, 3),
            (1, 1, 5),
            (3, 1, 0),
            (3, 1, 1),
            (3, 2, 8 * 5 + 3),
            (4, 1, 16 * 17),
            (5, 3, 32 * 4 - 1),
            (6, 1, 64 * 33 + 40),
        ] {
            let data = rng.ks(len);
            let mut values = rng.ks(encoded_len(&Uncoded::plain(&data, m), log_inv_rate));
            let code = encode(&Uncoded::plain(&data, m), log_inv_rate, &mut values);
            assert_eq!((code.lanes, code.rows), (len.div_ceil(1 << m), 1 << (m + log_inv_rate)));
            for p in 0..code.rows {
                let g = tensor(&subspace_values(m, p));
                for (lane, &x) in code.row(p).iter().enumerate() {
                    let y: K = g.iter().enumerate().map(|(i, &g)| g * at(&data, lane << m | i)).sum();
                    assert_eq!(
                        x, y,
                        "m = {m}, log_inv_rate {log_inv_rate}, length {len}: position {p}, lane {lane}"
                    );
                }
            }
        }
    }

    #[test]
    fn large_codewords_are_the_same() {
        let mut rng = Random(17);
        for (m, log_inv_rate, len) in [
            (8, 1, 256 * 90),
            (11, 2, 2048 * 16 - 700),
            (12, 1, 4096 * 9),
            (13, 1, (8192 << 3) + 1),
            (14, 3, 1 << 14),
            (16, 1, (5 << 16) - 4099),
        ] {
            let data = rng.ks(len);
            let mut values = rng.ks(encoded_len(&Uncoded::plain(&data, m), log_inv_rate));
            let code = encode(&Uncoded::plain(&data, m), log_inv_rate, &mut values);
            let mut expected = vec![K::ZERO; code.values.len()];
            let plain = Uncoded::plain(&data, m);
            portable::encode(&plain, plain.cosets(log_inv_rate), &mut expected);
            assert!(code.values == expected, "m = {m}, log_inv_rate {log_inv_rate}, length {len}");
        }
    }

    /// Part after part, of any size.
    fn parts_are_the_same(uncoded: &Uncoded<'_>, log_inv_rate: usize) {
        let mut whole = vec![K::ZERO; encoded_len(uncoded, log_inv_rate)];
        encode(uncoded, log_inv_rate, &mut whole);
        for log in 0..=log_inv_rate {
            let parts = whole.chunks(encoded_len(uncoded, log));
            for (cosets, expected) in uncoded.cosets(log_inv_rate).parts(log).zip(parts) {
                let mut values = vec![K::ONE; expected.len()];
                encode_at(uncoded, cosets, &mut values);
                assert!(values == expected, "{cosets:?} of {:?}", uncoded.cosets(log_inv_rate));
                portable::encode(uncoded, cosets, &mut values);
                assert!(values == expected, "{cosets:?} by the portable kernels");
            }
        }
    }

    #[test]
    fn codewords_come_in_parts() {
        let mut rng = Random(19);
        for (m, log_inv_rate, len) in [(0, 2, 3), (3, 2, 8 * 5 + 3), (8, 3, 256 * 9), (12, 2, 4096 * 5)] {
            let data = rng.ks(len);
            parts_are_the_same(&Uncoded::plain(&data, m), log_inv_rate);
        }
        for index in 0..COVERED.len() {
            covered(index, |uncoded, log_inv_rate| parts_are_the_same(uncoded, log_inv_rate + 1));
        }
    }

    /// (m, log_inv_rate, data, lanes, tail): lanes longer and shorter than tails, and with no data.
    pub const COVERED: [(usize, usize, usize, usize, usize); 8] = [
        (0, 2, 3, 9, 4),
        (1, 2, 10, 9, 3),
        (3, 2, 8 * 12, 12, 3),
        (4, 1, 16 * 9 - 3, 9, 2),
        (6, 1, 64 * 16, 16, 4),
        (9, 2, 512 * 12 + 1, 13, 8),
        (12, 1, 4096 * 16 - 99, 16, 9),
        (13, 2, 8192 * 9, 9, 10),
    ];

    pub fn covered<R>(index: usize, f: impl FnOnce(&Uncoded<'_>, usize) -> R) -> R {
        let (m, log_inv_rate, len, lanes, log) = COVERED[index];
        let mut rng = Random(100 + index as u64);
        let (data, tails, mask) = (rng.ks(len), rng.ks((lanes + 1) << log), rng.ks(1 << m));
        let tails = Tails { lanes, log, tails: &tails, mask: &mask };
        f(&Uncoded { data: &data, m, cover: Some(tails) }, log_inv_rate)
    }

    #[test]
    fn covered_codewords_are_evaluations_on_other_cosets() {
        for index in 0..COVERED.len() {
            covered(index, |uncoded, log_inv_rate| {
                let mut values = vec![K::ONE; encoded_len(uncoded, log_inv_rate)];
                let mut expected = values.clone();
                let code = encode(uncoded, log_inv_rate, &mut values);
                portable::encode(uncoded, uncoded.cosets(log_inv_rate), &mut expected);
                assert!(code.values == expected, "{:?}", COVERED[index]);
                // Some of them by the definition.
                let (m, top, log) = (uncoded.m, uncoded.top(), COVERED[index].4);
                for p in (0..code.rows).step_by(1 + code.rows / 50) {
                    let point = subspace_values(top + 1, p + (1 << (top + log_inv_rate)));
                    assert_ne!(point[top], K::ZERO, "tails are 0 there");
                    let (own, tail) = (tensor(&point[..m]), tensor(&point[..log]));
                    for (lane, &x) in code.row(p).iter().enumerate() {
                        let inner = |g: &[K], v: &[K]| g.iter().zip(v).map(|(&g, &v)| g * v).sum::<K>();
                        let y =
                            inner(&own, uncoded.lane(lane)) + point[top] * inner(&tail, uncoded.tail(lane));
                        assert_eq!(x, y, "{:?}: position {p}, lane {lane}", COVERED[index]);
                    }
                }
            });
        }
    }
}
