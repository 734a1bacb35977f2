//! How many bits of security a Dyad proof has, added up by source of error.
//!
//! # What is claimed
//! The protocol is a public-coin proof whose rounds each have an error: the probability, over the
//! verifier's next challenge, that a prover whose statement is false (its state is *doomed*) gets into
//! a state that is not. The claim is **round-by-round** soundness: the bits of a proof are the least
//! over its rounds, [`Report::bits`]. Made non-interactive by a random oracle, a prover that makes T
//! queries to it convinces the verifier of a false statement with probability at most about
//! `T 2^-bits`; collisions of digests are the row "digests". docs/soundness.md proves this row by row. A prover may
//! *grind*: try messages until it likes the next challenge. That is why rounds are not multiplied with
//! one another, and why a proof of work adds bits to the one round that it stands before and to no
//! other.
//!
//! Only theorems are used: distances within the **unique decoding** radius, no list decoding, and no
//! conjecture on proximity gaps. Hash function and proof of work are modelled as random oracles.
//! Quantum search is not accounted for.
//!
//! # The theorem behind the folding rounds
//! An interleaved word of 2^l lanes over a Reed-Solomon code of length n and distance d is folded a
//! variable at a time: `(1 + r) u_0 + r u_1`, `u_0` and `u_1` its halves, for a random r in K.
//!
//! - Ben-Sasson, Carmon, Ishai, Kopparty, Saraf, *Proximity Gaps for Reed-Solomon Codes*, eprint
//!   2020/654, Theorem 4.1: let the code have rate rho, and delta <= (1 - rho)/2. If
//!   `u_0 + r u_1` is within delta of the code for more than n values r, then `u_0` and `u_1` agree
//!   with two codewords on a common set of at least (1 - delta) n positions.
//! - Diamond, Gruen, *Proximity Gaps in Interleaved Codes*, eprint 2024/1351, Theorem 3.1: a linear
//!   code for which this holds up to e errors, e at most (d - 1)/2 rounded down, with n (at least
//!   e + 1) exceptional values, has it for each of its interleavings too, with as many. (Theorem 3.6,
//!   after Angeris, Evans and Roh, and Corollary 3.7 are the same for all variables at once, with the
//!   number of variables times the error; a round here is one variable.)
//!
//! So a word that is further than e from the interleaved code stays so but for n of the 2^128 values
//! of r, and one that is within e decodes to one vector, whose sumcheck round errs for 2 values.
//!
//! # What is counted
//! Everything is computed from the sizes and from the fields of the schedule that the verifier uses
//! (rates, queries, lanes, logarithms), not from the level that they were chosen for. A code without
//! distance, or one that is not queried, is worth 0 bits, whatever proof of work stands before it.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod log;
mod report;

pub use report::{Report, Row, Sizes, report, report_with_work};
