//! One file an instruction family: encodings, `execute`, rules.
//!
//! A family's `ENCODINGS` hold one line an instruction: its name, the bits of the word that are
//! fixed, their values, where the operands are, what it does, the table that executes it and the
//! flags that table gets. Decoding, disassembly and program cells are derived from those lines.

pub mod access;
pub mod addition;
pub mod atomic;
pub mod branch;
pub mod bytes;
pub mod compare;
pub mod conditional;
pub mod count;
pub mod divide;
pub mod jump;
pub mod load;
pub mod logic;
pub mod min_max;
pub mod multiply;
pub mod pack;
pub mod rotate;
pub mod shift;
pub mod shift_add;
pub mod single_bit;
pub mod store;
pub mod system;
pub mod upper;

use crate::instr::{Instr, NOWHERE, SINK};
use crate::list::{Kind, Op};

/// An instruction family.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Its instructions, a line each.
    pub encodings: &'static [Encoding],
}

macro_rules! families {
    (families { $($family:ident $class:ident $ops:tt $tables:tt)* } $($rest:tt)*) => {
        /// All families.
        pub const FAMILIES: &[Family] =
            &[$(Family { name: stringify!($family), encodings: $family::ENCODINGS }),*];
    };
}

crate::machine!(families);

/// One instruction of the RISC-V manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Its mnemonic.
    pub name: &'static str,
    /// The bits of the word that tell it from others.
    pub mask: u32,
    /// The values of those bits.
    pub matches: u32,
    /// Where its operands are.
    pub format: Format,
    /// What it does.
    pub op: Op,
    /// The table that executes it.
    pub kind: Kind,
    /// What that table is told beside the operands: at most 8 bits.
    pub flags: u32,
}

/// Most lines that share an opcode and a funct3.
const BUCKET: usize = 16;

/// For each opcode without its lowest two bits, which are ones, and each funct3: the lines that words
/// with both may match, by family and place in it.
const BUCKETS: [([(u8, u8); BUCKET], usize); 256] = {
    let mut out = [([(0, 0); BUCKET], 0); 256];
    let mut f = 0;
    while f < FAMILIES.len() {
        let mut i = 0;
        while i < FAMILIES[f].encodings.len() {
            let e = &FAMILIES[f].encodings[i];
            assert!(e.mask & 0x7f == 0x7f && e.matches & 3 == 3, "a line without an opcode");
            let mut key = 0;
            while key < out.len() {
                let word = (key as u32 >> 3) << 2 | 3 | (key as u32 & 7) << 12;
                if (word ^ e.matches) & e.mask & FUNCT3 == 0 {
                    let (lines, count) = &mut out[key];
                    lines[*count] = (f as u8, i as u8);
                    *count += 1;
                }
                key += 1;
            }
            i += 1;
        }
        f += 1;
    }
    out
};

/// The lines that `word`, not a compressed one, may match.
pub(crate) fn candidates(word: u32) -> impl Iterator<Item = &'static Encoding> {
    static LINES: [([(u8, u8); BUCKET], usize); 256] = BUCKETS;
    let (lines, count) = &LINES[(word >> 2 & 31) as usize * 8 + (word >> 12 & 7) as usize];
    lines[..*count].iter().map(|&(f, i)| &FAMILIES[usize::from(f)].encodings[usize::from(i)])
}

/// Opcode only.
const OPCODE: u32 = 0x7f;
/// Opcode and funct3.
const FUNCT3: u32 = 0x707f;
/// Opcode, funct3 and the upper 6 bits of funct7: shifts by 0..=63.
const FUNCT6: u32 = 0xfc00_707f;
/// Opcode, funct3 and funct7.
const FUNCT7: u32 = 0xfe00_707f;
/// Everything but rd and rs1.
const UNARY: u32 = 0xfff0_707f;
/// The whole word.
const WHOLE: u32 = u32::MAX;

/// One line of a family's list.
const fn line(
    name: &'static str,
    (mask, matches): (u32, u32),
    format: Format,
    op: Op,
    kind: Kind,
    flags: u32,
) -> Encoding {
    Encoding { name, mask, matches, format, op, kind, flags }
}

/// Where an instruction's operands are in its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// rd, rs1, rs2.
    R,
    /// rd, rs1, 12-bit signed immediate.
    I,
    /// rd, rs1, 6-bit unsigned immediate.
    Shift,
    /// rd, rs1.
    Unary,
    /// rd, rs1, rs2, rs1 being an address.
    Atomic,
    /// rs1, rs2, 12-bit signed immediate.
    S,
    /// rs1, rs2, 13-bit signed even offset to the pc.
    B,
    /// rd, upper 20 bits of a sign-extended 32-bit immediate.
    U,
    /// As `U`, added to the pc.
    UPc,
    /// rd, 21-bit signed even offset to the pc.
    J,
    /// No operands: other fields of the word are ignored.
    None,
}

impl Format {
    /// Whether the second operand is an immediate of the word.
    pub fn has_immediate(self) -> bool {
        matches!(self, Self::I | Self::Shift)
    }

    /// The instruction `op` with its operands read from `word` at `pc`.
    pub fn read(self, op: Op, word: u32, pc: u32) -> Instr {
        let register = |at: u32| (word >> at & 31) as u8;
        let bits = |from: u32, count: u32, to: u32| (word >> from & ((1 << count) - 1)) << to;
        let signed =
            |value: u32, width: u32| i64::from((value << (32 - width)).cast_signed() >> (32 - width));
        let rd = if register(7) == 0 { SINK } else { register(7) };
        let (rs1, rs2) = (register(15), register(20));
        let target = |offset: i64| u64::from(u32::try_from(i64::from(pc) + offset).unwrap_or(NOWHERE));
        let upper = i64::from((word & 0xffff_f000).cast_signed());
        let (rd, rs1, rs2, imm) = match self {
            Self::R | Self::Atomic => (rd, rs1, rs2, 0),
            Self::I => (rd, rs1, 0, signed(bits(20, 12, 0), 12) as u64),
            Self::Shift => (rd, rs1, 0, u64::from(bits(20, 6, 0))),
            Self::Unary => (rd, rs1, 0, 0),
            Self::S => (SINK, rs1, rs2, signed(bits(25, 7, 5) | bits(7, 5, 0), 12) as u64),
            Self::B => {
                let offset = bits(31, 1, 12) | bits(7, 1, 11) | bits(25, 6, 5) | bits(8, 4, 1);
                (SINK, rs1, rs2, target(signed(offset, 13)))
            }
            Self::U => (rd, 0, 0, upper as u64),
            Self::UPc => (rd, 0, 0, (i64::from(pc) + upper) as u64),
            Self::J => {
                let offset = bits(31, 1, 20) | bits(12, 8, 12) | bits(20, 1, 11) | bits(21, 10, 1);
                (rd, 0, 0, target(signed(offset, 21)))
            }
            Self::None => (SINK, 0, 0, 0),
        };
        Instr { op, rd, rs1, rs2, imm }
    }
}

#[cfg(test)]
mod misaligned_tests;
#[cfg(test)]
mod tests;
