//! Instructions as the machine sees them: decoded once, into at most two words.
//!
//! A program cell holds `w0 = next_pc | imm_low << 32` and a 32-bit `w1`:
//!
//! | bits of w1 | field |
//! |---|---|
//! | 0..=5 | rd, 32 (the sink) where the instruction names x0 |
//! | 6..=10 | rs1 |
//! | 11..=15 | rs2, 0 where there is none |
//! | 16 | bit 32 of the immediate |
//! | 17 | bits 33..=63 of the immediate |
//! | 18..=26 | flags, as the kind's table defines them |
//! | 27..=31 | kind: the table that executes it |
//!
//! so no row adds to the pc: the immediate of a branch or JAL is its target, that of AUIPC its
//! result. x0 is read as register 0, which nothing writes.
//!
//! The encodings of an instruction, the table that executes it and its flags are written in its
//! family's file ([`crate::families`]); what is here is derived from them.

use core::fmt;

use dyad_abi::RAM_END;

use crate::families::FAMILIES;
use crate::list::{Kind, Op};

/// Where rd = x0 is written to.
pub const SINK: u8 = 32;
/// The register that holds the length of the public output.
pub const OUTPUT_LENGTH: u8 = 33;
/// Registers of the machine: x0..=x31, the sink, the output length.
pub const REGISTERS: usize = 34;
/// An odd address: no program cell is there. Stands for targets that leave 32 bits.
pub const NOWHERE: u32 = 1;
/// The address of the highest cell of RAM. It is a cell as any other, but every run lists it, used
/// or not: the chain of cells by increasing address ends there.
pub const RAM_TOP: u64 = RAM_END - 8;

impl fmt::Display for Op {
    /// The mnemonic of the RISC-V manual; `upper` for LUI and AUIPC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Op::Upper { "upper" } else { self.name(|_| true).unwrap_or("?") })
    }
}

/// A decoded instruction.
///
/// Two-operand instructions compute with `rs1` and `rs2 ^ imm`: register forms have imm = 0,
/// immediate forms have rs2 = x0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    /// The operation.
    pub op: Op,
    /// 1..=31, or [`SINK`] where the instruction names x0 or has no rd.
    pub rd: u8,
    /// 0..=31.
    pub rs1: u8,
    /// 0..=31.
    pub rs2: u8,
    /// The immediate, sign-extended; the target of branches and JAL ([`NOWHERE`] if it does not
    /// fit in 32 bits); the result of LUI and AUIPC.
    pub imm: u64,
}

/// The instruction that `word` encodes at address `pc`, or `None` where the word is illegal.
///
/// Nothing decodes at the last four bytes of the address space, whose fall-through address does
/// not fit in 32 bits, nor at addresses that are not multiples of 4.
pub fn decode(word: u32, pc: u32) -> Option<Instr> {
    if !pc.is_multiple_of(4) || pc > u32::MAX - 4 {
        return None;
    }
    let mut found = FAMILIES.iter().flat_map(|f| f.encodings).filter(|e| word & e.mask == e.matches);
    found.next().map(|e| e.format.read(e.op, word, pc))
}

impl Instr {
    /// The table that executes it.
    #[inline]
    pub const fn kind(&self) -> Kind {
        self.op.kind()
    }

    /// The flags of its program cell, from bit 0.
    #[inline]
    pub const fn flags(&self) -> u32 {
        self.op.flags()
    }

    /// The two words of its program cell at `pc`, which is a multiple of 4 below 2^32 - 4. The
    /// immediate's bits 33..=63 must be equal, as they are in every decoded instruction.
    pub const fn words(&self, pc: u32) -> (u64, u32) {
        let w0 = pc.wrapping_add(4) as u64 | self.imm << 32;
        let w1 = self.rd as u32
            | (self.rs1 as u32) << 6
            | (self.rs2 as u32) << 11
            | ((self.imm >> 32) as u32 & 1) << 16
            | ((self.imm >> 63) as u32) << 17
            | self.flags() << 18
            | (self.kind() as u32) << 27;
        (w0, w1)
    }
}

/// A register by its name in assembly.
struct Register(u8);

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 32] = [
            "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
            "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
        ];
        f.write_str(NAMES.get(self.0 as usize).copied().unwrap_or("zero"))
    }
}

impl fmt::Display for Instr {
    /// Disassembles: `addi a0, sp, -16`, `ld a0, 8(sp)`, `beq a0, a1, 0x1040`. LUI and AUIPC show
    /// as `li` with their result, FENCE as `nop`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rd, rs1, rs2) = (Register(self.rd), Register(self.rs1), Register(self.rs2));
        let imm = self.imm as i64;
        let op = self.op;
        match self.kind() {
            Kind::Addition if (self.rd, self.rs1, self.rs2, imm) == (SINK, 0, 0, 0) => f.write_str("nop"),
            Kind::Upper => write!(f, "li {rd}, {:#x}", self.imm),
            Kind::BranchEqual | Kind::BranchLess => write!(f, "{op} {rs1}, {rs2}, {:#x}", self.imm),
            Kind::Jump => write!(f, "{op} {rd}, {:#x}", self.imm),
            Kind::JumpRegister | Kind::Load => write!(f, "{op} {rd}, {imm}({rs1})"),
            Kind::Store => write!(f, "{op} {rs2}, {imm}({rs1})"),
            Kind::System | Kind::Breakpoint => write!(f, "{op}"),
            _ => match op.name(|e| e.format.has_immediate()) {
                Some(immediate) if self.rs2 == 0 => write!(f, "{immediate} {rd}, {rs1}, {imm}"),
                _ => write!(f, "{op} {rd}, {rs1}, {rs2}"),
            },
        }
    }
}
