//! The verifier of Dyad's proof system.
//!
//! What it checks: tables of word circuits whose rows agree through one bus (see the design in
//! ARCHITECTURE.md). It knows nothing of RISC-V: a [`System`] is a list of table shapes, a
//! [`Statement`] the verifier's own messages, a [`Key`] the root of the columns that belong to the
//! program.
//!
//! Architecture invariants:
//! - `no_std`, no `unsafe`, no threads; no panic and no unbounded allocation on any proof.
//! - Takes nothing structural from the proof: after the numbers of rows have been checked against
//!   the limits, every length, order and shape follows from them and from the configuration.
//! - One byte string a proof: decoding rejects missing and trailing bytes.
//! - Knows nothing of the prover. Clarity comes before speed here.
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod and_check;
pub mod arithmetic;
mod batch;
pub mod bus;
pub mod channel;
#[doc(hidden)]
pub mod check;
pub mod columns;
pub mod counts;
pub mod cover;
#[cfg(feature = "deletions")]
mod deletions;
pub mod error;
pub mod forms;
pub mod hash;
pub mod hidden;
pub mod label;
pub mod layout;
pub mod merkle;
pub mod moves;
mod number;
pub mod opening;
pub mod params;
pub mod points;
pub mod products;
pub mod reader;
pub mod ring_switch;
pub mod row_claims;
pub mod sumcheck;
pub mod system;
pub mod transcript;
mod verify;

pub use channel::{Channel, Recorded};
pub use counts::Counts;
pub use error::Error;
pub use hash::{Blake3, Digest, Hash};
pub use label::Label;
pub use layout::Layout;
pub use moves::Move;
pub use params::{Level, Schedule};
pub use system::{Key, Statement, System};
pub use verify::{Verified, reduce, start, verify, verify_recording};
