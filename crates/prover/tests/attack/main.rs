//! Proofs that must be rejected: changed ones, those of false statements, those of provers that lie.

#[path = "../toy/mod.rs"]
mod toy;

mod lies;
mod products;
mod proof;
mod shapes;
mod transcript;
mod witness;
mod work;
