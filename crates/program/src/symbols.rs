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
#[derive(Default)]
pub struct Symbols<'a> {
    /// (address, size, mangled name), by address.
    functions: Vec<(u64, u64, &'a str)>,
    /// The same of variables.
    variables: Vec<(u64, u64, &'a str)>,
    /// Sections that are in memory: (address, size, name).
    sections: Vec<(u64, u64, &'a str)>,
    pub(crate) lines: Option<Context<Slice<'a>>>,
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
    /// Where the code was asked for, if it is the standard library's and stands in another function's
    /// place (inlined): that function's file and line.
    pub caller: Option<(String, u32)>,
}

/// A name on one line.
fn shown(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}

/// The function of a location, without its source lines.
struct Function<'l>(&'l Location);

impl fmt::Display for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.symbol {
            Some((name, 0)) => write!(f, "{}", shown(name)),
            Some((name, offset)) => write!(f, "{}+{offset:#x}", shown(name)),
            None => write!(f, "unknown function"),
        }
    }
}

impl Location {
    /// The function, and the distance from its start: what is known without debug information.
    pub fn function(&self) -> impl fmt::Display {
        Function(self)
    }
}

/// On one line, whatever characters the ELF file has in its names.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.function())?;
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " at {}:{line}", shown(file))?,
            (Some(file), None) => write!(f, " in {}", shown(file))?,
            _ => {}
        }
        match &self.caller {
            Some((file, line)) => write!(f, ", called at {}:{line}", shown(file)),
            None => Ok(()),
        }
    }
}

impl<'a> Symbols<'a> {
    /// Reads the symbol table and the debug information of an ELF file, as far as they make sense.
    pub fn read(elf: &'a [u8]) -> Self {
        let Ok(file) = ElfFile::<FileHeader64<object::LittleEndian>>::parse(elf) else {
            return Self::default();
        };
        let symbols = |kinds: &[SymbolKind]| {
            let symbols = file.symbols().filter(|s| s.is_definition() && kinds.contains(&s.kind()));
            let mut symbols: Vec<_> = symbols
                .filter_map(|s| Some((s.address(), s.size(), s.name().ok()?)))
                // Mapping symbols and local labels of the assembler name nothing.
                .filter(|(_, _, name)| !name.is_empty() && !name.starts_with(['$', '.']))
                .collect();
            symbols.sort_unstable();
            symbols
        };
        let functions = symbols(&[SymbolKind::Text, SymbolKind::Unknown, SymbolKind::Label]);
        let variables = symbols(&[SymbolKind::Data]);
        let sections = file.sections().filter_map(|s| Some((s.address(), s.size(), s.name().ok()?)));
        let sections = sections.filter(|s| s.0 != 0).collect();
        let section = |id: SectionId| -> Result<Slice<'a>, object::Error> {
            let data = file.section_by_name(id.name()).and_then(|s| s.data().ok()).unwrap_or(&[]);
            Ok(EndianSlice::new(data, LittleEndian))
        };
        let lines = Dwarf::load(section).ok().and_then(|dwarf| Context::from_dwarf(dwarf).ok());
        Self { functions, variables, sections, lines }
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

    /// The variable at `address`, demangled, with the distance from its start, or else the section; nothing
    /// where the file has neither there.
    pub fn data(&self, address: u64) -> Option<String> {
        let covers = |&&(start, size, _): &&(u64, u64, &str)| address.wrapping_sub(start) < size;
        let below = &self.variables[..self.variables.partition_point(|v| v.0 <= address)];
        if let Some(&(start, _, name)) = below.iter().rev().take(16).find(covers) {
            let name = format!("{:#}", rustc_demangle::demangle(name));
            return Some(match address - start {
                0 => name,
                offset => format!("{name}+{offset:#x}"),
            });
        }
        self.sections.iter().find(covers).map(|s| s.2.to_owned())
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
            caller: self.caller(address),
        }
    }

    /// The first place outside the standard library among the functions that stand inlined at `address`,
    /// unless it is the innermost.
    fn caller(&self, address: u64) -> Option<(String, u32)> {
        let mut frames = self.lines.as_ref()?.find_frames(address).skip_all_loads().ok()?;
        for depth in 0.. {
            let location = frames.next().ok()??.location?;
            let (file, line) = (location.file?, location.line?);
            if !is_of_library(file) {
                return (depth > 0).then(|| (file.to_owned(), line));
            }
        }
        None
    }
}

/// Whether a source file is one of Rust's own: as the distributed library names them, or as one that was
/// built on the spot has them.
pub(crate) fn is_of_library(file: &str) -> bool {
    file.starts_with("/rustc/")
        || ["core", "alloc", "std"].iter().any(|name| file.contains(&format!("/library/{name}/src/")))
}
