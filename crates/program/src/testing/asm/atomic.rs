//! The A extension, and FENCE.I. All with `aq` and `rl` zero: one hart orders its accesses anyway.

use super::{Reg, r_type};

const OPCODE: u32 = 0x2f;
const W: u32 = 2;
const D: u32 = 3;

/// rd = the word at `rs1`, which is reserved.
pub fn lr_w(rd: Reg, rs1: Reg) -> u32 {
    r_type(OPCODE, W, 0b00010 << 2, rd, rs1, 0)
}

/// rd = the doubleword at `rs1`, which is reserved.
pub fn lr_d(rd: Reg, rs1: Reg) -> u32 {
    r_type(OPCODE, D, 0b00010 << 2, rd, rs1, 0)
}

macro_rules! atomics {
    ($($w:ident $d:ident $funct5:literal)*) => {$(
        /// On the word at `rs1`.
        pub fn $w(rd: Reg, rs2: Reg, rs1: Reg) -> u32 {
            r_type(OPCODE, W, $funct5 << 2, rd, rs1, rs2)
        }
        /// On the doubleword at `rs1`.
        pub fn $d(rd: Reg, rs2: Reg, rs1: Reg) -> u32 {
            r_type(OPCODE, D, $funct5 << 2, rd, rs1, rs2)
        }
    )*};
}

atomics! {
    sc_w sc_d 0b00011
    amoswap_w amoswap_d 0b00001
    amoadd_w amoadd_d 0b00000
    amoxor_w amoxor_d 0b00100
    amoand_w amoand_d 0b01100
    amoor_w amoor_d 0b01000
    amomin_w amomin_d 0b10000
    amomax_w amomax_d 0b10100
    amominu_w amominu_d 0b11000
    amomaxu_w amomaxu_d 0b11100
}

pub fn fence_i() -> u32 {
    0x100f
}
