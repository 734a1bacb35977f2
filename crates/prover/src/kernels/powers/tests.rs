//! Each kernel against its formula, on numbers of rows that make one part and several.

use dyad_field::{K, PrimeCharacteristicRing, eq_table, to_bits};

use super::*;
use crate::kernels::eq::{Parts, SplitEq};
use crate::kernels::testing::{Elements as _, Random};

const ROWS: [usize; 4] = [8, 16, 40, 2056];

fn variables(rows: usize) -> usize {
    rows.next_power_of_two().trailing_zeros() as usize
}

/// A layer of so many nodes of a row, made from `last` by products.
fn layer(last: &[K], nodes: usize) -> Vec<K> {
    (0..nodes).map(|y| last.iter().skip(y).step_by(nodes).copied().product()).collect()
}

/// The leaves of each row.
fn leaves(bases: &[K], exponents: &[K]) -> Vec<Vec<K>> {
    let row = |(&base, &exponent): (&K, &K)| {
        let mut power = base;
        (0..64)
            .map(|j| {
                let leaf = if to_bits(exponent) >> (64 + j) & 1 == 1 { power } else { K::ONE };
                power = power.square();
                leaf
            })
            .collect()
    };
    bases.iter().zip(exponents).map(row).collect()
}

/// Values at 0, 1 and infinity.
fn line(a: K, b: K) -> [K; 3] {
    [a, b, a + b]
}

/// The definition of [`sums`], from the nodes of each row's layer below.
fn grid(rows: &[Vec<K>], eq: &[K], weights: &[K], pairs: usize) -> Grid {
    let mut out = [K::ZERO; 9];
    for (v, &e) in rows.iter().zip(eq) {
        if pairs == 2 {
            for (i, (l, r)) in line(v[0], v[1]).into_iter().zip(line(v[2], v[3])).enumerate() {
                out[i] += e * l * r;
            }
            continue;
        }
        let q = pairs / 4;
        for y in 0..q {
            let w = weights.get(y).copied().unwrap_or(K::ONE);
            let side = |at: usize| {
                let [a, b, c, d] = [0, 1, 2, 3].map(|i| v[at + i * q + y]);
                [line(a, b), line(c, d), line(a + c, b + d)].concat()
            };
            for (out, (l, r)) in out.iter_mut().zip(side(0).into_iter().zip(side(pairs))) {
                *out += e * w * l * r;
            }
        }
    }
    out
}

fn bound(rows: &[Vec<K>], factors: &[K], pairs: usize) -> Vec<K> {
    let q = pairs / factors.len();
    let node =
        |v: &[K], at: usize| -> K { factors.iter().enumerate().map(|(i, &f)| f * v[at + i * q]).sum() };
    let places = (0..2).flat_map(|side| (0..q).map(move |y| side * pairs + y));
    places.flat_map(|at| rows.iter().map(move |v| node(v, at)).collect::<Vec<_>>()).collect()
}

fn check<const P: usize, S: Source>(source: &S, last: &[Vec<K>], rng: &mut Random) {
    let n = source.rows();
    let rows: Vec<Vec<K>> = last.iter().map(|v| layer(v, 2 * P)).collect();
    let point = rng.ks(variables(n));
    let (parts, eq) = (Parts::new(&point, K::ONE), eq_table(&point));
    if P > 1 {
        for weights in [rng.ks(P / 4), Vec::new()] {
            assert_eq!(sums::<P, S>(source, &parts, &weights), grid(&rows, &eq, &weights, P), "{P} pairs");
        }
    }
    let factors = if P == 1 { vec![K::ONE] } else { rng.ks(P.min(4)) };
    let mut out = rng.ks(2 * P / factors.len() * n);
    bind::<P, S>(source, &factors, &mut out);
    assert!(out == bound(&rows, &factors, P), "{P} pairs of {n} rows");
}

#[test]
fn powers_are_the_formula() {
    let mut rng = Random(51);
    for n in ROWS {
        let (mut bases, exponents) = (rng.ks(n), rng.ks(n));
        bases[3] = K::ZERO;
        let last = leaves(&bases, &exponents);
        let source = Leaves { bases: &bases, exponents: &exponents };
        let point = rng.ks(variables(n));
        let mut nodes = rng.ks(KEPT * n);
        let sum = keep(&source, &Parts::new(&point, K::ONE), &mut nodes);
        let roots = last.iter().map(|v| layer(v, 1)[0]);
        assert_eq!(sum, roots.zip(eq_table(&point)).map(|(root, e)| root * e).sum());
        let kept: Vec<K> = (0..KEPT).flat_map(|y| last.iter().map(move |v| layer(v, KEPT)[y])).collect();
        assert!(nodes == kept, "kept nodes of {n} rows");
        check::<16, _>(&source, &last, &mut rng);
        check::<32, _>(&source, &last, &mut rng);
        let kept = Nodes(&nodes);
        check::<1, _>(&kept, &last, &mut rng);
        check::<2, _>(&kept, &last, &mut rng);
        check::<4, _>(&kept, &last, &mut rng);
        check::<8, _>(&kept, &last, &mut rng);
    }
}

#[test]
fn factors_are_the_formula() {
    let mut rng = Random(52);
    for n in ROWS {
        let (bases, exponents, point) = (rng.ks(n), rng.ks(n), rng.ks(variables(n)));
        let found =
            factor_sums(&Leaves { bases: &bases, exponents: &exponents }, &Parts::new(&point, K::ONE));
        let eq = eq_table(&point);
        let mut powers = bases;
        for (j, row) in found.iter().enumerate() {
            for (k, &sum) in row.iter().enumerate().step_by(7) {
                let rows = (0..n).filter(|&x| to_bits(exponents[x]) >> (64 + k) & 1 == 1);
                assert_eq!(sum, rows.map(|x| eq[x] * (powers[x] + K::ONE)).sum(), "{j}, {k} of {n} rows");
            }
            powers.iter_mut().for_each(|x| *x = x.square());
        }
    }
}

#[test]
fn bytes_are_looked_up() {
    let mut rng = Random(53);
    for n in ROWS {
        let (words, point) = (rng.ks(n), rng.ks(variables(n)));
        let tables: Vec<Table> = (0..16).map(|_| rng.ks(256).try_into().expect("a table")).collect();
        for half in [Half::Low, Half::High] {
            let bytes = |x: usize| half.of(words[x]).to_le_bytes().map(usize::from);
            let mut out = rng.ks(2 * n);
            let column = |first: usize| from_fn(|i| (2 * i + first % 2, tables[4 * first + i]));
            let columns: Vec<FourBytes> = vec![column(1), column(2)];
            look_up((&words, half), &columns, &mut out);
            for (column, tables) in out.chunks(n).zip(&columns) {
                let sum = |x: usize| tables.iter().map(|(byte, table)| table[bytes(x)[*byte]]).sum::<K>();
                assert!((0..n).all(|x| column[x] == sum(x)), "{n} rows");
            }
            let source = Bytes { words: (&words, half), tables: &tables[..8] };
            multiply_up(&source, &mut out[..n]);
            let product = |x: usize| tables.iter().zip(bytes(x)).map(|(t, b)| t[b]).product::<K>();
            assert!((0..n).all(|x| out[x] == product(x)), "{n} rows");
            let found = histograms((&words, half), &Parts::new(&point, K::ONE));
            let mut expected = vec![[K::ZERO; 256]; 8];
            for (x, e) in eq_table(&point).into_iter().take(n).enumerate() {
                expected.iter_mut().zip(bytes(x)).for_each(|(t, b)| t[b] += e);
            }
            assert!(found == expected, "{n} rows");

            let nodes = |count: usize| -> Vec<Vec<K>> {
                (0..n).map(|x| (0..count).map(|k| tables[k][bytes(x)[k % 8]]).collect()).collect()
            };
            check::<1, _>(&source, &nodes(8), &mut rng);
            check::<2, _>(&source, &nodes(8), &mut rng);
            check::<4, _>(&source, &nodes(8), &mut rng);
            let both = Bytes { words: (&words, half), tables: &tables };
            check::<8, _>(&both, &nodes(16), &mut rng);
        }
    }
}

#[test]
fn rounds_over_columns_are_the_formula() {
    let mut rng = Random(54);
    for n in ROWS {
        for pairs in [2, 4, 8] {
            let (columns, point, weights) = (rng.ks(2 * pairs * n), rng.ks(variables(n)), rng.ks(pairs / 2));
            let eq = eq_table(&point);
            let at = |side: usize, y: usize, x: usize| columns[(side * pairs + y) * n + x];
            let (mut c1, mut c2) = (K::ZERO, K::ZERO);
            for (y, x) in (0..pairs / 2).flat_map(|y| (0..n).map(move |x| (y, x))) {
                let [l, r] = [0, 1].map(|side| [at(side, y, x), at(side, y + pairs / 2, x)]);
                let (dl, dr) = (l[0] + l[1], r[0] + r[1]);
                c1 += eq[x] * weights[y] * (l[0] * dr + dl * r[0]);
                c2 += eq[x] * weights[y] * dl * dr;
            }
            assert_eq!(column_round(&SplitEq::new(&point), &weights, &columns, n), (c1, c2));
            let r = rng.k();
            let mut stored = columns.clone();
            let found = fold_columns(&mut stored, n, r);
            let halves = (0..2).flat_map(|side| (0..pairs / 2).map(move |y| (side, y)));
            let expected: Vec<K> = halves
                .flat_map(|(side, y)| (0..n).map(move |x| (side, y, x)))
                .map(|(side, y, x)| {
                    let (low, high) = (at(side, y, x), at(side, y + pairs / 2, x));
                    low + r * (low + high)
                })
                .collect();
            assert!(*found == expected[..], "{pairs} pairs of {n} rows");
        }
    }
}
