//! The fast prover: the bytes of its proofs, and what it does for them.

#[path = "../toy/mod.rs"]
mod toy;

mod bytes;
mod cost;
