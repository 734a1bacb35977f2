//! F2-linear maps to K, on 16 inputs at a time.

use dyad_field::{K, to_bits};

use super::V;
use super::register::{E, Half};
use crate::kernels::wide::Line;

/// Inputs that are mapped together.
const INPUTS: usize = 16;

/// An F2-linear map from byte strings to K: entry `[j][v]` has bytes v of the images of the low
/// nibbles of bytes 2 j and 2 j + 1 of an input, and then of the high nibbles.
pub struct Map(Vec<[Line; 16]>);

impl Map {
    /// The map under which bit u has image `images[u]`.
    pub fn new(images: &[K]) -> Self {
        let pair = |images: &[K]| {
            let mut tables = [[0; 64]; 16];
            for (i, four) in images.chunks(4).enumerate() {
                let (byte, nibble) = (i / 2, i % 2);
                let mut sums = [K::default(); 16];
                for (bit, &image) in four.iter().enumerate() {
                    for x in 0..1 << bit {
                        sums[x | 1 << bit] = sums[x] + image;
                    }
                }
                for (x, &sum) in sums.iter().enumerate() {
                    for (table, value) in tables.iter_mut().zip(to_bits(sum).to_le_bytes()) {
                        table[32 * nibble + 16 * byte + x] = value;
                    }
                }
            }
            tables.map(|bytes| Line(core::array::from_fn(|i| u64::from_le_bytes(bytes.as_chunks().0[i]))))
        };
        Self(images.chunks(16).map(pair).collect())
    }

    /// The images of inputs, two in a register: the first in the lower half.
    #[inline]
    fn apply(&self, inputs: [Half; 8]) -> [Half; 8] {
        let columns = columns(inputs).map(|x| [x.low_nibbles(), x.high_nibbles()]);
        let mut images = [Half::ZERO; 8];
        for (part, images) in images.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            // Eight bytes of the images, as many as the registers hold, from each of two input bytes.
            let mut sums = [Half::ZERO; 8];
            for (tables, [l, h]) in self.0.iter().zip(&columns) {
                for (sum, table) in sums.iter_mut().zip(&tables.as_chunks::<8>().0[part]) {
                    let V([low, high]) = table.read();
                    *sum = sum.xor(low.look_up(*l)).xor(high.look_up(*h));
                }
            }
            *images = [0, 1, 2, 3].map(|i| sums[2 * i].add_halves(sums[2 * i + 1]));
        }
        rows(images)
    }

    /// The images of 16 elements.
    #[inline]
    pub fn map_registers(&self, elements: [V; 4]) -> [V; 4] {
        let [a, b, c, d] = elements.map(|v| v.0);
        let [a, b, c, d, e, f, g, h] = self.apply([a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]);
        [V([a, b]), V([c, d]), V([e, f]), V([g, h])]
    }

    /// The images of elements; `xs` and `out` have one length.
    pub fn map_elements(&self, xs: &[K], out: &mut [K]) {
        self.map_all(xs, out, Half::load);
    }

    /// The images of words; `words` and `out` have one length.
    pub fn map_words(&self, words: &[u64], out: &mut [K]) {
        self.map_all(words, out, |&[a, b]| Half::join(E::load_words(&[a, 0]), E::load_words(&[b, 0])));
    }

    /// The images of inputs that `load` brings to a register, two at a time.
    #[inline(always)]
    fn map_all<T: Copy + Default>(&self, xs: &[T], out: &mut [K], load: impl Fn(&[T; 2]) -> Half) {
        let map = |x: &[T; INPUTS], out: &mut [K; INPUTS]| {
            let pairs = x.as_chunks::<2>().0;
            let images = self.apply(core::array::from_fn(|i| load(&pairs[i])));
            for (pair, image) in out.as_chunks_mut::<2>().0.iter_mut().zip(images) {
                image.store(pair);
            }
        };
        let (xs, rest) = xs.as_chunks::<INPUTS>();
        let (out, out_rest) = out.as_chunks_mut::<INPUTS>();
        for (x, out) in xs.iter().zip(out) {
            map(x, out);
        }
        let (mut x, mut y) = ([T::default(); INPUTS], [K::default(); INPUTS]);
        x[..rest.len()].copy_from_slice(rest);
        map(&x, &mut y);
        out_rest.copy_from_slice(&y[..rest.len()]);
    }
}

/// From two rows of 16 bytes a register to columns: register j has bytes 2 j of all rows, those of
/// the lower halves first, and then bytes 2 j + 1.
#[inline(always)]
fn columns(rows: [Half; 8]) -> [Half; 8] {
    zip(zip(zip(rows))).map(Half::swap_middle)
}

/// The inverse of [`columns`].
#[inline(always)]
fn rows(columns: [Half; 8]) -> [Half; 8] {
    zip(zip(zip(zip(columns.map(Half::swap_middle)))))
}

/// In each half, the numbers of register and byte, of 3 and 4 bits, read as one number and turned by
/// one bit.
#[inline(always)]
fn zip(registers: [Half; 8]) -> [Half; 8] {
    let [a, b, c, d, e, f, g, h] = registers;
    let [[a, b], [c, d], [e, f], [g, h]] = [a.zip_bytes(e), b.zip_bytes(f), c.zip_bytes(g), d.zip_bytes(h)];
    [a, b, c, d, e, f, g, h]
}
