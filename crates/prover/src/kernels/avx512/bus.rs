//! Fingerprints.

use dyad_field::K;

use super::V;

/// `constant + sum of alpha_i * word_i` on eight rows.
#[inline]
pub fn fingerprint(words: &[[u64; 8]], alphas: &[K], constant: &[K; 8]) -> [K; 8] {
    // Rows 0, 2, 4, 6 and rows 1, 3, 5, 7; of each, products by the low and the high word of alpha.
    let (mut even, mut odd) = ([V::zero(); 2], [V::zero(); 2]);
    for (words, &alpha) in words.iter().zip(alphas) {
        let (w, a) = (V::load_words(words), V::load(&[alpha; 4]));
        even[0] = even[0].xor(w.carryless::<0x00>(a));
        even[1] = even[1].xor(w.carryless::<0x10>(a));
        odd[0] = odd[0].xor(w.carryless::<0x01>(a));
        odd[1] = odd[1].xor(w.carryless::<0x11>(a));
    }
    let (even, odd) = (even[0].reduce(even[1]), odd[0].reduce(odd[1]));
    let mut out = *constant;
    let (four, _) = out.as_chunks_mut::<4>();
    for (index, out) in [[0, 1, 8, 9, 2, 3, 10, 11], [4, 5, 12, 13, 6, 7, 14, 15]].iter().zip(four) {
        let rows = V::permute_words2(even, odd, V::load_words(index));
        V::load(out).xor(rows).store(out);
    }
    out
}
