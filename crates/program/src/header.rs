//! What an ELF file says of how it was compiled, for messages to people.
//!
//! Nothing here decides what a program is: `e_flags` and section headers may be missing or wrong.

use core::fmt;

use dyad_machine::compressed::{code_at, is_compressed};
use dyad_machine::instr::decode;
use object::LittleEndian as LE;
use object::elf::{
    EF_RISCV_FLOAT_ABI_DOUBLE, EF_RISCV_FLOAT_ABI_QUAD, EF_RISCV_FLOAT_ABI_SINGLE, EF_RISCV_RVC,
    FileHeader64, SHF_EXECINSTR,
};
use object::read::elf::ElfFile;
use object::{Object, ObjectSection, SectionFlags, pod};

/// `unimp` of the assembler, which compilers put where control cannot come.
pub const UNIMP: u32 = 0xc000_1073;

/// How floating-point numbers are passed to functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatAbi {
    /// In integer registers: the code may do without floating-point instructions.
    Soft,
    /// In registers of the extension F.
    Single,
    /// In registers of the extension D.
    Double,
    /// In registers of the extension Q.
    Quad,
}

impl fmt::Display for FloatAbi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Soft => "soft-float",
            Self::Single => "single-float",
            Self::Double => "double-float",
            Self::Quad => "quad-float",
        })
    }
}

/// `e_flags` of an ELF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderFlags {
    /// All of them.
    pub bits: u32,
    /// Whether it says that there are compressed instructions.
    pub compressed: bool,
    /// The ABI that it names.
    pub float_abi: FloatAbi,
}

impl HeaderFlags {
    pub(crate) fn read(elf: &[u8]) -> Self {
        let header = pod::from_bytes::<FileHeader64<LE>>(elf);
        let flags = header.map(|(header, _)| header.e_flags.get(LE)).unwrap_or_default();
        let float_abi = match flags.riscv_float_abi() {
            EF_RISCV_FLOAT_ABI_SINGLE => FloatAbi::Single,
            EF_RISCV_FLOAT_ABI_DOUBLE => FloatAbi::Double,
            EF_RISCV_FLOAT_ABI_QUAD => FloatAbi::Quad,
            _ => FloatAbi::Soft,
        };
        Self { bits: flags.0, compressed: flags.contains(EF_RISCV_RVC), float_abi }
    }
}

/// The first address in executable sections where no instruction of the machine stands, and what stands
/// there: a halfword, or a word if it begins as an instruction of 32 bits. Zeros and `unimp`, which
/// compilers put where control cannot come, do not count.
pub fn first_unknown(elf: &[u8]) -> Option<(u64, u32)> {
    let file = ElfFile::<FileHeader64<LE>>::parse(elf).ok()?;
    let is_code =
        |flags| matches!(flags, SectionFlags::Elf { sh_flags, .. } if sh_flags.contains(SHF_EXECINSTR));
    let sections = file.sections().filter(|section| is_code(section.flags()));
    sections.filter_map(|section| unknown(section.address(), section.data().ok()?)).min()
}

fn unknown(address: u64, bytes: &[u8]) -> Option<(u64, u32)> {
    let halves = crate::halves(bytes);
    let mut i = 0;
    while let Some(&low) = halves.get(i) {
        let (at, next) = (address.wrapping_add(2 * i as u64), halves.get(i + 1).copied());
        let code = code_at(low, next);
        if ![0, UNIMP].contains(&code) && decode(low, next, at as u32).is_none() {
            return Some((at, code));
        }
        i += if is_compressed(low) { 1 } else { 2 };
    }
    None
}
