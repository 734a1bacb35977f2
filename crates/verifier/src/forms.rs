//! The linear forms of a table, evaluated where the verifier needs them.
//!
//! A word counts by weights of its 64 bits. Where bit b of a column is `e_b` times a factor of the column, a term counts
//! the sum of `w_j e_(j - s)` over the places j of its mask: with sums of prefixes made once for each shift s, two of
//! them for each run of the mask.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing};
use dyad_rules::form::{FormRef, Take, Term};

use crate::Error;
use crate::error::get;
use crate::number::index;

/// 64 field elements, one a bit of a word.
pub type Bits = [K; 64];

/// Weights of the bits of a word, with what columns have at each bit.
pub struct Weighted<'a> {
    weights: &'a [K],
    bits: &'a [K],
    /// Sums of prefixes of the weights.
    plain: Vec<K>,
    /// By shift, from -63 on: sums of prefixes of weights times the bits that stand there.
    shifted: Vec<Vec<K>>,
}

/// The runs of ones of a mask: where each begins and ends, the end not included.
fn runs(mask: u64) -> impl Iterator<Item = (usize, usize)> {
    let mut rest = mask;
    core::iter::from_fn(move || {
        if rest == 0 {
            return None;
        }
        let start = rest.trailing_zeros();
        let ones = (rest >> start).trailing_ones();
        let end = start.saturating_add(ones);
        rest &= u64::MAX.checked_shl(end).unwrap_or(0);
        Some((index(start), index(end)))
    })
}

impl<'a> Weighted<'a> {
    /// These weights, where bit b of a column counts `bits[b]`.
    pub fn new(weights: &'a [K], bits: &'a [K]) -> Self {
        Self {
            weights,
            bits,
            plain: prefixes(weights.iter().copied()),
            shifted: (0..127).map(|_| Vec::new()).collect(),
        }
    }

    /// What the 1 bits of a constant word count.
    ///
    /// # Errors
    /// Never, for 64 weights.
    pub fn word(&self, word: u64) -> Result<K, Error> {
        between(&self.plain, word)
    }

    /// What a term counts, its column's factor left out.
    fn term(&mut self, term: &Term) -> Result<K, Error> {
        match term.take {
            Take::Bit(bit) => {
                Ok(*get(self.bits, usize::from(bit), "a bit")? * between(&self.plain, term.mask)?)
            }
            Take::Shift(by) => {
                let at = usize::try_from(i16::from(by).saturating_add(63))
                    .map_err(|_| Error::Internal("a shift"))?;
                let sums = self.shifted.get_mut(at).ok_or(Error::Internal("a shift"))?;
                if sums.is_empty() {
                    let n = usize::from(by.unsigned_abs());
                    // Bit j of the word is bit j - by of the column.
                    let (skip_word, skip_column) = if by >= 0 { (n, 0) } else { (0, n) };
                    let zeros = core::iter::repeat_n(K::ZERO, skip_word);
                    let bits = self.bits.iter().skip(skip_column);
                    let products = self.weights.iter().skip(skip_word).zip(bits).map(|(&w, &e)| w * e);
                    *sums = prefixes(zeros.chain(products));
                }
                between(sums, term.mask)
            }
        }
    }

    /// Adds what a form's terms count to each of `sums`, whose columns have these factors.
    ///
    /// # Errors
    /// [`Error::Internal`] for a column that is not there.
    pub fn form(&mut self, form: FormRef<'_>, columns: &[Vec<K>], sums: &mut [K]) -> Result<(), Error> {
        for terms in form.terms.chunk_by(|a, b| a.column == b.column) {
            let Some(&Term { column, .. }) = terms.first() else { continue };
            let mut value = K::ZERO;
            for term in terms {
                value += self.term(term)?;
            }
            for (sum, factors) in sums.iter_mut().zip(columns) {
                *sum += value * *get(factors, index(column), "a column")?;
            }
        }
        Ok(())
    }
}

/// The sums of the first 0, 1, ... of them.
fn prefixes(values: impl Iterator<Item = K>) -> Vec<K> {
    let mut sum = K::ZERO;
    let mut out = Vec::from([sum]);
    out.extend(values.map(|x| {
        sum += x;
        sum
    }));
    out
}

/// The sum of what stands at the places of a mask, from sums of prefixes.
fn between(prefixes: &[K], mask: u64) -> Result<K, Error> {
    let mut sum = K::ZERO;
    for (start, end) in runs(mask) {
        let at = |i| get(prefixes, i, "a place of a mask").copied();
        sum += at(end)? + at(start)?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_masks() {
        let of = |mask| runs(mask).collect::<Vec<_>>();
        assert_eq!(of(0), []);
        assert_eq!(of(1), [(0, 1)]);
        assert_eq!(of(u64::MAX), [(0, 64)]);
        assert_eq!(of(1 << 63), [(63, 64)]);
        assert_eq!(of(0xf0f0), [(4, 8), (12, 16)]);
        assert_eq!(of(!1 ^ 1 << 63 ^ 1 << 40), [(1, 40), (41, 63)]);
    }
}
