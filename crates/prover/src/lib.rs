//! The prover of Dyad's proof system. It mirrors `dyad-verifier` file for file.
//!
//! Architecture invariants:
//! - Depends on the verifier, never the reverse: transcript, layout and parameters are the verifier's.
//! - Knows nothing of RISC-V: tables are `dyn TableRules`, rows come from `dyn Rows`.
//! - Proofs are a function of their inputs, a hiding proof's seed among them: the same bytes on any machine and
//!   any number of threads.
//! - `unsafe` lives in small kernels only.
#![deny(unsafe_code)]

mod adjoint;
mod ahead;
mod and_check;
mod bus;
mod columns;
mod commitment;
pub mod cost;
mod covers;
mod evaluate;
mod footprint;
mod grinding;
pub mod kernels;
pub mod length;
mod merkle;
mod opening;
mod points;
mod products;
mod prove;
pub mod reference;
mod ring_switch;
mod rounds;
mod scratch;
mod sparse;
mod witness;
mod writer;

pub use ahead::Ahead;
pub use covers::Seed;
pub use dyad_rules::{Rows, StoredRows};
pub use footprint::Footprint;
pub use prove::{Filled, STEPS, Setting, prove, prove_filled};
pub use witness::{Columns, Places, ProvingKey};
pub use writer::Proof;
