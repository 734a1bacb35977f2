//! The memory that proving takes, known before it begins.

use dyad_executor::Rows;
use dyad_prover::Footprint;
use dyad_verifier::{Layout, Level, Schedule, System};

use crate::Error;

/// The rows of each table as a layout takes them: more than it can count are more than it allows.
pub fn layout_rows(rows: &Rows) -> Vec<u32> {
    rows.0.iter().map(|&n| u32::try_from(n).unwrap_or(u32::MAX)).collect()
}

/// What a proof of this level of a run with so many rows of each table takes, on all threads of the rayon
/// pool this is called in.
///
/// # Errors
/// [`Error::TooLarge`] if no proof can hold the run.
pub fn footprint(level: Level, system: &System, rows: &Rows) -> Result<Footprint, Error> {
    let layout = Layout::new(system, &layout_rows(rows)).map_err(Error::TooLarge)?;
    let schedule = Schedule::new(level, &layout);
    Ok(Footprint::new(system, &layout, &schedule, rayon::current_num_threads()))
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
