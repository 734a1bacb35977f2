//! A layer of trees of products: rounds over the nodes of a row, over rows, and over trees.

use dyad_field::{K, PrimeCharacteristicRing, eq_table};
use dyad_verifier::products::LAYERS;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Move};

use crate::kernels::eq::{Parts, SplitEq};
use crate::kernels::powers::{Grid, Leaves, Nodes, Source, bind, column_round, fold_columns, sums};
use crate::kernels::sumcheck::{fold_ones, product_fold_round, product_round};
use crate::rounds::Session;

/// The point of a layer, in parts.
pub struct Place<'p> {
    /// Variables that tell trees apart, none where there is one.
    pub trees: &'p [K],
    /// Variables of rows.
    pub rows: &'p [K],
    /// Variables of the nodes of a row.
    pub nodes: &'p [K],
}

impl<'p> Place<'p> {
    /// The parts of a point whose trees have so many variables, and nodes so many.
    pub fn new(point: &'p [K], trees: usize, nodes: usize) -> Self {
        let (trees, rest) = point.split_at(trees);
        let (rows, nodes) = rest.split_at(rest.len() - nodes);
        Self { trees, rows, nodes }
    }
}

/// Proves the powers from their sum to their factors; the point of the factors.
pub fn prove_powers<H: Hash>(
    s: &mut Session<'_, H>,
    leaves: &Leaves<'_>,
    nodes: &mut [K],
    bound: &mut [K],
    mut point: Vec<K>,
) -> Vec<K> {
    for layer in 0..LAYERS {
        let place = Place::new(&point, 0, layer);
        point = if layer < 4 {
            let kept = Nodes(nodes);
            let (challenges, columns) = prove_nodes(s, &kept, &place, bound);
            rest_of_layer(s, &place, challenges, vec![columns])
        } else {
            let (challenges, columns) = prove_nodes(s, leaves, &place, nodes);
            rest_of_layer(s, &place, challenges, vec![columns])
        };
    }
    point
}

/// The rounds over nodes of one tree a row: their challenges, and the two columns that are left.
fn prove_nodes<'a, H: Hash, S: Source>(
    s: &mut Session<'_, H>,
    source: &S,
    place: &Place<'_>,
    out: &'a mut [K],
) -> (Vec<K>, &'a mut [K]) {
    let variables = place.nodes.len();
    let others = eq_table(&place.nodes[..variables.saturating_sub(2)]);
    let mut challenges = Vec::new();
    if variables > 0 {
        let eq = Parts::new(place.rows, K::ONE);
        let grid = match variables {
            1 => sums::<2, S>(source, &eq, &[]),
            2 => sums::<4, S>(source, &eq, &[]),
            3 => sums::<8, S>(source, &eq, &others),
            4 => sums::<16, S>(source, &eq, &others),
            _ => sums::<32, S>(source, &eq, &others),
        };
        challenges = first_rounds(s, &grid, place.nodes);
    }
    let factors = bound_eq(&challenges);
    let out = &mut out[..2 * others.len() * source.rows()];
    match variables {
        0 => bind::<1, S>(source, &factors, out),
        1 => bind::<2, S>(source, &factors, out),
        2 => bind::<4, S>(source, &factors, out),
        3 => bind::<8, S>(source, &factors, out),
        4 => bind::<16, S>(source, &factors, out),
        _ => bind::<32, S>(source, &factors, out),
    }
    let mut columns = vec![out];
    other_rounds(s, place, source.rows(), &[K::ONE], &mut columns, &mut challenges);
    (challenges, columns.pop().unwrap_or_default())
}

/// The rounds over the highest variable of nodes, or the two highest, from the values of their sums.
pub fn first_rounds<H: Hash>(s: &mut Session<'_, H>, grid: &Grid, nodes: &[K]) -> Vec<K> {
    let coefficients = |[at_0, at_1, leading]: [K; 3]| (at_0 + at_1 + leading, leading);
    let mut round = |values| s.round(Label::PowerLayer, Move::PowerRound, coefficients(values));
    let Some(&below) = nodes.len().checked_sub(2).and_then(|v| nodes.get(v)) else {
        return vec![round([0, 1, 2].map(|i| grid[i]))];
    };
    let high = round([0, 1, 2].map(|i| grid[3 * i] + below * (grid[3 * i] + grid[3 * i + 1])));
    let at_high = |i: usize| {
        let values = [grid[i], grid[3 + i], grid[6 + i]];
        let (c1, c2) = coefficients(values);
        values[0] + high * (c1 + high * c2)
    };
    vec![high, round([0, 1, 2].map(at_high))]
}

/// The eq of bound variables, of which the highest comes first, at all values of theirs.
pub fn bound_eq(challenges: &[K]) -> Vec<K> {
    eq_table(&challenges.iter().rev().copied().collect::<Vec<_>>())
}

/// The rounds over the other variables of nodes; of each tree, with its weight, the columns are given.
pub fn other_rounds<H: Hash>(
    s: &mut Session<'_, H>,
    place: &Place<'_>,
    rows: usize,
    weights: &[K],
    trees: &mut [&mut [K]],
    challenges: &mut Vec<K>,
) {
    let eq = SplitEq::new(place.rows);
    for v in (0..place.nodes.len().saturating_sub(challenges.len())).rev() {
        let others = eq_table(&place.nodes[..v]);
        let mut sum = (K::ZERO, K::ZERO);
        for (columns, &w) in trees.iter().zip(weights) {
            let (c1, c2) = column_round(&eq, &others, columns, rows);
            sum = (sum.0 + w * c1, sum.1 + w * c2);
        }
        let r = s.round(Label::PowerLayer, Move::PowerRound, sum);
        for columns in trees.iter_mut() {
            *columns = fold_columns(std::mem::take(columns), rows, r);
        }
        challenges.push(r);
    }
}

/// The rounds over rows and trees, given the two columns of each tree, and what ends a layer: the point of the next one.
pub fn rest_of_layer<H: Hash>(
    s: &mut Session<'_, H>,
    place: &Place<'_>,
    mut challenges: Vec<K>,
    trees: Vec<&mut [K]>,
) -> Vec<K> {
    let weights = eq_table(place.trees);
    let mut pairs: Vec<[&mut [K]; 2]> = trees.into_iter().map(halves).collect();
    let mut eq = SplitEq::new(place.rows);
    let mut last = None;
    for v in (0..place.rows.len()).rev() {
        eq.drop_highest();
        let half = 1 << v;
        let mut sum = (K::ZERO, K::ZERO);
        for ([low, high], &w) in pairs.iter_mut().zip(&weights) {
            let (c1, c2) = match last {
                None => product_round(&eq, [low, high], half, K::ONE),
                Some(r) => product_fold_round(&eq, [low, high], 2 * half, r, K::ONE),
            };
            sum = (sum.0 + w * c1, sum.1 + w * c2);
        }
        let r = s.round(Label::PowerLayer, Move::PowerRound, sum);
        challenges.push(r);
        last = Some(r);
    }
    let mut values = [Vec::new(), Vec::new()];
    for pair in &mut pairs {
        for (vector, values) in pair.iter_mut().zip(&mut values) {
            last.iter().for_each(|&r| fold_ones(vector, 1, r));
            values.push(vector.first().copied().unwrap_or(K::ONE));
        }
    }
    let mut eq = SplitEq::new(place.trees);
    for v in (0..place.trees.len()).rev() {
        eq.drop_highest();
        let sum = product_round(&eq, [&values[0], &values[1]], 1 << v, K::ONE);
        let r = s.round(Label::PowerLayer, Move::PowerRound, sum);
        challenges.push(r);
        for vector in &mut values {
            let mut slice = &mut vector[..];
            fold_ones(&mut slice, 1 << v, r);
            let left = slice.len();
            vector.truncate(left);
        }
    }
    let values = [values[0][0], values[1][0]];
    s.send(Label::PowerValues, &values);
    s.known_product(values);
    s.work(Move::PowerVariable);
    challenges.reverse();
    challenges.push(s.draw(Label::PowerVariable));
    challenges
}

/// Both columns of a tree.
fn halves(columns: &mut [K]) -> [&mut [K]; 2] {
    let (low, high) = columns.split_at_mut(columns.len() / 2);
    [low, high]
}
