//! Compiles paths through a program into tables of their own: *blocks*.
//!
//! A block's table has a row for each time that its path is run: what would take a row of each instruction costs only
//! what it computes. Meaning is what the instructions' families state; this crate is another interpreter of their rules
//! and another frame for them, in which immediates and flags are constants, registers are linear forms, and cells of
//! memory stay open from one access to the next.

mod assertions;
mod basis;
mod bits;
mod block;
mod circuit;
mod cost;
mod demand;
mod emit;
mod fill;
mod frame;
mod gate;
mod graph;
pub mod list;
mod memory;
pub mod notes;
mod pack;
mod path;
mod pattern;
mod symbolic;
mod table;
#[cfg(test)]
mod trials;
pub mod tune;
#[cfg(test)]
mod values;

pub use block::{Block, Blocks, Size};
pub use circuit::Refused;
pub use path::{Path, Residue};
