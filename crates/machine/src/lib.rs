//! Dyad's machine: RV64IMAC with Zba, Zbb, Zbs, Zbkb, Zicond and misaligned access (Zicclsm),
//! little-endian, machine mode, flat memory, static programs.
//!
//! One file an instruction family in [`families`], each holding the family's encodings, `execute`
//! (what the machine does, on integers) and its tables' rules (what is proved). Every other
//! statement of an instruction's meaning is derived from these two.
//!
//! ```text
//! list      the families, calls and tables; what is derived from the list
//! instr     Instr, decode; the two words of a program cell
//! compressed  16-bit instructions as those of 32 bits that they stand for
//! record    what the executor writes down and the rules turn into rows
//! message   the typed messages of the bus
//! frame     how an instruction's meaning finds operands and leaves results
//! equations comparisons and small products, two to a committed word
//! row       the frame in which an instruction is a row: state, fetch, registers, time order
//! families  one file an instruction family
//! calls     one file a system call, and the copies that calls make
//! memory    the tables of first and last values: program, registers, image, other RAM
//! tables    the rules of all tables, and their rows
//! statement what the verifier itself puts on the bus and takes from it
//! audit     checks all rows of a run without proving it
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod audit;
pub mod block;
pub mod calls;
pub mod compressed;
pub mod equations;
pub mod families;
pub mod frame;
pub mod instr;
pub mod list;
pub mod memory;
pub mod message;
pub mod record;
pub mod row;
pub mod statement;
pub mod tables;
#[cfg(test)]
mod testing;
pub mod trace;
