//! Instructions as the machine sees them: decoded once, into at most two words.
//!
//! A program cell holds `w0 = next pc | low half of the immediate << 32` and a 32-bit `w1`:
//!
//! | bits of w1 | field |
//! |---|---|
//! | 0..=5 | rd, 32 (the sink) where the instruction names x0 |
//! | 6..=10 | rs1 |
//! | 11..=15 | rs2, 0 where there is none |
//! | 16 | bit 32 of the immediate |
//! | 17 | bits 33..=63 of the immediate |
//! | 18..=25 | flags, as the kind's table defines them |
//! | 26..=31 | kind: the table that executes it |
//!
//! so no row adds to the pc: the immediate of a branch or JAL is its target, that of AUIPC its
//! result, and where the next instruction is stands in the cell: two or four bytes on, as the
//! instruction is compressed or not. x0 is read as register 0, which nothing writes.
//!
//! The encodings of an instruction, the table that executes it and its flags are written in its
//! family's file ([`crate::families`]); what is here is derived from them.

use core::fmt;

use dyad_abi::RAM_END;

use crate::compressed::{expand, is_compressed};
use crate::families::{self, Format};
use crate::list::{Kind, Op};

/// Where rd = x0 is written to.
pub const SINK: u8 = 32;
/// The register that holds the address which LR reserved, 0 where none is.
pub const RESERVATION: u8 = 33;
/// Registers of the machine: x0..=x31, the sink, the reservation.
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

/// A part of the second word of a program cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its lowest bit.
    pub at: u32,
    /// How many bits it has.
    pub bits: u32,
}

impl Field {
    /// rd.
    pub const RD: Self = Self { at: 0, bits: 6 };
    /// rs1.
    pub const RS1: Self = Self { at: 6, bits: 5 };
    /// rs2.
    pub const RS2: Self = Self { at: 11, bits: 5 };
    /// Bit 32 of the immediate.
    pub const IMM_32: Self = Self { at: 16, bits: 1 };
    /// Bits 33..=63 of the immediate, which are equal.
    pub const IMM_SIGN: Self = Self { at: 17, bits: 1 };
    /// The flags.
    pub const FLAGS: Self = Self { at: 18, bits: 8 };
    /// The kind.
    pub const KIND: Self = Self { at: 26, bits: 6 };
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::RD, Self::RS1, Self::RS2, Self::IMM_32, Self::IMM_SIGN, Self::FLAGS, Self::KIND];

    /// The mask of its bits, from bit 0.
    pub const fn mask(self) -> u64 {
        (1 << self.bits) - 1
    }

    /// `value` in its place.
    const fn put(self, value: u32) -> u32 {
        assert!(value as u64 <= self.mask(), "a value that does not fit its field");
        value << self.at
    }
}

/// An instruction in its place: what a program cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its address, even.
    pub pc: u32,
    /// Where execution goes on, unless the instruction says otherwise.
    pub next: u32,
    /// The instruction.
    pub instr: Instr,
}

/// The words of a program cell, with its address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellWords {
    /// Its address.
    pub pc: u32,
    /// Registers, flags and kind.
    pub w1: u32,
    /// Next pc and immediate.
    pub w0: u64,
}

/// The instruction at `pc` that begins with the halfword `low`, `high` being the halfword after it if
/// there is one. `None` where they encode none.
///
/// Nothing decodes at odd addresses, nor at the last four bytes of the address space, after which an
/// instruction's next address might not fit in 32 bits.
pub fn decode(low: u16, high: Option<u16>, pc: u32) -> Option<Placed> {
    if !pc.is_multiple_of(2) || pc > u32::MAX - 4 {
        return None;
    }
    let (word, size) = match (is_compressed(low), high) {
        (true, _) => (expand(low)?, 2),
        (false, Some(high)) => (u32::from(low) | u32::from(high) << 16, 4),
        (false, None) => return None,
    };
    let line = families::candidates(word).find(|e| word & e.mask == e.matches)?;
    Some(Placed { pc, next: pc + size, instr: line.format.read(line.op, word, pc) })
}

impl Placed {
    /// The words of its program cell. The immediate's bits 33..=63 must be equal, as they are in every
    /// decoded instruction.
    pub const fn words(&self) -> CellWords {
        let i = &self.instr;
        let w1 = Field::RD.put(i.rd as u32)
            | Field::RS1.put(i.rs1 as u32)
            | Field::RS2.put(i.rs2 as u32)
            | Field::IMM_32.put((i.imm >> 32) as u32 & 1)
            | Field::IMM_SIGN.put((i.imm >> 63) as u32)
            | Field::FLAGS.put(i.flags())
            | Field::KIND.put(i.kind() as u32);
        CellWords { pc: self.pc, w1, w0: self.next as u64 | i.imm << 32 }
    }
}

impl Instr {
    /// The kind of its operation.
    #[inline]
    pub const fn kind(&self) -> Kind {
        self.op.kind()
    }

    /// The flags of its operation.
    #[inline]
    pub const fn flags(&self) -> u32 {
        self.op.flags()
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
            Kind::LoadReserved => write!(f, "{op} {rd}, ({rs1})"),
            Kind::StoreConditional | Kind::Amo => write!(f, "{op} {rd}, {rs2}, ({rs1})"),
            Kind::System | Kind::Breakpoint => write!(f, "{op}"),
            _ => match op.name(|e| e.format.has_immediate()) {
                None if op.name(|e| e.format == Format::Unary).is_some() => write!(f, "{op} {rd}, {rs1}"),
                Some(immediate) if self.rs2 == 0 => write!(f, "{immediate} {rd}, {rs1}, {imm}"),
                _ => write!(f, "{op} {rd}, {rs1}, {rs2}"),
            },
        }
    }
}
