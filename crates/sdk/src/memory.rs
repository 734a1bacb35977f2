//! The memory that proving takes, known before it begins.

use dyad_executor::{Metered, PART, RowCounts};
use dyad_machine::record::Step;
use dyad_machine::statement::boundary;
use dyad_prover::Footprint;
use dyad_rules::check::MessageValue;
use dyad_verifier::{Layout, Level, Schedule, System};

use crate::Error;
use crate::filling::parts;

/// The rows of each table as a layout takes them: more than it can count are more than it allows.
pub fn layout_rows(rows: &RowCounts) -> Vec<u32> {
    rows.all().map(|n| u32::try_from(n).unwrap_or(u32::MAX)).collect()
}

/// Bytes of memory that a proof takes, by what goes on.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// The prover's own: the key.
    pub key: u64,
    /// While the program is executed and the columns are filled: the columns, the machine's memory and
    /// what is noted of it, the parts of the run that are on their way, and the output three times over.
    filling: u64,
    /// While the statement is absorbed: the columns, the output twice, and its messages.
    stating: u64,
    /// While all the rest is done: what the prover says, the output, and the parts of the run, which the
    /// threads' allocators keep.
    proving: u64,
}

impl Expected {
    /// For a proof of this level of a run, on all threads of the rayon pool this is called in.
    ///
    /// # Errors
    /// The limit of a layout that no proof exceeds.
    pub fn new(level: Level, system: &System, metered: &Metered) -> Result<Self, dyad_verifier::Error> {
        let layout = Layout::new(system, &layout_rows(&metered.rows))?;
        let schedule = Schedule::new(level, &layout);
        let threads = rayon::current_num_threads();
        let proof = Footprint::new(system, &layout, &schedule, threads);
        let output = metered.outcome.output.len() as u64;
        let messages = output * messages_each_kilobyte() / 1024 * size_of::<MessageValue>() as u64;
        let cycles = metered.outcome.cycles.min(u64::from(PART) * parts(threads) as u64);
        let parts = cycles * size_of::<Step>() as u64;
        Ok(Self {
            key: proof.key,
            filling: proof.columns + metered.recording + parts + 3 * output,
            stating: proof.columns + 2 * output + messages,
            proving: proof.proof() + parts + output,
        })
    }

    /// The most at one time, without the key.
    pub fn proof(&self) -> u64 {
        self.filling.max(self.stating).max(self.proving)
    }
}

/// Messages of a statement for 1024 bytes of output.
fn messages_each_kilobyte() -> u64 {
    let [some, none] = [&[0; 1024][..], &[]].map(|output| boundary(0, output, 0).1.len());
    (some - none) as u64
}

/// Checks the bytes that a proof takes against a limit, if there is one.
///
/// # Errors
/// [`Error::Memory`] beyond the limit.
pub fn check(needed: u64, limit: Option<u64>, cycles: u64) -> Result<(), Error> {
    match limit {
        Some(limit) if needed > limit => Err(Error::Memory { needed, limit, cycles }),
        _ => Ok(()),
    }
}
