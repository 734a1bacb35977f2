//! `dyad tune`: which paths of a program have tables of their own.

use std::path::PathBuf;

use dyad::{Budget, LIKELY_TERMS, Limits, Path, Program, Run};

use crate::{
    args::Tune,
    check::{self, Checked},
    failure::{Failure, bad},
    files,
    listing::{Listing, Runs},
    memory::Allowance,
    progress::Progress,
    report::{self, number},
};

pub fn run(args: &Tune) -> Result<(), Failure> {
    if args.show {
        return show(args);
    }
    let place = args.output.clone().unwrap_or_else(|| args.elf.clone());
    files::check_place(Some(&place))?;
    let program = files::read_program(&args.elf)?;
    let before = paths(&program);
    let tuned = if args.none {
        with_list(program, Vec::new())?
    } else if args.without_runs {
        let paths = program.likely_paths(args.terms.unwrap_or(LIKELY_TERMS));
        with_list(program, paths)?
    } else {
        let terms = args.terms.unwrap_or(Budget::default().terms);
        tune(program, &read_inputs(&args.input)?, terms, args.max_cycles)?
    };
    files::write(&place, &tuned.elf)?;
    let listing = Listing::new(&tuned.program, tuned.runs.as_ref());
    let listing = listing.written(tuned.checked.as_ref(), paths(&tuned.program) != before);
    if args.json {
        listing.print_json();
    } else {
        listing.print(&place, files::fills_stdout(args.output.as_deref()));
    }
    Ok(())
}

/// The paths of a program's blocks.
fn paths(program: &Program) -> Vec<Path> {
    program.blocks().list().iter().map(|block| block.path.clone()).collect()
}

fn show(args: &Tune) -> Result<(), Failure> {
    let program = files::read_program(&args.elf)?;
    let runs = match &args.input[..] {
        [] => None,
        inputs => Some(measure(&program, &read_inputs(inputs)?, limits(args.max_cycles))?),
    };
    let listing = Listing::new(&program, runs.as_ref());
    if args.json {
        listing.print_json();
    } else {
        listing.print(&args.elf, false);
    }
    Ok(())
}

/// A program after it was tuned.
pub struct Tuned {
    /// The program, with its blocks.
    pub program: Program,
    /// Its ELF file, with the list of paths.
    pub elf: Vec<u8>,
    /// The runs that it was tuned by, if any, as they are now.
    pub runs: Option<Runs>,
    /// What comparing its blocks with their instructions found, if it has some.
    pub checked: Option<Checked>,
}

/// Runs of fewer cycles than this gain little by blocks, whatever they save: a proof of 6000 cycles takes about as long
/// with them as without, most of it for the program and for what every proof has. At 15 000 it takes three quarters.
pub const SHORT: u64 = 10_000;

/// An input to tune by.
pub struct Input {
    /// What it is called in messages.
    name: String,
    bytes: Vec<u8>,
}

/// The inputs to tune by; without any, an empty one.
pub fn read_inputs(paths: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    if paths.is_empty() {
        return Ok(vec![Input { name: "the empty input".to_owned(), bytes: Vec::new() }]);
    }
    let read = |path: &PathBuf| {
        let name = match path.display().to_string().as_str() {
            "-" => "the standard input".to_owned(),
            name => format!("the input {name}"),
        };
        Ok(Input { name, bytes: files::read_input(Some(path))? })
    };
    paths.iter().map(read).collect()
}

/// Tunes a program by runs with these inputs, each of at most so many cycles.
pub fn tune(
    program: Program,
    inputs: &[Input],
    terms: usize,
    max_cycles: Option<u64>,
) -> Result<Tuned, Failure> {
    // What it is tuned to is the program, not what it was tuned to before.
    let program = program.with_blocks(Vec::new()).map_err(bad)?;
    let limits = limits(max_cycles);
    let progress = Progress::start("run and choose");
    try_out(&program, inputs, limits)?;
    let slices: Vec<&[u8]> = inputs.iter().map(|input| &input.bytes[..]).collect();
    let budget = Budget { terms, ..Budget::default() };
    let chosen = program.tune(&slices, limits, budget).map_err(|error| report::failed_run(&error))?;
    drop(progress);
    let tuned = with_list(program, chosen.into_iter().map(|c| c.block.path).collect())?;
    let runs = measure(&tuned.program, inputs, limits)?;
    if runs.longest() < SHORT {
        report::warn(&format!(
            "the longest run that the program is tuned by has {} cycles: in one so short blocks save little or nothing, \
             and it does not tell which ones pay in others; tune by an input like those to prove, with {} cycles or more",
            number(runs.longest()),
            number(SHORT)
        ));
    }
    Ok(Tuned { runs: Some(runs), ..tuned })
}

/// Runs a program with each input, before work that takes longer: fails for one that has no proof, and warns of one that
/// the program says was bad.
fn try_out(program: &Program, inputs: &[Input], limits: Limits) -> Result<(), Failure> {
    for input in inputs {
        let run = run_with(program, input, limits)?;
        if run.exit_code != 0 {
            report::print_diagnostics(&run.diagnostics);
            report::warn(&format!(
                "with {} the program exits with code {}: blocks are chosen for a run that failed",
                input.name, run.exit_code
            ));
        }
    }
    Ok(())
}

/// Runs a program with an input, which is named if the run fails.
fn run_with(program: &Program, input: &Input, limits: Limits) -> Result<Run, Failure> {
    program.run(&input.bytes, limits).map_err(|error| {
        report::print_diagnostics(error.diagnostics());
        bad(format_args!(
            "with {}: {error}; a run without an exit has no proof: tune by other inputs",
            input.name
        ))
    })
}

/// A program with a list of paths, whose blocks were compared with their instructions.
fn with_list(program: Program, paths: Vec<Path>) -> Result<Tuned, Failure> {
    let elf = program.elf_with_blocks(&paths).map_err(bad)?;
    let program = program.with_blocks(paths).map_err(bad)?;
    let checked = check::blocks(&program)?;
    Ok(Tuned { program, elf, runs: None, checked })
}

/// What of runs with these inputs is in blocks.
fn measure(program: &Program, inputs: &[Input], limits: Limits) -> Result<Runs, Failure> {
    let mut runs = Runs::of(program);
    for input in inputs {
        runs.add(&run_with(program, input, limits)?);
    }
    Ok(runs)
}

/// What runs to tune by may take.
fn limits(max_cycles: Option<u64>) -> Limits {
    let max_cycles = max_cycles.unwrap_or(Limits::default().max_cycles);
    Limits { max_memory: Allowance::new(None).left(), max_cycles }
}
