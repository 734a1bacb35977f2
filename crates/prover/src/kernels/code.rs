//! The Reed-Solomon code of the commitments: encoding, and its transpose.

use dyad_field::{K, PrimeCharacteristicRing, subspace_values};
use rayon::prelude::*;

use super::arch;

/// An interleaved codeword: one row for each position, one column for each lane.
#[derive(Clone, Debug, Default)]
pub struct Codeword {
    /// Elements of a row.
    pub lanes: usize,
    /// Positions, a power of two.
    pub rows: usize,
    /// Row after row.
    pub values: Vec<K>,
}

impl Codeword {
    /// The elements of all lanes at a position.
    pub fn row(&self, position: usize) -> &[K] {
        &self.values[position * self.lanes..(position + 1) * self.lanes]
    }
}

/// Encode `data`, whose element `lane * 2^m + position` is coefficient `position` of a lane in the
/// novel basis, at 2^(m + `rate`) points. The last lane may be short: the rest of it is 0.
pub fn encode(data: &[K], m: usize, rate: usize) -> Codeword {
    let height = 1 << m;
    let lanes = data.len().div_ceil(height);
    let rows = height << rate;
    let mut values = K::zero_vec(rows * lanes);
    if lanes == 0 {
        return Codeword { lanes, rows, values };
    }
    arch::encode(data, m, rate, lanes, &mut values);
    Codeword { lanes, rows, values }
}

/// Add to `w`, of 2^m entries, the sum over the queries of `coefficient * G_position`, where G_p
/// is the tensor product of the `(1, W_j(p))`, j < m: the code's row at position p.
///
/// # Panics
/// If `w` is not of 2^m entries, or there are not as many positions as coefficients.
pub fn accumulate_rows(w: &mut [K], m: usize, positions: &[usize], coefficients: &[K]) {
    assert_eq!(w.len(), 1 << m, "the vector's length");
    assert_eq!(positions.len(), coefficients.len(), "positions and coefficients");
    let low = m.min(10);
    let factors: Vec<(Vec<K>, Vec<K>)> = positions
        .iter()
        .zip(coefficients)
        .map(|(&p, &c)| {
            let values = subspace_values(m, p);
            let mut high = dyad_field::tensor(&values[low..]);
            for h in &mut high {
                *h *= c;
            }
            (dyad_field::tensor(&values[..low]), high)
        })
        .collect();
    w.par_chunks_mut(1 << low).enumerate().for_each(|(part, out)| {
        for (low, high) in &factors {
            for (o, &l) in out.iter_mut().zip(low) {
                *o += high[part] * l;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use dyad_field::tensor;

    use super::*;
    use crate::kernels::portable;
    use crate::kernels::testing::{Rng, at};

    #[test]
    fn codewords_are_evaluations() {
        let mut rng = Rng(11);
        for (m, rate, len) in [
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
            let code = encode(&data, m, rate);
            assert_eq!((code.lanes, code.rows), (len.div_ceil(1 << m), 1 << (m + rate)));
            for p in 0..code.rows {
                let g = tensor(&subspace_values(m, p));
                for (lane, &x) in code.row(p).iter().enumerate() {
                    let y: K = g.iter().enumerate().map(|(i, &g)| g * at(&data, lane << m | i)).sum();
                    assert_eq!(x, y, "m = {m}, rate {rate}, length {len}: position {p}, lane {lane}");
                }
            }
        }
    }

    #[test]
    fn large_codewords_are_the_same() {
        let mut rng = Rng(17);
        for (m, rate, len) in [
            (8, 1, 256 * 90),
            (11, 2, 2048 * 16 - 700),
            (12, 1, 4096 * 9),
            (13, 1, (8192 << 3) + 1),
            (14, 3, 1 << 14),
            (16, 1, (5 << 16) - 4099),
        ] {
            let data = rng.ks(len);
            let code = encode(&data, m, rate);
            let mut expected = vec![K::ZERO; code.values.len()];
            portable::encode(&data, m, rate, code.lanes, &mut expected);
            assert!(code.values == expected, "m = {m}, rate {rate}, length {len}");
        }
    }

    #[test]
    fn accumulated_rows_are_tensors() {
        let mut rng = Rng(12);
        for (m, rate, queries) in [(0, 1, 2), (1, 0, 1), (5, 2, 7), (10, 1, 3), (13, 1, 40), (12, 3, 0)] {
            let before = rng.ks(1 << m);
            let positions: Vec<usize> =
                (0..queries).map(|_| rng.word() as usize % (1 << (m + rate))).collect();
            let coefficients = rng.ks(queries);
            let mut w = before.clone();
            accumulate_rows(&mut w, m, &positions, &coefficients);
            let mut expected = before;
            for (&p, &c) in positions.iter().zip(&coefficients) {
                for (e, g) in expected.iter_mut().zip(tensor(&subspace_values(m, p))) {
                    *e += c * g;
                }
            }
            assert_eq!(w, expected, "m = {m}, {queries} queries");
        }
    }
}
