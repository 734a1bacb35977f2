//! `dyad key`: what a verifier needs to know of a program.

use dyad::Prover;

use crate::{
    args::Key,
    check,
    failure::{Failure, bad},
    files,
    memory::{Allowance, Watch},
    progress::Progress,
    report::{self, Report, hex, size},
};

pub fn run(args: &Key) -> Result<(), Failure> {
    let place = files::place(args.output.as_deref(), &args.elf, "key");
    files::check_place(Some(&place))?;
    let program = files::read_program(&args.elf)?;
    report::warn_of_floats(&args.elf, &program);
    let checked = check::blocks(&program)?;
    let _watch = Watch::start(Allowance::new(None));
    let progress = Progress::start("commit to the program");
    let prover = Prover::new(&program).map_err(bad)?;
    drop(progress);
    let bytes = prover.key().to_bytes();
    files::write(&place, &bytes)?;
    let mut report = Report::default();
    report
        .title(format_args!("{}: the verifying key of {}", place.display(), args.elf.display()))
        .fact("key", hex(&prover.key().id()))
        .fact("program", hex(&program.digest()))
        .fact("size", size(bytes.len() as u64));
    if let Some(checked) = checked {
        report.fact("blocks", checked);
    }
    report.print(files::fills_stdout(args.output.as_deref()));
    Ok(())
}
