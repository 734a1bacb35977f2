//! Leaves of the bus: fingerprints of messages.

use dyad_field::K;

use super::arch;

/// Words of a message at most, its tag included.
pub const MESSAGE_WORDS: usize = 5;

/// Fingerprints of the messages of eight rows: `constant + sum of alpha_i * word_i`, where
/// `words[i][row]` is word i read as the element whose coefficients are its bits.
///
/// # Panics
/// If a message has more than five words.
#[inline]
pub fn fingerprint(words: &[[u64; 8]], alphas: &[K; MESSAGE_WORDS], constant: [K; 8]) -> [K; 8] {
    assert!(words.len() <= MESSAGE_WORDS, "a message of {} words", words.len());
    arch::fingerprint(words, alphas, &constant)
}

#[cfg(test)]
mod tests {
    use dyad_field::from_word;

    use super::*;
    use crate::kernels::portable;
    use crate::kernels::testing::{Elements as _, Random};

    #[test]
    fn fingerprints_are_the_formula() {
        let mut rng = Random(4);
        for n in 0..=MESSAGE_WORDS {
            let words: Vec<[u64; 8]> = (0..n).map(|_| core::array::from_fn(|_| rng.word())).collect();
            let alphas = core::array::from_fn(|_| rng.k());
            let constant = core::array::from_fn(|_| rng.k());
            let leaves = fingerprint(&words, &alphas, constant);
            assert_eq!(leaves, portable::fingerprint(&words, &alphas, &constant));
            for row in 0..8 {
                let sum: K = (0..n).map(|i| alphas[i] * from_word(words[i][row])).sum();
                assert_eq!(leaves[row], constant[row] + sum, "{n} words, row {row}");
            }
        }
    }
}
