//! What covers the rest of a hiding proof: random coefficients that are committed with the run's columns.
//!
//! Each lane has a *tail*, more coefficients than its data take: those of `W X_j`, `W` being the polynomial
//! that is 0 on the lane's own subspace. No position lies there. One more lane, the *mask*, is random as a
//! whole. A tail is, in this order,
//!
//! - as many coefficients as rows may be opened, and one more, so that the rows are uniform,
//! - [`BLINDS`] entries that cover the first rounds of the opening,
//! - a share of the *entries*: a pad for each value that is sent under one, the values at a further point of
//!   both factors of the product check, and a block of 128 that covers the sums of the ring switch;
//!   entry i is in lane i modulo the lanes.

use dyad_field::BITS;

use crate::{Counts, Layout, products};

/// Entries of a lane that cover the first rounds of the opening.
pub const BLINDS: usize = 2;
/// A vector with a cover has at least so many lanes: the two functionals of each of the four first rounds, and
/// one more, are independent on nine lanes of two entries.
pub const MIN_LANES: usize = 9;

/// Of the symbols of a code with tails, at most this share is free: numerator and denominator.
pub const DENSITY: [usize; 2] = [5, 8];
/// What covers are made with, for the digest of the rules.
pub(crate) const CONSTANTS: [usize; 4] = [BLINDS, MIN_LANES, DENSITY[0], DENSITY[1]];

/// The random part of a committed vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Logarithm of the length of a tail.
    pub log: usize,
    /// Its first coefficients, which cover opened rows.
    pub free: usize,
    /// Values that are sent under a pad.
    pub pads: usize,
}

impl Cover {
    /// Where an entry lies among `lanes` lanes: the lane, and the index in its tail.
    pub fn place(&self, lanes: usize, entry: usize) -> (usize, usize) {
        let lane = entry.checked_rem(lanes).unwrap_or_default();
        let share = entry.checked_div(lanes).unwrap_or_default();
        (lane, self.free.saturating_add(BLINDS).saturating_add(share))
    }

    /// The entries that are the further values of both factors of the product check.
    pub fn further(&self) -> [usize; 2] {
        [self.pads, self.pads.saturating_add(1)]
    }

    /// The first of the 128 entries that cover the sums of the ring switch.
    pub fn block(&self) -> usize {
        self.pads.saturating_add(2)
    }

    /// Coefficients that a tail has to have where entries are shared by so many lanes.
    pub fn len(free: usize, pads: usize, lanes: usize) -> usize {
        let entries = pads.saturating_add(2).saturating_add(BITS);
        free.saturating_add(BLINDS).saturating_add(entries.div_ceil(lanes.max(1)))
    }
}

/// Values that a hiding proof with this layout sends under a pad.
pub fn pads(layout: &Layout) -> usize {
    let (round, counts) = (2usize, Counts::of(layout));
    let layers = (0..layout.bus_log).map(|layer| layer.saturating_mul(round).saturating_add(5));
    let parts = [
        // The products of both sides, then each layer's rounds, four values and a product.
        2,
        layers.fold(0, usize::saturating_add),
        // The univariate round, the rounds, three operands.
        64,
        round.saturating_mul(layout.ands.log),
        3,
        products::values(&layout.products),
        if layout.products.blocks.is_empty() { 0 } else { products::HIDING_VALUES },
        // The column reduction and its values; the point reduction.
        round.saturating_mul(layout.column_log.saturating_add(6)),
        counts.points,
        round.saturating_mul(layout.joint_log),
        // The cover of the ring switch, folded; the polynomial of the product check.
        1,
        counts.products.saturating_add(1),
    ];
    parts.into_iter().fold(0, usize::saturating_add)
}
