//! Which paths of a program get tables of their own: those that runs take most often, as far as they pay.
//!
//! A trace is cut into straight lines. Again and again the two neighbours that pay most are joined, wherever they follow
//! one another, as in byte pair encoding; what they cost joined is known, since the path is compiled. Then the blocks
//! that are worth least for what they cost verifiers are left out, until all of them fit the budget.

mod choose;
mod grow;
mod likely;
mod lines;
mod sample;

use std::collections::BTreeMap;

use dyad_machine::instr::Placed;
use dyad_machine::record::ImageCell;
use dyad_machine::trace::Trace;

pub use choose::Chosen;
pub use likely::{TERMS as LIKELY_TERMS, likely_paths};

use crate::block::Block;
use crate::cost::Costs;
use crate::path::Path;

/// How blocks are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The most terms of all tables together: a verifier spends some nanoseconds on each.
    pub terms: usize,
    /// The most instructions of a path.
    pub instructions: usize,
    /// The most times that two neighbours are joined.
    pub joins: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { terms: 100_000, instructions: 8192, joins: 400 }
    }
}

/// What a program is tuned by.
struct Tuning<'t> {
    program: &'t [Placed],
    image: &'t [ImageCell],
    trace: &'t Trace,
    budget: Budget,
    costs: Costs<'t>,
    /// Paths that were compiled, by their instructions.
    compiled: BTreeMap<Vec<u32>, Option<Block>>,
}

impl<'t> Tuning<'t> {
    fn new(program: &'t [Placed], image: &'t [ImageCell], trace: &'t Trace, budget: Budget) -> Self {
        Self { program, image, trace, budget, costs: Costs(program), compiled: BTreeMap::new() }
    }

    /// The block of some instructions, as they were run at these places of the trace.
    fn block(&mut self, instrs: &[u32], places: &[u32]) -> Option<Block> {
        if instrs.len() > self.budget.instructions || places.is_empty() {
            return None;
        }
        if let Some(known) = self.compiled.get(instrs) {
            return known.clone();
        }
        let block = sample::block(self.program, self.image, self.trace, instrs, places);
        self.compiled.insert(instrs.to_vec(), block.clone());
        block
    }
}

/// The paths that pay most for runs like the one that was traced, in an order that depends on nothing else.
pub fn tune(program: &[Placed], image: &[ImageCell], trace: &Trace, budget: Budget) -> Vec<Chosen> {
    let mut tuning = Tuning::new(program, image, trace, budget);
    let tokens = grow::grow(&mut tuning);
    let mut chosen = choose::choose(&tokens, &budget);
    lengthen(&tuning, &mut chosen);
    chosen
}

/// Lets forms be longer where the budget has room for it: fewer words are committed to.
fn lengthen(tuning: &Tuning<'_>, chosen: &mut [Chosen]) {
    let terms = |chosen: &[Chosen]| chosen.iter().map(|c| c.block.size().terms).sum::<usize>();
    let mut left = tuning.budget.terms.saturating_sub(terms(chosen));
    for most_terms in [64, 128, 256] {
        for c in &mut *chosen {
            let before = c.block.size();
            let path = Path { most_terms, ..c.block.path.clone() };
            let Ok(block) = Block::new(path, tuning.program, tuning.image) else { continue };
            let after = block.size();
            let more = after.terms.saturating_sub(before.terms);
            if after.cost() < before.cost() && more <= left {
                left -= more;
                c.cost = c.rows as f64 * after.cost();
                c.block = block;
            }
        }
    }
}

/// The paths alone.
pub fn paths(chosen: &[Chosen]) -> Vec<Path> {
    chosen.iter().map(|c| c.block.path.clone()).collect()
}
