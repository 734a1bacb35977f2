//! `dyad build`: an ELF file from a guest project.

use std::path::Path;

use dyad::Program;
use dyad_build::{BuildError, BuildOptions};

use crate::{
    args::Build,
    commands::tune,
    failure::{Failure, bad},
    files,
    listing::Listing,
    report::{self, Report, size},
};

pub fn run(args: &Build) -> Result<(), Failure> {
    // Without a place, the file lies here under a name that the project tells.
    let here = || Path::new(".").join(format!(".dyad-{}", std::process::id()));
    files::check_place(Some(&args.output.clone().unwrap_or_else(here)))?;
    let inputs = if args.tune { Some(tune::read_inputs(&args.input)?) } else { None };
    let options = BuildOptions {
        bin: args.bin.clone(),
        features: args.features.clone(),
        locked: args.locked,
        target_dir: args.target_dir.clone(),
        quiet: args.quiet,
    };
    let built = dyad_build::build(&args.directory, &options).map_err(|error| match error {
        BuildError::NotAProject { .. } | BuildError::WhichBinary { .. } => Failure::Usage(error.to_string()),
        error => bad(error),
    })?;
    let place = files::place(args.output.as_deref(), &built.elf, "elf");
    let (bytes, tuned) = if let Some(inputs) = inputs {
        let tuned = tune::tune(files::read_program(&built.elf)?, &inputs, args.terms, args.max_cycles)?;
        files::write_for_copy(&built.elf, &place, &tuned.elf)?;
        (tuned.elf.len() as u64, Some(tuned))
    } else {
        let was_tuned = is_tuned(&place);
        let copied = files::copy(&built.elf, &place)?;
        if was_tuned {
            report::warn(&format!(
                "{} had a list of blocks, and has none now: its key is another one; `dyad tune` or `--tune` makes a list",
                place.display()
            ));
        }
        (copied, None)
    };
    let mut report = Report::default();
    report.title(format_args!("{}: {}", place.display(), size(bytes))).fact("compiler", built.compiler);
    if let Some(tuned) = tuned {
        let listing = Listing::new(&tuned.program, tuned.runs.as_ref());
        report
            .fact("blocks", tuned.program.blocks().list().len())
            .fact("gain", listing.gain().unwrap_or_default());
        if let Some(checked) = &tuned.checked {
            report.fact("checked", checked);
        }
    }
    report.print(files::fills_stdout(args.output.as_deref()));
    Ok(())
}

/// Whether a file is a program that was tuned.
fn is_tuned(place: &Path) -> bool {
    let program = std::fs::read(place).ok().and_then(|bytes| Program::from_elf(&bytes).ok());
    program.is_some_and(|program| !program.blocks().list().is_empty())
}
