//! Proofs that must be accepted, and how long they are.

#[path = "../toy/mod.rs"]
mod toy;

mod length;
mod reference;
