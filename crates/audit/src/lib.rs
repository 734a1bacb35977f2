//! Checks the table of a block against the instructions on its path, knowing nothing of how it was made.
//!
//! What is taken from a table is its equations: forms on bits that a prover commits to, ANDs, products, and messages
//! that a row takes and puts. From the bus comes what a row claims by them: it takes a state of the machine, registers and
//! cells of memory, and puts them back as they are said to be afterwards. What is true is what the executor does,
//! instruction by instruction, from what the row finds.
//!
//! For each block, rows are looked for that satisfy all equations: bits of what is taken are chosen, equations are
//! followed, and choices that contradict are taken back. For each row that is found
//!
//! - all that it puts has to follow from what it takes: then no prover can have another row there. Bits that do not
//!   follow are reported, and nothing that is put may depend on them;
//! - the instructions, executed from what it takes, have to stay on the path, touch only what it takes, and leave what it
//!   puts.
//!
//! That is a test of some rows, at edges for the most part, and no proof of all of them. [`Auditor::mutations`] says how
//! much it sees: equations are left out one at a time, and it has to notice each that is not idle.

mod blame;
mod block;
mod claim;
mod judge;
mod mutate;
mod report;
mod search;
mod solver;
mod system;
mod truth;
mod wish;

use dyad_program::Program;
use dyad_rules::forms::TableForms;

use block::Checked;
pub use claim::{Kept, Place};
pub use mutate::Mutations;
pub use report::{Difference, Falsehood, Report};
pub use system::Equation;
use system::System;
use truth::Truth;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Rows to find.
    pub rows: u32,
    /// Tries to find them.
    pub tries: u32,
    /// Changes of each row: of one value that it finds.
    pub changes: u32,
}

impl Effort {
    /// For each time that a key is made.
    pub const KEY: Self = Self { rows: 3, tries: 12, changes: 3 };
}

/// Checks blocks of a program.
pub struct Auditor<'p> {
    program: &'p Program,
    truth: Truth<'p>,
}

/// What is drawn at random for a block depends on where it begins and how long it is.
fn seed(program: &Program, path: &[u32]) -> u64 {
    let entry = path.first().and_then(|&i| program.instrs().get(i as usize)).map_or(0, |p| p.pc);
    u64::from(entry) << 32 | path.len() as u64
}

impl<'p> Auditor<'p> {
    /// For blocks of this program.
    pub fn new(program: &'p Program) -> Self {
        Self { program, truth: Truth::new(program) }
    }

    /// Checks a block: its table, and the instructions on its path by their indices in the program's list.
    ///
    /// # Errors
    /// [`Falsehood`], with a row that says what is not so.
    pub fn block(&mut self, table: &TableForms, path: &[u32], effort: Effort) -> Result<Report, Falsehood> {
        let system = System::new(table);
        let seed = seed(self.program, path);
        let mut checked = Checked::new((table, &system), path, self.program, &mut self.truth, seed)?;
        checked.rows(effort)?;
        Ok(checked.report)
    }
}
