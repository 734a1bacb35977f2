//! Programs, and running them.

use std::time::Instant;

use std::borrow::Cow;
use std::sync::Arc;

use dyad_blocks::list::{self, SECTION};
use dyad_blocks::{Blocks, Path};
use dyad_executor::{Limits, Metered, Patterns, RowCounts, Singles, meter_while};
use dyad_machine::list::TableId;
use dyad_rules::forms::TableForms;
use dyad_security::Sizes;
use dyad_verifier::{Layout, Level, Schedule, Statement, System};

use crate::choice::Choice;
use crate::fit::{Fit, TooLong};
use crate::memory::{Counted, Expected};
use crate::{Error, SecurityReport};

/// A RISC-V program, checked and decoded.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) inner: dyad_program::Program,
    blocks: Blocks,
    patterns: Arc<Patterns>,
}

/// A run of a program that ended by `exit`.
#[derive(Clone, Debug)]
pub struct Run {
    /// The public output.
    pub output: Vec<u8>,
    /// The exit code.
    pub exit_code: u8,
    /// What the program wrote to fd 2; no proof speaks of it.
    pub diagnostics: Vec<u8>,
    /// Instructions executed.
    pub instructions: u64,
    /// Instructions, and steps of the copies that system calls make.
    pub cycles: u64,
    /// Names and rows of the tables that a proof of the run has, those without rows left out.
    pub tables: Vec<(Cow<'static, str>, u64)>,
    /// The accesses of memory that are not naturally aligned.
    pub misaligned: Misaligned,
    /// Words that a proof of the run commits to: those of all rows, without what fills up tables.
    pub committed_words: u64,
    /// Products of words that a proof of the run shows: one for each multiplication and each division.
    pub products: u64,
    /// What of the run is in blocks, and why the rest is not.
    pub in_blocks: InBlocks,
    /// Seconds that the run took, uncounted.
    pub seconds: f64,
    /// Bytes of memory that a [`Prover`](crate::Prover) of the program and a proof of the run take on all
    /// threads of the rayon pool; `None` where the run does not fit one proof.
    pub proof_memory: Option<u64>,
    /// The same for a small proof.
    pub small_proof_memory: Option<u64>,
    /// Why it does not, if so.
    pub too_long: Option<TooLong>,
}

/// What of a run is rows of blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InBlocks {
    /// Instructions in rows of blocks.
    pub instructions: u64,
    /// Those rows.
    pub rows: u64,
    /// Instructions that are rows of their own, system calls not among them.
    pub singles: Singles,
    /// Blocks of the program that are not used: their tables would cost more than they save in this run. Instructions
    /// on their paths are among those of no block.
    pub left_out: usize,
}

impl InBlocks {
    fn new(program: &Program, choice: &Choice<'_>, rows: &RowCounts, singles: Singles) -> Self {
        let blocks = program.blocks.list().iter().zip(&rows.blocks);
        let instructions = blocks.map(|(block, rows)| block.path.instrs.len() as u64 * rows).sum();
        Self { instructions, rows: rows.blocks.iter().sum(), singles, left_out: choice.left_out() }
    }
}

/// How often a run accessed memory at addresses that are no multiples of what was accessed. Each such
/// access takes a row of a table that is wider than that of aligned ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misaligned {
    /// Loads.
    pub loads: u64,
    /// Stores.
    pub stores: u64,
}

impl Misaligned {
    /// Those of a run with these rows.
    pub(crate) fn of(rows: &RowCounts) -> Self {
        Self { loads: rows[TableId::LoadMisaligned], stores: rows[TableId::StoreMisaligned] }
    }
}

impl Program {
    /// Reads an ELF file, and compiles the blocks that it lists, on all threads of the rayon pool this is called in. Whoever
    /// sets up the global pool does so before.
    ///
    /// # Errors
    /// [`Error::Load`], with what the file lacks.
    pub fn from_elf(elf: &[u8]) -> Result<Self, Error> {
        let inner = dyad_program::Program::from_elf(elf)?;
        let paths = match inner.section(SECTION) {
            Some(bytes) => list::decode(bytes, inner.instrs())?,
            None => Vec::new(),
        };
        Self { inner, blocks: Blocks::default(), patterns: Arc::default() }.with_blocks(paths)
    }

    /// The program's ELF file with the list of these paths, in the place of one that it has.
    ///
    /// # Errors
    /// [`Error::Block`] for a path that is none of the program, or listed before; [`Error::Load`] where the file cannot be
    /// written anew.
    pub fn elf_with_blocks(&self, paths: &[Path]) -> Result<Vec<u8>, Error> {
        list::check(paths, self.inner.instrs())
            .map_err(|(index, refused)| Error::Block { index, refused })?;
        Ok(self.inner.with_section(SECTION, &list::encode(paths, self.inner.instrs()))?)
    }

    /// The program with tables of their own for these paths.
    ///
    /// # Errors
    /// [`Error::Block`] for a path that cannot be a row, or that is listed before.
    pub fn with_blocks(self, paths: Vec<Path>) -> Result<Self, Error> {
        let instrs = self.inner.instrs();
        let blocks = Blocks::compile(paths, instrs, self.inner.image());
        let blocks = blocks.map_err(|(index, refused)| Error::Block { index, refused })?;
        let patterns: Vec<_> = blocks.list().iter().map(|b| b.pattern().clone()).collect();
        let patterns = Arc::new(Patterns::new(patterns, instrs.len()));
        Ok(Self { blocks, patterns, ..self })
    }

    /// Whether the ELF file has a list of blocks, which may be an empty one.
    pub fn has_list(&self) -> bool {
        self.inner.section(SECTION).is_some()
    }

    /// The paths that have tables of their own.
    pub fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// Bytes that the blocks take in a key.
    pub fn block_key_bytes(&self) -> usize {
        if self.blocks.list().is_empty() {
            return 0;
        }
        dyad_proof::blocks_to_bytes(&self.block_forms().collect::<Vec<_>>()).len()
    }

    pub(crate) fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// The tables of the program's blocks, under the names that keys give them.
    pub(crate) fn block_forms(&self) -> impl Iterator<Item = Arc<TableForms>> {
        let named = |(i, forms): (usize, &TableForms)| {
            Arc::new(TableForms { name: format!("block {i}").into(), ..forms.clone() })
        };
        self.blocks.list().iter().map(dyad_blocks::Block::forms).enumerate().map(named)
    }

    /// The machine, and the program's blocks, as a system of tables.
    pub(crate) fn system(&self) -> System {
        dyad_proof::system_with(self.block_forms())
    }

    /// Identifies what the machine sees of the program: entry, instructions, memory image.
    pub fn digest(&self) -> [u8; 32] {
        self.inner.digest()
    }

    /// The program's entry, instructions, image and symbols.
    pub fn details(&self) -> &dyad_program::Program {
        &self.inner
    }

    /// Runs the program with `input` as its private input, and counts the rows of each table. A run that
    /// does not fit one proof goes on to its end.
    ///
    /// # Errors
    /// [`Error::Run`] if it traps or does not exit within the limits, [`Error::Endless`] if one proof
    /// would not even hold as much of it.
    pub fn run(&self, input: &[u8], limits: Limits) -> Result<Run, Error> {
        let system = self.system();
        let (mut fit, mut choice) = (Fit::new(&system), Choice::new(self));
        let start = Instant::now();
        let mut metered = self.meter(&choice, input, limits, &mut fit);
        let seconds = start.elapsed().as_secs_f64();
        if let Ok(m) = &metered
            && choice.reconsider(&m.rows, m.outcome.cycles)
        {
            fit = Fit::new(&system);
            metered = self.meter(&choice, input, limits, &mut fit);
        }
        let metered = match metered {
            Err(dyad_executor::Error::CycleLimit(at)) => {
                return Err(match fit.halted(&at) {
                    Some(too_long) => Error::Endless { at, too_long: Box::new(too_long) },
                    None => dyad_executor::Error::CycleLimit(at).into(),
                });
            }
            other => other?,
        };
        let Metered { outcome, rows, singles, recording } = metered;
        let counted = Counted::new(self, &outcome, &rows, recording);
        let memory = |level: Level| {
            let expected = Expected::new(level.hiding(), self, &system, counted).ok()?;
            Some(expected.key + expected.proof())
        };
        let [proof_memory, small_proof_memory] = [Level::L128, Level::L128_SMALL].map(memory);
        let in_blocks = InBlocks::new(self, &choice, &rows, singles);
        let of_rows = |of: fn(&TableForms) -> usize| -> u64 {
            system.tables.iter().zip(rows.all()).map(|(table, n)| of(table) as u64 * n).sum()
        };
        Ok(Run {
            output: outcome.output,
            exit_code: outcome.exit_code,
            diagnostics: outcome.diagnostics,
            instructions: outcome.instructions,
            cycles: outcome.cycles,
            tables: system
                .tables
                .iter()
                .map(|t| t.name.clone())
                .zip(rows.all())
                .filter(|(_, n)| *n > 0)
                .collect(),
            misaligned: Misaligned::of(&rows),
            committed_words: of_rows(|table| table.committed),
            products: of_rows(|table| table.products.len()),
            in_blocks,
            seconds,
            proof_memory,
            small_proof_memory,
            too_long: fit.end(outcome.cycles, &rows),
        })
    }
}

impl Program {
    /// Counts the rows of a run to its end, however many.
    fn meter(
        &self,
        choice: &Choice<'_>,
        input: &[u8],
        limits: Limits,
        fit: &mut Fit<'_>,
    ) -> Result<Metered, dyad_executor::Error> {
        meter_while(&self.inner, choice.patterns(), input, limits, &mut |at| {
            fit.watch(at.cycles, at.rows);
            true
        })
    }
}

/// The security of a proof with these numbers of rows and these parameters, for a statement.
pub(crate) fn security(
    system: &System,
    rows: &[u32],
    schedule: &Schedule,
    statement: &Statement,
) -> Result<SecurityReport, Error> {
    let layout = Layout::new(system, rows).map_err(Error::TooLarge)?;
    Ok(dyad_security::report(&Sizes::of(&layout, statement), schedule))
}
