//! Blocks are compared with their instructions before they are in a key.

use core::fmt;
use std::time::{Duration, Instant};

use dyad::{CheckedBlocks, Effort, Program};
use serde_json::json;

use crate::{
    failure::{Failure, bad},
    progress::Progress,
    report::number,
};

/// Blocks that were compared, and how long it took.
pub struct Checked {
    blocks: CheckedBlocks,
    took: Duration,
}

/// Compares the blocks of a program with its instructions, if it has any.
pub fn blocks(program: &Program) -> Result<Option<Checked>, Failure> {
    if program.blocks().list().is_empty() {
        return Ok(None);
    }
    let start = Instant::now();
    let progress = Progress::start("check blocks");
    let blocks = program.check_blocks(Effort::KEY).map_err(bad)?;
    drop(progress);
    Ok(Some(Checked { blocks, took: start.elapsed() }))
}

impl Checked {
    /// The blocks of which rows were found, and how many rows.
    pub fn json(&self) -> serde_json::Value {
        let sampled = self.blocks.sampled();
        json!({
            "blocks": sampled,
            "without_rows": self.blocks.blocks.len() - sampled,
            "rows": self.blocks.rows(),
            "seconds": self.took.as_secs_f64(),
        })
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, sampled) = (self.blocks.blocks.len(), self.blocks.sampled());
        let (rows, seconds) = (number(self.blocks.rows()), self.took.as_secs_f64());
        write!(f, "{sampled} of {all} compared with their instructions, on {rows} rows, in {seconds:.1} s")?;
        if sampled < all {
            write!(f, "; not checked: {}, of which the search found no row", all - sampled)?;
        }
        Ok(())
    }
}
