//! Executing a program, and filling the columns of its proof meanwhile.

use std::sync::mpsc;

use dyad_executor::{Limits, Rows, record_parts};
use dyad_machine::record::{Events, Records};
use dyad_machine::tables::{Run, TABLES};
use dyad_prover::{Columns, Filled, Places};
use dyad_verifier::System;

use crate::Error;

/// Parts of a run that may wait for each thread beside the executing one.
const WAITING: usize = 2;

/// Executes a program whose run has so many rows, and fills the columns from its events: on the other
/// threads of the pool, and on the executing one as often as they don't keep up. So there is never
/// more than a few parts of the run in memory.
///
/// # Errors
/// [`Error::Run`] as the executor says, [`Error::TooLarge`] if the rows don't fit one proof.
///
/// # Panics
/// If the run has other rows: it is not the one that was metered.
pub fn execute_and_fill(
    program: &dyad_program::Program,
    input: &[u8],
    limits: Limits,
    system: &System,
    rows: &Rows,
) -> Result<Filled, Error> {
    let mut filled = zero(system, rows)?;
    let mut columns = filled.columns(system);
    let (give, spare) = mpsc::channel();
    for _ in 0..WAITING * (rayon::current_num_threads() - 1) {
        let _ = give.send(Events::default());
    }
    let words = program.words();
    let (_, records) = rayon::scope(|scope| {
        // Ends with the program: parts that come back later are not used again.
        let spare = spare;
        record_parts(program, input, limits, &mut |events| {
            let places = places(&mut columns, &Run::of_events(events, words));
            if let Ok(mut part) = spare.try_recv() {
                std::mem::swap(events, &mut part);
                let give = give.clone();
                scope.spawn(move |_| {
                    fill(&mut part, words, places);
                    let _ = give.send(part);
                });
            } else {
                fill(events, words, places);
            }
        })
    })?;
    fill_rest(&mut columns, &Run::new(&records, words, program.image()));
    columns.finish();
    Ok(filled)
}

/// The columns of a recorded run.
///
/// # Errors
/// [`Error::TooLarge`] if its rows don't fit one proof.
pub fn fill_recorded(
    program: &dyad_program::Program,
    system: &System,
    records: &Records,
) -> Result<Filled, Error> {
    let run = Run::new(records, program.words(), program.image());
    let mut filled = zero(system, &Rows::of(&run))?;
    let mut columns = filled.columns(system);
    fill_rest(&mut columns, &run);
    columns.finish();
    Ok(filled)
}

fn zero(system: &System, rows: &Rows) -> Result<Filled, Error> {
    let rows = rows.all().iter().map(|&n| u32::try_from(n).unwrap_or(u32::MAX)).collect();
    Filled::zero(system, rows).map_err(Error::TooLarge)
}

/// The places of the rows that part of a run has of each table.
fn places<'v>(columns: &mut Columns<'v>, run: &Run<'_>) -> Vec<Places<'v>> {
    TABLES.iter().map(|t| columns.next(t.id as usize, run.rows(t.id).rows())).collect()
}

/// Fills the places of a part's rows and forgets the part.
fn fill(part: &mut Events, words: &[(u64, u32)], places: Vec<Places<'_>>) {
    let run = Run::of_events(part, words);
    for (table, places) in TABLES.iter().zip(places) {
        places.fill(&*run.rows(table.id), 0);
    }
    part.clear();
}

/// Fills the next rows of all tables, on all threads.
fn fill_rest(columns: &mut Columns<'_>, run: &Run<'_>) {
    let rows: Vec<_> = TABLES.iter().map(|t| run.rows(t.id)).collect();
    let witness: Vec<_> = rows.iter().map(|r| &**r).collect();
    columns.fill(&witness);
}
