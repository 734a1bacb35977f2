//! Powers of the generator: three trees for each product, whose nodes of a byte and less are looked up.

use core::array::from_fn;

use dyad_field::{K, PrimeCharacteristicRing, eq_table};
use dyad_verifier::products::{LAYERS, TREES, generator_powers};
use dyad_verifier::{Hash, Label, Move};

use super::layer::{Place, bound_eq, first_rounds, other_rounds, rest_of_layer};
use crate::kernels::eq::Parts;
use crate::kernels::powers::{
    Bytes, FourBytes, Grid, Half, Table, bind, histograms, look_up, multiply_up, sums,
};
use crate::rounds::Session;

/// Bytes of a word.
const BYTES: usize = 8;
/// Layers whose nodes are products of whole bytes.
const OF_BYTES: usize = 3;

/// The words of all products that are exponents in a tree.
type Words<'a> = (&'a [K], Half);

/// For each tree and each byte, the power of the generator of each of its values.
pub struct ByteTables(Vec<Vec<Table>>);

impl ByteTables {
    /// Those of a, low and high.
    pub fn new() -> Self {
        Self(generator_powers().iter().map(|powers| tables_of(powers, |_| true)).collect())
    }

    /// The powers of the words of a tree.
    pub fn multiply_up(&self, tree: usize, words: Words<'_>, out: &mut [K]) {
        multiply_up(&Bytes { words, tables: &self.0[tree] }, out);
    }
}

/// For each byte of a word a table of the products of the powers of those of its bits that are in use.
fn tables_of(powers: &[K; 64], in_use: impl Fn(usize) -> bool) -> Vec<Table> {
    let table = |powers: &[K]| {
        let mut table = [K::ONE; 256];
        for (bit, &power) in powers.iter().enumerate() {
            for i in 0..1 << bit {
                table[i | 1 << bit] = if in_use(bit) { table[i] * power } else { table[i] };
            }
        }
        table
    };
    powers.chunks(BYTES).map(table).collect()
}

/// Proves the powers of the generator from three claims, told apart by the first variables of the point, to their leaves;
/// the point of the leaves. `scratch` has room for twelve vectors.
pub fn prove_generator<H: Hash>(
    s: &mut Session<'_, H>,
    tables: &ByteTables,
    words: [Words<'_>; 3],
    scratch: &mut [K],
    mut point: Vec<K>,
) -> Vec<K> {
    let rows = words[0].0.len();
    for layer in 0..LAYERS {
        let place = Place::new(&point, TREES, layer);
        let weights = eq_table(place.trees);
        let mut challenges = Vec::new();
        let mut trees: Vec<&mut [K]> = scratch.chunks_exact_mut(BOUND * rows).take(words.len()).collect();
        if layer < OF_BYTES {
            let sources: Vec<_> =
                words.iter().zip(&tables.0).map(|(&words, tables)| Bytes { words, tables }).collect();
            of_bytes(s, &sources, &place, &weights, &mut challenges, &mut trees);
        } else {
            of_bits(s, words, &place, &weights, &mut challenges, &mut trees);
        }
        other_rounds(s, &place, rows, &weights, &mut trees, &mut challenges);
        point = rest_of_layer(s, &place, challenges, trees);
    }
    point
}

/// Columns of a tree that are bound at once, at most.
const BOUND: usize = 4;

/// The sums of all trees, each with its weight.
fn weighted_sum(grids: impl Iterator<Item = Grid>, weights: &[K]) -> Grid {
    grids.zip(weights).fold([K::ZERO; 9], |sum, (grid, &w)| std::array::from_fn(|i| sum[i] + w * grid[i]))
}

/// The rounds over nodes that are bytes, or products of bytes.
fn of_bytes<H: Hash>(
    s: &mut Session<'_, H>,
    sources: &[Bytes<'_>],
    place: &Place<'_>,
    weights: &[K],
    challenges: &mut Vec<K>,
    trees: &mut [&mut [K]],
) {
    let eq = Parts::new(place.rows, K::ONE);
    let grid = |source: &Bytes<'_>| match place.nodes.len() {
        1 => sums::<2, _>(source, &eq, &[]),
        _ => sums::<4, _>(source, &eq, &[]),
    };
    if !place.nodes.is_empty() {
        let grid = weighted_sum(sources.iter().map(grid), weights);
        challenges.extend(first_rounds(s, &grid, place.nodes));
    }
    let factors = bound_eq(challenges);
    for (source, tree) in sources.iter().zip(trees) {
        let rows = source.words.0.len();
        *tree = &mut std::mem::take(tree)[..2 * rows];
        match place.nodes.len() {
            0 => bind::<1, _>(source, &factors, tree),
            1 => bind::<2, _>(source, &factors, tree),
            _ => look_up(source.words, &scaled_halves(source.tables, &factors), tree),
        }
    }
}

/// The table of a byte, times a factor.
fn scaled(tables: &[Table], byte: usize, factor: K) -> (usize, Table) {
    (byte, tables[byte].map(|x| factor * x))
}

/// Tables of both nodes of the pairs of the layer of four nodes, its two variables being bound.
fn scaled_halves(tables: &[Table], factors: &[K]) -> Vec<FourBytes> {
    (0..2).map(|half| from_fn(|i| scaled(tables, 4 * half + i, factors[i]))).collect()
}

/// The nodes of a layer below the bytes: for each of the nodes within a byte, and of its two halves, tables by byte.
struct Within(Vec<[Vec<Table>; 2]>);

impl Within {
    /// Those of the layer whose nodes have so many variables within a byte.
    fn new(powers: &[K; 64], variables: usize) -> Self {
        let nodes = 1 << variables;
        let half = |node: usize| tables_of(powers, |bit| bit % (2 * nodes) == node);
        Self((0..nodes).map(|node| [half(node), half(node + nodes)]).collect())
    }

    /// The coefficients (c1, c2) of the round over the highest variable; `weights` are those of the bytes, `others` of
    /// the nodes as far as the other variables tell.
    fn round(&self, histograms: &[Table], weights: &[K], others: &[K]) -> (K, K) {
        let half = self.0.len() / 2;
        let mut sum = (K::ZERO, K::ZERO);
        for (y, &other) in others.iter().enumerate() {
            let ([l0, r0], [l1, r1]) = (&self.0[y], &self.0[y + half]);
            for (k, (histogram, &weight)) in histograms.iter().zip(weights).enumerate() {
                let mut of_byte = (K::ZERO, K::ZERO);
                for (v, &h) in histogram.iter().enumerate() {
                    let (dl, dr) = (l0[k][v] + l1[k][v], r0[k][v] + r1[k][v]);
                    of_byte.0 += h * (l0[k][v] * dr + dl * r0[k][v]);
                    of_byte.1 += h * (dl * dr);
                }
                sum.0 += weight * other * of_byte.0;
                sum.1 += weight * other * of_byte.1;
            }
        }
        sum
    }

    /// Binds the highest variable.
    fn fold(&mut self, r: K) {
        let high = self.0.split_off(self.0.len() / 2);
        for (low, high) in self.0.iter_mut().flatten().zip(high.iter().flatten()) {
            for (low, &high) in low.as_flattened_mut().iter_mut().zip(high.as_flattened()) {
                *low += r * (*low + high);
            }
        }
    }

    /// The tables of both halves, once all variables are bound.
    fn halves(&self) -> &[Vec<Table>; 2] {
        &self.0[0]
    }
}

/// The rounds over nodes that are parts of bytes: those over the parts, from sums by byte, then two over bytes.
fn of_bits<H: Hash>(
    s: &mut Session<'_, H>,
    words: [Words<'_>; 3],
    place: &Place<'_>,
    weights: &[K],
    challenges: &mut Vec<K>,
    trees: &mut [&mut [K]],
) {
    let (of_byte, within) = place.nodes.split_at(OF_BYTES);
    let mut nodes: Vec<Within> =
        generator_powers().iter().map(|powers| Within::new(powers, within.len())).collect();
    let eq = Parts::new(place.rows, K::ONE);
    if !within.is_empty() {
        let histograms: Vec<_> = words.iter().map(|&words| histograms(words, &eq)).collect();
        let bytes = eq_table(of_byte);
        for v in (0..within.len()).rev() {
            let others = eq_table(&within[..v]);
            let mut sum = (K::ZERO, K::ZERO);
            for ((nodes, histograms), &w) in nodes.iter().zip(&histograms).zip(weights) {
                let (c1, c2) = nodes.round(histograms, &bytes, &others);
                sum = (sum.0 + w * c1, sum.1 + w * c2);
            }
            let r = s.round(Label::PowerLayer, Move::PowerRound, sum);
            nodes.iter_mut().for_each(|nodes| nodes.fold(r));
            challenges.push(r);
        }
    }
    // The lowest variable of bytes, which stays, weighs the left nodes.
    let lowest = eq_table(&of_byte[..1]);
    let grids = nodes.iter().zip(words).map(|(nodes, words)| {
        let [left, right] = nodes.halves();
        let scaled = left.iter().enumerate().map(|(k, table)| table.map(|x| lowest[k % 2] * x));
        let tables: Vec<Table> = scaled.chain(right.iter().copied()).collect();
        sums::<8, _>(&Bytes { words, tables: &tables }, &eq, &[])
    });
    let grid = weighted_sum(grids, weights);
    let bound = first_rounds(s, &grid, of_byte);
    let factors = bound_eq(&bound);
    challenges.extend(bound);
    for ((nodes, words), tree) in nodes.iter().zip(words).zip(trees) {
        // Bytes by their lowest variable, which stays; the two others are bound.
        let parity = |half: &[Table], lowest| from_fn(|i| scaled(half, 2 * i + lowest, factors[i]));
        let columns: Vec<FourBytes> =
            nodes.halves().iter().flat_map(|half| [0, 1].map(|lowest| parity(half, lowest))).collect();
        look_up(words, &columns, tree);
    }
}
