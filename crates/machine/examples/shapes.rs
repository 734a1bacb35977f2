//! Prints everything that the machine says of its tables and instructions, as one JSON object:
//! `cargo xtask smt` asks a solver whether the tables do what the RISC-V manual says.
//!
//! `fields` are those of a program cell's second word: lowest bit and width. `tables` are the shapes of all
//! tables. Those that execute instructions say of which kind and which registers their rows access.
//! `instructions` are all encodings, with some decoded words of each and
//! the program cells made of them.

mod export;

use dyad_machine::families::{self, Encoding, FAMILIES};
use dyad_machine::frame::{Accesses, Instruction};
use dyad_machine::instr::{Field, Placed};
use dyad_machine::tables::tables;
use dyad_rules::harness::Random;
use dyad_rules::shape::TableShape;
use serde_json::{Value, json};

/// Decoded words of each instruction.
const SAMPLES: usize = 16;

/// The table of `I`, and what it executes.
fn executor<I: Instruction>() -> (&'static str, Value) {
    let Accesses { rs1, rs2, rd, .. } = I::ACCESSES;
    (I::NAME, json!({ "kind": I::KIND as u8, "rs1": rs1, "rs2": rs2, "rd": rd }))
}

macro_rules! executors {
    (
        families { $($family:ident $class:ident $ops:tt { $($table:ident $(($($other:ident)*))?)* })* }
        $($rest:tt)*
    ) => {
        /// The tables that execute instructions, by name.
        fn executors() -> Vec<(&'static str, Value)> {
            vec![$($(
                executor::<families::$family::$table>(),
                $($(executor::<families::$family::$other>(),)*)?
            )*)*]
        }
    };
}

dyad_machine::machine!(executors);

fn table(shape: &TableShape, executors: &[(&str, Value)]) -> Value {
    let mut table = export::table(shape);
    let executed = executors.iter().find(|(name, _)| *name == shape.name);
    table["executes"] = executed.map_or(Value::Null, |(_, what)| what.clone());
    table
}

/// A decoded instruction at an address, and the program cell that is made of it.
fn sample(encoding: &Encoding, word: u32, pc: u32) -> Value {
    let instr = encoding.format.read(encoding.op, word, pc);
    let placed = Placed { pc, next: pc + 4, instr };
    let cell = placed.words();
    json!({
        "rd": instr.rd, "rs1": instr.rs1, "rs2": instr.rs2, "imm": instr.imm,
        "next": placed.next, "w0": cell.w0, "w1": cell.w1,
    })
}

fn instruction(encoding: &Encoding, random: &mut Random) -> Value {
    let samples = (0..SAMPLES).map(|_| {
        let (word, pc) = (random.word() as u32, random.word() as u32 & 0x7fff_fffe);
        sample(encoding, word & !encoding.mask | encoding.matches, pc)
    });
    json!({
        "name": encoding.name,
        "format": format!("{:?}", encoding.format),
        "kind": encoding.kind as u8,
        "flags": encoding.flags,
        "samples": samples.collect::<Vec<_>>(),
    })
}

fn fields() -> Value {
    let field = |f: Field| json!([f.at, f.bits]);
    json!({
        "rd": field(Field::RD), "rs1": field(Field::RS1), "rs2": field(Field::RS2),
        "imm_32": field(Field::IMM_32), "imm_sign": field(Field::IMM_SIGN),
        "flags": field(Field::FLAGS), "kind": field(Field::KIND),
    })
}

fn main() {
    let executors = executors();
    let mut random = Random(1);
    let tables: Vec<Value> = tables().iter().map(|t| table(&t.shape(), &executors)).collect();
    let encodings = FAMILIES.iter().flat_map(|f| f.encodings);
    let instructions: Vec<Value> = encodings.map(|e| instruction(e, &mut random)).collect();
    println!("{}", json!({ "fields": fields(), "tables": tables, "instructions": instructions }));
}
