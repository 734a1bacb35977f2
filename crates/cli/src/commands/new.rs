//! `dyad new`: a guest project.

use crate::{
    args::New,
    failure::{Failure, bad},
    report::Report,
};
use dyad_build::BuildError;

pub fn run(args: &New) -> Result<(), Failure> {
    let directory = dyad_build::create(&args.directory).map_err(|error| match error {
        BuildError::BadName { .. } | BuildError::Exists { .. } => Failure::Usage(error.to_string()),
        error => bad(error),
    })?;
    let path = directory.display();
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let mut report = Report::default();
    report
        .title(format_args!("{path} is a guest project"))
        .fact("program", format_args!("{path}/src/main.rs, with a test"))
        .fact("test it", format_args!("cd {path} && cargo test"))
        .fact("build it", format_args!("dyad build {path} -o {name}.elf"))
        .fact("prove faster", format_args!("dyad tune, or dyad build --tune: {path}/README.md says when"))
        .print(false);
    Ok(())
}
