//! `dyad tune`: which paths of a program have tables of their own.

use std::path::Path;

use dyad::{Block, Budget, Chosen, Limits, Program};
use serde_json::json;

use crate::{
    args::Tune,
    check::{self, Checked},
    failure::{Failure, bad},
    files,
    memory::Allowance,
    progress::Progress,
    report::{self, Report, number, size},
};

pub fn run(args: &Tune) -> Result<(), Failure> {
    if args.show {
        return show(args);
    }
    let place = args.output.clone().unwrap_or_else(|| args.elf.clone());
    files::check_place(Some(&place))?;
    // What it is tuned to is the program, not what it was tuned to before.
    let program = files::read_program(&args.elf)?.with_blocks(Vec::new()).map_err(bad)?;
    let inputs: Vec<Vec<u8>> = if args.input.is_empty() {
        vec![Vec::new()]
    } else {
        args.input.iter().map(|path| files::read_input(Some(path))).collect::<Result<_, _>>()?
    };
    let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    let limits = Limits { max_memory: Allowance::new(None).left(), ..Limits::default() };
    let budget = Budget { terms: args.terms, ..Budget::default() };
    let progress = Progress::start("run and choose");
    let chosen = program.tune(&inputs, limits, budget).map_err(|error| report::failed_run(&error))?;
    drop(progress);
    let paths: Vec<_> = chosen.iter().map(|c| c.block.path.clone()).collect();
    let bytes = program.elf_with_blocks(&paths).map_err(bad)?;
    let tuned = program.clone().with_blocks(paths).map_err(bad)?;
    let checked = check::blocks(&tuned)?;
    files::write(&place, &bytes)?;
    if args.json {
        print_json(&tuned, Some(&chosen), checked.as_ref());
    } else {
        let to_stderr = files::fills_stdout(args.output.as_deref());
        print(&place, &tuned, Some(&chosen), checked.as_ref(), to_stderr);
    }
    Ok(())
}

fn show(args: &Tune) -> Result<(), Failure> {
    let program = files::read_program(&args.elf)?;
    if args.json {
        print_json(&program, None, None);
    } else {
        print(&args.elf, &program, None, None, false);
    }
    Ok(())
}

/// The address of a block, and its function and source line.
fn place(program: &Program, block: &Block) -> (u32, String) {
    let details = program.details();
    let pc = details.instrs()[block.path.instrs[0] as usize].pc;
    (pc, details.symbols().location(u64::from(pc)).to_string())
}

fn print_json(program: &Program, chosen: Option<&[Chosen]>, checked: Option<&Checked>) {
    let blocks = program.blocks().list().iter().enumerate().map(|(i, block)| {
        let (pc, location) = place(program, block);
        let cost = block.size();
        let measured = chosen.and_then(|c| c.get(i));
        json!({
            "pc": pc,
            "location": location,
            "instructions": block.path.instrs.len(),
            "committed_words": cost.words,
            "messages": cost.messages,
            "constraints": cost.ands,
            "products": cost.products,
            "terms": cost.terms,
            "rows": measured.map(|m| m.rows),
            "gain": measured.map(|m| m.single / m.cost),
        })
    });
    let blocks: Vec<_> = blocks.collect();
    report::print_json(&json!({ "blocks": blocks, "checked": checked.map(Checked::json) }));
}

fn print(
    file: &Path,
    program: &Program,
    chosen: Option<&[Chosen]>,
    checked: Option<&Checked>,
    to_stderr: bool,
) {
    let list = program.blocks().list();
    let terms: usize = list.iter().map(|b| b.size().terms).sum();
    let mut report = Report::default();
    report
        .title(format_args!("{}: {} blocks", file.display(), list.len()))
        .fact("terms", number(terms as u64))
        .fact("in a key", size(key_bytes(program)));
    if let Some(chosen) = chosen {
        let sum = |of: fn(&Chosen) -> f64| chosen.iter().map(of).sum::<f64>();
        report.fact("gain", format_args!("{:.1} times, in blocks", sum(|c| c.single) / sum(|c| c.cost)));
    }
    if let Some(checked) = checked {
        report.fact("checked", checked);
    }
    let total: f64 = chosen.map_or(0.0, |c| c.iter().map(|c| c.single).sum());
    let lines: Vec<Vec<String>> = list
        .iter()
        .enumerate()
        .map(|(i, block)| {
            let (pc, location) = place(program, block);
            let cost = block.size();
            let measured = chosen.and_then(|c| c.get(i));
            let share = measured.map_or(String::new(), |m| format!("{:.1}%", 100.0 * m.single / total));
            let gain = measured.map_or(String::new(), |m| format!("{:.1}", m.single / m.cost));
            let name = location.split(" at ").next().and_then(|l| l.split(" in ").next()).unwrap_or_default();
            let words = cost.words.to_string();
            let instrs = block.path.instrs.len().to_string();
            vec![format!("{pc:#x} {name}"), instrs, words, cost.terms.to_string(), share, gain]
        })
        .collect();
    report.table(&["block", "instructions", "words", "terms", "share", "gain"], &lines).print(to_stderr);
}

/// Bytes of what a key says of the blocks.
fn key_bytes(program: &Program) -> u64 {
    program.block_key_bytes() as u64
}
