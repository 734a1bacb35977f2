//! Paths with divisions whose results decide where they lead: what the check finds of right tables is never false.

mod common;

use common::check;
use dyad_audit::Effort;
use dyad_program::testing::asm::*;

/// The block of the first `length` instructions, one after the other, is not called false.
fn passes(code: &[u32], length: usize, effort: Effort) {
    check(code, length, effort).unwrap_or_else(|falsehood| panic!("{falsehood}"));
}

#[test]
fn branches_on_quotients() {
    for effort in [Effort::KEY, Effort { rows: 12, tries: 60, changes: 2 }] {
        for divides in [divu as fn(u8, u8, u8) -> u32, div, remu, rem] {
            for branches in [beq as fn(u8, u8, i32) -> u32, bne, blt, bge, bltu, bgeu] {
                let after = [addi(A0, A0, 1), addi(A0, A0, 2)];
                passes(&[&[divides(T0, A0, A1), branches(T0, A2, 8)], &after[..]].concat(), 3, effort);
                passes(&[&[divides(T0, A0, A1), branches(A2, T0, 8)], &after[..]].concat(), 3, effort);
                let product = [divides(T0, A0, A1), mul(T1, T0, A1), branches(T1, A0, 8)];
                passes(&[&product, &after[..]].concat(), 4, effort);
            }
        }
    }
}
