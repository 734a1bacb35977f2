//! The C extension, without floating-point numbers.
//!
//! Encodings that the manual calls hints are encoded; reserved ones panic.

use super::{Reg, reg, signed};

/// A register of the short fields, x8..=x15.
fn short(r: Reg) -> u32 {
    assert!((8..16).contains(&r), "x{r} is not among x8..=x15");
    u32::from(r - 8)
}

/// A register other than x0.
fn nonzero(r: Reg) -> u32 {
    assert!(r != 0, "x0 stands for something else here");
    reg(r)
}

/// The bits of `value` in the order that the manual lists them, the lowest at bit `low`.
fn scattered(value: u32, bits: &[u32], low: u32) -> u32 {
    let all = bits.iter().fold(0, |all, bit| all | 1 << bit);
    assert!(value & !all == 0, "{value} has bits outside {bits:?}");
    bits.iter().fold(0, |field, bit| field << 1 | value >> bit & 1) << low
}

/// The immediate of six bits, which is cut in two: bit 5 at bit 12, the others at bit 2.
fn six(value: u32) -> u32 {
    scattered(value & 0x20, &[5], 12) | scattered(value & !0x20, &[4, 3, 2, 1, 0], 2)
}

fn half(word: u32) -> u16 {
    u16::try_from(word).expect("the fields fit")
}

/// rd = sp + `imm`; a positive multiple of 4 below 1024.
pub fn c_addi4spn(rd: Reg, imm: u32) -> u16 {
    assert!(imm != 0, "c.addi4spn with 0 is reserved");
    half(scattered(imm, &[5, 4, 9, 8, 7, 6, 2, 3], 5) | short(rd) << 2)
}

/// The immediate of loads and stores of 4 bytes: a multiple of 4 below 128.
fn word_offset(imm: u32) -> u32 {
    scattered(imm & 0x38, &[5, 4, 3], 10) | scattered(imm & !0x38, &[2, 6], 5)
}

/// The immediate of loads and stores of 8 bytes: a multiple of 8 below 256.
fn double_offset(imm: u32) -> u32 {
    scattered(imm & 0x38, &[5, 4, 3], 10) | scattered(imm & !0x38, &[7, 6], 5)
}

pub fn c_lw(rd: Reg, rs1: Reg, imm: u32) -> u16 {
    half(0b010 << 13 | word_offset(imm) | short(rs1) << 7 | short(rd) << 2)
}

pub fn c_ld(rd: Reg, rs1: Reg, imm: u32) -> u16 {
    half(0b011 << 13 | double_offset(imm) | short(rs1) << 7 | short(rd) << 2)
}

/// Stores `rs2` at `rs1 + imm`.
pub fn c_sw(rs2: Reg, rs1: Reg, imm: u32) -> u16 {
    half(0b110 << 13 | word_offset(imm) | short(rs1) << 7 | short(rs2) << 2)
}

/// Stores `rs2` at `rs1 + imm`.
pub fn c_sd(rs2: Reg, rs1: Reg, imm: u32) -> u16 {
    half(0b111 << 13 | double_offset(imm) | short(rs1) << 7 | short(rs2) << 2)
}

pub fn c_nop() -> u16 {
    0x0001
}

/// rd = rd + `imm`; a hint where either is 0.
pub fn c_addi(rd: Reg, imm: i32) -> u16 {
    half(six(signed(imm, 6)) | reg(rd) << 7 | 0b01)
}

pub fn c_addiw(rd: Reg, imm: i32) -> u16 {
    half(0b001 << 13 | six(signed(imm, 6)) | nonzero(rd) << 7 | 0b01)
}

/// rd = `imm`; a hint where rd is x0.
pub fn c_li(rd: Reg, imm: i32) -> u16 {
    half(0b010 << 13 | six(signed(imm, 6)) | reg(rd) << 7 | 0b01)
}

/// sp = sp + `imm`; a multiple of 16 in -512..512, not 0.
pub fn c_addi16sp(imm: i32) -> u16 {
    assert!(imm != 0, "c.addi16sp with 0 is reserved");
    let imm = signed(imm, 10);
    let fields = scattered(imm & 0x200, &[9], 12) | scattered(imm & !0x200, &[4, 6, 8, 7, 5], 2);
    half(0b011 << 13 | fields | 2 << 7 | 0b01)
}

/// rd = `upper << 12`; a number in -32..32, not 0. A hint where rd is x0.
pub fn c_lui(rd: Reg, upper: i32) -> u16 {
    assert!(upper != 0 && rd != 2, "c.lui with 0 is reserved, with sp it is c.addi16sp");
    half(0b011 << 13 | six(signed(upper, 6)) | reg(rd) << 7 | 0b01)
}

/// rd = rd >> `amount`; a hint where it is 0.
pub fn c_srli(rd: Reg, amount: u32) -> u16 {
    half(0b100 << 13 | six(amount) | short(rd) << 7 | 0b01)
}

/// rd = rd >> `amount`, signed; a hint where it is 0.
pub fn c_srai(rd: Reg, amount: u32) -> u16 {
    half(0b100 << 13 | six(amount) | 0b01 << 10 | short(rd) << 7 | 0b01)
}

pub fn c_andi(rd: Reg, imm: i32) -> u16 {
    half(0b100 << 13 | six(signed(imm, 6)) | 0b10 << 10 | short(rd) << 7 | 0b01)
}

macro_rules! operations {
    ($($name:ident $w:literal $funct2:literal)*) => {$(
        /// rd = rd, operation, rs2.
        pub fn $name(rd: Reg, rs2: Reg) -> u16 {
            half(0b100 << 13 | $w << 12 | 0b11 << 10 | short(rd) << 7 | $funct2 << 5 | short(rs2) << 2 | 0b01)
        }
    )*};
}

operations! { c_sub 0 0b00  c_xor 0 0b01  c_or 0 0b10  c_and 0 0b11  c_subw 1 0b00  c_addw 1 0b01 }

/// Jumps by `offset` bytes, in -2048..2048.
pub fn c_j(offset: i32) -> u16 {
    half(0b101 << 13 | scattered(signed(offset, 12), &[11, 4, 9, 8, 10, 6, 7, 3, 2, 1, 5], 2) | 0b01)
}

/// The offset of a branch: even, in -256..256.
fn branch_offset(offset: i32) -> u32 {
    let offset = signed(offset, 9);
    scattered(offset & 0x118, &[8, 4, 3], 10) | scattered(offset & !0x118, &[7, 6, 2, 1, 5], 2)
}

/// Branches by `offset` bytes if rs1 is 0.
pub fn c_beqz(rs1: Reg, offset: i32) -> u16 {
    half(0b110 << 13 | branch_offset(offset) | short(rs1) << 7 | 0b01)
}

/// Branches by `offset` bytes unless rs1 is 0.
pub fn c_bnez(rs1: Reg, offset: i32) -> u16 {
    half(0b111 << 13 | branch_offset(offset) | short(rs1) << 7 | 0b01)
}

/// rd = rd << `amount`; a hint where either is 0.
pub fn c_slli(rd: Reg, amount: u32) -> u16 {
    half(six(amount) | reg(rd) << 7 | 0b10)
}

/// Loads from `sp + imm`, a multiple of 4 below 256.
pub fn c_lwsp(rd: Reg, imm: u32) -> u16 {
    let fields = scattered(imm & 0x20, &[5], 12) | scattered(imm & !0x20, &[4, 3, 2, 7, 6], 2);
    half(0b010 << 13 | fields | nonzero(rd) << 7 | 0b10)
}

/// Loads from `sp + imm`, a multiple of 8 below 512.
pub fn c_ldsp(rd: Reg, imm: u32) -> u16 {
    let fields = scattered(imm & 0x20, &[5], 12) | scattered(imm & !0x20, &[4, 3, 8, 7, 6], 2);
    half(0b011 << 13 | fields | nonzero(rd) << 7 | 0b10)
}

pub fn c_jr(rs1: Reg) -> u16 {
    half(0b100 << 13 | nonzero(rs1) << 7 | 0b10)
}

/// ra = pc + 2.
pub fn c_jalr(rs1: Reg) -> u16 {
    half(0b1001 << 12 | nonzero(rs1) << 7 | 0b10)
}

pub fn c_ebreak() -> u16 {
    0x9002
}

/// rd = rs2; a hint where rd is x0.
pub fn c_mv(rd: Reg, rs2: Reg) -> u16 {
    half(0b100 << 13 | reg(rd) << 7 | nonzero(rs2) << 2 | 0b10)
}

/// rd = rd + rs2; a hint where rd is x0.
pub fn c_add(rd: Reg, rs2: Reg) -> u16 {
    half(0b1001 << 12 | reg(rd) << 7 | nonzero(rs2) << 2 | 0b10)
}

/// Stores at `sp + imm`, a multiple of 4 below 256.
pub fn c_swsp(rs2: Reg, imm: u32) -> u16 {
    half(0b110 << 13 | scattered(imm, &[5, 4, 3, 2, 7, 6], 7) | reg(rs2) << 2 | 0b10)
}

/// Stores at `sp + imm`, a multiple of 8 below 512.
pub fn c_sdsp(rs2: Reg, imm: u32) -> u16 {
    half(0b111 << 13 | scattered(imm, &[5, 4, 3, 8, 7, 6], 7) | reg(rs2) << 2 | 0b10)
}
