//! `dyad inspect`: what a file is.

use dyad::{Cause, HeaderFlags, Program, Proof, TableForms, Verified, VerifyingKey};
use serde_json::{Value, json};

use crate::{
    args::Inspect,
    failure::{Failure, bad},
    files,
    report::{self, Report, add_level, hex, number, size, value},
};

pub fn run(args: &Inspect) -> Result<(), Failure> {
    let bytes = files::read(&args.file)?;
    let name = args.file.display().to_string();
    let (object, report) = match &bytes {
        bytes if bytes.starts_with(b"\x7fELF") => program(&name, bytes),
        bytes if bytes.starts_with(b"dyad-key") => key(&name, bytes),
        bytes if bytes.starts_with(b"dyad-proof") => {
            let key = args.key.as_deref().map(files::read_key).transpose()?;
            proof(&name, bytes, key.as_ref())
        }
        _ => return Err(bad(format_args!("{name} is no ELF file, no key and no proof"))),
    }
    .map_err(|error| bad(format_args!("{name}: {error}")))?;
    if args.json {
        report::print_json(&object);
    } else {
        report.print(false);
    }
    Ok(())
}

fn program(name: &str, bytes: &[u8]) -> Result<(Value, Report), dyad::Error> {
    let program = Program::from_elf(bytes)?;
    let details = program.details();
    let mut report = Report::default();
    report
        .title(format_args!("{name}: a program, in an ELF file of {}", size(bytes.len() as u64)))
        .fact("program", hex(&program.digest()))
        .fact("entry", format_args!("{:#x}", details.entry()))
        .fact("program cells", number(details.instrs().len() as u64));
    let header = header(&program, &mut report);
    report.fact("image", format_args!("{} cells of 8 bytes", number(details.image().len() as u64)));
    let mut segments = Vec::new();
    for segment in details.segments() {
        let access = match (segment.writable, segment.executable) {
            (true, _) => "read, write",
            (false, true) => "read, execute",
            (false, false) => "read",
        };
        let (range, bytes) = (format!("{:#010x}..{:#010x}", segment.address, segment.end()), segment.size);
        report.fact("segment", format_args!("{range}  {:>14}  {access}", size(u64::from(bytes))));
        segments.push(json!({"address": segment.address, "bytes": bytes, "access": access}));
    }
    let mut object = json!({
        "kind": "program",
        "bytes": bytes.len(),
        "program": hex(&program.digest()),
        "entry": details.entry(),
        "program_cells": details.instrs().len(),
        "header": header,
        "image_cells": details.image().len(),
        "segments": segments,
    });
    add_blocks(&program, &mut report, &mut object);
    Ok((object, report))
}

/// Says how many blocks the program has, with how many instructions and terms.
fn add_blocks(program: &Program, report: &mut Report, object: &mut Value) {
    let list = program.blocks().list();
    let instructions: usize = list.iter().map(|block| block.path.instrs.len()).sum();
    let terms: usize = list.iter().map(|block| block.size().terms).sum();
    let text = match list.len() {
        0 if program.has_list() => "none: the list in the file is empty".to_owned(),
        0 => "none: the file has no list of them".to_owned(),
        n => format!(
            "{n}, of {} instructions and {} terms; `dyad tune --show` lists them",
            number(instructions as u64),
            number(terms as u64)
        ),
    };
    report.fact("blocks", text);
    object["has_list"] = program.has_list().into();
    object["blocks"] = list.len().into();
    object["block_instructions"] = instructions.into();
    object["terms"] = terms.into();
}

/// What the file says of how it was compiled, and the first code that the machine does not know.
fn header(program: &Program, report: &mut Report) -> Value {
    let details = program.details();
    let HeaderFlags { bits, compressed, float_abi } = details.flags();
    let rvc = if compressed { "compressed instructions" } else { "no compressed instructions" };
    report.fact("header", format_args!("{rvc}, {float_abi} ABI (e_flags {bits:#x})"));
    let unknown = details.first_unknown().map(|(address, code)| {
        let location = details.symbols().location(address);
        let cause = Cause::IllegalInstruction { code }.to_string();
        report.fact("first unknown", format_args!("{cause} (at {address:#x}, in {location})"));
        json!({"address": address, "code": code, "cause": cause, "location": location.to_string()})
    });
    json!({
        "e_flags": bits,
        "compressed": compressed,
        "float_abi": float_abi.to_string(),
        "first_unknown": unknown,
    })
}

fn key(name: &str, bytes: &[u8]) -> Result<(Value, Report), dyad::Error> {
    let key = VerifyingKey::from_bytes(bytes)?;
    let current = key.rules == key.system().digest;
    let note = if current { "" } else { ", not those of this release: make the key anew with `dyad key`" };
    let rules = format!("{}{note}", hex(&key.rules));
    let mut report = Report::default();
    report
        .title(format_args!("{name}: a verifying key, {}", size(bytes.len() as u64)))
        .fact("key", hex(&key.id()))
        .fact("program", hex(&key.program))
        .fact("rules", rules)
        .fact("entry", format_args!("{:#x}", key.entry))
        .fact("program cells", number(key.instructions.into()))
        .fact("image", format_args!("{} cells of 8 bytes", number(key.image.into())));
    let terms: usize = key.blocks.iter().map(|table| table.terms()).sum();
    if !key.blocks.is_empty() {
        report.fact("blocks", format_args!("{}, of {} terms", key.blocks.len(), number(terms as u64)));
        let cells = |n: &usize| number(*n as u64);
        let line = |t: &TableForms| {
            let messages = t.pushes.len() + t.pulls.len();
            let counts = [t.committed, t.ands.len(), t.products.len(), messages, t.terms()];
            std::iter::once(t.name.to_string()).chain(counts.iter().map(cells)).collect()
        };
        let lines: Vec<Vec<String>> = key.blocks.iter().map(|table| line(table)).collect();
        report.table(&["block", "words", "constraints", "products", "messages", "terms"], &lines);
    }
    let object = json!({
        "kind": "key",
        "blocks": key.blocks.len(),
        "terms": terms,
        "bytes": bytes.len(),
        "key": hex(&key.id()),
        "program": hex(&key.program),
        "rules": hex(&key.rules),
        "current": current,
        "entry": key.entry,
        "program_cells": key.instructions,
        "image_cells": key.image,
    });
    Ok((object, report))
}

fn proof(name: &str, bytes: &[u8], key: Option<&VerifyingKey>) -> Result<(Value, Report), dyad::Error> {
    let proof = Proof::from_bytes(bytes)?;
    let mut report = Report::default();
    let level = proof.level().ok();
    let named = match level {
        Some(level) => report::level(level),
        None => format!("number {}, unknown to this release", proof.level_number),
    };
    let valid = if key.is_some() { "it is valid" } else { "`dyad verify` says whether it is valid" };
    report
        .title(format_args!("{name}: a proof of {}; {valid}", size(bytes.len() as u64)))
        .fact("for key", hex(&proof.key))
        .fact("output", value(&proof.output))
        .fact("exit code", proof.exit_code)
        .fact("level", named);
    if key.is_none() {
        report.fact("rows", "with --key: the numbers of rows of all tables, sections, security");
    }
    let mut object = json!({
        "kind": "proof",
        "bytes": bytes.len(),
        "key": hex(&proof.key),
        "output_hex": hex(&proof.output),
        "exit_code": proof.exit_code,
    });
    add_level(&mut object, level);
    if let Some(key) = key {
        let verified = dyad::verify(key, &proof)?;
        object["valid"] = true.into();
        add_details(&mut object, &mut report, &verified, bytes.len(), proof.body.len());
    }
    Ok((object, report))
}

/// What only a verified proof tells: where its bytes, rows and bits of security are.
fn add_details(object: &mut Value, report: &mut Report, verified: &Verified, bytes: usize, body: usize) {
    let ends = verified.sections.iter().skip(1).map(|section| section.1).chain([body]);
    let sections = verified.sections.iter().zip(ends).map(|(&(name, begin), end)| (name, end - begin));
    let sections: Vec<_> = [("statement", bytes - body)].into_iter().chain(sections).collect();
    let part = |name: &str, amount: u64, text: String| (name.to_owned(), amount as f64, text);
    let tables: Vec<_> = verified
        .tables
        .iter()
        .map(|(name, rows)| part(name, (*rows).into(), number((*rows).into())))
        .collect();
    let lengths: Vec<_> =
        sections.iter().map(|&(name, length)| part(name, length as u64, size(length as u64))).collect();
    let sources = verified.security.rows.iter();
    let bits: Vec<_> = sources
        .clone()
        .map(|row| {
            (format!("{}: {}", row.step, row.source), format!("{:.1}", row.bits()), row.note.to_owned())
        })
        .collect();
    report.parts("table", "rows", &tables).parts("section", "size", &lengths).list("error", "bits", &bits);
    report.fact("security", format_args!("{:.1} bits, the least of these", verified.security_bits));

    object["security_bits"] = verified.security_bits.into();
    object["tables"] =
        verified.tables.iter().map(|(name, rows)| json!({"name": name, "rows": rows})).collect();
    object["sections"] =
        sections.iter().map(|(name, length)| json!({"name": name, "bytes": length})).collect();
    object["security"] = sources
        .map(|row| {
            json!({
                "step": row.step,
                "source": row.source,
                "error_bits": row.error_bits,
                "grinding_bits": row.grinding,
                "bits": row.bits(),
                "note": row.note,
            })
        })
        .collect();
}
