//! Fingerprints.

use dyad_field::K;

use super::E;

/// `constant + sum of alpha_i * word_i` on eight rows.
#[inline]
pub fn fingerprint(words: &[[u64; 8]], alphas: &[K], constant: &[K; 8]) -> [K; 8] {
    const ROWS: usize = 2 * E::LANES;
    let mut out = *constant;
    for (i, rows) in out.as_chunks_mut::<ROWS>().0.iter_mut().enumerate() {
        // Rows 0, 2, .. and rows 1, 3, ..; of each, products by the low and the high word of alpha.
        let (mut even, mut odd) = ([E::ZERO; 2], [E::ZERO; 2]);
        for (words, &alpha) in words.iter().zip(alphas) {
            let (w, a) = (E::load_words(&words.as_chunks::<ROWS>().0[i]), E::splat(alpha));
            even[0] = even[0].xor(w.carryless::<0x00>(a));
            even[1] = even[1].xor(w.carryless::<0x10>(a));
            odd[0] = odd[0].xor(w.carryless::<0x01>(a));
            odd[1] = odd[1].xor(w.carryless::<0x11>(a));
        }
        let sums = E::alternate(even[0].reduce(even[1]), odd[0].reduce(odd[1]));
        for (part, sum) in rows.as_chunks_mut::<{ E::LANES }>().0.iter_mut().zip(sums) {
            E::load(part).xor(sum).store(part);
        }
    }
    out
}
