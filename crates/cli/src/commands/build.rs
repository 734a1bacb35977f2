//! `dyad build`: an ELF file from a guest project.

use std::path::Path;

use dyad_build::{BuildError, BuildOptions};

use crate::{
    args::Build,
    failure::{Failure, bad},
    files,
    report::{Report, size},
};

pub fn run(args: &Build) -> Result<(), Failure> {
    // Without a place, the file lies here under a name that the project tells.
    let here = || Path::new(".").join(format!(".dyad-{}", std::process::id()));
    files::check_place(Some(&args.output.clone().unwrap_or_else(here)))?;
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
    let bytes = files::copy(&built.elf, &place)?;
    let mut report = Report::default();
    report
        .title(format_args!("{}: {}", place.display(), size(bytes)))
        .fact("compiler", built.compiler)
        .print(files::fills_stdout(args.output.as_deref()));
    Ok(())
}
