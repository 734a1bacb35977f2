//! `dyad run`: executes a program and says what came out and what it took.

use dyad::{Limits, Program};
use serde_json::json;

use crate::{
    args::Run,
    commands::tune::SHORT,
    failure::Failure,
    files,
    memory::{self, Allowance},
    report::{self, Report, hex, misaligned, misaligned_json, number, size, time, value},
};

pub fn run(args: &Run) -> Result<(), Failure> {
    files::check_place(args.output.as_deref())?;
    let program = files::read_program(&args.task.elf)?;
    let input = files::read_input(args.task.input.as_deref())?;
    let max_memory = Allowance::new(None).left();
    let max_cycles = args.max_cycles.unwrap_or(Limits::default().max_cycles);
    let run = program.run(&input, Limits { max_cycles, max_memory }).map_err(|error| {
        // Where it fails elsewhere, too: start code for such machines expects more than ours has.
        report::warn_of_floats(&args.task.elf, &program);
        report::failed_run(&error)
    })?;

    let base = memory::resident().unwrap_or(0);
    let proof_memory = run.proof_memory.map(|bytes| base + bytes);
    let small_proof_memory = run.small_proof_memory.map(|bytes| base + bytes);
    let too_long =
        run.too_long.as_ref().map(|too_long| format!("too long for one proof: {}", too_long.reason()));
    let to_prove = match (proof_memory.zip(small_proof_memory), &too_long) {
        (_, Some(reason)) => reason.clone(),
        (Some((fast, small)), None) => format!("{} of memory, {} with --small", size(fast), size(small)),
        (None, None) => "unknown".to_owned(),
    };
    if args.json {
        let tables = run.tables.iter().map(|(name, rows)| json!({"name": name, "rows": rows}));
        report::print_json(&json!({
            "exit_code": run.exit_code,
            "output_hex": hex(&run.output),
            "cycles": run.cycles,
            "instructions": run.instructions,
            "committed_words": run.committed_words,
            "products": run.products,
            "blocks": {
                "instructions": run.in_blocks.instructions,
                "rows": run.in_blocks.rows,
                "not_chosen": run.in_blocks.singles.not_chosen,
                "other_way": run.in_blocks.singles.other_way,
                "not_granted": run.in_blocks.singles.not_granted,
                "left_out": run.in_blocks.left_out,
            },
            "misaligned_accesses": misaligned_json(run.misaligned),
            "seconds": run.seconds,
            "proof_memory_bytes": proof_memory,
            "small_proof_memory_bytes": small_proof_memory,
            "too_long": too_long,
            "tables": tables.collect::<Vec<_>>(),
            "diagnostics": String::from_utf8_lossy(&run.diagnostics),
        }));
    } else {
        report::print_diagnostics(&run.diagnostics);
        if let Some(path) = &args.output {
            files::write(path, &run.output)?;
        }
        let (blocks, machine): (Vec<_>, Vec<_>) =
            run.tables.iter().partition(|(name, _)| name.starts_with("block "));
        let rows: u64 = blocks.iter().map(|(_, rows)| rows).sum();
        let all = (std::borrow::Cow::Borrowed("blocks"), rows);
        let parts: Vec<_> = machine
            .into_iter()
            .chain((rows > 0).then_some(&all))
            .map(|(name, rows)| (name.to_string(), *rows as f64, number(*rows)))
            .collect();
        Report::default()
            .title(format_args!("{} ran", args.task.elf.display()))
            .fact("output", value(&run.output))
            .fact("exit code", run.exit_code)
            .fact("cycles", number(run.cycles))
            .fact("blocks", in_blocks(&program, &run))
            .fact("misaligned", misaligned(run.misaligned))
            .fact("products", format_args!("{} multiplications and divisions", number(run.products)))
            .fact("time", time(run.seconds))
            .fact("to prove it", to_prove)
            .parts("table", "rows", &parts)
            .print(files::fills_stdout(args.output.as_deref()));
    }
    match run.exit_code {
        0 => Ok(()),
        code => Err(Failure::Exited(format!("the program exited with code {code}"))),
    }
}

/// What of a run is in blocks, and why the rest is not.
fn in_blocks(program: &Program, run: &dyad::Run) -> String {
    let (of, all) = (run.in_blocks, program.blocks().list().len());
    match all {
        0 if program.has_list() => return "none: the list in the ELF file is empty".to_owned(),
        0 if run.cycles < SHORT => return "none, and so short a run would gain little by them".to_owned(),
        0 => return "none: `dyad tune` chooses some".to_owned(),
        _ if of.rows == 0 && of.left_out > 0 => {
            return format!("none of {all} is used: tables of so few rows would cost more than they save");
        }
        _ => {}
    }
    let left_out = match of.left_out {
        0 => String::new(),
        n => format!("; {n} of {all} blocks are not used, whose tables would cost more than they save"),
    };
    let share = |n: u64| format!("{:.1}%", 100.0 * n as f64 / run.cycles.max(1) as f64);
    format!(
        "{} of the cycles, in {} rows; {} in no block, {} another way, {} not as taken for granted{left_out}",
        share(of.instructions),
        number(of.rows),
        share(of.singles.not_chosen),
        share(of.singles.other_way),
        share(of.singles.not_granted),
    )
}
