//! Writes ELF files.

use super::Code;

/// Permissions of a segment, as in `p_flags`.
const X: u32 = 1;
const W: u32 = 2;
const R: u32 = 4;

/// A program header and its bytes; every field can be set to something wrong.
#[derive(Clone, Debug)]
pub struct Part {
    /// `p_type`; 1 is `PT_LOAD`.
    pub kind: u32,
    /// `p_flags`: 1 executable, 2 writable, 4 readable.
    pub flags: u32,
    /// `p_vaddr`.
    pub address: u64,
    /// `p_paddr`.
    pub load_address: u64,
    /// The bytes in the file.
    pub bytes: Vec<u8>,
    /// `p_filesz`.
    pub file_size: u64,
    /// `p_memsz`.
    pub memory_size: u64,
    /// `p_align`.
    pub align: u64,
}

impl Part {
    /// A well-formed `PT_LOAD` segment.
    pub fn load(flags: u32, address: u64, bytes: &[u8]) -> Self {
        let size = bytes.len() as u64;
        Self {
            kind: 1,
            flags,
            address,
            load_address: address,
            bytes: bytes.to_vec(),
            file_size: size,
            memory_size: size,
            align: 8,
        }
    }
}

/// A section header's fields that matter here, and its bytes.
struct Section<'a> {
    name: &'a str,
    kind: u32,
    flags: u64,
    address: u64,
    link: u32,
    info: u32,
    entry_size: u64,
    bytes: Vec<u8>,
}

/// An ELF file under construction: RV64, static, little-endian.
#[derive(Clone, Debug)]
pub struct Elf {
    entry: u64,
    parts: Vec<Part>,
    /// Type and binding as in the file, name, address, size.
    symbols: Vec<(u8, String, u64, u64)>,
    sections: Vec<(String, u64, u64, Vec<u8>)>,
    spacing: u64,
    flags: u32,
}

impl Elf {
    /// A file whose program starts at `entry`.
    pub fn new(entry: u64) -> Self {
        Self { entry, parts: Vec::new(), symbols: Vec::new(), sections: Vec::new(), spacing: 8, flags: 0 }
    }

    /// Lays the file out in pages, as operating systems want it.
    #[must_use]
    pub fn paged(mut self) -> Self {
        self.spacing = 0x1000;
        self
    }

    /// Adds any segment.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Adds an executable segment of instruction words.
    #[must_use]
    pub fn code(self, address: u64, words: &[u32]) -> Self {
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        self.part(Part::load(R | X, address, &bytes))
    }

    /// Adds an executable segment of instructions of any size.
    #[must_use]
    pub fn mixed_code(self, address: u64, code: &Code) -> Self {
        self.part(Part::load(R | X, address, &code.bytes()))
    }

    /// Adds a writable segment.
    #[must_use]
    pub fn data(self, address: u64, bytes: &[u8]) -> Self {
        self.part(Part::load(R | W, address, bytes))
    }

    /// Adds a read-only segment.
    #[must_use]
    pub fn read_only(self, address: u64, bytes: &[u8]) -> Self {
        self.part(Part::load(R, address, bytes))
    }

    /// Adds a writable segment of zeros that takes no bytes of the file.
    #[must_use]
    pub fn bss(self, address: u64, size: u64) -> Self {
        self.part(Part { memory_size: size, ..Part::load(R | W, address, &[]) })
    }

    /// Adds a function's symbol.
    #[must_use]
    pub fn symbol(mut self, name: &str, address: u64, size: u64) -> Self {
        self.symbols.push((0x12, name.to_owned(), address, size));
        self
    }

    /// Adds a variable's symbol.
    #[must_use]
    pub fn variable(mut self, name: &str, address: u64, size: u64) -> Self {
        self.symbols.push((0x11, name.to_owned(), address, size));
        self
    }

    /// Adds a section that isn't loaded.
    #[must_use]
    pub fn section(mut self, name: &str, bytes: &[u8]) -> Self {
        self.sections.push((name.to_owned(), 0, 0, bytes.to_vec()));
        self
    }

    /// Adds a section header, with bytes of its own, that says that there are data.
    #[must_use]
    pub fn data_section(mut self, name: &str, address: u64, bytes: &[u8]) -> Self {
        self.sections.push((name.to_owned(), 2, address, bytes.to_vec()));
        self
    }

    /// Adds a section header, with bytes of its own, that says that there is code.
    #[must_use]
    pub fn code_section(mut self, name: &str, address: u64, words: &[u32]) -> Self {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.sections.push((name.to_owned(), 6, address, bytes));
        self
    }

    /// Sets `e_flags`.
    #[must_use]
    pub fn flags(mut self, flags: u32) -> Self {
        self.flags = flags;
        self
    }

    /// The file.
    pub fn build(&self) -> Vec<u8> {
        let mut file = vec![0; 64 + 56 * self.parts.len()];
        for (i, part) in self.parts.iter().enumerate() {
            // The offset agrees with the address modulo the spacing.
            let padding = part.address.wrapping_sub(file.len() as u64) % self.spacing;
            let offset = file.len() as u64 + padding;
            file.resize(offset as usize, 0);
            file.extend(&part.bytes);
            let header: Vec<u8> = [u64::from(part.kind) | u64::from(part.flags) << 32, offset]
                .into_iter()
                .chain([part.address, part.load_address, part.file_size, part.memory_size, part.align])
                .flat_map(u64::to_le_bytes)
                .collect();
            file[64 + 56 * i..][..56].copy_from_slice(&header);
        }
        let sections = self.write_sections(&mut file);
        let mut header = vec![0x7f, b'E', b'L', b'F', 2, 1, 1];
        header.resize(16, 0);
        header.extend([2, 0, 243, 0, 1, 0, 0, 0]);
        header.extend(self.entry.to_le_bytes());
        header.extend(64u64.to_le_bytes());
        header.extend(sections.map_or(0, |s| s.0).to_le_bytes());
        header.extend(self.flags.to_le_bytes());
        let count = sections.map_or(0, |s| s.1);
        for half in [64, 56, self.parts.len() as u16, 64, count, count.saturating_sub(1)] {
            header.extend(half.to_le_bytes());
        }
        file[..64].copy_from_slice(&header);
        file
    }

    /// Writes symbols and sections; returns the offset and number of the section headers.
    fn write_sections(&self, file: &mut Vec<u8>) -> Option<(u64, u16)> {
        if self.symbols.is_empty() && self.sections.is_empty() {
            return None;
        }
        let (mut table, mut names) = (vec![0; 24], vec![0]);
        for (kind, name, address, size) in &self.symbols {
            table.extend((names.len() as u32).to_le_bytes());
            // Default visibility; which section makes no difference.
            table.extend([*kind, 0, 1, 0]);
            table.extend(address.to_le_bytes());
            table.extend(size.to_le_bytes());
            names.extend(name.as_bytes());
            names.push(0);
        }
        let plain = |name, kind, bytes| Section {
            name,
            kind,
            flags: 0,
            address: 0,
            link: 0,
            info: 0,
            entry_size: 0,
            bytes,
        };
        let symbols = Section { link: 2, info: 1, entry_size: 24, ..plain(".symtab", 2, table) };
        let mut sections = vec![plain("", 0, Vec::new()), symbols, plain(".strtab", 3, names)];
        sections.extend(self.sections.iter().map(|&(ref name, flags, address, ref bytes)| Section {
            flags,
            address,
            ..plain(name, 1, bytes.clone())
        }));
        let mut section_names = Vec::new();
        let mut starts = Vec::new();
        for name in sections.iter().map(|s| s.name).chain([".shstrtab"]) {
            starts.push(section_names.len() as u32);
            section_names.extend(name.as_bytes());
            section_names.push(0);
        }
        sections.push(plain(".shstrtab", 3, section_names));
        let mut headers = Vec::new();
        for (section, start) in sections.iter().zip(starts) {
            let Section { kind, flags, address, link, info, entry_size, bytes, .. } = section;
            file.resize(file.len().next_multiple_of(8), 0);
            headers.extend(start.to_le_bytes());
            headers.extend(kind.to_le_bytes());
            for word in [*flags, *address, file.len() as u64, bytes.len() as u64] {
                headers.extend(word.to_le_bytes());
            }
            headers.extend(link.to_le_bytes());
            headers.extend(info.to_le_bytes());
            headers.extend(1u64.to_le_bytes());
            headers.extend(entry_size.to_le_bytes());
            file.extend(bytes);
        }
        file.resize(file.len().next_multiple_of(8), 0);
        let offset = file.len() as u64;
        file.extend(headers);
        Some((offset, sections.len() as u16))
    }
}
