//! Every instruction on edge cases, by the RISC-V manual.

mod common;

use common::runs;
use dyad_program::testing::asm::*;
use dyad_program::testing::{CODE, DATA};

const MAX: u64 = u64::MAX;
const MIN: u64 = 1 << 63;
const MIN_W: u64 = 0xffff_ffff_8000_0000;
const TOP: u64 = i64::MAX as u64;

/// Runs `code` and returns a0, which it writes to the output.
fn a0_after(code: &[u32]) -> u64 {
    let show = [li(A1, DATA), vec![sd(A0, A1, 0)], syscall(64, 1, DATA, 8), exit(0)].concat();
    let outcome = runs(&[code.to_vec(), show].concat(), &[0; 64], &[]);
    u64::from_le_bytes(outcome.output.try_into().expect("eight bytes"))
}

/// a0 after `word`, which may use a1 = `a` and a2 = `b`.
fn a0_of(word: u32, a: u64, b: u64) -> u64 {
    a0_after(&[li(A1, a), li(A2, b), vec![word]].concat())
}

#[test]
fn li_loads_every_kind_of_constant() {
    for value in
        [0, 1, 2047, 2048, 0x7fff_f800, 0x7fff_ffff, 0x8000_0000, 0x1234_5678_9abc_def0, MIN, TOP, MAX, MIN_W]
    {
        assert_eq!(a0_after(&li(A0, value)), value, "{value:#x}");
    }
}

#[test]
fn register_forms() {
    type Case = (fn(Reg, Reg, Reg) -> u32, u64, u64, u64);
    let cases: &[Case] = &[
        (add, MAX, 2, 1),
        (sub, 0, 1, MAX),
        (sub, MIN, 1, TOP),
        (sll, 1, 63, MIN),
        (sll, 3, 64, 3),
        (slt, MAX, 0, 1),
        (slt, 0, 0, 0),
        (slt, TOP, MIN, 0),
        (sltu, MAX, 0, 0),
        (sltu, 0, MAX, 1),
        (xor, MAX, 0xff, !0xff),
        (srl, MIN, 63, 1),
        (srl, 8, 64 + 1, 4),
        (sra, MIN, 63, MAX),
        (sra, TOP, 62, 1),
        (or, 0xf0, 0x0f, 0xff),
        (and, MAX, 0x5a, 0x5a),
        (addw, 0x7fff_ffff, 1, MIN_W),
        (addw, 0xffff_ffff_0000_0001, 1, 2),
        (subw, MIN_W, 1, 0x7fff_ffff),
        (sllw, 1, 31, MIN_W),
        (sllw, 1, 32, 1),
        (srlw, 0xffff_ffff_8000_0000, 31, 1),
        (srlw, 0x8000_0000, 0, MIN_W),
        (sraw, 0x8000_0000, 31, MAX),
        (sraw, 0xf_7fff_ffff, 30, 1),
        (mul, MAX, MAX, 1),
        (mul, 1 << 32, 1 << 32, 0),
        (mulh, MAX, MAX, 0),
        (mulh, MIN, MIN, 1 << 62),
        (mulh, MIN, 1, MAX),
        (mulhsu, MAX, MAX, MAX),
        (mulhsu, MIN, MAX, MIN),
        (mulhsu, TOP, MAX, TOP - 1),
        (mulhu, MAX, MAX, MAX - 1),
        (mulw, 0x8000_0000, 1, MIN_W),
        (mulw, 0xffff_ffff, 0xffff_ffff, 1),
        (div, 7, 0, MAX),
        (div, MIN, MAX, MIN),
        (div, 7, MAX - 1, (-3i64) as u64),
        (divu, 7, 0, MAX),
        (divu, MAX, 2, TOP),
        (rem, 7, 0, 7),
        (rem, MIN, MAX, 0),
        (rem, (-7i64) as u64, 2, MAX),
        (rem, 7, (-2i64) as u64, 1),
        (remu, 7, 0, 7),
        (remu, MAX, 10, 5),
        (divw, 7, 1 << 32, MAX),
        (divw, 0x8000_0000, 0xffff_ffff, MIN_W),
        (divuw, 0x8000_0000, 1, MIN_W),
        (divuw, 7, 0, MAX),
        (remw, 0x8000_0000, 0xffff_ffff, 0),
        (remw, 0x8000_0001, 0, 0xffff_ffff_8000_0001),
        (remw, 0xffff_fff9, 2, MAX),
        (remuw, 0x8000_0000, 0, MIN_W),
        (remuw, 0xf_0000_0007, 4, 3),
    ];
    for (i, &(op, a, b, expected)) in cases.iter().enumerate() {
        let found = a0_of(op(A0, A1, A2), a, b);
        assert_eq!(found, expected, "case {i}: {a:#x}, {b:#x} gives {found:#x}");
    }
}

#[test]
fn immediate_forms() {
    let cases = [
        (addi(A0, A1, -1), 0, MAX),
        (slti(A0, A1, -1), MIN, 1),
        (sltiu(A0, A1, -1), 5, 1),
        (sltiu(A0, A1, 1), 0, 1),
        (xori(A0, A1, -1), 5, !5),
        (ori(A0, A1, -2048), 5, (-2048i64) as u64 | 5),
        (andi(A0, A1, -16), 0xff, 0xf0),
        (slli(A0, A1, 63), 1, MIN),
        (srli(A0, A1, 63), MIN, 1),
        (srai(A0, A1, 63), MIN, MAX),
        (addiw(A0, A1, 0), 0xffff_ffff, MAX),
        (slliw(A0, A1, 31), 1, MIN_W),
        (srliw(A0, A1, 0), 0x8000_0000, MIN_W),
        (sraiw(A0, A1, 31), 0x8000_0000, MAX),
        (lui(A0, -1), 0, 0xffff_ffff_ffff_f000),
        (lui(A0, 0x7ffff), 0, 0x7fff_f000),
    ];
    for (i, (word, a, expected)) in cases.into_iter().enumerate() {
        assert_eq!(a0_of(word, a, 0), expected, "case {i}");
    }
}

#[test]
fn auipc_adds_to_its_own_address() {
    assert_eq!(a0_after(&[nop(), auipc(A0, 1)]), CODE + 4 + 0x1000);
    assert_eq!(a0_after(&[auipc(A0, -0x80000)]), (CODE as i64 - (1 << 31)) as u64);
}

#[test]
fn loads_extend_and_stores_keep_the_other_bytes() {
    let load_at = |load: fn(Reg, Reg, i32) -> u32, offset| {
        let value = 0xf1e2_d3c4_b5a6_9788;
        a0_after(&[li(A2, value), li(A1, DATA + 8), vec![sd(A2, A1, 0), load(A0, A1, offset)]].concat())
    };
    assert_eq!(load_at(ld, 0), 0xf1e2_d3c4_b5a6_9788);
    assert_eq!(load_at(lw, 4), 0xffff_ffff_f1e2_d3c4);
    assert_eq!(load_at(lwu, 4), 0xf1e2_d3c4);
    assert_eq!(load_at(lh, 6), 0xffff_ffff_ffff_f1e2);
    assert_eq!(load_at(lhu, 2), 0xb5a6);
    assert_eq!(load_at(lb, 3), 0xffff_ffff_ffff_ffb5);
    assert_eq!(load_at(lbu, 7), 0xf1);
    assert_eq!(load_at(ld, -8), 0);
    let store_at = |store: fn(Reg, Reg, i32) -> u32, offset| {
        let start = [li(A2, 0x1122_3344_5566_7788), li(A3, MAX), li(A1, DATA + 8)].concat();
        a0_after(&[start, vec![sd(A2, A1, 0), store(A3, A1, offset), ld(A0, A1, 0)]].concat())
    };
    assert_eq!(store_at(sb, 0), 0x1122_3344_5566_77ff);
    assert_eq!(store_at(sb, 7), 0xff22_3344_5566_7788);
    assert_eq!(store_at(sh, 2), 0x1122_3344_ffff_7788);
    assert_eq!(store_at(sw, 4), 0xffff_ffff_5566_7788);
    assert_eq!(store_at(sd, 0), MAX);
}

#[test]
fn memory_is_zero_where_the_image_says_nothing_and_all_of_it_exists() {
    for address in [0x1000, 0x8000_0000, 0xffff_fff8] {
        assert_eq!(a0_after(&[li(A1, address), vec![ld(A0, A1, 0)]].concat()), 0);
        let code = [li(A1, address), vec![addi(A2, ZERO, 77), sd(A2, A1, 0), lbu(A0, A1, 0)]].concat();
        assert_eq!(a0_after(&code), 77);
    }
}

#[test]
fn loads_see_code() {
    assert_eq!(a0_after(&[auipc(A1, 0), lwu(A0, A1, 0)]), u64::from(auipc(A1, 0)));
}

#[test]
fn branches() {
    type Case = (fn(Reg, Reg, i32) -> u32, u64, u64, bool);
    let cases: &[Case] = &[
        (beq, 5, 5, true),
        (beq, 5, 5 | MIN, false),
        (bne, 5, 5, false),
        (bne, 5, 4, true),
        (blt, MIN, TOP, true),
        (blt, 1, 1, false),
        (bge, MIN, TOP, false),
        (bge, 1, 1, true),
        (bltu, MIN, TOP, false),
        (bltu, 0, MAX, true),
        (bgeu, MIN, TOP, true),
        (bgeu, 0, MAX, false),
    ];
    for (i, &(op, a, b, taken)) in cases.iter().enumerate() {
        let code = [li(A1, a), li(A2, b), vec![addi(A0, ZERO, 1), op(A1, A2, 8), addi(A0, ZERO, 0)]].concat();
        assert_eq!(a0_after(&code), u64::from(taken), "case {i}");
    }
    // Backwards: counts 5 down to 0.
    let code = [addi(T0, ZERO, 5), addi(A0, A0, 3), addi(T0, T0, -1), bne(T0, ZERO, -8)];
    assert_eq!(a0_after(&[vec![addi(A0, ZERO, 0)], code.to_vec()].concat()), 15);
}

#[test]
fn jumps_link_and_jalr_clears_bit_0() {
    assert_eq!(a0_after(&[jal(A0, 8), ebreak()]), CODE + 4);
    let code = [auipc(A1, 0), jalr(A0, A1, 13), ebreak()];
    assert_eq!(a0_after(&code), CODE + 8);
    // The target is read before rd is written.
    assert_eq!(a0_after(&[auipc(A0, 0), jalr(A0, A0, 12), ebreak()]), CODE + 8);
}

#[test]
fn x0_stays_zero_and_sp_starts_at_the_stack() {
    assert_eq!(a0_after(&[addi(ZERO, ZERO, 5), lui(ZERO, 5), add(A0, ZERO, ZERO)]), 0);
    let code = [li(A1, DATA), vec![ld(ZERO, A1, 0), jal(ZERO, 4), mv(A0, ZERO)]].concat();
    assert_eq!(a0_after(&code), 0);
    assert_eq!(a0_after(&[mv(A0, SP)]), 0xffff_f000);
    for r in (1..32).filter(|&r| r != SP) {
        assert_eq!(a0_after(&[mv(A0, r)]), 0, "x{r}");
    }
}

#[test]
fn fence_does_nothing() {
    assert_eq!(a0_after(&[addi(A0, ZERO, 3), fence(), 0x0000_000f, 0x8330_000f]), 3);
}
