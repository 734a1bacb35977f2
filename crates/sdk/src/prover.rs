//! Proving runs.

use std::borrow::Cow;

use dyad_executor::Limits;
use dyad_machine::record::Records;
use dyad_machine::tables::{Run as TableRun, TABLES};
use dyad_proof::{MAX_OUTPUT, Proof, VerifyingKey};
use dyad_prover::{Ahead, Filled, ProvingKey, Seed, Setting};
use dyad_rules::TableRules;
use dyad_verifier::{Blake3, Level, Statement, System};

use crate::filling::{execute_and_fill, fill_recorded};
use crate::memory::{Counted, Expected};
use crate::program::{Misaligned, Program, security};
use crate::running::{Executed, Running};
use crate::stopwatch::{Stopwatch, Timing};
use crate::{Error, memory};

/// The steps of proving, in order, as [`Prover::prove_with`] announces them: the run is executed; its columns are
/// filled, while it is executed once more where the record of it would have been too large to keep, in place of the
/// prover's first step; then come the others.
pub const STEPS: [&str; 1 + dyad_prover::STEPS.len()] = {
    let mut all = ["execute"; 1 + dyad_prover::STEPS.len()];
    all[1] = "fill";
    let mut i = 1;
    while i < dyad_prover::STEPS.len() {
        all[i + 1] = dyad_prover::STEPS[i];
        i += 1;
    }
    all
};

/// A step of proving begins.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// One of [`STEPS`].
    pub name: &'static str,
    /// Its index there.
    pub index: usize,
    /// Cycles of the run, once it has been executed.
    pub cycles: Option<u64>,
    /// Bytes of memory that the proof is expected to take, as soon as the run has been executed.
    pub memory: Option<u64>,
}

/// What proving took.
#[derive(Clone, Debug)]
pub struct Report {
    /// Cycles proved: instructions, and steps of the copies that system calls make.
    pub cycles: u64,
    /// Instructions proved.
    pub instructions: u64,
    /// What the program wrote to fd 2; the proof does not speak of it.
    pub diagnostics: Vec<u8>,
    /// Seconds to execute the run and to fill its columns.
    pub execute_seconds: f64,
    /// Seconds to prove it, execution included.
    pub prove_seconds: f64,
    /// Bytes of the proof as a file.
    pub proof_bytes: usize,
    /// The level of the proof.
    pub level: Level,
    /// Bits of security: the least over all steps of the protocol. A level's proofs have one to spare in each.
    pub security_bits: f64,
    /// Threads used.
    pub threads: usize,
    /// What each step took.
    pub timings: Vec<Timing>,
    /// Names and rows of the tables.
    pub tables: Vec<(Cow<'static, str>, u32)>,
    /// The accesses of memory that are not naturally aligned.
    pub misaligned: Misaligned,
    /// Bytes of memory that the proof was expected to take: what [`Prover::memory_limit`] limits.
    pub memory: u64,
}

impl Report {
    /// Thousands of cycles proved a second, execution included.
    pub fn khz(&self) -> f64 {
        self.cycles as f64 / self.prove_seconds / 1000.0
    }
}

/// Proves runs of one program. Making it commits to the program once.
#[derive(Clone, Debug)]
pub struct Prover {
    program: Program,
    system: System,
    proving: ProvingKey,
    key: VerifyingKey,
    limits: Limits,
    memory_limit: Option<u64>,
    level: Level,
}

impl Prover {
    /// A prover for a program.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for a program with too many instructions or too large an image.
    pub fn new(program: &Program) -> Result<Self, Error> {
        let system = program.system();
        let run = TableRun::of_program(program.inner.words(), program.inner.image());
        let fixed: Vec<_> = system.fixed_tables().map(|t| run.fixed_rows(TABLES[t].id)).collect();
        let fixed: Vec<_> = fixed.iter().map(|f| &**f).collect();
        let proving = ProvingKey::new::<Blake3>(Level::L100, &system, &fixed).map_err(Error::TooLarge)?;
        let key = VerifyingKey {
            rules: system.digest,
            program: program.digest(),
            entry: program.inner.entry(),
            instructions: program.inner.instrs().len() as u32,
            image: program.inner.image().len() as u32,
            root: proving.key.root,
            blocks: program.block_forms().collect(),
        };
        debug_assert_eq!(key.columns(), proving.key);
        Ok(Self {
            program: program.clone(),
            system,
            proving,
            key,
            limits: Limits::default(),
            memory_limit: None,
            level: Level::L100.hiding(),
        })
    }

    /// Sets what a run may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the most bytes of memory that a proof may take, on top of what the process has by then, this
    /// prover and the program included. What a proof takes follows from the rows of its tables, from the
    /// pages of 4 KiB of memory that the program touches and from the length of its output: a run that
    /// needs more is refused before proving begins.
    #[must_use]
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Makes proofs that do not hide what they are made from: the same bytes each time, in a little less time.
    /// For tests, for benchmarks, and inside of other proofs.
    #[must_use]
    pub fn transparent(mut self) -> Self {
        self.level = self.level.transparent();
        self
    }

    /// Makes proofs of so many bits of security: 100, which is what they have otherwise, or 128. They are for the
    /// same key.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`] for other numbers of bits.
    pub fn level(mut self, bits: u32) -> Result<Self, Error> {
        self.level = self.level.with_bits(bits).map_err(|_| Error::NoSuchLevel(bits))?;
        Ok(self)
    }

    /// Whether to make small proofs rather than fast ones: about a quarter smaller, in up to twice the time where a
    /// run has some 100 000 cycles or more, and in up to four times the time where it is short. They are for the same
    /// key.
    #[must_use]
    pub fn small(mut self, small: bool) -> Self {
        self.level = self.level.with_size(small);
        self
    }

    /// The program's verifying key. Whoever gives it to others should have compared the tables of the program's blocks with
    /// their instructions before ([`Program::check_blocks`], as `dyad key` does): a key is as good as the compiler of blocks.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Runs the program with `input` as its private input, and proves the run, on all threads of the
    /// rayon pool it is called in. Programs that end with an exit code other than 0 are proved too.
    ///
    /// # Errors
    /// [`Error::Run`] if the program traps or does not exit, [`Error::TooLong`] if the run does not
    /// fit one proof, [`Error::TooLarge`] if not even its tables do, [`Error::Memory`] if the proof takes more memory
    /// than is allowed, [`Error::OutputTooLong`] if no verifier accepts so much output, [`Error::Randomness`] if the
    /// operating system gives no random bytes.
    pub fn prove(&self, input: &[u8]) -> Result<(Proof, Report), Error> {
        self.prove_with(input, &mut |_| ())
    }

    /// As [`Prover::prove`]; `observer` is told of each step as it begins.
    ///
    /// # Errors
    /// As [`Prover::prove`].
    pub fn prove_with(
        &self,
        input: &[u8],
        observer: &mut dyn FnMut(Stage),
    ) -> Result<(Proof, Report), Error> {
        let mut watch = Stopwatch::start();
        observer(Stage { name: STEPS[0], index: 0, cycles: None, memory: None });
        watch.step(STEPS[0]);
        let program = &self.program;
        let running = Running {
            program,
            system: &self.system,
            level: self.level,
            limits: self.limits,
            memory_limit: self.memory_limit,
        };
        let (Executed { outcome, rows, recording, records }, choice, ahead) = running.execute(input)?;
        let counted = Counted { outcome: &outcome, rows: &rows, recording, kept: records.is_some() };
        let expected = Expected::new(self.level, program, &self.system, counted).map_err(Error::TooLarge)?;
        let misaligned = Misaligned::of(&rows);
        if outcome.output.len() > MAX_OUTPUT {
            return Err(Error::OutputTooLong { length: outcome.output.len(), limit: MAX_OUTPUT });
        }
        let memory = expected.proof();
        memory::check(memory, self.memory_limit, outcome.cycles)?;

        let mut index = 0;
        let mut step = |name| {
            if !watch.knows(name) {
                index += 1;
                observer(Stage { name, index, cycles: Some(outcome.cycles), memory: Some(memory) });
            }
            watch.step(name);
        };
        step(STEPS[1]);
        // The memory that it takes is part of what is expected.
        let limits = Limits { max_cycles: outcome.cycles, ..Limits::default() };
        let filled = match records {
            Some(records) => fill_recorded(program, &self.system, &records, ahead)?,
            None => {
                execute_and_fill(program, choice.patterns(), input, limits, (&self.system, &rows), ahead)?
            }
        };
        let (rows, schedule) = (filled.rows().to_vec(), filled.schedule(self.level));
        let costs = filled.costs(&self.system, self.level);
        let statement = self.key.statement(&outcome.output, outcome.exit_code);
        let security_bits = security(&self.system, &rows, &schedule, &statement)?.bits();
        let body = self.prove_filled(filled, statement, &self.seed(input)?, &mut step);
        let prove_seconds = watch.seconds();
        // Nothing is known of executing; filling is the prover's first step, under another name.
        let [(_, fill), others @ ..] = &costs[..] else { unreachable!("columns are filled") };
        let timings = watch.finish(&[&[(STEPS[1], *fill)], others].concat());

        let proof = Proof {
            level_number: self.level.number(),
            key: self.key.id(),
            exit_code: outcome.exit_code,
            output: outcome.output,
            body: body.bytes,
        };
        let report = Report {
            cycles: outcome.cycles,
            instructions: outcome.instructions,
            diagnostics: outcome.diagnostics,
            execute_seconds: timings[..2].iter().map(|step| step.seconds).sum(),
            prove_seconds,
            proof_bytes: proof.header_length() + proof.body.len(),
            level: self.level,
            security_bits,
            threads: rayon::current_num_threads(),
            timings,
            tables: self.system.tables.iter().map(|t| t.name.clone()).zip(rows).collect(),
            misaligned,
            memory,
        };
        Ok((proof, report))
    }

    /// A seed for the covers of one proof. What the program does is determined by its input.
    fn seed(&self, input: &[u8]) -> Result<Seed, Error> {
        let mut entropy = [0; 32];
        getrandom::fill(&mut entropy).map_err(|error| Error::Randomness(error.to_string()))?;
        Ok(Seed::new(&entropy, &[&self.key.id(), input]))
    }

    fn prove_filled(
        &self,
        filled: Filled,
        statement: Statement,
        seed: &Seed,
        observer: &mut dyn FnMut(&'static str),
    ) -> dyad_prover::Proof {
        let machine = dyad_machine::tables::tables().into_iter().map(|t| t as _);
        let blocks = self.program.blocks().list().iter().map(dyad_blocks::Block::rules);
        let rules: Vec<&dyn TableRules> = machine.chain(blocks).collect();
        let setting =
            Setting { level: self.level, system: &self.system, tables: &rules, key: &self.proving, seed };
        dyad_prover::prove_filled::<Blake3>(&setting, statement, filled, observer)
    }

    /// The body of a proof of recorded events, whether they are true or not. It is valid only if the
    /// records are those of a run that wrote `output` and ended with `exit_code`: tests use this to
    /// show that a lying prover gets nowhere.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    #[doc(hidden)]
    pub fn prove_records(&self, records: &Records, output: &[u8], exit_code: u8) -> Result<Vec<u8>, Error> {
        let filled = fill_recorded(&self.program, &self.system, records, Ahead::default())?;
        let seed = self.seed(output)?;
        Ok(self.prove_filled(filled, self.key.statement(output, exit_code), &seed, &mut |_| ()).bytes)
    }
}
