//! What rows cost, about: measured once, to choose by and not to predict.

use std::sync::LazyLock;

use dyad_machine::instr::Placed;
use dyad_machine::tables::TABLES;
use dyad_rules::lanes::LANES;
use dyad_rules::shape::TableShape;

use crate::block::{Block, Size};

/// Nanoseconds of one core that proving takes for each pair of words, message, AND constraint and product of a row.
const COST: [f64; 4] = [130.0, 27.0, 60.0, 1900.0];

/// A table that has rows at all costs about as much more as so many rows.
const TABLE: f64 = 64.0;

impl Size {
    /// That of a row of a table of this shape; the terms of its forms are not counted.
    fn of(shape: &TableShape) -> Self {
        Self {
            words: shape.committed.len(),
            messages: shape.pushes.len() + shape.pulls.len(),
            ands: shape.ands.len(),
            products: shape.products.len(),
            terms: 0,
        }
    }

    /// Nanoseconds of one core that proving a row takes, about.
    pub fn cost(&self) -> f64 {
        let counts = [self.words.div_ceil(2), self.messages, self.ands, self.products];
        counts.iter().zip(COST).map(|(&n, cost)| n as f64 * cost).sum()
    }
}

/// What a row of each table of the machine costs.
static TABLES_COST: LazyLock<[f64; TABLES.len()]> =
    LazyLock::new(|| std::array::from_fn(|table| Size::of(&TABLES[table].rules.shape()).cost()));

/// What the rows of instructions cost, in nanoseconds of one core.
pub(crate) fn of_rows<'a>(instrs: impl IntoIterator<Item = &'a Placed>) -> f64 {
    let tables = instrs.into_iter().filter_map(|placed| placed.instr.kind().table());
    tables.map(|table| TABLES_COST[table as usize]).sum()
}

/// What rows of a program's instructions cost, by their indices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costs<'p>(pub &'p [Placed]);

impl Costs<'_> {
    /// Nanoseconds of one core that proving rows of these instructions takes, about.
    pub fn of(&self, instrs: &[u32]) -> f64 {
        of_rows(instrs.iter().map(|&i| &self.0[i as usize]))
    }
}

impl Block {
    /// How many times less a row costs than the rows of its instructions.
    pub fn gain(&self) -> f64 {
        self.single / self.size().cost()
    }

    /// What so many rows of it save, in nanoseconds of one core, against the rows of their instructions: less than 0 where
    /// they are too few for a table.
    pub fn saves(&self, rows: u64) -> f64 {
        if rows == 0 {
            return 0.0;
        }
        // Provers fill rows eight at a time.
        let padded = rows.max(LANES as u64) as f64 + TABLE;
        rows as f64 * self.single - padded * self.size().cost()
    }
}
