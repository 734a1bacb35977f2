//! Values that depend on the bytes of words.

use dyad_field::{K, PrimeCharacteristicRing};
use rayon::prelude::*;

use super::super::eq::Parts;
use super::{
    Bytes, Each, Half, LANES, ROWS, Row, Rows, Source, Table, column_parts, each_group, part_rows, store,
};

/// Rows of one task.
const TASK: usize = 1 << 10;

/// For each byte of the words, and each of its values, the sum of the weights of the rows that have it.
pub fn histograms((words, half): (&[K], Half), weights: &Parts<'_>) -> Vec<Table> {
    let len = weights.part_len();
    let zero = || vec![[K::ZERO; 256]; 8];
    let tasks = rayon::current_num_threads() * 4;
    let parts = words.len().div_ceil(len);
    (0..tasks.min(parts))
        .into_par_iter()
        .map(|task| {
            let (mut sums, mut eq) = (zero(), vec![K::ZERO; len]);
            for part in (task..parts).step_by(tasks) {
                weights.fill(part, &mut eq);
                for (&word, &e) in words[part_rows(part, len, words.len())].iter().zip(&eq) {
                    for (sums, byte) in sums.iter_mut().zip(half.of(word).to_le_bytes()) {
                        sums[usize::from(byte)] += e;
                    }
                }
            }
            sums
        })
        .reduce(zero, |mut a, b| {
            a.as_flattened_mut().iter_mut().zip(b.as_flattened()).for_each(|(a, &b)| *a += b);
            a
        })
}

/// Four bytes of a word, and a table for each: so many lie in the first cache.
pub type FourBytes = [(usize, Table); 4];

/// Sums of the tables' values at the bytes of words, four to a column.
pub fn look_up((words, half): (&[K], Half), tables: &[FourBytes], out: &mut [K]) {
    let rows = words.len();
    column_parts(out, rows, TASK).into_par_iter().enumerate().for_each(|(part, columns)| {
        let words = &words[part_rows(part, TASK, rows)];
        for (tables, column) in tables.iter().zip(columns) {
            for (x, &word) in column.iter_mut().zip(words) {
                let bytes = half.of(word).to_le_bytes();
                *x = tables.iter().map(|(byte, table)| table[usize::from(bytes[*byte])]).sum();
            }
        }
    });
}

/// Products of the tables' values at the eight bytes of words.
pub fn multiply_up(bytes: &Bytes<'_>, out: &mut [K]) {
    struct Roots<'a, 'v> {
        bytes: &'a Bytes<'a>,
        first: usize,
        out: &'v mut [K],
        rows: Rows,
    }
    impl Each for Roots<'_, '_> {
        #[inline(always)]
        fn group<const G: usize>(&mut self, start: usize) {
            let rows: &mut [Row; G] = self.rows.first_chunk_mut().expect("registers");
            self.bytes.fill::<1, G>(start, rows);
            for (g, row) in rows.iter().enumerate() {
                store(row[0], self.out, start + g * LANES - self.first);
            }
        }
    }
    let rows = bytes.rows();
    out.par_chunks_mut(TASK).enumerate().for_each(|(part, out)| {
        let range = part_rows(part, TASK, rows);
        each_group(range.clone(), &mut Roots { bytes, first: range.start, out, rows: ROWS });
    });
}
