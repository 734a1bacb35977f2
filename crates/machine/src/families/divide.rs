//! Division: DIV, DIVU, REM, REMU and their W forms.
//!
//! Dividing by zero gives a quotient of all ones and the dividend as remainder; the one overflow,
//! the least number by -1, gives the least number and remainder 0. W forms divide the low halves
//! and sign-extend the result, unsigned ones too.

use dyad_rules::{LOW, Rules, Word, gadgets};

use super::{Encoding, FUNCT7, Format, line};
use crate::frame::{Accesses, Frame, Instruction};
use crate::list::{Kind, Op};

/// Flag: the operands are signed.
pub const SIGNED: u32 = 1;
/// Flag: the operands are the low halves, the result is sign-extended.
pub const W: u32 = 2;
/// Flag: the result is the remainder.
pub const REMAINDER: u32 = 4;

const KIND: Kind = Kind::Divide;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("div",   (FUNCT7, 0x0200_4033), Format::R, Op::Div,   KIND, SIGNED),
    line("divu",  (FUNCT7, 0x0200_5033), Format::R, Op::Divu,  KIND, 0),
    line("rem",   (FUNCT7, 0x0200_6033), Format::R, Op::Rem,   KIND, SIGNED | REMAINDER),
    line("remu",  (FUNCT7, 0x0200_7033), Format::R, Op::Remu,  KIND, REMAINDER),
    line("divw",  (FUNCT7, 0x0200_403b), Format::R, Op::Divw,  KIND, SIGNED | W),
    line("divuw", (FUNCT7, 0x0200_503b), Format::R, Op::Divuw, KIND, W),
    line("remw",  (FUNCT7, 0x0200_603b), Format::R, Op::Remw,  KIND, SIGNED | W | REMAINDER),
    line("remuw", (FUNCT7, 0x0200_703b), Format::R, Op::Remuw, KIND, W | REMAINDER),
];

/// The result for operands `a` and `b`.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let (sa, sb) = (a as i64, b as i64);
    let (wa, wb) = (a as u32, b as u32);
    let (swa, swb) = (a as i32, b as i32);
    let word = |x: i32| i64::from(x) as u64;
    match op {
        Op::Div => {
            if sb == 0 {
                u64::MAX
            } else {
                sa.wrapping_div(sb) as u64
            }
        }
        Op::Divu => a.checked_div(b).unwrap_or(u64::MAX),
        Op::Rem => {
            if sb == 0 {
                a
            } else {
                sa.wrapping_rem(sb) as u64
            }
        }
        Op::Remu => a.checked_rem(b).unwrap_or(a),
        Op::Divw => {
            if swb == 0 {
                u64::MAX
            } else {
                word(swa.wrapping_div(swb))
            }
        }
        Op::Divuw => word(wa.checked_div(wb).unwrap_or(u32::MAX).cast_signed()),
        Op::Remw => {
            if swb == 0 {
                word(swa)
            } else {
                word(swa.wrapping_rem(swb))
            }
        }
        Op::Remuw => word(wa.checked_rem(wb).unwrap_or(wa).cast_signed()),
        _ => unreachable!("not a division"),
    }
}

/// The table of divisions.
///
/// Operands are narrowed (W forms) and split into sign and magnitude: n for the dividend, d for
/// the divisor. The prover names a magnitude q of the quotient; its product with d, exact, has to have 64 bits. The
/// remainder is `r = n - q d`, and the row is satisfied only if
///
/// 1. `n >= q d`, so that this is the difference of integers;
/// 2. r < d, or else d = 0 and q is such that the quotient is -1.
///
/// With d > 0 there is one such q. With d = 0 the product is 0 and r = n. In the one overflow q = 2^63 (or 2^31), and
/// its negative is itself.
pub struct Divide;

impl Instruction for Divide {
    const NAME: &'static str = "divide";
    const KIND: Kind = Kind::Divide;
    const ACCESSES: Accesses = Accesses::RS1_RS2_RD;

    /// 21 committed words, 14 constraints, a product.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (rs1, rs2) = (f.rs1(r), f.rs2(r));
        let (zero, one, all) = (r.constant(0), r.constant(1), r.constant(u64::MAX));
        let flags = f.flags();
        let words = flags.broadcast(1);
        let remainder_wanted = flags.broadcast(2);

        let (x, y, signs) = narrow(r, flags, rs1, rs2);
        let (n_sign, d_sign) = (signs.bit(2), signs.bit(3));
        let (n_signs, d_signs) = (n_sign.broadcast(0), d_sign.broadcast(0));
        let result_sign = n_sign ^ d_sign ^ signs.bit(4);
        let quotient_sign = n_sign ^ d_sign;

        let n = r.add("dividend", x ^ n_signs, zero, n_sign).sum;
        let d = r.add("divisor", y ^ d_signs, zero, d_sign).sum;
        // The magnitude that makes the quotient -1: 1 if it is negated, else all ones.
        let minus_one = || ((quotient_sign.broadcast(0) ^ all) & !1) ^ one;
        let q = r.quotient("quotient", n, d, minus_one);
        let product = r.multiply_low("product", q, d, zero);
        let rest = gadgets::subtract(r, "remainder", n, product);
        let borrows = rest.carries.bit(63) ^ one;
        let rest = rest.sum;

        // d + !r carries out exactly when r < d. If it does not, d must be 0: a flag that the
        // prover can neither raise nor hide.
        let by_zero = one ^ gadgets::add(r, "remainder below divisor", d, rest ^ all).carries.bit(63);
        let by_zero = by_zero.broadcast(0);
        r.assert_and("zero divisor", by_zero, d, zero);
        gadgets::assert_zero(r, "product at most dividend", borrows);
        r.assert_and("quotient by zero", by_zero, q ^ minus_one(), zero);

        let magnitude = gadgets::select(r, "result", remainder_wanted, rest, q);
        let signed = magnitude ^ result_sign.broadcast(0);
        let result = r.add("signed result", signed, zero, result_sign).sum;
        let result = f.sign_extend_if(r, words, result);
        f.set_rd(r, result);
        f.fall_through()
    }
}

/// The operands that W and SIGNED make of `x` and `y`, in two's complement of 64 bits, and a word
/// with the sign of the first at bit 2, of the second at bit 3, and at bit 4 what the result's
/// sign is short of their sum. Cost 2/2.
#[inline(always)]
fn narrow<R: Rules>(r: &mut R, flags: R::Word, x: R::Word, y: R::Word) -> (R::Word, R::Word, R::Word) {
    let (signed, words, remainder) = (flags.bit(0), flags.bit(1), flags.bit(2));
    // Bits 0 and 1: what makes bit 31 of bit 63 where W is set. Bits 2 and 3: the top bits, where
    // SIGNED is set. Bit 4: a remainder has the dividend's sign, not also the divisor's.
    let condition = words ^ (words << 1) ^ (signed << 2) ^ (signed << 3) ^ (remainder << 4);
    let change = (x.bit(31) ^ x.bit(63)) ^ ((y.bit(31) ^ y.bit(63)) << 1);
    let advice = || {
        let change = change.value() & condition.value();
        let tops = x.value() >> 63 ^ (y.value() >> 63) << 1 ^ change;
        let tops = tops << 2 & condition.value();
        change | tops | (tops << 1 & condition.value() & 16)
    };
    let (signs, ()) = r.and_pieces("signs", &[3, 12, 16], advice, |signs| {
        let top = x.bit(63) ^ (y.bit(63) << 1) ^ (signs & 3);
        ([condition, change ^ (top << 2) ^ (signs.bit(3) << 4), signs], ())
    });

    // High halves become copies of the sign: 0 in unsigned forms.
    let high = !LOW;
    let change = ((x ^ signs.broadcast(2)) >> 32) ^ ((y ^ signs.broadcast(3)) & high);
    let change = r.and("narrowed", flags.broadcast(1), change);
    (x ^ (change << 32), y ^ (change & high), signs)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use dyad_rules::harness::{self, Claim, EDGES, Exempt, Random};

    use super::*;
    use crate::instr::Instr;
    use crate::row::{Executed, InRows};
    use crate::testing::{Beside, Case, cases, instruction_table_beside, messages, two_operands};

    const OPS: [Op; 8] = [Op::Div, Op::Divu, Op::Rem, Op::Remu, Op::Divw, Op::Divuw, Op::Remw, Op::Remuw];

    fn case(op: Op, a: u64, b: u64, random: &mut Random) -> Case {
        Case::new(Instr { op, rd: 5, rs1: 6, rs2: 7, imm: 0 }, a, b, random)
    }

    #[test]
    fn division() {
        let mut cases = cases(&OPS, &mut Random(21));
        let mut random = Random(22);
        // Quotients near powers of two, and garbage in the high halves.
        for i in 0..2000 {
            let (a, b) = (random.operand(), random.operand());
            let a = if i % 2 == 0 { a.wrapping_mul(b).wrapping_add(random.word() % 3) } else { a };
            let b = if i % 3 == 0 { b & 0xffff_ffff | random.word() << 32 } else { b };
            cases.push(case(OPS[i % 8], a, b, &mut random));
        }
        // Divisors whose negative has a carry up to each bit.
        for k in 0..64 {
            cases.push(case(OPS[2 * (k % 2)], random.word(), (1u64 << k).wrapping_neg(), &mut random));
        }
        let claims = claims(&mut random);
        instruction_table_beside::<Divide>(
            &cases,
            &Beside { claims: &claims, exempt: &EXEMPT, ..Beside::default() },
            two_operands,
        );
    }

    const EXEMPT: [Exempt; 1] = [Exempt {
        constraint: "zero divisor",
        bits: 1 << 63,
        reason: "for d >= 2^63 a quotient of all ones overflows, and one of 1 leaves no remainder of d or more",
    }];

    /// Quotients and products that one bit equation alone stands against.
    fn claims(random: &mut Random) -> Vec<Claim<Executed>> {
        let mut out = Vec::new();
        let mut claim = |op, n: u64, d: u64, name, value, random: &mut Random| {
            out.push(Claim { event: case(op, n, d, random).event, changes: alloc::vec![(name, value)] });
        };
        for k in (0..64).cycle().take(4 * 64) {
            // The high word of the product has bit k, and nothing else is wrong: q d = n - r + 2^(64 + k).
            let (n, d) = (random.word(), (1 << k | random.word() >> (63 - k)) | 3);
            let q = (u128::from(n) + (1 << (64 + k))) / u128::from(d);
            if let Ok(q) = u64::try_from(q) {
                claim(Op::Remu, n, d, "quotient", q, random);
            }
        }
        for _ in 0..4 {
            let (n, d) = (random.word() >> 2, random.word() | 3 << 62);
            // The product is larger than the dividend.
            claim(Op::Remu, n, d, "quotient", 1, random);
            // Its highest bit is wrong.
            claim(Op::Remu, n | 1 << 63, d, "product", 1 << 63, random);
        }
        for k in 0..63 {
            // The remainder is not less than d: as if d were 0.
            claim(Op::Div, (2u64 << k).wrapping_neg(), 1 << k, "quotient", 1, random);
        }
        out
    }

    fn special() -> Vec<u64> {
        let mut out = Vec::new();
        for k in [0, 1, 2, 15, 16, 30, 31, 32, 33, 47, 62, 63] {
            for d in [-1i64, 0, 1] {
                let x = (1u64 << k).wrapping_add_signed(d);
                out.extend([x, x.wrapping_neg()]);
            }
        }
        out.extend([0, 3, 0xdead_beef_0000_0000, 0xdead_beef_8000_0000, 0x1234_5678_ffff_ffff]);
        out.sort_unstable();
        out.dedup();
        out
    }

    #[test]
    fn all_special_pairs_agree() {
        let mut random = Random(23);
        let all: Vec<_> = special()
            .into_iter()
            .flat_map(|a| special().into_iter().map(move |b| (a, b)))
            .flat_map(|(a, b)| OPS.map(|op| (op, a, b)))
            .map(|(op, a, b)| case(op, a, b, &mut random))
            .collect();
        let events: Vec<_> = all.iter().map(|c| c.event).collect();
        for (c, said) in all.iter().zip(harness::agree::<InRows<Divide>>(&events)) {
            let (result, next) = two_operands(c);
            let expected = messages(c, result, next);
            assert_eq!((said.pushes, said.pulls), expected, "{c:x?}");
        }
    }

    /// Every wrong quotient and every wrong word of signs, with all that follows from them.
    fn lies(a: u64, b: u64, random: &mut Random) {
        for op in OPS {
            let c = case(op, a, b, random);
            let honest = harness::forged_row::<InRows<Divide>>(&c.event, &[]);
            let rd = harness::said::<InRows<Divide>>(&honest.committed, &[]).pushes;
            let refused = |changes: &[(&str, u64)]| {
                let row = harness::forged_row::<InRows<Divide>>(&c.event, changes);
                let said = harness::said::<InRows<Divide>>(&row.committed, &[]);
                let same = row.committed == honest.committed;
                assert!(same || !said.broken.is_empty(), "{c:x?} {changes:x?}");
                assert!(!same || said.pushes == rd);
            };
            for q in special() {
                refused(&[("quotient", q)]);
                for signs in [4, 12] {
                    refused(&[("signs", signs), ("quotient", q)]);
                }
            }
            for signs in 0..32 {
                refused(&[("signs", signs)]);
                refused(&[("signs", signs), ("narrowed", 0)]);
                refused(&[("signs", signs), ("narrowed", u64::MAX)]);
            }
            for x in [0, 1, u64::MAX, a, b, a.wrapping_neg(), b.wrapping_neg()] {
                refused(&[("divisor", x)]);
                refused(&[("remainder below divisor", x)]);
                refused(&[("dividend", x)]);
                refused(&[("product", x)]);
                refused(&[("product", x), ("quotient", x)]);
                refused(&[("narrowed", x)]);
                refused(&[("result", x)]);
            }
        }
    }

    #[test]
    fn lies_about_small_and_extreme_operands_are_refused() {
        let mut random = Random(24);
        let few =
            [0, 1, 2, 3, 7, 1 << 31, 1 << 32, (1 << 32) - 1, 1 << 63, u64::MAX, u64::MAX - 1, 1 << 63 | 1];
        for a in few {
            for b in few {
                lies(a, b, &mut random);
            }
        }
        for _ in 0..20 {
            let (a, b) = (EDGES[random.below(EDGES.len())], random.operand());
            lies(a, b, &mut random);
        }
    }

    /// A quotient and remainder that satisfy `q d + r = n` modulo 2^64 or 2^65, r < d, and
    /// everything else but the overflow check.
    #[test]
    fn quotients_that_overflow_are_refused() {
        let mut random = Random(25);
        for (n, d) in [(1, 3), (5, 0xffff_ffff), (0, (1 << 33) + 1), (7, 1 << 40 | 1), (1, u64::MAX)] {
            for k in 1..4u128 {
                let (n_wide, d_wide) = (u128::from(n) + (k << 64), u128::from(d));
                if let Ok(q) = u64::try_from(n_wide / d_wide) {
                    for op in [Op::Divu, Op::Remu] {
                        let c = case(op, n, d, &mut random);
                        let row = harness::forged_row::<InRows<Divide>>(&c.event, &[("quotient", q)]);
                        let said = harness::said::<InRows<Divide>>(&row.committed, &[]);
                        assert!(!said.broken.is_empty(), "{n} {d} {q}");
                    }
                }
            }
        }
    }
}
