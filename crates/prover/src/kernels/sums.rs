//! Sums over the bits of elements, and F2-linear maps of elements.

use dyad_field::{BITS, K, PrimeCharacteristicRing, from_bits, to_bits};
use rayon::prelude::*;

/// Elements of one task.
const TASK: usize = 1 << 12;

/// Entry u is the sum of the `w_i` for which bit u of `q_i` is 1. Entries past the shorter of the
/// two vectors count as 0.
pub fn bit_sums(q: &[K], w: &[K]) -> [K; BITS] {
    let n = q.len().min(w.len());
    q[..n]
        .par_chunks(TASK)
        .zip(w[..n].par_chunks(TASK))
        .fold(
            || [K::ZERO; BITS],
            |mut sums, (q, w)| {
                add_bit_sums(q, w, &mut sums);
                sums
            },
        )
        .reduce(|| [K::ZERO; BITS], add)
}

/// [`bit_sums`] of the same elements with two vectors of weights.
pub fn bit_sums2(q: &[K], w0: &[K], w1: &[K]) -> [[K; BITS]; 2] {
    [bit_sums(q, w0), bit_sums(q, w1)]
}

fn add(mut a: [K; BITS], b: [K; BITS]) -> [K; BITS] {
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}

/// Add the bit sums of `q` and `w`, of equal lengths, to `sums`, on this thread.
///
/// Eight elements at a time: all 256 sums of their weights are tabulated, and the eight bits u of
/// the elements are the index of the one to add ("four Russians").
pub fn add_bit_sums(q: &[K], w: &[K], sums: &mut [K; BITS]) {
    assert_eq!(q.len(), w.len(), "elements and weights");
    let mut table = [K::ZERO; 256];
    for (q, w) in q.chunks(8).zip(w.chunks(8)) {
        for (i, &wi) in w.iter().enumerate() {
            let (known, new) = table.split_at_mut(1 << i);
            for (n, &k) in new.iter_mut().zip(&*known) {
                *n = k + wi;
            }
        }
        for byte in 0..16 {
            let rows = q
                .iter()
                .enumerate()
                .fold(0, |m, (i, &qi)| m | u64::from((to_bits(qi) >> (8 * byte)) as u8) << (8 * i));
            for (u, index) in transpose8(rows).to_le_bytes().into_iter().enumerate() {
                sums[8 * byte + u] += table[usize::from(index)];
            }
        }
    }
}

/// The transpose of an 8 x 8 bit matrix, row i being byte i (Hacker's Delight, 7-3).
fn transpose8(mut m: u64) -> u64 {
    for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0xf0f0_f0f0)] {
        let t = (m ^ m >> shift) & mask;
        m ^= t ^ t << shift;
    }
    m
}

/// `out_i` = the sum of the `images_u` for which bit u of `x_i` is 1.
///
/// # Panics
/// If the lengths of `xs` and `out` differ.
pub fn linear_map(images: &[K; BITS], xs: &[K], out: &mut [K]) {
    assert_eq!(xs.len(), out.len(), "inputs and outputs");
    let tables = byte_tables(images);
    out.par_chunks_mut(TASK).zip(xs.par_chunks(TASK)).for_each(|(out, xs)| {
        for (o, &x) in out.iter_mut().zip(xs) {
            *o = look_up(&tables, &to_bits(x).to_le_bytes());
        }
    });
}

/// For each byte of an input, the images of its 256 values under the map with these images of bits.
pub(super) fn byte_tables(images: &[K]) -> Vec<[K; 256]> {
    let table = |images: &[K]| {
        let mut t = [K::ZERO; 256];
        for (bit, &image) in images.iter().enumerate() {
            for i in 0..1 << bit {
                t[i | 1 << bit] = t[i] + image;
            }
        }
        t
    };
    images.chunks(8).map(table).collect()
}

/// The image of a byte string.
#[inline]
pub(super) fn look_up(tables: &[[K; 256]], bytes: &[u8]) -> K {
    from_bits(tables.iter().zip(bytes).fold(0, |s, (t, &b)| s ^ to_bits(t[usize::from(b)])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::Rng;

    /// The definition.
    fn naive(q: &[K], w: &[K]) -> [K; BITS] {
        core::array::from_fn(|u| {
            q.iter().zip(w).filter(|(q, _)| to_bits(**q) >> u & 1 == 1).map(|(_, &w)| w).sum()
        })
    }

    #[test]
    fn bit_sums_are_the_definition() {
        let mut rng = Rng(5);
        for n in [0, 1, 7, 8, 9, 63, 64, 65, 129, 300, 4096, 9001] {
            let (q, w0, w1) = (rng.ks(n), rng.ks(n + 3), rng.ks(n));
            assert_eq!(bit_sums(&q, &w0), naive(&q, &w0), "length {n}");
            assert_eq!(bit_sums2(&q, &w0, &w1), [naive(&q, &w0), naive(&q, &w1)], "length {n}");
            let mut sums = naive(&w1, &q);
            add_bit_sums(&q, &w1, &mut sums);
            assert_eq!(sums, add(naive(&w1, &q), naive(&q, &w1)), "length {n}");
        }
        let (q, w) = (rng.ks(20), rng.ks(9));
        assert_eq!(bit_sums(&q, &w), naive(&q, &w), "weights that end early");
    }

    #[test]
    fn linear_maps_are_the_definition() {
        let mut rng = Rng(6);
        let images: [K; BITS] = core::array::from_fn(|_| rng.k());
        for n in [0, 1, 63, 64, 65, 5000] {
            let xs = rng.ks(n);
            let mut out = rng.ks(n);
            linear_map(&images, &xs, &mut out);
            for (&x, &o) in xs.iter().zip(&out) {
                let image: K = (0..BITS).filter(|u| to_bits(x) >> u & 1 == 1).map(|u| images[u]).sum();
                assert_eq!(o, image);
            }
        }
    }
}
