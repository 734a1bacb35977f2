//! Encodes instructions of RV64IM, from the formats of the RISC-V manual and not from the
//! machine's decoder, so that each checks the other.
//!
//! Registers are numbers 0..=31. Immediates and offsets that the format cannot hold panic.

#![allow(missing_docs, reason = "the names of the RISC-V manual")]

/// A register number, 0..=31.
pub type Reg = u8;

pub const ZERO: Reg = 0;
pub const RA: Reg = 1;
pub const SP: Reg = 2;
pub const T0: Reg = 5;
pub const T1: Reg = 6;
pub const T2: Reg = 7;
pub const S0: Reg = 8;
pub const S1: Reg = 9;
pub const A0: Reg = 10;
pub const A1: Reg = 11;
pub const A2: Reg = 12;
pub const A3: Reg = 13;
pub const A7: Reg = 17;

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

macro_rules! shifts {
    ($($name:ident $opcode:literal $funct3:literal $high:literal $bits:literal)*) => {$(
        pub fn $name(rd: Reg, rs1: Reg, amount: u32) -> u32 {
            shift($opcode, $funct3, $high, $bits, (rd, rs1, amount))
        }
    )*};
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
