//! Encodes instructions, from the formats of the RISC-V manual and not from the machine's decoder, so
//! that each checks the other: RV64IM, A, C, Zba, Zbb, Zbs, Zbkb, Zicond.
//!
//! Operands come in the order of the assembler, and registers are numbers 0..=31. Operands that the
//! format cannot hold panic, as do those that make another instruction of it or a reserved one.
//! Instructions of 32 bits are `u32`, compressed ones `u16`, and their names start with `c_`.

#![allow(missing_docs, reason = "the names of the RISC-V manual")]

mod atomic;
mod base;
mod bits;
mod compressed;

pub use atomic::*;
pub use base::*;
pub use bits::*;
pub use compressed::*;

/// A register number, 0..=31.
pub type Reg = u8;

pub const ZERO: Reg = 0;
pub const RA: Reg = 1;
pub const SP: Reg = 2;
pub const GP: Reg = 3;
pub const T0: Reg = 5;
pub const T1: Reg = 6;
pub const T2: Reg = 7;
pub const S0: Reg = 8;
pub const S1: Reg = 9;
pub const A0: Reg = 10;
pub const A1: Reg = 11;
pub const A2: Reg = 12;
pub const A3: Reg = 13;
pub const A4: Reg = 14;
pub const A5: Reg = 15;
pub const A7: Reg = 17;
pub const S11: Reg = 27;
pub const T6: Reg = 31;

fn reg(r: Reg) -> u32 {
    assert!(r < 32, "x{r} is no register");
    u32::from(r)
}

/// `value` as a field of `bits` bits.
fn signed(value: i32, bits: u32) -> u32 {
    let half = 1i32 << (bits - 1);
    assert!((-half..half).contains(&value), "{value} does not fit in {bits} bits");
    value as u32 & ((1 << bits) - 1)
}

/// Register format.
pub fn r_type(opcode: u32, funct3: u32, funct7: u32, rd: Reg, rs1: Reg, rs2: Reg) -> u32 {
    funct7 << 25 | reg(rs2) << 20 | reg(rs1) << 15 | funct3 << 12 | reg(rd) << 7 | opcode
}

/// Immediate format.
pub fn i_type(opcode: u32, funct3: u32, rd: Reg, rs1: Reg, imm: i32) -> u32 {
    signed(imm, 12) << 20 | reg(rs1) << 15 | funct3 << 12 | reg(rd) << 7 | opcode
}

fn shift(opcode: u32, funct3: u32, high: u32, bits: u32, (rd, rs1, amount): (Reg, Reg, u32)) -> u32 {
    assert!(amount < 1 << bits, "a shift by {amount}");
    high << 20 | amount << 20 | reg(rs1) << 15 | funct3 << 12 | reg(rd) << 7 | opcode
}

macro_rules! registers {
    ($($name:ident $opcode:literal $funct3:literal $funct7:literal)*) => {$(
        pub fn $name(rd: Reg, rs1: Reg, rs2: Reg) -> u32 {
            r_type($opcode, $funct3, $funct7, rd, rs1, rs2)
        }
    )*};
}

macro_rules! shifts {
    ($($name:ident $opcode:literal $funct3:literal $high:literal $bits:literal)*) => {$(
        pub fn $name(rd: Reg, rs1: Reg, amount: u32) -> u32 {
            shift($opcode, $funct3, $high, $bits, (rd, rs1, amount))
        }
    )*};
}

pub(crate) use {registers, shifts};

pub fn nop() -> u32 {
    addi(ZERO, ZERO, 0)
}

pub fn mv(rd: Reg, rs: Reg) -> u32 {
    addi(rd, rs, 0)
}

/// rd = `value`, in one to eight instructions.
pub fn li(rd: Reg, value: u64) -> Vec<u32> {
    let low = (value << 52) as i64 >> 52;
    let rest = value.wrapping_sub(low as u64);
    if rest == 0 {
        return vec![addi(rd, ZERO, low as i32)];
    }
    if i32::try_from(value as i64).is_ok() {
        let upper = (rest as i32) >> 12;
        let lui = lui(rd, upper);
        return if low == 0 { vec![lui] } else { vec![lui, addiw(rd, rd, low as i32)] };
    }
    let mut code = li(rd, (rest as i64 >> 12) as u64);
    code.push(slli(rd, rd, 12));
    if low != 0 {
        code.push(addi(rd, rd, low as i32));
    }
    code
}

/// Calls the system with number `a7` after setting a0, a1 and a2.
pub fn syscall(number: u32, a0: u64, a1: u64, a2: u64) -> Vec<u32> {
    let mut code = [li(A0, a0), li(A1, a1), li(A2, a2), li(A7, u64::from(number))].concat();
    code.push(ecall());
    code
}

/// Ends the program with `code`.
pub fn exit(code: u64) -> Vec<u32> {
    [li(A0, code), li(A7, 93), vec![ecall()]].concat()
}
