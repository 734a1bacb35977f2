//! ELF files as Dyad programs.
//!
//! A [`Program`] is what the machine sees of an ELF file: where to start, the decoded
//! instructions, and the first contents of memory. [`Program::digest`] identifies it; like the
//! verifying key it depends on the bytes of the ELF file alone, not on the machine, the path or
//! the time, and among these bytes only on those that are loaded: removing symbols or debug
//! information doesn't change it.
//!
//! # Which ELF files are programs
//! 64-bit, little-endian, RISC-V, `ET_EXEC`, without dynamic linking. Only `PT_LOAD` segments
//! count, and each must
//! - lie in `0x1000..0xffff_fff8`, at equal virtual and physical addresses,
//! - be aligned as it says, and to 2 bytes if executable,
//! - not be both writable and executable,
//! - overlap no other, and share no 8-byte cell between writable and read-only memory.
//!
//! The entry is an even address inside an executable segment. An instruction is decoded at every even
//! address of executable segments, since compressed code may start anywhere, and lies in one segment; what
//! doesn't decode is data: it can be loaded from, and executing it traps. Section headers and `e_flags` say
//! nothing about this.

mod digest;
mod elf;
mod error;
mod header;
mod image;
mod section;
mod source;
mod symbols;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;

use std::sync::Arc;

use dyad_machine::instr::{CellWords, Placed, decode};

use elf::Loaded;
pub use elf::{MAX_IMAGE_BYTES, SEGMENT_END};
pub use error::{LoadError, SegmentError};
pub use header::{FloatAbi, HeaderFlags, UNIMP};
pub use image::ImageCell;
pub use source::Lines;
pub use symbols::{Location, Symbols};

/// A part of memory that the ELF file defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Address of the first byte.
    pub address: u32,
    /// Bytes, those that start as 0 included.
    pub size: u32,
    /// Whether stores may change it.
    pub writable: bool,
    /// Whether its words may be executed.
    pub executable: bool,
}

impl Segment {
    /// One past the last byte.
    pub fn end(&self) -> u64 {
        u64::from(self.address) + u64::from(self.size)
    }

    /// Whether a byte at `address` belongs to the segment.
    pub fn contains(&self, address: u64) -> bool {
        (u64::from(self.address)..self.end()).contains(&address)
    }
}

/// A program, as the machine sees it.
#[derive(Clone, Debug)]
pub struct Program {
    entry: u32,
    instrs: Vec<Placed>,
    words: Vec<CellWords>,
    image: Vec<ImageCell>,
    segments: Vec<Segment>,
    digest: [u8; 32],
    elf: Arc<[u8]>,
}

impl Program {
    /// Reads an ELF file.
    ///
    /// # Errors
    /// If the file is damaged or breaks one of the rules that the [crate] lists.
    pub fn from_elf(elf: &[u8]) -> Result<Self, LoadError> {
        let (entry, loaded) = elf::read(elf)?;
        let executable = loaded.iter().filter(|l| l.segment.executable);
        let instrs: Vec<_> = executable.flat_map(decode_all).collect();
        let words: Vec<_> = instrs.iter().map(Placed::words).collect();
        let image = image::cells(&loaded);
        let digest = digest::digest(entry, &words, &image);
        let segments = loaded.iter().map(|l| l.segment).collect();
        Ok(Self { entry, instrs, words, image, segments, digest, elf: elf.into() })
    }

    /// Address of the first instruction, even.
    pub fn entry(&self) -> u32 {
        self.entry
    }

    /// The instructions at all even addresses of executable segments where one decodes, by increasing
    /// address: also those that begin within another, which a jump may reach.
    pub fn instrs(&self) -> &[Placed] {
        &self.instrs
    }

    /// The words of the program cells, parallel to [`Program::instrs`].
    pub fn words(&self) -> &[CellWords] {
        &self.words
    }

    /// The memory that is read-only or doesn't start as 0, by increasing address.
    pub fn image(&self) -> &[ImageCell] {
        &self.image
    }

    /// The loaded segments, by increasing address.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Identifies entry, instructions and image: see the [crate].
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// What the ELF file's header says of how it was compiled; it decides nothing.
    pub fn flags(&self) -> HeaderFlags {
        HeaderFlags::read(&self.elf)
    }

    /// The first address in the ELF file's executable sections where no instruction of the machine stands,
    /// and the halfword or word there: a run traps if it comes there. Zeros and `unimp` do not count.
    pub fn first_unknown(&self) -> Option<(u64, u32)> {
        header::first_unknown(&self.elf)
    }

    /// The bytes of the ELF file's section of this name, loaded or not, if it has one.
    pub fn section(&self, name: &str) -> Option<&[u8]> {
        section::read(&self.elf, name)
    }

    /// The ELF file with a section that is not loaded, in the place of one of the same name: the program is the same.
    ///
    /// # Errors
    /// [`LoadError::NoRoom`] where the file cannot be written anew.
    pub fn with_section(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
        let no_room = |reason: String| LoadError::NoRoom { name: name.to_owned(), reason };
        let elf = section::replace(&self.elf, name, bytes);
        let elf = elf.ok_or_else(|| no_room("its headers of sections are damaged".to_owned()))?;
        match Self::from_elf(&elf) {
            Ok(same) if same.digest == self.digest => Ok(elf),
            Ok(_) => Err(no_room(LOADED.to_owned())),
            Err(error) => Err(no_room(error.to_string())),
        }
    }

    /// The symbols and source lines of the ELF file; reads them anew at each call.
    pub fn symbols(&self) -> Symbols<'_> {
        Symbols::read(&self.elf)
    }
}

/// Why a section cannot be put into a file whose own header is loaded: it says where the headers of sections are.
const LOADED: &str = "what is loaded would change, as where the file's own header is part of a segment; link with a \
                      linker script whose PHDRS leave it out (no FILEHDR)";

/// The halfwords of `bytes`.
fn halves(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks().0.iter().map(|&h| u16::from_le_bytes(h)).collect()
}

/// The instructions at all even addresses of a segment. Of the zeros after its bytes from the file so many
/// count as an instruction may have that begins before them: zeros alone are none.
fn decode_all(loaded: &Loaded<'_>) -> impl Iterator<Item = Placed> + use<> {
    let Loaded { segment, bytes } = loaded;
    let zeros = (segment.size as usize).saturating_sub(bytes.len()).min(3);
    let halves = halves(&[bytes, &[0; 3][..zeros]].concat());
    let address = segment.address;
    (0..halves.len())
        .filter_map(move |i| decode(halves[i], halves.get(i + 1).copied(), address + 2 * i as u32))
}
