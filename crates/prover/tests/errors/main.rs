//! Soundness errors, measured and compared with the security report's.
//!
//! Each row of the report has the number of challenges that are exceptional: those after which a false claim may
//! have become a true one. Here the real prover lies before such a challenge as well as it can, the challenge
//! takes all values of a small set (the other challenges are those of the real transcript), and the real verifier
//! tells which of them it accepts. By the lemma of Schwartz and Zippel, a polynomial of degree d has at most d
//! zeros in any set, or a share d / |S| of the points whose coordinates are in S; the liar chooses its lies such
//! that as many zeros as possible lie there. A row whose bound is reached is *tight*: with a smaller number the
//! report would be wrong.

#[path = "../toy/mod.rs"]
mod toy;

mod bus;
mod claims;
mod columns;
mod far;
mod hiding;
mod intermediate;
mod liar;
mod opening;
mod opening_alone;
mod proximity;
mod script;
mod subset;
mod system;
