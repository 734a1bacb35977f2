//! Names and source lines of a program's addresses, for messages to people.
//!
//! Nothing here decides what a program is: symbols and debug information may be missing, wrong or
//! malformed, and then there is simply less to say.

use std::fmt;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use object::elf::FileHeader64;
use object::read::elf::ElfFile;
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// The symbols and source lines of an ELF file.
pub struct Symbols<'a> {
    /// (address, size, mangled name), by address.
    functions: Vec<(u64, u64, &'a str)>,
    lines: Option<Context<Slice<'a>>>,
}

/// Where an address lies in the source, as far as the ELF file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The function that holds the address, or the nearest symbol below, with its distance.
    pub symbol: Option<(String, u64)>,
    /// The source file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
}

/// On one line, whatever characters the ELF file has in its names.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |name: &str| name.replace(char::is_control, "\u{fffd}");
        match &self.symbol {
            Some((name, 0)) => write!(f, "{}", shown(name))?,
            Some((name, offset)) => write!(f, "{}+{offset:#x}", shown(name))?,
            None => write!(f, "unknown function")?,
        }
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " at {}:{line}", shown(file)),
            (Some(file), None) => write!(f, " in {}", shown(file)),
            _ => Ok(()),
        }
    }
}

impl<'a> Symbols<'a> {
    /// Reads the symbol table and the debug information of an ELF file, as far as they make sense.
    pub fn read(elf: &'a [u8]) -> Self {
        let Ok(file) = ElfFile::<FileHeader64<object::LittleEndian>>::parse(elf) else {
            return Self { functions: Vec::new(), lines: None };
        };
        let mut functions: Vec<_> = file
            .symbols()
            .filter(|s| {
                s.is_definition()
                    && matches!(s.kind(), SymbolKind::Text | SymbolKind::Unknown | SymbolKind::Label)
            })
            .filter_map(|s| Some((s.address(), s.size(), s.name().ok()?)))
            // Mapping symbols and local labels of the assembler name no function.
            .filter(|(_, _, name)| !name.is_empty() && !name.starts_with(['$', '.']))
            .collect();
        functions.sort_unstable();
        let section = |id: SectionId| -> Result<Slice<'a>, object::Error> {
            let data = file.section_by_name(id.name()).and_then(|s| s.data().ok()).unwrap_or(&[]);
            Ok(EndianSlice::new(data, LittleEndian))
        };
        let lines = Dwarf::load(section).ok().and_then(|dwarf| Context::from_dwarf(dwarf).ok());
        Self { functions, lines }
    }

    /// The name, demangled, of the function at `address` and the distance from its start. Where no
    /// symbol's size covers the address, the nearest symbol below stands for it.
    pub fn symbol(&self, address: u64) -> Option<(String, u64)> {
        let below = &self.functions[..self.functions.partition_point(|&(start, ..)| start <= address)];
        let nearest = below.last()?;
        // Symbols without a size (labels) may follow inside a function that has one.
        let covering = below.iter().rev().take(16).find(|(start, size, _)| address - start < *size);
        let (start, _, name) = covering.unwrap_or(nearest);
        Some((format!("{:#}", rustc_demangle::demangle(name)), address - start))
    }

    /// The address of the symbol with this name, as it stands in the file.
    pub fn address(&self, name: &str) -> Option<u64> {
        self.functions.iter().find(|f| f.2 == name).map(|f| f.0)
    }

    /// Everything known about `address`.
    pub fn location(&self, address: u64) -> Location {
        let found = self.lines.as_ref().and_then(|c| c.find_location(address).ok().flatten());
        Location {
            symbol: self.symbol(address),
            file: found.as_ref().and_then(|l| l.file.map(str::to_owned)),
            line: found.and_then(|l| l.line).filter(|&line| line != 0),
        }
    }
}
