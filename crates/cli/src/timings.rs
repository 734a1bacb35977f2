//! What the steps of a proof took, did, and would take at least.

use std::path::Path;

use dyad::{Floor, Report as Proving, Timing};
use serde_json::{Value, json};

use crate::{
    failure::{Failure, bad},
    files,
    report::{Report, count, size, time},
};

/// Reads the floor for this number of threads from a file.
pub fn read_floor(path: &Path, threads: usize) -> Result<Floor, Failure> {
    let place = path.display();
    let floors: Vec<Floor> = serde_json::from_slice(&files::read(path)?).map_err(|error| {
        bad(format_args!("{place} is no floor, as `cargo xtask floor` writes it: {error}"))
    })?;
    floors.iter().find(|floor| floor.threads == threads).copied().ok_or_else(|| {
        let known: Vec<String> = floors.iter().map(|floor| floor.threads.to_string()).collect();
        bad(format_args!("{place} has the floor for {} threads, not for {threads}", known.join(" and ")))
    })
}

/// A line for each step, and one for all.
pub fn show(report: &Proving, floor: Option<&Floor>, text: &mut Report) {
    let mut head = vec!["step", "time", "share", "cores", "alone", "field mults", "moved"];
    if floor.is_some() {
        head.extend(["floor", "ratio"]);
    }
    let line = |name: &str, steps: &[Timing]| {
        let sum = |of: &dyn Fn(&Timing) -> f64| steps.iter().map(of).sum::<f64>();
        let seconds = sum(&|t| t.seconds);
        let processor = |of: fn(&dyad::Processor) -> f64| sum(&|t| t.processor.as_ref().map_or(f64::NAN, of));
        let mut line = vec![
            name.to_owned(),
            time(seconds),
            format!("{:.1}%", 100.0 * seconds / report.prove_seconds),
            format!("{:.2}", processor(|p| p.all) / seconds),
            time(processor(|p| p.caller)),
            count(steps.iter().map(|t| t.cost.products).sum()),
            size(steps.iter().map(|t| t.cost.moved).sum()),
        ];
        if let Some(floor) = floor {
            let least = sum(&|t| floor.seconds(&t.cost));
            let ratio = if least > 0.0 { format!("{:.1}", seconds / least) } else { "-".to_owned() };
            line.extend([time(least), ratio]);
        }
        line
    };
    let steps = report.timings.iter().map(|t| line(t.name, std::slice::from_ref(t)));
    let lines: Vec<Vec<String>> = steps.chain([line("all", &report.timings)]).collect();
    text.table(&head, &lines);
    text.remark("alone: what one thread does while the others wait; field mults: products in GF(2^128)");
    text.remark("moved: bytes read and written");
    if floor.is_some() {
        text.remark("floor: the least time that what the step does takes on this machine");
    }
}

/// The same as JSON, an object a step.
pub fn describe(timings: &[Timing], floor: Option<&Floor>) -> Value {
    let describe = |t: &Timing| {
        json!({
            "step": t.name,
            "seconds": t.seconds,
            "processor_seconds": t.processor.map(|p| p.all),
            "alone_seconds": t.processor.map(|p| p.caller),
            "cost": t.cost,
            "floor_seconds": floor.map(|f| f.seconds(&t.cost)),
        })
    };
    timings.iter().map(describe).collect()
}
