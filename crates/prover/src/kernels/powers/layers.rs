//! Sums over the nodes of a layer, and layers with variables bound.

use core::array::from_fn;

use dyad_field::{K, PrimeCharacteristicRing};
use rayon::prelude::*;

use super::super::arch::{E, Sum, product};
use super::super::eq::Parts;
use super::{
    Each, KEPT, LANES, Leaves, ROWS, Row, Rows, Source, column_parts, each_group, load, multiply, part_rows,
    store,
};

/// Keeps the nodes of each row, [`KEPT`] columns, and returns the sum of the weights times the roots.
pub fn keep(leaves: &Leaves<'_>, weights: &Parts<'_>, nodes: &mut [K]) -> K {
    struct Keep<'a, 'v> {
        leaves: &'a Leaves<'a>,
        first: usize,
        eq: &'a [K],
        nodes: Vec<&'v mut [K]>,
        sum: Sum,
        rows: Rows,
    }
    impl Each for Keep<'_, '_> {
        #[inline(always)]
        fn group<const G: usize>(&mut self, start: usize) {
            let rows: &mut [Row; G] = self.rows.first_chunk_mut().expect("registers");
            self.leaves.fill::<KEPT, G>(start, rows);
            for (g, row) in rows.iter_mut().enumerate() {
                let at = start + g * LANES - self.first;
                for (column, &node) in self.nodes.iter_mut().zip(&*row) {
                    store(node, column, at);
                }
                multiply::<KEPT, 1>(row);
                self.sum.add(load(self.eq, at), row[0]);
            }
        }
    }
    let (rows, len) = (leaves.rows(), weights.part_len());
    column_parts(nodes, rows, len)
        .into_par_iter()
        .enumerate()
        .map_init(
            || vec![K::ZERO; len],
            |eq, (part, nodes)| {
                weights.fill(part, eq);
                let range = part_rows(part, len, rows);
                let mut keep = Keep { leaves, first: range.start, eq, nodes, sum: Sum::zero(), rows: ROWS };
                each_group(range, &mut keep);
                keep.sum.total()
            },
        )
        .sum()
}

/// Rows of one task.
const TASK: usize = 1 << 10;

/// Values of a polynomial at 0, 1 and infinity (its leading coefficient), for the highest variable of nodes, and in
/// each for the one below: entry `3 i + j`. Where there is one variable alone, the first three entries.
pub type Grid = [K; 9];

/// Sums over all rows and pairs of the rows' weights times those of pairs, times the product of both nodes of a pair:
/// as polynomials in the two highest variables of the layer's nodes, or in its only one. The `P` pairs are 2 or more;
/// `weights` are those of pairs as far as the other variables tell, all 1 where there are none.
pub fn sums<const P: usize, S: Source>(source: &S, rows_eq: &Parts<'_>, weights: &[K]) -> Grid {
    match P {
        2 => sums_of::<2, 4, S>(source, rows_eq, weights),
        4 => sums_of::<4, 8, S>(source, rows_eq, weights),
        8 => sums_of::<8, 16, S>(source, rows_eq, weights),
        16 => sums_of::<16, 32, S>(source, rows_eq, weights),
        32 => sums_of::<32, 64, S>(source, rows_eq, weights),
        _ => unreachable!("a layer of words"),
    }
}

fn sums_of<const P: usize, const N: usize, S: Source>(
    source: &S,
    rows_eq: &Parts<'_>,
    weights: &[K],
) -> Grid {
    struct Sums<'a, S, const P: usize, const N: usize> {
        source: &'a S,
        first: usize,
        eq: &'a [K],
        weighted: bool,
        weights: [E; 8],
        grid: [Sum; 9],
        rows: Rows,
    }
    impl<S: Source, const P: usize, const N: usize> Each for Sums<'_, S, P, N> {
        #[inline(always)]
        fn group<const G: usize>(&mut self, start: usize) {
            let rows: &mut [Row; G] = self.rows.first_chunk_mut().expect("registers");
            self.source.fill::<N, G>(start, rows);
            for (g, v) in rows.iter().enumerate() {
                let e = load(self.eq, start + g * LANES - self.first);
                if P == 2 {
                    let (l, r) = (line(v[0], v[1]), line(v[2], v[3]));
                    for (sum, (l, r)) in self.grid.iter_mut().zip(l.into_iter().zip(r)) {
                        sum.add(e, product(l, r));
                    }
                    continue;
                }
                let mut inner = [Sum::zero(); 9];
                let q = P / 4;
                for y in 0..q {
                    let mut left = [v[y], v[q + y], v[2 * q + y], v[3 * q + y]];
                    if self.weighted {
                        left = left.map(|l| product(self.weights[y], l));
                    }
                    let right = [v[P + y], v[P + q + y], v[P + 2 * q + y], v[P + 3 * q + y]];
                    for (sum, (l, r)) in inner.iter_mut().zip(grid(left).into_iter().zip(grid(right))) {
                        sum.add(l, r);
                    }
                }
                for (sum, inner) in self.grid.iter_mut().zip(inner) {
                    sum.add(e, inner.reduce());
                }
            }
        }
    }
    let (rows, len) = (source.rows(), rows_eq.part_len());
    let weighted = !weights.is_empty();
    let weights = from_fn(|y| E::splat(weights.get(y).copied().unwrap_or(K::ONE)));
    (0..rows.div_ceil(len))
        .into_par_iter()
        .map_init(
            || vec![K::ZERO; len],
            |eq, part| {
                rows_eq.fill(part, eq);
                let range = part_rows(part, len, rows);
                let grid = [Sum::zero(); 9];
                let mut sums =
                    Sums::<S, P, N> { source, first: range.start, eq, weighted, weights, grid, rows: ROWS };
                each_group(range, &mut sums);
                sums.grid.map(Sum::total)
            },
        )
        .reduce(|| [K::ZERO; 9], |a, b| from_fn(|i| a[i] + b[i]))
}

#[inline(always)]
fn line(a: E, b: E) -> [E; 3] {
    [a, b, a.xor(b)]
}

#[inline(always)]
fn grid([a, b, c, d]: [E; 4]) -> [E; 9] {
    let [low, high] = [line(a, b), line(c, d)];
    let both = from_fn::<_, 3, _>(|i| low[i].xor(high[i]));
    from_fn(|i| [low, high, both][i / 3][i % 3])
}

/// Both nodes of each pair with the two highest variables bound, or the only one, or none where there is one pair:
/// the columns of the first nodes, then those of the second. `factors` are the eq of the bound variables.
pub fn bind<const P: usize, S: Source>(source: &S, factors: &[K], out: &mut [K]) {
    match P {
        1 => bind_of::<1, 2, S>(source, factors, out),
        2 => bind_of::<2, 4, S>(source, factors, out),
        4 => bind_of::<4, 8, S>(source, factors, out),
        8 => bind_of::<8, 16, S>(source, factors, out),
        16 => bind_of::<16, 32, S>(source, factors, out),
        32 => bind_of::<32, 64, S>(source, factors, out),
        _ => unreachable!("a layer of words"),
    }
}

fn bind_of<const P: usize, const N: usize, S: Source>(source: &S, factors: &[K], out: &mut [K]) {
    struct Bind<'a, 'v, S, const P: usize, const N: usize> {
        source: &'a S,
        first: usize,
        factors: [E; 4],
        out: Vec<&'v mut [K]>,
        rows: Rows,
    }
    impl<S: Source, const P: usize, const N: usize> Each for Bind<'_, '_, S, P, N> {
        #[inline(always)]
        fn group<const G: usize>(&mut self, start: usize) {
            let rows: &mut [Row; G] = self.rows.first_chunk_mut().expect("registers");
            self.source.fill::<N, G>(start, rows);
            let bound = if P < 4 { P } else { 4 };
            let q = P / bound;
            for (g, v) in rows.iter().enumerate() {
                let at = start + g * LANES - self.first;
                for side in 0..2 {
                    for y in 0..q {
                        let node = if P == 1 {
                            v[side]
                        } else {
                            let mut sum = Sum::zero();
                            for (i, &factor) in self.factors.iter().enumerate().take(bound) {
                                sum.add(factor, v[side * P + i * q + y]);
                            }
                            sum.reduce()
                        };
                        store(node, self.out[side * q + y], at);
                    }
                }
            }
        }
    }
    let rows = source.rows();
    let factors = from_fn(|i| E::splat(factors.get(i).copied().unwrap_or_default()));
    column_parts(out, rows, TASK).into_par_iter().enumerate().for_each(|(part, out)| {
        let range = part_rows(part, TASK, rows);
        each_group(
            range.clone(),
            &mut Bind::<S, P, N> { source, first: range.start, factors, out, rows: ROWS },
        );
    });
}
