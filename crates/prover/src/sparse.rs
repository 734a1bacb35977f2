//! Rounds over weights and a vector that are 0 in most places.

use dyad_field::{K, PrimeCharacteristicRing};
use rayon::prelude::*;

use crate::kernels::sumcheck::{fold_onto, inner_of_halves, inner_round, scale};
use crate::rounds::Summed;

/// The logarithm of the entries of a piece.
pub const PIECE: usize = 7;
/// Pieces whose sums one task adds up, at least.
const TASK: usize = 16;

/// Entries of a piece.
const ENTRIES: usize = 1 << PIECE;
/// What stands for a piece that is missing.
static ZEROS: [K; ENTRIES] = [K::ZERO; ENTRIES];

/// Weights and a vector of 2^`log` entries each, 0 but in some pieces.
#[derive(Debug)]
pub struct Sparse {
    log: usize,
    /// The pieces, by increasing index: each with its place in both vectors.
    pieces: Vec<(usize, usize)>,
    weights: Vec<K>,
    vector: Vec<K>,
}

/// A piece of the lower half, and the one of the upper half that is folded onto it, by their places. One may be missing.
type Met = (usize, [Option<usize>; 2]);

impl Sparse {
    /// Of pieces that have these indices, increasing, their weights and entries one after the other.
    ///
    /// # Panics
    /// If there are not as many entries as pieces have, or the vectors are shorter than a piece.
    pub fn new(log: usize, indices: impl Iterator<Item = usize>, weights: Vec<K>, vector: Vec<K>) -> Self {
        let pieces: Vec<_> = indices.zip(0..).collect();
        assert!(log >= PIECE, "a piece");
        assert_eq!([weights.len(), vector.len()], [pieces.len() << PIECE; 2], "entries of pieces");
        Self { log, pieces, weights, vector }
    }

    /// The only entry of the vector once all variables are bound.
    pub fn value(&self) -> K {
        self.pieces.first().map_or(K::ZERO, |&(_, place)| self.vector[place << PIECE])
    }

    /// The pieces that meet when the highest variable is bound, by increasing index.
    fn met(&self) -> Vec<Met> {
        let half = 1 << (self.log - 1 - PIECE);
        let (low, high) = self.pieces.split_at(self.pieces.partition_point(|p| p.0 < half));
        let mut high = high.iter().map(|&(index, place)| (index - half, place)).peekable();
        let mut met = Vec::with_capacity(self.pieces.len());
        for &(index, place) in low {
            while let Some((index, place)) = high.next_if(|h| h.0 < index) {
                met.push((index, [None, Some(place)]));
            }
            met.push((index, [Some(place), high.next_if(|h| h.0 == index).map(|h| h.1)]));
        }
        met.extend(high.map(|(index, place)| (index, [None, Some(place)])));
        met
    }

    /// The only piece, of as many entries as are left.
    fn last(&mut self) -> Option<[&mut [K]; 2]> {
        let &(_, place) = self.pieces.first()?;
        let entries = (place << PIECE)..(place << PIECE) + (1 << self.log);
        Some([&mut self.weights[entries.clone()], &mut self.vector[entries]])
    }
}

impl Summed for Sparse {
    fn round(&mut self, last: Option<K>) -> (K, K) {
        if let Some(r) = last {
            self.bind(r);
        }
        if self.log <= PIECE {
            let half = 1 << (self.log - 1);
            return self.last().map_or((K::ZERO, K::ZERO), |[w, q]| inner_round(w, q, half));
        }
        let piece = |v: &'_ [K], place: Option<usize>| -> [K; ENTRIES] {
            place.map_or(ZEROS, |place| v[place << PIECE..][..ENTRIES].try_into().expect("a piece"))
        };
        self.met()
            .into_par_iter()
            .with_min_len(TASK)
            .map(|(_, places)| {
                let [w, q] = [&self.weights, &self.vector].map(|v| places.map(|place| piece(v, place)));
                inner_of_halves(w.each_ref().map(|w| &w[..]), q.each_ref().map(|q| &q[..]))
            })
            .reduce(|| (K::ZERO, K::ZERO), |a, b| (a.0 + b.0, a.1 + b.1))
    }

    fn bind(&mut self, r: K) {
        if self.log <= PIECE {
            let half = 1 << (self.log - 1);
            for v in self.last().into_iter().flatten() {
                let (low, high) = v.split_at_mut(half);
                fold_onto(low, high, r);
            }
        } else {
            let met = self.met();
            for v in [&mut self.weights, &mut self.vector] {
                for &(_, places) in &met {
                    match places {
                        [Some(low), Some(high)] => {
                            let above: [K; ENTRIES] =
                                v[high << PIECE..][..ENTRIES].try_into().expect("a piece");
                            fold_onto(&mut v[low << PIECE..][..ENTRIES], &above, r);
                        }
                        [Some(low), None] => scale(&mut v[low << PIECE..][..ENTRIES], K::ONE + r),
                        [None, Some(high)] => scale(&mut v[high << PIECE..][..ENTRIES], r),
                        [None, None] => {}
                    }
                }
            }
            let place = |(index, [low, high]): Met| low.or(high).map(|place| (index, place));
            self.pieces = met.into_iter().filter_map(place).collect();
        }
        self.log -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{Elements as _, Random};
    use crate::rounds::Pair;

    /// Rounds over few pieces against rounds over all entries, to the last variable.
    #[test]
    fn few_pieces_are_whole_vectors() {
        let mut rng = Random(41);
        for (log, indices) in [
            (7, &[0][..]),
            (7, &[]),
            (10, &[]),
            (10, &[5]),
            (10, &[0, 4, 5, 7]),
            (13, &[0, 1, 2, 31, 32, 33, 34, 40, 63]),
        ] {
            let pieces = indices.len() << PIECE;
            let [weights, vector] = [0; 2].map(|_| rng.ks(pieces));
            let mut whole = [&weights, &vector].map(|v| {
                let mut whole = vec![K::ZERO; 1 << log];
                for (&index, piece) in indices.iter().zip(v.chunks(ENTRIES)) {
                    whole[index << PIECE..][..ENTRIES].copy_from_slice(piece);
                }
                whole
            });
            let [all_weights, all] = whole.each_mut().map(Vec::as_mut_slice);
            let mut pair = Pair { log, weights: all_weights, vector: all, source: None };
            let mut sparse = Sparse::new(log, indices.iter().copied(), weights, vector);
            let mut last = None;
            for round in 0..log {
                assert_eq!(sparse.round(last), pair.round(last), "2^{log} entries, round {round}");
                last = Some(rng.k());
            }
            let r = last.expect("a round");
            sparse.bind(r);
            pair.bind(r);
            assert_eq!(sparse.value(), pair.value());
        }
    }
}
