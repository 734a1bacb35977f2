//! Why an ELF file is not a Dyad program.

use thiserror::Error;

/// Why a file cannot be loaded, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The file doesn't start with the ELF magic number, or is shorter than an ELF header.
    #[error("this is not an ELF file: give the executable that the linker wrote")]
    NotElf,
    /// A section cannot be put into the file.
    #[error("the section {name} cannot be put into this ELF file: {reason}")]
    NoRoom {
        /// Its name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The file's ELF class is not 64-bit.
    #[error("the ELF file is not 64-bit: build for a riscv64 target")]
    NotElf64,
    /// The file is big-endian.
    #[error("the ELF file is not little-endian: build for a little-endian riscv64 target")]
    NotLittleEndian,
    /// The version of the ELF format is not 1.
    #[error("the ELF file has version {0}, only version 1 exists")]
    Version(u32),
    /// The file is for another processor.
    #[error("the ELF file is for machine {0}, not RISC-V (243): build for a riscv64 target")]
    Machine(u16),
    /// The file is a relocatable object, a shared object or a position-independent executable.
    #[error(
        "the ELF file has type {0}, not ET_EXEC (2): link a static executable at a fixed address \
         (rustc -C relocation-model=static, cc -static -no-pie)"
    )]
    NotExecutable(u16),
    /// The table of program headers is missing, cut off or malformed.
    #[error("the ELF file's program headers are unreadable: {0}; the file is cut off or damaged")]
    ProgramHeaders(&'static str),
    /// The file wants a dynamic linker.
    #[error("program header {header} asks for dynamic linking ({kind}): link statically")]
    Dynamic {
        /// Index of the program header.
        header: usize,
        /// PT_INTERP or PT_DYNAMIC.
        kind: &'static str,
    },
    /// A loadable segment breaks a rule.
    #[error("the segment at {address:#x} (program header {header}) {reason}")]
    Segment {
        /// Index of the program header.
        header: usize,
        /// Its virtual address.
        address: u64,
        /// The rule it breaks.
        reason: SegmentError,
    },
    /// Two segments claim the same bytes.
    #[error("the segments at {first:#x} and {second:#x} overlap: fix the linker script")]
    Overlap {
        /// Address of the lower segment.
        first: u64,
        /// Address of the other segment.
        second: u64,
    },
    /// Two segments with different permissions share eight bytes.
    #[error(
        "a read-only and a writable segment, at {first:#x} and {second:#x}, share the 8 bytes at \
         {cell:#x}: align the segments to at least 8 bytes in the linker script"
    )]
    SharedCell {
        /// Address of the lower segment.
        first: u64,
        /// Address of the other segment.
        second: u64,
        /// Address of the shared cell.
        cell: u64,
    },
    /// There is nothing to load.
    #[error("the ELF file has no loadable segment (PT_LOAD)")]
    Empty,
    /// File bytes and read-only memory exceed [`crate::MAX_IMAGE_BYTES`].
    #[error(
        "the segments hold {bytes} bytes, more than the {max} that a program may have: move data to the input"
    )]
    TooLarge {
        /// Bytes from the file, and of read-only memory.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// The entry address is odd.
    #[error(
        "the entry address {0:#x} is odd: no instruction can be there, check ENTRY() in the linker script"
    )]
    EntryMisaligned(u64),
    /// The entry address is not in an executable segment.
    #[error("the entry address {0:#x} is not in an executable segment: check ENTRY() in the linker script")]
    EntryNotExecutable(u64),
}

/// The rule that a segment breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SegmentError {
    /// Writable and executable.
    #[error("is both writable and executable: separate code and data in the linker script")]
    WritableAndExecutable,
    /// The file bytes don't lie within the file.
    #[error("lies beyond the end of the file, which is cut off or damaged")]
    Truncated,
    /// memsz < filesz.
    #[error("takes {file_size} bytes from the file but only {memory_size} of memory")]
    MemorySmallerThanFile {
        /// p_filesz.
        file_size: u64,
        /// p_memsz.
        memory_size: u64,
    },
    /// Outside the machine's memory.
    #[error("ends at {end:#x}; programs lie between {min:#x} and {max:#x}: fix the linker script")]
    OutOfRange {
        /// One past the segment's last byte (saturated at 2^64 - 1).
        end: u64,
        /// The lowest address a segment may have.
        min: u64,
        /// One past the highest.
        max: u64,
    },
    /// An executable segment whose address is odd.
    #[error("is executable but its address is odd")]
    ExecutableMisaligned,
    /// The alignment is not a power of two, or address and file offset disagree modulo it.
    #[error("has alignment {align:#x}, which its address and file offset {offset:#x} don't fit")]
    Misaligned {
        /// p_align.
        align: u64,
        /// p_offset.
        offset: u64,
    },
    /// The load address differs from the virtual address.
    #[error("is to be loaded at {0:#x} and moved by start-up code; remove AT() from the linker script")]
    LoadAddress(u64),
}
