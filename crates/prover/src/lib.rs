//! The prover of Dyad's proof system.
#![deny(unsafe_code)]

pub mod kernels;
