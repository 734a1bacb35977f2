//! Executing a program, and filling the columns of its proof meanwhile.

use std::sync::mpsc;

use dyad_executor::{Limits, Patterns, RowCounts, record_parts, rows_of};
use dyad_machine::record::{Events, Records};
use dyad_machine::tables::{Run, TABLES};
use dyad_prover::{Ahead, Columns, Filled, Places};
use dyad_rules::{Rows, StoredRows};
use dyad_verifier::System;

use crate::{Error, Program, memory};

/// Parts of a run that may wait for each thread beside the executing one.
const WAITING: usize = 2;

/// Parts of a run that there are at most at one time.
pub fn parts(threads: usize) -> usize {
    1 + WAITING * (threads - 1)
}

/// Executes a program with these blocks, whose run has so many rows, and fills the columns, in memory that may have been
/// asked for before, from its events: on the other threads of the pool, and on the executing one as often as they don't keep up. So there is never
/// more than a few parts of the run in memory.
///
/// # Errors
/// [`Error::Run`] as the executor says, [`Error::TooLarge`] if the rows don't fit one proof.
///
/// # Panics
/// If the run has other rows: it is not the one that was metered.
pub fn execute_and_fill(
    program: &Program,
    patterns: &Patterns,
    input: &[u8],
    limits: Limits,
    (system, rows): (&System, &RowCounts),
    ahead: Ahead,
) -> Result<Filled, Error> {
    let mut filled = zero(system, rows, ahead)?;
    let mut columns = filled.columns(system);
    let (give, spare) = mpsc::channel();
    for _ in 1..parts(rayon::current_num_threads()) {
        let _ = give.send(Events::default());
    }
    let words = program.inner.words();
    let (_, records) = rayon::scope(|scope| {
        // Ends with the program: parts that come back later are not used again.
        let spare = spare;
        record_parts(&program.inner, patterns, input, limits, &mut |events| {
            let places = places(&mut columns, program, &Run::of_events(events, words));
            if let Ok(mut part) = spare.try_recv() {
                std::mem::swap(events, &mut part);
                let give = give.clone();
                scope.spawn(move |_| {
                    fill(&mut part, program, places);
                    let _ = give.send(part);
                });
            } else {
                fill(events, program, places);
            }
        })
    })?;
    fill_rest(&mut columns, program, &Run::new(&records, words, program.inner.image()));
    columns.finish();
    Ok(filled)
}

/// The columns of a recorded run, in memory that may have been asked for before.
///
/// # Errors
/// [`Error::TooLarge`] if its rows don't fit one proof.
pub fn fill_recorded(
    program: &Program,
    system: &System,
    records: &Records,
    ahead: Ahead,
) -> Result<Filled, Error> {
    let run = Run::new(records, program.inner.words(), program.inner.image());
    let mut filled = zero(system, &rows_of(&run, program.patterns().len()), ahead)?;
    let mut columns = filled.columns(system);
    fill_rest(&mut columns, program, &run);
    columns.finish();
    Ok(filled)
}

fn zero(system: &System, rows: &RowCounts, ahead: Ahead) -> Result<Filled, Error> {
    Filled::zero(system, memory::layout_rows(rows), ahead).map_err(Error::TooLarge)
}

/// The rows that a run, or part of it, has of each table: the machine's, then the blocks'.
fn rows<'a>(program: &'a Program, run: &'a Run<'a>) -> impl Iterator<Item = Box<dyn Rows + 'a>> {
    let blocks = program.blocks().list().iter().enumerate();
    let blocks = blocks.map(|(i, block)| match run.block(i) {
        Some(records) => Box::new(block.rows(records)) as Box<dyn Rows>,
        None => Box::new(StoredRows::default()),
    });
    TABLES.iter().map(|t| run.rows(t.id)).chain(blocks)
}

/// The places of the rows that part of a run has of each table; of no rows, no places.
fn places<'v>(columns: &mut Columns<'v>, program: &Program, run: &Run<'_>) -> Vec<Option<Places<'v>>> {
    let counts = rows(program, run).map(|rows| rows.rows()).enumerate();
    counts.map(|(table, rows)| (rows > 0).then(|| columns.next(table, rows))).collect()
}

/// Fills the places of a part's rows and forgets the part.
fn fill(part: &mut Events, program: &Program, places: Vec<Option<Places<'_>>>) {
    let run = Run::of_events(part, program.inner.words());
    for (rows, places) in rows(program, &run).zip(places) {
        if let Some(places) = places {
            places.fill(&*rows, 0);
        }
    }
    part.clear();
}

/// Fills the next rows of all tables, on all threads.
fn fill_rest(columns: &mut Columns<'_>, program: &Program, run: &Run<'_>) {
    let rows: Vec<_> = rows(program, run).collect();
    let witness: Vec<_> = rows.iter().map(|r| &**r).collect();
    columns.fill(&witness);
}

#[cfg(test)]
mod tests {
    use dyad_executor::{meter, record};
    use dyad_program::testing::{DATA, asm::*, program};

    use super::*;

    fn load(code: &[Vec<u32>]) -> Program {
        Program::from_elf(&program(&code.concat(), &[7; 2048])).expect("a program")
    }

    /// Reads the number of its rounds, and in each does arithmetic, reads and writes: copies of bytes
    /// and of words that are longer than a part.
    fn rounds() -> Program {
        let start = [syscall(63, 0, DATA, 8), li(S0, DATA), vec![ld(S1, S0, 0)]].concat();
        let round = [
            vec![ld(T0, S0, 16), mul(T1, T0, S1), mulhu(T2, T0, T1), div(T0, T2, S1), srl(T0, T0, S1)],
            vec![sll(T1, T1, S1), slt(T2, T0, T1), xor(T0, T0, T1), and(T0, T0, T2), sd(T0, S0, 24)],
            syscall(63, 0, DATA + 33, 1100),
            syscall(64, 1, DATA + 33, 1900),
            syscall(64, 2, DATA, 9),
        ]
        .concat();
        let back = -4 * (round.len() as i32 + 1);
        load(&[start, round, vec![addi(S1, S1, -1), bne(S1, ZERO, back)], exit(3)])
    }

    fn input(rounds: u64) -> Vec<u8> {
        let bytes = (0..9000u32).map(|i| (i * 13) as u8);
        rounds.to_le_bytes().into_iter().chain(bytes).collect()
    }

    fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(work)
    }

    #[test]
    fn columns_filled_while_executing_are_those_of_the_records() {
        let system = dyad_proof::system();
        for (program, input) in [(load(&[exit(0)]), vec![]), (rounds(), input(1)), (rounds(), input(12))] {
            let (_, records) = record(&program.inner, &input, Limits::default()).expect("exits");
            let expected =
                fill_recorded(&program, &system, &records, Ahead::default()).expect("within the limits");
            let (_, rows) = meter(&program.inner, &input, Limits::default()).expect("exits");
            for threads in [1, 2, 5] {
                let streamed = on_threads(threads, || {
                    execute_and_fill(
                        &program,
                        program.patterns(),
                        &input,
                        Limits::default(),
                        (&system, &rows),
                        Ahead::default(),
                    )
                });
                let streamed = streamed.expect("within the limits");
                assert_eq!(streamed.rows(), expected.rows());
                assert!(
                    streamed.vector() == expected.vector(),
                    "{threads} threads, {} cycles",
                    records.cycles
                );
            }
        }
    }

    /// Metered with one input, executed with another.
    fn with_other_rows(metered: u64, executed: u64) {
        let program = rounds();
        let (_, rows) = meter(&program.inner, &input(metered), Limits::default()).expect("exits");
        let system = dyad_proof::system();
        let _ = execute_and_fill(
            &program,
            program.patterns(),
            &input(executed),
            Limits::default(),
            (&system, &rows),
            Ahead::default(),
        );
    }

    #[test]
    #[should_panic(expected = "more rows than announced")]
    fn a_longer_run_than_metered_is_noticed() {
        with_other_rows(3, 4);
    }

    #[test]
    #[should_panic(expected = "fewer rows than announced")]
    fn a_shorter_run_than_metered_is_noticed() {
        with_other_rows(4, 3);
    }
}
