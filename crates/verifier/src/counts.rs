//! How many claims and checks of each kind a proof has: what moves, covers and reports are computed from.

use crate::{Layout, products};

/// Claims on words, and what a hiding proof has to show of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Claims on words: of pushes and pulls, three of the AND check, those of the products of words.
    pub claims: usize,
    /// The row points that they are at: of the bus and of the AND check, and those of the products of words.
    pub points: usize,
    /// Products of values: two for each layer of the bus, one of the AND check, those of the products of words.
    pub products: usize,
    /// Squares of values, all of them of the products of words.
    pub squares: usize,
    /// Equations over pads: of the bus, of the column reduction, of the ring switch, three of products of values, and
    /// those of the products of words.
    pub equations: usize,
}

impl Counts {
    /// Those with a bus of so many layers, with products of words or without.
    pub fn new(bus_log: usize, words: bool) -> Self {
        let if_any = |n: usize| if words { n } else { 0 };
        let layers = bus_log.saturating_mul(2).saturating_add(1);
        Self {
            claims: 5usize.saturating_add(if_any(products::CLAIMS)),
            points: 2usize.saturating_add(if_any(products::POINTS)),
            products: layers.saturating_add(if_any(products::PRODUCTS)),
            squares: if_any(products::SQUARES),
            equations: 6usize.saturating_add(if_any(products::EQUATIONS)),
        }
    }

    /// Those of a layout.
    pub fn of(layout: &Layout) -> Self {
        Self::new(layout.bus_log, !layout.products.blocks.is_empty())
    }
}
