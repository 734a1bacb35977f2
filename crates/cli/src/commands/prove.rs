//! `dyad prove`: a proof of a run.

use dyad::{Error, Floor, Limits, Prover, Report as Proving, Stage};
use serde_json::{Value, json};

use crate::{
    args::Prove,
    builds,
    failure::{Failure, bad},
    files,
    memory::{self, Allowance, Watch},
    progress::Progress,
    report::{self, Report, add_level, hex, misaligned, misaligned_json, number, size, time, value},
    timings,
};

/// The usual shares of the steps in the time of a proof, for the estimate of what is left.
const SHARES: [(&str, f64); 15] = [
    ("execute", 0.02),
    ("fill", 0.03),
    ("encode", 0.20),
    ("hash", 0.06),
    ("bus leaves", 0.02),
    ("bus products", 0.13),
    ("and check: bits", 0.08),
    ("and check: rows", 0.10),
    ("products: powers", 0.01),
    ("products: factors", 0.0),
    ("products: generator", 0.01),
    ("columns", 0.03),
    ("points", 0.11),
    ("ring switch", 0.04),
    ("opening", 0.16),
];

/// Starts the threads that all work is done on, those of the machine or so many: reading a program compiles its blocks
/// on them, so before that.
fn start_threads(threads: Option<u16>) -> Result<(), Failure> {
    let pool = rayon::ThreadPoolBuilder::new();
    let pool = threads.into_iter().fold(pool, |pool, n| pool.num_threads(n.into()));
    pool.build_global().map_err(bad)
}

/// The bytes that a proof may still take, if any.
fn what_is_left(allowance: Allowance) -> Result<u64, Failure> {
    match allowance.left() {
        0 => Err(bad(allowance.nothing_left(memory::resident().unwrap_or(0)))),
        left => Ok(left),
    }
}

pub fn run(args: &Prove) -> Result<(), Failure> {
    let place = files::place(args.output.as_deref(), &args.task.elf, "proof");
    if args.json && files::fills_stdout(Some(&place)) {
        return Err(Failure::Usage("--json and the proof both go to standard output".to_owned()));
    }
    files::check_place(Some(&place))?;
    start_threads(args.threads)?;
    let program = files::read_program(&args.task.elf)?;
    report::warn_of_floats(&args.task.elf, &program);
    let input = files::read_input(args.task.input.as_deref())?;
    let floor = args.floor.as_ref().map(|path| timings::read_floor(path, rayon::current_num_threads()));
    let floor = floor.transpose()?;

    let allowance = Allowance::new(args.memory);
    // Before the watch, which would end the process with less to say.
    what_is_left(allowance)?;
    let watch = Watch::start(allowance);
    let progress = Progress::start("commit to the program");
    let prover = Prover::new(&program).and_then(|p| p.level(args.level)).map_err(bad)?.small(args.small);
    let prover = if args.transparent { prover.transparent() } else { prover };
    // What the process has before the proof.
    let base = memory::resident().unwrap_or(0);
    let limit = what_is_left(allowance)?;
    let prover = prover.memory_limit(limit).limits(Limits { max_memory: limit, ..Limits::default() });
    let proved = prover.prove_with(&input, &mut |step| {
        announce(&progress, step);
        step.memory.into_iter().for_each(|bytes| watch.expect(base + bytes));
    });
    drop(progress);
    let (proof, report) = proved.map_err(|error| match error {
        Error::Memory { needed, cycles, .. } => bad(allowance.refusal(base + needed, cycles, args.small)),
        error => report::failed_run(&error),
    })?;

    let bytes = proof.to_bytes();
    files::write_result(&place, &bytes)?;
    let peak = memory::peak();
    let expected = base + report.memory;
    if args.json {
        report::print_json(&describe(&proof, &report, peak, expected, floor.as_ref()));
        return Ok(());
    }
    report::print_diagnostics(&report.diagnostics);
    let mut text = Report::default();
    text.title(format_args!("{}: a proof of {}", place.display(), args.task.elf.display()))
        .fact("output", value(&proof.output))
        .fact("exit code", exit_code(proof.exit_code))
        .fact("cycles", format_args!("{}, at {:.0} kHz", number(report.cycles), report.khz()))
        .fact("misaligned", misaligned(report.misaligned))
        .fact("time", format_args!("{} on {} threads", time(report.prove_seconds), report.threads));
    text.fact("kernels", builds::kernels());
    if let Some(peak) = peak {
        text.fact("memory", format_args!("{} at most, {} expected", size(peak), size(expected)));
    }
    text.fact("proof", size(bytes.len() as u64)).fact(
        "security",
        format_args!(
            "level {}; {:.1} bits at least in each move",
            report::level(report.level),
            report.security_bits
        ),
    );
    if args.transparent {
        text.fact("", "do not give it away if the input is secret");
    } else {
        text.fact("", "`dyad inspect --key` shows the numbers of rows");
    }
    if report.level.bits() > dyad::LEAST_LEVEL {
        text.fact("", format_args!("`dyad verify --level {}` demands this level", report.level.bits()));
    }
    if args.timings || args.floor.is_some() {
        timings::show(&report, floor.as_ref(), &mut text);
    }
    text.print(files::fills_stdout(args.output.as_deref()));
    Ok(())
}

/// The exit code, and what one says that is not 0.
fn exit_code(code: u8) -> String {
    match code {
        0 => code.to_string(),
        code => format!("{code}: the program says that it failed; `dyad verify` asks for --exit-code {code}"),
    }
}

fn announce(progress: &Progress, step: Stage) {
    let at = SHARES.iter().position(|(name, _)| *name == step.name);
    let (before, share) = match at {
        Some(at) => (SHARES[..at].iter().map(|step| step.1).sum(), SHARES[at].1),
        None => (0.0, 1.0),
    };
    let message = match step.cycles {
        Some(cycles) => format!("{} ({} cycles)", step.name, number(cycles)),
        None => step.name.to_owned(),
    };
    progress.step(&message, before, share);
}

fn describe(
    proof: &dyad::Proof,
    report: &Proving,
    peak: Option<u64>,
    expected: u64,
    floor: Option<&Floor>,
) -> Value {
    let tables = report.tables.iter().map(|(name, rows)| json!({"name": name, "rows": rows}));
    let mut object = json!({
        "cycles": report.cycles,
        "instructions": report.instructions,
        "misaligned_accesses": misaligned_json(report.misaligned),
        "exit_code": proof.exit_code,
        "output_hex": hex(&proof.output),
        "execute_seconds": report.execute_seconds,
        "prove_seconds": report.prove_seconds,
        "khz": report.khz(),
        "proof_bytes": report.proof_bytes,
        "peak_rss_bytes": peak,
        "expected_memory_bytes": expected,
        "security_bits": report.security_bits,
        "threads": report.threads,
        "kernels": dyad::kernels(),
        "kernels_advice": builds::advice(),
        "timings": timings::describe(&report.timings, floor),
        "tables": tables.collect::<Vec<_>>(),
        "diagnostics": String::from_utf8_lossy(&report.diagnostics),
    });
    add_level(&mut object, Some(report.level));
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_knows_the_steps() {
        assert_eq!(SHARES.map(|step| step.0), dyad::STEPS);
        let sum: f64 = SHARES.iter().map(|step| step.1).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
}
