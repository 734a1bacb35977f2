//! Runs Dyad programs.
//!
//! One interpreter loop, watched by an observer: nobody ([`run`]), one who counts the rows of each
//! table ([`meter`]), or one who writes down what the tables' rules need ([`record`], and
//! [`record_parts`] for those who use up the events while the program runs). What an instruction
//! computes is `execute` of its family in `dyad_machine`; here are the loop, memory, system calls and
//! traps.
//!
//! The machine stops in one of three ways: it exits, it traps ([`Trap`]), or it is halted ([`Halted`])
//! where its cycles or its memory are used up. Only runs that exit have proofs.
//!
//! [`record_with`] is a lying executor, for tests of what the rules reject.

mod code;
mod effect;
mod error;
mod fault;
mod grouping;
mod hint;
mod interpreter;
mod memory;
mod meter;
mod observer;
mod recorder;
mod registers;
mod stepper;
mod syscall;
mod tracer;

use dyad_machine::list::TableId;
use dyad_machine::record::{Events, Records};
use dyad_machine::row::TIME_STEP;
use dyad_machine::trace::Trace;
use dyad_program::Program;

pub use error::{Cause, Error, Halted, Overflow, Trap};
pub use fault::{Fault, Moment};
pub use grouping::{Patterns, Singles};
pub use meter::{RowCounts, rows_by_name, rows_of};
pub use recorder::{PART, Recording, recorded_bytes};
pub use stepper::{Stepped, SteppedCell, Stepper};

use fault::Honest;
use grouping::Grouping;
use interpreter::Interpreter;
use meter::Meter;
use observer::Silent;
use recorder::{Kept, Recorder};
use tracer::Tracer;

/// The most cycles that a run may take.
pub const MAX_CYCLES: u64 = (1 << 30) - 2;

/// The most cycles that a recorded run may take: times are multiples of [`TIME_STEP`] in 32 bits, and the time
/// after the last one must fit too.
pub const MAX_RECORDED: u64 = (1 << 32) / TIME_STEP - 2;

/// At most this many bytes of diagnostics are kept; a program may write more, which is dropped.
pub const MAX_DIAGNOSTICS: usize = 16 << 20;

/// What a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Cycles: instructions and steps of copies. Recorded runs stop at [`MAX_RECORDED`] in any case.
    pub max_cycles: u64,
    /// Bytes that the program's memory and its output may take here, with what is noted of each cell:
    /// 4.5 to 6 KiB for each page of 4 KiB that it touches. It is looked at every few thousand cycles.
    pub max_memory: u64,
}

impl Default for Limits {
    /// As many cycles as any run may take, and any memory.
    fn default() -> Self {
        Self { max_cycles: MAX_CYCLES, max_memory: u64::MAX }
    }
}

/// What a program that exited leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code; 0 means success by convention.
    pub exit_code: u8,
    /// The public output: all bytes written to fd 1.
    pub output: Vec<u8>,
    /// All bytes written to fd 2, up to [`MAX_DIAGNOSTICS`]. They are not proved.
    pub diagnostics: Vec<u8>,
    /// Instructions executed, system calls included.
    pub instructions: u64,
    /// Instructions, and steps of the copies that system calls make.
    pub cycles: u64,
}

/// Runs a program to its end with `input` as private input.
///
/// # Errors
/// [`Error::Trap`] where the program does what the machine forbids, [`Error::CycleLimit`] where
/// it doesn't exit in time, [`Error::MemoryLimit`] where it takes more memory than it may.
pub fn run(program: &Program, input: &[u8], limits: Limits) -> Result<Outcome, Error> {
    Interpreter::new(program, input, limits).run(&mut Silent, &mut Honest)
}

/// Runs a program and counts the rows of each table that a proof of the run would have.
///
/// # Errors
/// As for [`run`].
pub fn meter(program: &Program, input: &[u8], limits: Limits) -> Result<(Outcome, RowCounts), Error> {
    let none = Patterns::default();
    let Metered { outcome, rows, .. } = meter_while(program, &none, input, limits, &mut |_| true)?;
    Ok((outcome, rows))
}

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The cycles so far.
    pub cycles: u64,
    /// The rows so far; those of memory are not among them where the run is recorded.
    pub rows: &'a RowCounts,
    /// Bytes that executing it takes by now: the machine's memory, its output, what is noted of them, and the record where
    /// it is kept.
    pub bytes: u64,
}

/// What a metered run was, and what recording it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// What it leaves behind.
    pub outcome: Outcome,
    /// The rows of each table.
    pub rows: RowCounts,
    /// Instructions that are in no block.
    pub singles: Singles,
    /// Bytes that recording it takes.
    pub recording: Recording,
}

/// As [`meter`], with blocks; `watch` is told every few thousand cycles how far the run has come, and says whether to go
/// on.
///
/// # Errors
/// As for [`run`], and [`Error::Stopped`] where `watch` says no.
pub fn meter_while(
    program: &Program,
    blocks: &Patterns,
    input: &[u8],
    limits: Limits,
    watch: &mut dyn FnMut(Progress<'_>) -> bool,
) -> Result<Metered, Error> {
    let mut meter = Grouping::new(blocks, program, Meter::new(program, blocks.len(), watch));
    let mut interpreter = Interpreter::new(program, input, limits);
    let outcome = interpreter.run(&mut meter, &mut Honest)?;
    let (meter, singles) = (meter.inner, meter.singles);
    let rows = meter.rows();
    let recording = Recording::new(&interpreter, meter.times(), rows[TableId::Image] + rows[TableId::Ram]);
    Ok(Metered { outcome, rows, singles, recording })
}

/// Parts of a run that is too long to be written down whole.
const PARTS: u64 = 16;

/// Runs a program and writes down which way it went, for so many instructions, about: where there are more, parts of the
/// run at equal distances.
///
/// # Errors
/// As for [`run`].
pub fn trace(program: &Program, input: &[u8], limits: Limits, instructions: usize) -> Result<Trace, Error> {
    let whole = run(program, input, limits)?.instructions.max(1);
    let (period, noted) = match instructions as u64 {
        most if most < whole => (whole.div_ceil(PARTS), most / PARTS),
        _ => (whole, whole),
    };
    let mut tracer = Tracer { trace: Trace::default(), period, noted, at: 0 };
    Interpreter::new(program, input, limits).run(&mut tracer, &mut Honest)?;
    Ok(tracer.trace)
}

/// Runs a program and records the run: 64 bytes an instruction, and the memory it touches.
///
/// # Errors
/// As for [`run`]; the cycle limit is at most [`MAX_RECORDED`].
pub fn record(program: &Program, input: &[u8], limits: Limits) -> Result<(Outcome, Records), Error> {
    recorded(program, &Patterns::default(), input, limits, &mut Honest, &mut |_| ())
}

/// A run that was recorded whole.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it leaves behind.
    pub outcome: Outcome,
    /// What happened.
    pub records: Records,
    /// Bytes that recording it took.
    pub recording: Recording,
}

/// Records a run with blocks as long as its events, as [`recorded_bytes`] has them, and the times of accesses take `most`
/// bytes: `None` where they take more. `watch` is told every few thousand cycles how far the run has come, and says whether to
/// go on.
///
/// # Errors
/// As for [`meter_while`].
pub fn record_within(
    program: &Program,
    blocks: &Patterns,
    input: &[u8],
    limits: Limits,
    most: u64,
    watch: &mut dyn FnMut(Progress<'_>) -> bool,
) -> Result<Option<Recorded>, Error> {
    let mut interpreter = Interpreter::new(program, input, limits);
    let take = &mut |_: &mut Events| ();
    let mut recorder = Recorder::new(program, take);
    recorder.kept = Some(Kept { most, words: program.words(), blocks: blocks.len(), watch });
    let mut recorder = Grouping::new(blocks, program, recorder);
    let outcome = interpreter.run(&mut recorder, &mut Honest);
    let recorder = recorder.inner;
    if recorder.recorded() > most {
        return Ok(None);
    }
    let outcome = outcome?;
    let times = recorder.times();
    let records = recorder.finish(&interpreter, &outcome);
    let recording = Recording::new(&interpreter, times, records.cells.len() as u64);
    Ok(Some(Recorded { outcome, records, recording }))
}

/// Records a run with blocks, a part at a time: every few thousand cycles `take` is offered the events since it
/// took some, to take them out and perhaps leave memory for those that follow. The records have all
/// that it left, and what is known at the end.
///
/// # Errors
/// As for [`record`].
pub fn record_parts(
    program: &Program,
    blocks: &Patterns,
    input: &[u8],
    limits: Limits,
    take: &mut dyn FnMut(&mut Events),
) -> Result<(Outcome, Records), Error> {
    recorded(program, blocks, input, limits, &mut Honest, take)
}

/// Records a run that didn't happen: before each instruction `tamper` may ask for a [`Fault`], and
/// everything after it follows from the changed state. An honest prover cannot prove such records;
/// that a dishonest one cannot either is what tests show with them.
///
/// # Errors
/// As for [`record`]: a faulty run may trap or never end.
pub fn record_with(
    program: &Program,
    input: &[u8],
    limits: Limits,
    mut tamper: impl FnMut(&Moment) -> Option<Fault>,
) -> Result<(Outcome, Records), Error> {
    let none = Patterns::default();
    recorded(program, &none, input, limits, &mut fault::Lying(&mut tamper), &mut |_| ())
}

fn recorded<T: fault::Tamper>(
    program: &Program,
    blocks: &Patterns,
    input: &[u8],
    limits: Limits,
    tamper: &mut T,
    take: &mut dyn FnMut(&mut Events),
) -> Result<(Outcome, Records), Error> {
    // With blocks there are fewer rows than cycles: that there are not too many is for the recorder to see.
    let max_cycles = if blocks.is_empty() { limits.max_cycles.min(MAX_RECORDED) } else { limits.max_cycles };
    let mut interpreter = Interpreter::new(program, input, Limits { max_cycles, ..limits });
    let mut recorder = Grouping::new(blocks, program, Recorder::new(program, take));
    let outcome = interpreter.run(&mut recorder, tamper)?;
    let records = recorder.inner.finish(&interpreter, &outcome);
    Ok((outcome, records))
}
