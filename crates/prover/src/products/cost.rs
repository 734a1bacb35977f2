//! What the steps of products do, counted for each product of the stack: rows of kernels as they make them. A squaring
//! counts as half a product.

use crate::cost::{Cost, Dimensions, moved, products, sumcheck};

/// A tree of a product layer: at each index two products that cross, the one of the differences, and two by eq.
const LAYER: u64 = 5;
/// All squarings of a row.
const LEAVES: u64 = 32;
/// The grid of a pair of nodes in two variables.
const GRID: u64 = 9;

/// Vectors of the stack, and its logarithm.
fn size(d: &Dimensions<'_>) -> (u64, usize) {
    (d.layout.products.len as u64, d.layout.products.log)
}

/// Rounds over rows of so many pairs of vectors.
fn row_rounds(d: &Dimensions<'_>, pairs: u64) -> Cost {
    let (n, log) = size(d);
    (0..pairs).map(|_| sumcheck(&[n; 2], log, log, LAYER)).sum()
}

/// Keeps nodes of all rows; for each layer makes nodes for the sum over two variables, again to bind them, and goes through
/// the rounds that are left.
pub fn powers_cost(d: &Dimensions<'_>) -> Cost {
    let (n, _) = size(d);
    let keep = 3 * 7 + LEAVES + 48 + 15 + 1;
    let from_kept = [14, 2 * 12 + 6 + 4, 2 * 8 + 2 * GRID + 8, 2 * (4 + GRID) + GRID + 16 + LAYER + 2];
    let fourth = 2 * (LEAVES + 32) + 4 * (4 + GRID) + GRID + 32 + 3 * LAYER + 4 + 2;
    let fifth = 2 * LEAVES + 8 * (4 + GRID) + GRID + 64 + 7 * LAYER + 8 + 4 + 2;
    let each = keep + from_kept.iter().sum::<u64>() + fourth + fifth;
    // The operands, three powers, kept nodes five times, and what is bound of the last layers four times.
    products(each * n) + moved((2 + 2 + 3 + 16 * 5 + 4 * (8 + 16)) * n) + row_rounds(d, 6)
}

/// Sums over pairs of bits, five vectors, and the rounds over them; weights and bases at one point.
pub fn factors_cost(d: &Dimensions<'_>) -> Cost {
    let (n, log) = size(d);
    let work = Cost { summed: (64 / 2 + 1) * n, mapped: 3 * n, ..Cost::default() };
    let rounds = row_rounds(d, 3) + sumcheck(&[n; 3], log, log, LAYER + 1);
    work + products((64 + LEAVES) * n) + moved((2 + 6 + 2) * n) + rounds
}

/// For each of three trees: looks up nodes of bytes in three layers and of parts in three, twice, and goes through rounds.
pub fn generator_cost(d: &Dimensions<'_>) -> Cost {
    let (n, _) = size(d);
    let of_bytes = [6, 2 * 4 + 6 + 4, 2 * GRID];
    let of_parts = 3 * (2 * GRID + GRID + LAYER + 2);
    let each = 3 * (of_bytes.iter().sum::<u64>() + of_parts);
    products(each * n) + moved(3 * (3 * (1 + 2) + 3 * (2 + 3 * 4)) * n) + row_rounds(d, 3 * 6)
}
