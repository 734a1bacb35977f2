//! The memory that proving takes, known before it begins.

use dyad_executor::{Outcome, PART, Recording, RowCounts, recorded_bytes};
use dyad_machine::record::Step;
use dyad_machine::statement::boundary;
use dyad_prover::Footprint;
use dyad_rules::check::MessageValue;
use dyad_verifier::{Layout, Level, Schedule, System};

use crate::filling::parts;
use crate::{Error, Program};

/// The rows of each table as a layout takes them: more than it can count are more than it allows.
pub fn layout_rows(rows: &RowCounts) -> Vec<u32> {
    rows.all().map(|n| u32::try_from(n).unwrap_or(u32::MAX)).collect()
}

/// Bytes of memory that a proof takes, by what goes on.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// The prover's own: the key.
    pub key: u64,
    /// While the program is executed and its record kept: the machine's memory, what is noted of it, and the record.
    executing: u64,
    /// While the columns are filled, and the program is executed if its record was not kept: the columns, the machine's
    /// memory and
    /// what is noted of it, the record of the run or the parts of it that are on their way, and the output three times
    /// over.
    filling: u64,
    /// While the statement is absorbed: the columns, the output twice, and its messages.
    stating: u64,
    /// While all the rest is done: what the prover says, the output, and half of the record or the parts of it, which the
    /// allocators keep.
    proving: u64,
}

/// The most bytes that the record of a run and the times of accesses may take for it to be kept whole. Of longer runs the
/// rows are counted at first, and
/// then they are executed once more, part by part.
pub const RECORD: u64 = 48 << 20;

/// What is known of a run before its proof begins.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// What it leaves behind.
    pub outcome: &'a Outcome,
    /// The rows of each table.
    pub rows: &'a RowCounts,
    /// Bytes that recording it takes.
    pub recording: Recording,
    /// Whether its record is kept whole.
    pub kept: bool,
}

impl<'a> Counted<'a> {
    /// A run whose rows were counted, as a prover would record it.
    pub fn new(program: &Program, outcome: &'a Outcome, rows: &'a RowCounts, recording: Recording) -> Self {
        let kept = recorded_bytes(rows, program.patterns()) + recording.times <= RECORD;
        Self { outcome, rows, recording, kept }
    }
}

impl Expected {
    /// For a proof of this level of a run, on all threads of the rayon pool this is called in.
    ///
    /// # Errors
    /// The limit of a layout that no proof exceeds.
    pub fn new(
        level: Level,
        program: &Program,
        system: &System,
        run: Counted<'_>,
    ) -> Result<Self, dyad_verifier::Error> {
        let layout = Layout::new(system, &layout_rows(run.rows))?;
        let schedule = Schedule::new(level, &layout);
        let threads = rayon::current_num_threads();
        let proof = Footprint::new(system, &layout, &schedule, threads);
        let output = run.outcome.output.len() as u64;
        let messages = output * messages_each_kilobyte() / 1024 * size_of::<MessageValue>() as u64;
        let record = recorded_bytes(run.rows, program.patterns());
        let cycles = run.outcome.cycles.min(u64::from(PART) * parts(threads) as u64);
        let (executing, events, left) = if run.kept {
            (run.recording.bytes() + record, run.recording.cells + record, record / 2)
        } else {
            let parts = cycles * size_of::<Step>() as u64;
            (0, run.recording.bytes() + parts, parts)
        };
        Ok(Self {
            key: proof.key,
            executing: executing + output,
            filling: proof.columns + events + 3 * output,
            stating: proof.columns + 2 * output + messages,
            proving: proof.proof() + left + output,
        })
    }

    /// The most at one time, without the key.
    pub fn proof(&self) -> u64 {
        self.executing.max(self.filling).max(self.stating).max(self.proving)
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
