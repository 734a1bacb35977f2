//! Sums over the bits of elements, and F2-linear maps of elements.

use dyad_field::{BITS, K, PrimeCharacteristicRing};
use rayon::prelude::*;

use super::arch;
use super::eq::Parts;

/// Elements of one task.
const TASK: usize = 1 << 12;

/// Entry u is the sum of the `w_i` for which bit u of `q_i` is 1. Entries past the shorter of the
/// two vectors count as 0.
pub fn bit_sums(q: &[K], w: &[K]) -> [K; BITS] {
    let [sums] = all_bit_sums(q, [w]);
    sums
}

/// [`bit_sums`] of the same elements with two vectors of weights, for less than twice the work.
pub fn bit_sums2(q: &[K], w0: &[K], w1: &[K]) -> [[K; BITS]; 2] {
    let n = w0.len().max(w1.len());
    if w0.len() != w1.len() && q.len().min(n) > w0.len().min(w1.len()) {
        return [bit_sums(q, w0), bit_sums(q, w1)];
    }
    all_bit_sums(q, [w0, w1])
}

fn all_bit_sums<const N: usize>(q: &[K], w: [&[K]; N]) -> [[K; BITS]; N] {
    let n = w.iter().fold(q.len(), |n, w| n.min(w.len()));
    let zero = || [[K::ZERO; BITS]; N];
    if n <= TASK {
        let mut sums = zero();
        arch::add_bit_sums(&q[..n], w.map(|w| &w[..n]), &mut sums);
        return sums;
    }
    (0..n.div_ceil(TASK))
        .into_par_iter()
        .fold(zero, |mut sums, task| {
            let part = task * TASK..n.min((task + 1) * TASK);
            arch::add_bit_sums(&q[part.clone()], w.map(|w| &w[part.clone()]), &mut sums);
            sums
        })
        .reduce(zero, |mut a, b| {
            for (a, &b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened()) {
                *a += b;
            }
            a
        })
}

/// Add the bit sums of `q` and `w`, of equal lengths, to `sums`, on this thread.
///
/// # Panics
/// If the lengths differ.
pub fn add_bit_sums(q: &[K], w: &[K], sums: &mut [K; BITS]) {
    assert_eq!(q.len(), w.len(), "elements and weights");
    let mut all = [*sums];
    arch::add_bit_sums(q, [w], &mut all);
    [*sums] = all;
}

/// `out_i` = the sum of the `images_u` for which bit u of `x_i` is 1.
///
/// # Panics
/// If the lengths of `xs` and `out` differ.
pub fn linear_map(images: &[K; BITS], xs: &[K], out: &mut [K]) {
    assert_eq!(xs.len(), out.len(), "inputs and outputs");
    let map = arch::Map::new(images);
    out.par_chunks_mut(TASK).zip(xs.par_chunks(TASK)).for_each(|(out, xs)| map.map_elements(xs, out));
}

/// [`bit_sums`] with the weights of an eq table, which is not stored.
///
/// # Panics
/// If the vector is longer than the table.
pub fn bit_sums_eq(q: &[K], weights: &Parts<'_>) -> [K; BITS] {
    let len = weights.part_len();
    q.par_chunks(len)
        .enumerate()
        .fold(
            || ([K::ZERO; BITS], vec![K::ZERO; len]),
            |(mut sums, mut buffer), (part, q)| {
                weights.fill(part, &mut buffer);
                add_bit_sums(q, &buffer[..q.len()], &mut sums);
                (sums, buffer)
            },
        )
        .map(|(sums, _)| sums)
        .reduce(|| [K::ZERO; BITS], |a, b| core::array::from_fn(|u| a[u] + b[u]))
}

/// `out_i` = the image of entry i of an eq table under the F2-linear map of [`linear_map`].
///
/// # Panics
/// If `out` is longer than the table.
pub fn linear_map_eq(images: &[K; BITS], table: &Parts<'_>, out: &mut [K]) {
    let map = arch::Map::new(images);
    out.par_chunks_mut(table.part_len()).enumerate().for_each_init(
        || vec![K::ZERO; table.part_len()],
        |buffer, (part, out)| {
            table.fill(part, buffer);
            map.map_elements(&buffer[..out.len()], out);
        },
    );
}

#[cfg(test)]
mod tests {
    use dyad_field::to_bits;

    use super::*;
    use crate::kernels::portable;
    use crate::kernels::testing::{Elements as _, Random};

    /// The definition.
    fn naive(q: &[K], w: &[K]) -> [K; BITS] {
        core::array::from_fn(|u| {
            q.iter().zip(w).filter(|(q, _)| to_bits(**q) >> u & 1 == 1).map(|(_, &w)| w).sum()
        })
    }

    #[test]
    fn bit_sums_are_the_definition() {
        let mut rng = Random(5);
        for n in [0, 1, 7, 8, 9, 63, 64, 65, 129, 300, 4096, 9001] {
            let (q, w0, w1) = (rng.ks(n), rng.ks(n + 3), rng.ks(n));
            assert_eq!(bit_sums(&q, &w0), naive(&q, &w0), "length {n}");
            assert_eq!(bit_sums2(&q, &w0, &w1), [naive(&q, &w0), naive(&q, &w1)], "length {n}");
            let mut sums = [naive(&w1, &q)];
            portable::add_bit_sums(&q, [&w1], &mut sums);
            let added: [K; BITS] = core::array::from_fn(|u| naive(&w1, &q)[u] + naive(&q, &w1)[u]);
            assert_eq!(sums, [added], "portable, length {n}");
            let mut sums = naive(&w1, &q);
            add_bit_sums(&q, &w1, &mut sums);
            assert_eq!(sums, added, "length {n}");
        }
        let (q, w, short) = (rng.ks(20), rng.ks(9), rng.ks(3));
        assert_eq!(bit_sums(&q, &w), naive(&q, &w), "weights that end early");
        assert_eq!(bit_sums2(&q, &w, &short), [naive(&q, &w), naive(&q, &short)], "lengths that differ");
    }

    #[test]
    fn eq_tables_need_not_be_stored() {
        let mut rng = Random(22);
        let images: [K; BITS] = core::array::from_fn(|_| rng.k());
        for n in [0, 4, 10, 12] {
            let (point, scale) = (rng.ks(n), rng.k());
            let (parts, table) = (Parts::new(&point, scale), crate::kernels::eq::scaled(&point, scale));
            for len in [0, 1, (1 << n) / 2 + 1, 1 << n] {
                let q = rng.ks(len);
                assert_eq!(bit_sums_eq(&q, &parts), bit_sums(&q, &table), "{len} of 2^{n}");
            }
            let (mut out, mut expected) = (rng.ks(1 << n), rng.ks(1 << n));
            linear_map_eq(&images, &parts, &mut out);
            linear_map(&images, &table, &mut expected);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn linear_maps_are_the_definition() {
        let mut rng = Random(6);
        let images: [K; BITS] = core::array::from_fn(|_| rng.k());
        for n in [0, 1, 7, 8, 63, 64, 65, 5000] {
            let xs = rng.ks(n);
            let mut out = rng.ks(n);
            linear_map(&images, &xs, &mut out);
            let mut other = rng.ks(n);
            portable::Map::new(&images).map_elements(&xs, &mut other);
            assert_eq!(out, other);
            for (&x, &o) in xs.iter().zip(&out) {
                let image: K = (0..BITS).filter(|u| to_bits(x) >> u & 1 == 1).map(|u| images[u]).sum();
                assert_eq!(o, image);
            }
        }
    }
}
