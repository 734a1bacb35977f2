//! Instructions that compute a register from registers.

use crate::testing::Code;
use crate::testing::asm::*;

use super::{Choice, Extensions, Source, compressed};

type Registers = fn(Reg, Reg, Reg) -> u32;
type Unary = fn(Reg, Reg) -> u32;
type Immediate = fn(Reg, Reg, i32) -> u32;
type Shift = fn(Reg, Reg, u32) -> u32;

const BASE: &[Registers] = &[add, sub, sll, slt, sltu, xor, srl, sra, or, and, addw, subw, sllw, srlw, sraw];
const MULTIPLY: &[Registers] =
    &[mul, mulh, mulhsu, mulhu, mulw, div, divu, rem, remu, divw, divuw, remw, remuw];
const BITS: &[Registers] = &[
    add_uw, sh1add, sh2add, sh3add, sh1add_uw, sh2add_uw, sh3add_uw, andn, orn, xnor, min, minu, max, maxu,
    rol, rolw, ror, rorw, bclr, bext, binv, bset, pack, packh, packw,
];
const UNARY: &[Unary] = &[clz, ctz, cpop, clzw, cpopw, sext_b, sext_h, zext_h, orc_b, rev8, brev8];
const IMMEDIATES: &[Immediate] = &[addi, slti, sltiu, xori, ori, andi, addiw];
const SHIFTS: &[Shift] = &[slli, srli, srai];
const SHIFTS_W: &[Shift] = &[slliw, srliw, sraiw];
const BIT_SHIFTS: &[Shift] = &[slli_uw, rori, bclri, bexti, binvi, bseti];

const CHOICES: &[Choice] = &[
    (Extensions::I, 6, |s| registers(s, BASE)),
    (Extensions::M, 6, |s| registers(s, MULTIPLY)),
    (Extensions::B, 9, |s| registers(s, BITS)),
    (Extensions::B, 5, unary),
    (Extensions::B, 1, count_zeros),
    (Extensions::ZICOND, 2, |s| registers(s, &[czero_eqz, czero_nez])),
    (Extensions::I, 5, immediate),
    (Extensions::I, 2, |s| shift(s, SHIFTS, 64)),
    (Extensions::I, 2, |s| shift(s, SHIFTS_W, 32)),
    (Extensions::B, 3, |s| shift(s, BIT_SHIFTS, 64)),
    (Extensions::B, 1, |s| shift(s, &[roriw], 32)),
    (Extensions::I, 1, upper),
    (Extensions::C, 25, compressed::arithmetic),
];

/// One instruction that computes a register from registers and its own address.
pub fn one(s: &mut Source) -> Code {
    s.one_of(CHOICES)
}

/// Several, up to `most`.
pub fn several(s: &mut Source, most: usize) -> Code {
    (0..s.below(most + 1)).map(|_| one(s)).collect()
}

fn registers(s: &mut Source, operations: &[Registers]) -> Code {
    s.random.pick(operations)(s.register(), s.register(), s.register()).into()
}

fn unary(s: &mut Source) -> Code {
    s.random.pick(UNARY)(s.register(), s.register()).into()
}

/// CTZW; where not every operand may come, of a low half that has a 1 or of a word that ends there.
fn count_zeros(s: &mut Source) -> Code {
    let (rd, rs1) = (s.register(), s.register());
    if s.has(Extensions::CTZW_OF_ANY) {
        return ctzw(rd, rs1).into();
    }
    let narrow = if s.random.coin() { add_uw(rd, rs1, ZERO) } else { bseti(rd, rs1, s.below(32) as u32) };
    [narrow, ctzw(rd, rd)].into()
}

fn immediate(s: &mut Source) -> Code {
    s.random.pick(IMMEDIATES)(s.register(), s.register(), s.immediate(12)).into()
}

fn shift(s: &mut Source, operations: &[Shift], bits: usize) -> Code {
    s.random.pick(operations)(s.register(), s.register(), s.below(bits) as u32).into()
}

fn upper(s: &mut Source) -> Code {
    s.random.pick(&[lui, auipc])(s.register(), s.immediate(20)).into()
}
