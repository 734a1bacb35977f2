//! Straight lines in few registers, so that most words are used once: what carries the bits of a gate then lies some way
//! behind it. Sums and comparisons whose results are shifted to and fro before anything else uses them had a mistake: what one
//! shift takes away is not there for the next.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod common;

use common::{check, programs_asked_for};
use dyad_audit::Effort;
use dyad_program::testing::asm::*;
use dyad_rules::harness::Random;

/// Whether the table of a straight line says what its instructions do.
fn passes(code: &[u32]) -> bool {
    let found = check(code, code.len(), Effort::KEY);
    found.map_err(|falsehood| eprintln!("{falsehood}")).is_ok()
}

/// The first word is used by nothing but the second, which has one bit of it.
#[test]
fn a_bit_that_is_moved_up_again() {
    assert!(passes(&[sltu(A0, A1, A2), slli(A0, A0, 32)]));
    assert!(passes(&[sltu(A0, A1, A2), pack(A3, ZERO, A0), addi(A0, ZERO, 63)]));
}

#[test]
fn random_ways() {
    let mut random = Random(92);
    for round in 0..400 {
        let makes = [add, sub, and, or, xor, sltu, slt, addw, mul, sh1add];
        let mut code = vec![makes[random.below(makes.len())](A0, A1, A2)];
        for _ in 0..=random.below(6) {
            let by = 1 + random.below(63) as u32;
            code.push(match random.below(6) {
                0 | 1 => slli(A0, A0, by),
                2 | 3 => srli(A0, A0, by),
                4 => xor(A0, A0, A3),
                _ => add(A0, A0, A3),
            });
        }
        assert!(passes(&code), "round {round}: {code:x?}");
    }
}

/// Instructions of two registers, of one, and of one and a number. Without divisions: where a divisor is known to be 1, the
/// check cannot always tell the quotient from others.
type Two = fn(Reg, Reg, Reg) -> u32;
type One = fn(Reg, Reg) -> u32;
type Immediate = fn(Reg, Reg, i32) -> u32;
type Shift = fn(Reg, Reg, u32) -> u32;

const TWO: &[Two] = &[
    add, sub, sll, slt, sltu, xor, srl, sra, or, and, addw, subw, sllw, srlw, sraw, mul, mulw, mulhu, add_uw,
    sh1add, sh2add, sh3add, sh1add_uw, andn, orn, xnor, min, minu, max, maxu, rol, rolw, ror, rorw, bclr,
    bext, binv, bset, pack, packh, packw, czero_eqz, czero_nez,
];
const ONE: &[One] = &[clz, ctz, cpop, clzw, ctzw, cpopw, sext_b, sext_h, zext_h, orc_b, rev8, brev8];
const IMMEDIATES: &[Immediate] = &[addi, slti, sltiu, xori, ori, andi, addiw];
const SHIFTS: &[Shift] = &[slli, srli, srai, slli_uw, rori, bclri, bexti, binvi, bseti];
const SHIFTS_W: &[Shift] = &[slliw, srliw, sraiw, roriw];

/// One instruction on three registers at most.
fn any(random: &mut Random) -> u32 {
    let [rd, rs1, rs2] = [0; 3].map(|_| A0 + random.below(3) as Reg);
    match random.below(8) {
        0..=2 => TWO[random.below(TWO.len())](rd, rs1, rs2),
        3 => ONE[random.below(ONE.len())](rd, rs1),
        4 => IMMEDIATES[random.below(IMMEDIATES.len())](rd, rs1, random.below(4096) as i32 - 2048),
        5 => SHIFTS_W[random.below(SHIFTS_W.len())](rd, rs1, random.below(32) as u32),
        _ => SHIFTS[random.below(SHIFTS.len())](rd, rs1, random.below(64) as u32),
    }
}

/// How many lines; `DYAD_RANDOM_PROGRAMS` asks for more.
fn lines() -> u64 {
    programs_asked_for().map_or(500, |n| 20 * n).max(500)
}

#[test]
fn lines_in_few_registers() {
    for seed in 0..lines() {
        let mut random = Random(seed);
        let code: Vec<u32> = (0..2 + random.below(10)).map(|_| any(&mut random)).collect();
        assert!(passes(&code), "line {seed}: {code:x?}");
    }
}
