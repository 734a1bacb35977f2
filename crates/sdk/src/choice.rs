//! Which blocks of a program a run uses: those whose tables pay.
//!
//! A table costs something however few rows it has. Where a run takes a block's path a few times only, rows of single
//! instructions are cheaper, and the prover makes these: the key allows either.

use std::borrow::Cow;

use dyad_executor::{Patterns, RowCounts};

use crate::Program;

/// What executing a run once more costs for each of its cycles, in nanoseconds of one core.
const AGAIN: f64 = 40.0;

/// The blocks of a program that are used.
pub struct Choice<'p> {
    program: &'p Program,
    wanted: Vec<bool>,
    patterns: Cow<'p, Patterns>,
}

impl<'p> Choice<'p> {
    /// All of them.
    pub fn new(program: &'p Program) -> Self {
        let wanted = vec![true; program.patterns().len()];
        Self { program, wanted, patterns: Cow::Borrowed(program.patterns()) }
    }

    /// What the executor has to look for.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// How many are not used.
    pub fn left_out(&self) -> usize {
        self.wanted.iter().filter(|wanted| !**wanted).count()
    }

    /// Leaves those out that did not pay in a run of so many rows and cycles, if that is worth executing it again;
    /// returns whether it is.
    pub fn reconsider(&mut self, rows: &RowCounts, cycles: u64) -> bool {
        let blocks = self.program.blocks().list().iter().zip(&rows.blocks);
        let saves: Vec<f64> = blocks.map(|(block, &n)| block.saves(n)).collect();
        let lost: f64 = -saves.iter().filter(|s| **s < 0.0).sum::<f64>();
        if lost <= AGAIN * cycles as f64 {
            return false;
        }
        for (wanted, saves) in self.wanted.iter_mut().zip(saves) {
            *wanted &= saves >= 0.0;
        }
        self.patterns = Cow::Owned(self.program.patterns().only(&self.wanted));
        true
    }
}
