//! `dyad tune`: which paths of a program have tables of their own.

use std::path::PathBuf;

use dyad::{Budget, LIKELY_TERMS, Limits, Program};

use crate::{
    args::Tune,
    check::{self, Checked},
    failure::{Failure, bad},
    files,
    listing::{Listing, Runs},
    memory::Allowance,
    progress::Progress,
    report,
};

pub fn run(args: &Tune) -> Result<(), Failure> {
    if args.show {
        return show(args);
    }
    let place = args.output.clone().unwrap_or_else(|| args.elf.clone());
    files::check_place(Some(&place))?;
    let program = files::read_program(&args.elf)?;
    let tuned = if args.none {
        with_list(program, Vec::new())?
    } else if args.without_runs {
        let paths = program.likely_paths(args.terms.unwrap_or(LIKELY_TERMS));
        with_list(program, paths)?
    } else {
        let terms = args.terms.unwrap_or(Budget::default().terms);
        tune(program, &read_inputs(&args.input)?, terms)?
    };
    files::write(&place, &tuned.elf)?;
    let listing = Listing::new(&tuned.program, tuned.runs.as_ref()).written(tuned.checked.as_ref());
    if args.json {
        listing.print_json();
    } else {
        listing.print(&place, files::fills_stdout(args.output.as_deref()));
    }
    Ok(())
}

fn show(args: &Tune) -> Result<(), Failure> {
    let program = files::read_program(&args.elf)?;
    let runs = match &args.input[..] {
        [] => None,
        inputs => Some(measure(&program, &read_inputs(inputs)?)?),
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

/// The inputs to tune by; without any, an empty one.
pub fn read_inputs(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    if paths.is_empty() {
        return Ok(vec![Vec::new()]);
    }
    paths.iter().map(|path| files::read_input(Some(path))).collect()
}

/// Tunes a program by runs with these inputs.
pub fn tune(program: Program, inputs: &[Vec<u8>], terms: usize) -> Result<Tuned, Failure> {
    // What it is tuned to is the program, not what it was tuned to before.
    let program = program.with_blocks(Vec::new()).map_err(bad)?;
    let slices: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    let budget = Budget { terms, ..Budget::default() };
    let progress = Progress::start("run and choose");
    let chosen = program.tune(&slices, limits(), budget).map_err(|error| report::failed_run(&error))?;
    drop(progress);
    let tuned = with_list(program, chosen.into_iter().map(|c| c.block.path).collect())?;
    let runs = measure(&tuned.program, inputs)?;
    Ok(Tuned { runs: Some(runs), ..tuned })
}

/// A program with a list of paths, whose blocks were compared with their instructions.
fn with_list(program: Program, paths: Vec<dyad::Path>) -> Result<Tuned, Failure> {
    let elf = program.elf_with_blocks(&paths).map_err(bad)?;
    let program = program.with_blocks(paths).map_err(bad)?;
    let checked = check::blocks(&program)?;
    Ok(Tuned { program, elf, runs: None, checked })
}

/// What of runs with these inputs is in blocks.
fn measure(program: &Program, inputs: &[Vec<u8>]) -> Result<Runs, Failure> {
    let mut runs = Runs::of(program);
    for input in inputs {
        runs.add(&program.run(input, limits()).map_err(|error| report::failed_run(&error))?);
    }
    Ok(runs)
}

/// What runs to tune by may take.
fn limits() -> Limits {
    Limits { max_memory: Allowance::new(None).left(), ..Limits::default() }
}
