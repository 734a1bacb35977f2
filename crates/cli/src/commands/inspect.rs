//! `dyad inspect`: what a file is.

use dyad_program::{Program, Segment};
use serde_json::{Value, json};

use crate::{
    args::Inspect,
    failure::{Failure, bad},
    files,
    report::{self, Report, hex, number, size},
};

pub fn run(args: &Inspect) -> Result<(), Failure> {
    let bytes = files::read(&args.file)?;
    if !bytes.starts_with(b"\x7fELF") {
        return Err(bad(format_args!("{} is no ELF file", args.file.display())));
    }
    let program =
        Program::from_elf(&bytes).map_err(|error| bad(format_args!("{}: {error}", args.file.display())))?;
    if args.json {
        report::print_json(&describe(&program, bytes.len()));
    } else {
        print(&program, &args.file.display().to_string(), bytes.len());
    }
    Ok(())
}

fn access(segment: &Segment) -> &'static str {
    match (segment.writable, segment.executable) {
        (true, _) => "read, write",
        (false, true) => "read, execute",
        (false, false) => "read",
    }
}

fn describe(program: &Program, bytes: usize) -> Value {
    let segments: Vec<Value> = program
        .segments()
        .iter()
        .map(|segment| json!({"address": segment.address, "bytes": segment.size, "access": access(segment)}))
        .collect();
    json!({
        "kind": "elf",
        "bytes": bytes,
        "digest": hex(&program.digest()),
        "entry": program.entry(),
        "instructions": program.instrs().len(),
        "image_cells": program.image().len(),
        "segments": segments,
    })
}

fn print(program: &Program, name: &str, bytes: usize) {
    let mut report = Report::default();
    report
        .title(format_args!("{name}: a program, in an ELF file of {}", size(bytes as u64)))
        .fact("digest", hex(&program.digest()))
        .fact("entry", format_args!("{:#x}", program.entry()))
        .fact("instructions", number(program.instrs().len() as u64))
        .fact("image", format_args!("{} cells of 8 bytes", number(program.image().len() as u64)));
    for segment in program.segments() {
        let range = format!("{:#010x}..{:#010x}", segment.address, segment.end());
        let bytes = size(u64::from(segment.size));
        report.fact("segment", format_args!("{range}  {bytes:>14}  {}", access(segment)));
    }
    report.print(false);
}
