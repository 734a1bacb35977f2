//! Prints the blocks of ELF files and what the compiler notes of them, a JSON object a line: `cargo xtask smt --blocks`
//! asks a solver whether each does what the instructions of its path do.
//!
//! ```text
//! blocks ELF...               the blocks that the lists of these files name
//! blocks --random PROGRAMS    paths of random programs, over the whole instruction set
//! ```

use std::env;
use std::error::Error;
use std::fs;

use dyad_blocks::Path;
use dyad_blocks::list::{SECTION, decode};
use dyad_blocks::notes::{Cell, Note, Notes, Word};
use dyad_program::Program;
use serde_json::{Value, json};

#[path = "../../machine/examples/export/mod.rs"]
mod export;
mod random;

fn word(word: Option<Word>) -> Value {
    word.map_or(Value::Null, |w| json!([w.node, w.mask]))
}

fn step(note: &Note) -> Value {
    let (placed, instr) = (note.placed, note.placed.instr);
    json!({
        "pc": placed.pc, "next": placed.next,
        "kind": instr.kind() as u8, "flags": instr.flags(),
        "rd": instr.rd, "rs1": instr.rs1, "rs2": instr.rs2, "imm": instr.imm,
        "result": word(note.result),
        "cell": note.cell.map(|cell| match cell {
            Cell::Found(k) => json!({ "found": k }),
            Cell::Constant(address) => json!({ "constant": address }),
        }),
        "stored": word(note.stored),
    })
}

fn block(program: &str, notes: &Notes) -> Value {
    json!({
        "program": program,
        "table": export::table(&notes.shape),
        "steps": notes.steps.iter().map(step).collect::<Vec<_>>(),
        "slots": notes.slots,
        "constants": notes.constants.iter().collect::<Vec<_>>(),
    })
}

fn print(name: &str, program: &Program, paths: &[Path], refused: bool) -> Result<(), Box<dyn Error>> {
    for path in paths {
        match Notes::new(path, program.instrs(), program.image()) {
            Ok(notes) => println!("{}", block(name, &notes)),
            Err(_) if refused => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [option, programs] = &arguments[..]
        && option == "--random"
    {
        for seed in 0..programs.parse()? {
            let (program, paths) = random::paths(seed)?;
            print("random programs", &program, &paths, true)?;
        }
        return Ok(());
    }
    for file in &arguments {
        let program = Program::from_elf(&fs::read(file)?)?;
        let list = program.section(SECTION).ok_or_else(|| format!("{file} has no list of blocks"))?;
        let name = std::path::Path::new(file).file_stem().unwrap_or_default().to_string_lossy();
        print(&name, &program, &decode(list, program.instrs())?, false)?;
    }
    Ok(())
}
