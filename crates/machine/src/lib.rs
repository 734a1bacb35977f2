//! Dyad's machine: RV64IM, little-endian, machine mode, flat memory, static programs.
//!
//! One file an instruction family in [`families`], each holding the family's encodings, `execute`
//! (what the machine does, on integers) and its tables' rules (what is proved). Every other
//! statement of an instruction's meaning is derived from these two.
//!
//! ```text
//! instr     Op, Instr, decode; the two words of a program cell
//! record    what the executor writes down and the rules turn into rows
//! message   the typed messages of the bus
//! row       what every instruction row shares: state, fetch, registers, time order
//! families  one file a family
//! copy      the tables of the copies that system calls make
//! memory    the tables of first and last values: program, registers, image, other RAM
//! tables    the list
//! statement what the verifier itself puts on the bus and takes from it
//! audit     checks all rows of a run without proving it
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod audit;
pub mod copy;
pub mod families;
pub mod instr;
pub mod memory;
pub mod message;
pub mod record;
pub mod row;
pub mod statement;
pub mod tables;
#[cfg(test)]
mod testing;
