//! Executing the run that is to be proved, once where that is enough, and asking for the proof's memory meanwhile.

use std::sync::mpsc;
use std::thread;

use dyad_executor::{
    Limits, MAX_CYCLES, Metered, Outcome, Patterns, Progress, Recorded, Recording, RowCounts, meter_while,
    record_within, rows_of,
};
use dyad_machine::record::Records;
use dyad_machine::tables::Run as TableRun;
use dyad_prover::Ahead;
use dyad_verifier::{Level, System};

use crate::choice::Choice;
use crate::fit::Fit;
use crate::memory::{RECORD, layout_rows};
use crate::{Error, Program};

/// Cycles between two times that memory is asked for.
const EVERY: u64 = 1 << 15;

/// A run that was executed.
pub struct Executed {
    pub outcome: Outcome,
    pub rows: RowCounts,
    /// Bytes that recording it takes.
    pub recording: Recording,
    /// What was recorded; `None` if only its rows were counted.
    pub records: Option<Records>,
}

impl Executed {
    fn recorded(program: &Program, Recorded { outcome, records, recording }: Recorded) -> Self {
        let run = TableRun::new(&records, program.inner.words(), program.inner.image());
        let rows = rows_of(&run, program.patterns().len());
        Self { outcome, rows, recording, records: Some(records) }
    }

    fn metered(Metered { outcome, rows, recording, .. }: Metered) -> Self {
        Self { outcome, rows, recording, records: None }
    }
}

/// What a run is executed with, and what for.
#[derive(Clone, Copy)]
pub struct Running<'p> {
    pub program: &'p Program,
    pub system: &'p System,
    /// The level of the proof.
    pub level: Level,
    pub limits: Limits,
    pub memory_limit: Option<u64>,
}

impl<'p> Running<'p> {
    /// Executes the run, as long as one proof holds it, with the blocks that pay. Where the proof may take more than one
    /// thread, another one asks for its memory meanwhile.
    pub fn execute(&self, input: &[u8]) -> Result<(Executed, Choice<'p>, Ahead), Error> {
        let mut ahead = Ahead::default();
        let several = rayon::current_num_threads() > 1;
        let (tell, told) = mpsc::channel();
        let (executed, choice) = thread::scope(|scope| {
            if several {
                let ahead = &mut ahead;
                // Without this thread memory comes later.
                let _ = thread::Builder::new().spawn_scoped(scope, move || self.ask(ahead, &told));
            }
            let mut next = EVERY;
            // Gone with this: then the other thread ends, too.
            let tell = tell;
            self.execute_chosen(input, &mut |at| {
                if several && at.cycles >= next {
                    next = at.cycles + EVERY;
                    // Nobody listens once the other thread has ended, for whatever reason.
                    let _ = tell.send((layout_rows(at.rows), at.bytes));
                }
            })
        })?;
        Ok((executed, choice, ahead))
    }

    /// Asks for the memory that rows take of which it is told, together with the bytes that executing takes by then.
    fn ask(&self, ahead: &mut Ahead, told: &mpsc::Receiver<(Vec<u32>, u64)>) {
        let most = self.memory_limit.unwrap_or(u64::MAX);
        while let Ok(first) = told.recv() {
            let (rows, taken) = told.try_iter().last().unwrap_or(first);
            ahead.provide(self.level, self.system, &rows, taken, most);
        }
    }

    fn execute_chosen(
        &self,
        input: &[u8],
        seen: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(Executed, Choice<'p>), Error> {
        let mut choice = Choice::new(self.program);
        let mut executed = self.execute_with(choice.patterns(), input, seen)?;
        if choice.reconsider(&executed.rows, executed.outcome.cycles) {
            // One record at a time.
            executed.records = None;
            executed = self.execute_with(choice.patterns(), input, seen)?;
        }
        Ok((executed, choice))
    }

    /// Executes the run: its record is kept where it is small enough.
    fn execute_with(
        &self,
        patterns: &Patterns,
        input: &[u8],
        seen: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Executed, Error> {
        let program = &self.program.inner;
        let limits = Limits { max_cycles: self.limits.max_cycles.min(MAX_CYCLES), ..self.limits };
        let most = self.memory_limit.map_or(RECORD, |limit| RECORD.min(limit / 8));
        let mut fit = Fit::new(self.system);
        let recorded = record_within(program, patterns, input, limits, most, &mut |at| {
            seen(at);
            fit.watch(at.cycles, at.rows)
        });
        let executed = match recorded {
            Ok(Some(recorded)) => Ok(Executed::recorded(self.program, recorded)),
            // Counting takes less memory than recording.
            Ok(None) | Err(dyad_executor::Error::MemoryLimit(_)) => {
                fit = Fit::new(self.system);
                let mut watch = |at: Progress<'_>| {
                    seen(at);
                    fit.watch(at.cycles, at.rows)
                };
                meter_while(program, patterns, input, limits, &mut watch).map(Executed::metered)
            }
            Err(error) => Err(error),
        };
        let too_long = match &executed {
            Ok(e) => fit.end(e.outcome.cycles, &e.rows),
            Err(dyad_executor::Error::Stopped(at)) => fit.halted(at),
            Err(_) => None,
        };
        match too_long {
            Some(too_long) => Err(Error::TooLong(Box::new(too_long))),
            None => Ok(executed?),
        }
    }
}
