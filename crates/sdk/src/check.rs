//! Whether the tables of a program's blocks say what its instructions do.

use dyad_audit::{Auditor, Effort, Report};
use rayon::prelude::*;

use crate::{Error, Program};

/// What was looked at of a program's blocks, and found to be true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedBlocks {
    /// Of each block.
    pub blocks: Vec<Report>,
}

impl CheckedBlocks {
    /// Blocks of which rows were found. Of the others nothing is known.
    pub fn sampled(&self) -> usize {
        self.blocks.iter().filter(|report| report.sampled()).count()
    }

    /// Rows that were compared with what the instructions do.
    pub fn rows(&self) -> u64 {
        self.blocks.iter().map(|report| u64::from(report.rows)).sum()
    }
}

impl Program {
    /// Compares the tables of the program's blocks with its instructions, on the threads of the rayon pool: rows that a
    /// prover could have are looked for, without the compiler that made the tables, and have to say what the instructions
    /// do. It is a test, and no proof, that a key of the program means the program.
    ///
    /// # Errors
    /// [`Error::TooManyBlocks`] where no key can carry them all; [`Error::False`] with the first block that says something false, and a row that does.
    pub fn check_blocks(&self, effort: Effort) -> Result<CheckedBlocks, Error> {
        if !dyad_proof::blocks_fit_a_key(&self.block_forms().collect::<Vec<_>>()) {
            return Err(Error::TooManyBlocks);
        }
        let blocks = self.blocks().list().par_iter();
        let checked = blocks.map_init(
            || Auditor::new(self.details()),
            |auditor, block| auditor.block(block.forms(), &block.path.instrs, effort),
        );
        let all: Vec<Result<Report, _>> = checked.collect();
        let blocks = all.into_iter().collect::<Result<_, _>>().map_err(|f| Error::False(Box::new(f)))?;
        Ok(CheckedBlocks { blocks })
    }
}
