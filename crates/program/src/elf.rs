//! The checks on an ELF file, and the segments it loads.
//!
//! Only the ELF header and the program headers are read: section headers say nothing about what a
//! program is. `e_flags` is not looked at; code that the machine lacks simply doesn't decode.

use dyad_abi::RAM_START;
use dyad_machine::instr::RAM_TOP;
use object::LittleEndian as LE;
use object::elf::{
    ELFCLASS64, ELFDATA2LSB, ELFMAG, EM_RISCV, ET_EXEC, FileHeader64, PF_W, PF_X, PN_XNUM, PT_DYNAMIC,
    PT_INTERP, PT_LOAD, ProgramHeader64,
};
use object::pod;

use crate::{LoadError, Segment, SegmentError};

/// One past the highest address a segment may have: every run lists the top cell of memory among
/// those that no image defines.
pub const SEGMENT_END: u64 = RAM_TOP;

/// At most this many bytes from the file and of read-only memory together: 64 MiB.
pub const MAX_IMAGE_BYTES: u64 = 64 << 20;

/// A segment with its bytes from the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loaded<'a> {
    pub segment: Segment,
    pub bytes: &'a [u8],
}

/// Checks the file; returns the entry address and the segments by increasing address.
pub(crate) fn read(elf: &[u8]) -> Result<(u32, Vec<Loaded<'_>>), LoadError> {
    let header = file_header(elf)?;
    let mut segments = Vec::new();
    for (index, p) in program_headers(header, elf)?.iter().enumerate() {
        match p.p_type.get(LE) {
            PT_LOAD if p.p_memsz.get(LE) == 0 && p.p_filesz.get(LE) == 0 => {}
            PT_LOAD => segments.push(segment(p, elf).map_err(|reason| LoadError::Segment {
                header: index,
                address: p.p_vaddr.get(LE),
                reason,
            })?),
            PT_INTERP => return Err(LoadError::Dynamic { header: index, kind: "PT_INTERP" }),
            PT_DYNAMIC => return Err(LoadError::Dynamic { header: index, kind: "PT_DYNAMIC" }),
            _ => {}
        }
    }
    arrange(&mut segments)?;
    let entry = entry(header.e_entry.get(LE), &segments)?;
    Ok((entry, segments))
}

fn file_header(elf: &[u8]) -> Result<&FileHeader64<LE>, LoadError> {
    let (h, _) = pod::from_bytes::<FileHeader64<LE>>(elf).map_err(|()| LoadError::NotElf)?;
    if h.e_ident.magic != ELFMAG {
        return Err(LoadError::NotElf);
    }
    if h.e_ident.class != ELFCLASS64 {
        return Err(LoadError::NotElf64);
    }
    if h.e_ident.data != ELFDATA2LSB {
        return Err(LoadError::NotLittleEndian);
    }
    for version in [u32::from(h.e_ident.version.0), h.e_version.get(LE)] {
        if version != 1 {
            return Err(LoadError::Version(version));
        }
    }
    if h.e_machine.get(LE) != EM_RISCV {
        return Err(LoadError::Machine(h.e_machine.get(LE).0));
    }
    if h.e_type.get(LE) != ET_EXEC {
        return Err(LoadError::NotExecutable(h.e_type.get(LE).0));
    }
    Ok(h)
}

fn program_headers<'a>(h: &FileHeader64<LE>, elf: &'a [u8]) -> Result<&'a [ProgramHeader64<LE>], LoadError> {
    let count = h.e_phnum.get(LE);
    if count == 0 {
        return Err(LoadError::Empty);
    }
    if count == PN_XNUM {
        return Err(LoadError::ProgramHeaders("there are too many"));
    }
    if usize::from(h.e_phentsize.get(LE)) != size_of::<ProgramHeader64<LE>>() {
        return Err(LoadError::ProgramHeaders("their size is not 56 bytes"));
    }
    let beyond = LoadError::ProgramHeaders("they lie beyond the end of the file");
    let table = usize::try_from(h.e_phoff.get(LE)).ok().and_then(|offset| elf.get(offset..));
    match table.map(|bytes| pod::slice_from_bytes(bytes, usize::from(count))) {
        Some(Ok((headers, _))) => Ok(headers),
        _ => Err(beyond),
    }
}

/// The rules that concern one segment alone.
fn segment<'a>(p: &ProgramHeader64<LE>, elf: &'a [u8]) -> Result<Loaded<'a>, SegmentError> {
    let (address, offset, align) = (p.p_vaddr.get(LE), p.p_offset.get(LE), p.p_align.get(LE));
    let (file_size, memory_size) = (p.p_filesz.get(LE), p.p_memsz.get(LE));
    let flags = p.p_flags.get(LE);
    let (writable, executable) = (flags.contains(PF_W), flags.contains(PF_X));
    if writable && executable {
        return Err(SegmentError::WritableAndExecutable);
    }
    if memory_size < file_size {
        return Err(SegmentError::MemorySmallerThanFile { file_size, memory_size });
    }
    let end = address.saturating_add(memory_size);
    if address < RAM_START || end > SEGMENT_END {
        return Err(SegmentError::OutOfRange { end, min: RAM_START, max: SEGMENT_END });
    }
    if p.p_paddr.get(LE) != address {
        return Err(SegmentError::LoadAddress(p.p_paddr.get(LE)));
    }
    if align > 1 && !(align.is_power_of_two() && (address ^ offset) & (align - 1) == 0) {
        return Err(SegmentError::Misaligned { align, offset });
    }
    if executable && !address.is_multiple_of(2) {
        return Err(SegmentError::ExecutableMisaligned);
    }
    let bytes = offset
        .checked_add(file_size)
        .and_then(|end| Some(usize::try_from(offset).ok()?..usize::try_from(end).ok()?))
        .and_then(|range| elf.get(range))
        .ok_or(SegmentError::Truncated)?;
    let segment = Segment { address: address as u32, size: memory_size as u32, writable, executable };
    Ok(Loaded { segment, bytes })
}

/// Sorts the segments and checks the rules that concern several.
fn arrange(segments: &mut [Loaded<'_>]) -> Result<(), LoadError> {
    if segments.is_empty() {
        return Err(LoadError::Empty);
    }
    segments.sort_by_key(|l| l.segment.address);
    for pair in segments.windows(2) {
        let (a, b) = (pair[0].segment, pair[1].segment);
        let (first, second) = (u64::from(a.address), u64::from(b.address));
        if a.end() > second {
            return Err(LoadError::Overlap { first, second });
        }
    }
    // A cell of 8 bytes may hold parts of up to eight segments: compare each with the last byte
    // of every kind before it.
    let mut last: [Option<Segment>; 2] = [None; 2];
    for l in segments.iter() {
        let s = l.segment;
        if let Some(other) = last[usize::from(!s.writable)]
            && (other.end() - 1) / 8 == u64::from(s.address) / 8
        {
            return Err(LoadError::SharedCell {
                first: u64::from(other.address),
                second: u64::from(s.address),
                cell: u64::from(s.address) & !7,
            });
        }
        last[usize::from(s.writable)] = Some(s);
    }
    let held =
        |l: &Loaded<'_>| if l.segment.writable { l.bytes.len() as u64 } else { u64::from(l.segment.size) };
    let bytes = segments.iter().map(held).sum();
    if bytes > MAX_IMAGE_BYTES {
        return Err(LoadError::TooLarge { bytes, max: MAX_IMAGE_BYTES });
    }
    Ok(())
}

fn entry(entry: u64, segments: &[Loaded<'_>]) -> Result<u32, LoadError> {
    if !entry.is_multiple_of(2) {
        return Err(LoadError::EntryMisaligned(entry));
    }
    if !segments.iter().any(|l| l.segment.executable && l.segment.contains(entry)) {
        return Err(LoadError::EntryNotExecutable(entry));
    }
    Ok(entry as u32)
}
