//! RV64I and M.

use super::{Reg, i_type, r_type, reg, registers, shift, shifts, signed};

fn s_type(funct3: u32, rs1: Reg, rs2: Reg, imm: i32) -> u32 {
    let imm = signed(imm, 12);
    imm >> 5 << 25 | reg(rs2) << 20 | reg(rs1) << 15 | funct3 << 12 | (imm & 31) << 7 | 0x23
}

fn b_type(funct3: u32, rs1: Reg, rs2: Reg, offset: i32) -> u32 {
    assert!(offset % 2 == 0, "an odd branch offset");
    let o = signed(offset, 13);
    (o >> 12 & 1) << 31
        | (o >> 5 & 0x3f) << 25
        | reg(rs2) << 20
        | reg(rs1) << 15
        | funct3 << 12
        | (o >> 1 & 0xf) << 8
        | (o >> 11 & 1) << 7
        | 0x63
}

registers! {
    add 0x33 0 0  sub 0x33 0 0x20  sll 0x33 1 0  slt 0x33 2 0  sltu 0x33 3 0  xor 0x33 4 0
    srl 0x33 5 0  sra 0x33 5 0x20  or 0x33 6 0  and 0x33 7 0
    addw 0x3b 0 0  subw 0x3b 0 0x20  sllw 0x3b 1 0  srlw 0x3b 5 0  sraw 0x3b 5 0x20
    mul 0x33 0 1  mulh 0x33 1 1  mulhsu 0x33 2 1  mulhu 0x33 3 1
    div 0x33 4 1  divu 0x33 5 1  rem 0x33 6 1  remu 0x33 7 1
    mulw 0x3b 0 1  divw 0x3b 4 1  divuw 0x3b 5 1  remw 0x3b 6 1  remuw 0x3b 7 1
}

macro_rules! immediates {
    ($($name:ident $opcode:literal $funct3:literal)*) => {$(
        pub fn $name(rd: Reg, rs1: Reg, imm: i32) -> u32 {
            i_type($opcode, $funct3, rd, rs1, imm)
        }
    )*};
}

immediates! {
    addi 0x13 0  slti 0x13 2  sltiu 0x13 3  xori 0x13 4  ori 0x13 6  andi 0x13 7
    addiw 0x1b 0  jalr 0x67 0
    lb 0x03 0  lh 0x03 1  lw 0x03 2  ld 0x03 3  lbu 0x03 4  lhu 0x03 5  lwu 0x03 6
}

shifts! {
    slli 0x13 1 0 6  srli 0x13 5 0 6  srai 0x13 5 0x400 6
    slliw 0x1b 1 0 5  srliw 0x1b 5 0 5  sraiw 0x1b 5 0x400 5
}

macro_rules! stores {
    ($($name:ident $funct3:literal)*) => {$(
        /// Stores `rs2` at `rs1 + imm`.
        pub fn $name(rs2: Reg, rs1: Reg, imm: i32) -> u32 {
            s_type($funct3, rs1, rs2, imm)
        }
    )*};
}

stores! { sb 0  sh 1  sw 2  sd 3 }

macro_rules! branches {
    ($($name:ident $funct3:literal)*) => {$(
        /// Branches by `offset` bytes.
        pub fn $name(rs1: Reg, rs2: Reg, offset: i32) -> u32 {
            b_type($funct3, rs1, rs2, offset)
        }
    )*};
}

branches! { beq 0  bne 1  blt 4  bge 5  bltu 6  bgeu 7 }

/// rd = `upper << 12`; `upper` is a signed number of 20 bits.
pub fn lui(rd: Reg, upper: i32) -> u32 {
    signed(upper, 20) << 12 | reg(rd) << 7 | 0x37
}

/// rd = pc + `upper << 12`; `upper` is a signed number of 20 bits.
pub fn auipc(rd: Reg, upper: i32) -> u32 {
    signed(upper, 20) << 12 | reg(rd) << 7 | 0x17
}

/// Jumps by `offset` bytes.
pub fn jal(rd: Reg, offset: i32) -> u32 {
    assert!(offset % 2 == 0, "an odd jump offset");
    let o = signed(offset, 21);
    (o >> 20 & 1) << 31
        | (o >> 1 & 0x3ff) << 21
        | (o >> 11 & 1) << 20
        | (o >> 12 & 0xff) << 12
        | reg(rd) << 7
        | 0x6f
}

pub fn ecall() -> u32 {
    0x73
}

pub fn ebreak() -> u32 {
    0x10_0073
}

/// FENCE rw, rw.
pub fn fence() -> u32 {
    0x0330_000f
}
