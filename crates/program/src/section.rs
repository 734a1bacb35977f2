//! Sections that are not loaded: read, and put into ELF files.
//!
//! What a file has stays where it is: the section, the names of all sections and their headers are appended, and the
//! file's header points to them. So nothing that is loaded moves, whether sections speak of it or not.

use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSection};

/// Where the file's header has the offset of section headers, their size, their number, and which has the names.
const SHOFF: usize = 0x28;
const SHENTSIZE: usize = 0x3a;
const SHNUM: usize = 0x3c;
const SHSTRNDX: usize = 0x3e;
/// Bytes of a section's header, and where it has its offset and size.
const HEADER: usize = 64;
const OFFSET: usize = 0x18;
const SIZE: usize = 0x20;
/// Kinds of sections.
const PROGBITS: u32 = 1;
const STRTAB: u32 = 3;

/// The bytes of the section of this name, if there is one.
pub(crate) fn read<'e>(elf: &'e [u8], name: &str) -> Option<&'e [u8]> {
    let file = ElfFile64::<Endianness>::parse(elf).ok()?;
    file.section_by_name(name)?.data().ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?)).ok()
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// The headers of sections and their names.
struct Sections {
    headers: Vec<[u8; HEADER]>,
    names: Vec<u8>,
    /// Which section has the names.
    names_in: usize,
}

impl Sections {
    /// Those of a file; `None` where they are not as they should be.
    fn of(elf: &[u8]) -> Option<Self> {
        let (offset, count) = (u64_at(elf, SHOFF)?, u16_at(elf, SHNUM)?);
        let names_in = u16_at(elf, SHSTRNDX)?;
        if offset == 0 || count == 0 || names_in == 0 {
            // The first header is empty, the second one has the names.
            let mut header = [0; HEADER];
            put(&mut header, 0, &1u32.to_le_bytes());
            put(&mut header, 4, &STRTAB.to_le_bytes());
            let headers = vec![[0; HEADER], header];
            return Some(Self { headers, names: b"\0.shstrtab\0".to_vec(), names_in: 1 });
        }
        let table = elf.get(offset..)?.get(..count.checked_mul(HEADER)?)?;
        let headers: Vec<[u8; HEADER]> = table.as_chunks().0.to_vec();
        let strings = headers.get(names_in)?;
        let names = elf.get(u64_at(strings, OFFSET)?..)?.get(..u64_at(strings, SIZE)?)?.to_vec();
        (u16_at(elf, SHENTSIZE)? == HEADER).then_some(Self { headers, names, names_in })
    }

    /// Which section has a name.
    fn find(&self, name: &str) -> Option<usize> {
        let is = |header: &[u8; HEADER]| {
            let at = u32::from_le_bytes(*header.first_chunk().expect("a header")) as usize;
            let rest = self.names.get(at..)?;
            rest.strip_prefix(name.as_bytes())?.starts_with(&[0]).then_some(())
        };
        self.headers.iter().position(|header| is(header).is_some())
    }
}

/// The ELF file with a section of this name and these bytes, that is not loaded, in the place of one that it has; `None`
/// where its sections are not as they should be.
pub(crate) fn replace(elf: &[u8], name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut sections = Sections::of(elf)?;
    let mut out = elf.to_vec();
    let section = if let Some(section) = sections.find(name) {
        let header = &sections.headers[section];
        let (at, size) = (u64_at(header, OFFSET)?, u64_at(header, SIZE)?);
        // What was appended before is in the way of nothing.
        let end = (at.checked_add(size)? + sections.names.len()).next_multiple_of(8);
        if end == u64_at(elf, SHOFF)? && end + HEADER * sections.headers.len() == elf.len() {
            out.truncate(at);
        }
        section
    } else {
        let mut header = [0; HEADER];
        put(&mut header, 0, &(sections.names.len() as u32).to_le_bytes());
        put(&mut header, 4, &PROGBITS.to_le_bytes());
        put(&mut header, 0x30, &1u64.to_le_bytes());
        sections.names.extend(name.bytes().chain([0]));
        sections.headers.push(header);
        sections.headers.len() - 1
    };
    out.resize(out.len().next_multiple_of(8), 0);
    let place = |header: &mut [u8; HEADER], at: usize, size: usize| {
        put(header, OFFSET, &(at as u64).to_le_bytes());
        put(header, SIZE, &(size as u64).to_le_bytes());
    };
    place(&mut sections.headers[section], out.len(), bytes.len());
    out.extend(bytes);
    let names_in = sections.names_in;
    place(&mut sections.headers[names_in], out.len(), sections.names.len());
    out.extend(&sections.names);
    out.resize(out.len().next_multiple_of(8), 0);
    let at = out.len() as u64;
    out.extend(sections.headers.as_flattened());
    put(&mut out, SHOFF, &at.to_le_bytes());
    put(&mut out, SHENTSIZE, &(HEADER as u16).to_le_bytes());
    put(&mut out, SHNUM, &u16::try_from(sections.headers.len()).ok()?.to_le_bytes());
    put(&mut out, SHSTRNDX, &u16::try_from(names_in).ok()?.to_le_bytes());
    Some(out)
}
