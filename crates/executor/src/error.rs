//! Why a run did not exit.

use core::fmt;

use dyad_machine::calls::{self, Refusal};
use dyad_machine::compressed::is_compressed;
use dyad_program::{FloatAbi, Location};
use thiserror::Error;

use crate::Limits;
use crate::hint::{hint, is_of_floats};

/// Why a run did not exit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The program did what the machine forbids.
    #[error(transparent)]
    Trap(Box<Trap>),
    /// The program used up its cycles.
    #[error("the program did not exit within {} cycles, it was {at}: {}", .0.limits.max_cycles, .0.advice(), at = .0)]
    CycleLimit(Box<Halted>),
    /// The program and what is noted of its memory took more memory than they may.
    #[error(
        "the program takes more than {} MB of memory here; after {} cycles it was {at}: allow more, or \
         have it touch fewer pages of 4 KiB",
        .0.limits.max_memory / 1_000_000, .0.cycle, at = .0
    )]
    MemoryLimit(Box<Halted>),
    /// Whoever watched the run has seen enough.
    #[error("the run was stopped after {} cycles, the program was {at}", .0.cycle, at = .0)]
    Stopped(Box<Halted>),
}

impl Error {
    /// What the program had written to fd 2.
    pub fn diagnostics(&self) -> &[u8] {
        match self {
            Self::Trap(trap) => &trap.diagnostics,
            Self::CycleLimit(halted) | Self::MemoryLimit(halted) | Self::Stopped(halted) => {
                &halted.diagnostics
            }
        }
    }
}

/// The program did what the machine forbids: such a run has no proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// What it did.
    pub cause: Cause,
    /// Address of the instruction that did it.
    pub pc: u32,
    /// That instruction, disassembled; `None` where the word at `pc` is none.
    pub instruction: Option<String>,
    /// Cycles used before.
    pub cycle: u64,
    /// The variable or section at the address that it is about, as far as the ELF file tells.
    pub object: Option<String>,
    /// The stack, where the stack pointer had left it.
    pub stack: Option<Overflow>,
    /// The ABI that the ELF file's header names, where the instruction is one of floating point and the
    /// ABI has such.
    pub built_for: Option<FloatAbi>,
    /// Function and source line of `pc`, as far as the ELF file tells.
    pub location: Location,
    /// What the program had written to fd 2.
    pub diagnostics: Vec<u8>,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stack {
            Some(overflow) => write!(f, "the program trapped: {overflow}: {}", self.cause)?,
            None => write!(f, "the program trapped: {}", self.cause)?,
        }
        if let Some(object) = &self.object {
            write!(f, ", in `{}`", object.replace(char::is_control, "\u{fffd}"))?;
        }
        if let Some(abi) = self.built_for {
            write!(f, "; the ELF file was built for it, for the {abi} ABI")?;
        }
        f.write_str(" (")?;
        if let Some(instruction) = &self.instruction {
            write!(f, "`{instruction}` ")?;
        }
        write!(f, "at {:#x}, in {}, cycle {})", self.pc, self.location, self.cycle)
    }
}

impl core::error::Error for Trap {}

/// A stack that the stack pointer has left, whose ends the symbols `_stack_bottom` and `_stack_top` of the
/// ELF file tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// Bytes that it may have.
    pub size: u64,
    /// The stack pointer.
    pub sp: u64,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "stack overflow: the stack of {} bytes is full; its size is `stack` in [package.metadata.dyad], \
             or the linker's symbol __dyad_stack_size",
            self.size
        )
    }
}

/// A program that was not let go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halted {
    /// The limits of its run.
    pub limits: Limits,
    /// Cycles used.
    pub cycle: u64,
    /// Address of the instruction that was next.
    pub pc: u32,
    /// Its function and source line, as far as the ELF file tells.
    pub location: Location,
    /// What the program had written to fd 2.
    pub diagnostics: Vec<u8>,
}

impl Halted {
    /// What to do where the cycles were used up.
    fn advice(&self) -> &'static str {
        if self.limits.max_cycles < crate::MAX_CYCLES {
            "raise the limit (`dyad run --max-cycles`), or look for a loop that does not end"
        } else {
            "look for a loop that does not end; no longer run is executed"
        }
    }
}

impl fmt::Display for Halted {
    /// Where it was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {:#x} in {}", self.pc, self.location)
    }
}

/// What a program did to trap.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Cause {
    /// Something in an executable segment that is no instruction of the machine.
    #[error("{code:#0width$x} is not an instruction of this machine{hint}", width = if is_compressed(*code as u16) { 6 } else { 10 }, hint = hint(*code))]
    IllegalInstruction {
        /// The halfword at the pc, or the word where it begins as an instruction of 32 bits.
        code: u32,
    },
    /// A jump or branch, or the fall-through, to an address outside all executable segments.
    #[error("control goes to {target:#x}, where there is no code{}", null(*target))]
    TargetNotExecutable {
        /// The address.
        target: u64,
    },
    /// A branch or JAL whose target is outside the 32-bit address space.
    #[error("control goes to an address outside 32 bits")]
    TargetOutOfRange,
    /// A jump or a branch to itself that changes nothing.
    #[error(
        "an endless loop: this instruction goes to itself for ever; C libraries stop so where they know no system: system call 93 ends a run"
    )]
    Endless,
    /// EBREAK.
    #[error("a breakpoint was reached, as compilers put where a program aborts")]
    Breakpoint,
    /// An atomic operation at an address that is not a multiple of its size.
    #[error("an atomic operation on {size} bytes at {address:#x}, which is not a multiple of {size}")]
    AtomicMisaligned {
        /// The address.
        address: u64,
        /// Bytes of the operand.
        size: u64,
    },
    /// A load outside memory.
    #[error("a load at {address:#x}, outside memory{}", null(*address))]
    LoadOutOfRange {
        /// The address.
        address: u64,
    },
    /// A store outside memory.
    #[error("a store at {address:#x}, outside memory{}", null(*address))]
    StoreOutOfRange {
        /// The address.
        address: u64,
    },
    /// A store to a cell of a read-only segment.
    #[error("a store at {address:#x}, which is read-only")]
    StoreReadOnly {
        /// The address.
        address: u64,
    },
    /// A system call that is not carried out.
    #[error("{}", refused(*.0))]
    Call(Refusal),
}

impl Cause {
    /// Whether it is a floating-point instruction.
    pub(crate) fn is_of_floats(&self) -> bool {
        matches!(self, Self::IllegalInstruction { code } if is_of_floats(*code))
    }

    /// The address of memory that it is about.
    pub(crate) fn address(&self) -> Option<u64> {
        match *self {
            Self::AtomicMisaligned { address, .. }
            | Self::LoadOutOfRange { address }
            | Self::StoreOutOfRange { address }
            | Self::StoreReadOnly { address }
            | Self::Call(Refusal::Buffer { address, .. } | Refusal::ReadOnly { address, .. }) => {
                Some(address)
            }
            _ => None,
        }
    }

    /// Whether a stack that is full may cause it: an access to memory, or a return to where nothing is.
    pub(crate) fn is_of_stacks(&self) -> bool {
        self.address().is_some() || matches!(self, Self::TargetNotExecutable { .. })
    }
}

/// What an address below all memory usually comes from.
fn null(address: u64) -> &'static str {
    if address < dyad_abi::RAM_START { " (a null pointer?)" } else { "" }
}

/// Why a system call is not carried out.
fn refused(refusal: Refusal) -> String {
    let named = |number: u64| {
        let name = calls::NUMBERS.iter().find(|call| call.1 == number);
        format!("system call {number}{}", name.map_or(String::new(), |(name, _)| format!(" ({name})")))
    };
    match refusal {
        Refusal::Number(number) => {
            let mut known: Vec<_> = calls::NUMBERS.iter().map(|(name, n)| format!("{n} ({name})")).collect();
            known.dedup();
            format!("unsupported system call {number}: there are {}", known.join(", "))
        }
        Refusal::File { number, file } => {
            format!(
                "{} on file {file}: read takes 0, write takes 1 (output) or 2 (diagnostics)",
                named(number)
            )
        }
        Refusal::Buffer { number, address, length } => {
            let (call, null) = (named(number), null(address));
            format!("{call} with a buffer of {length} bytes at {address:#x}, outside memory{null}")
        }
        Refusal::ReadOnly { number, address } => {
            format!("{} into memory at {address:#x}, which is read-only", named(number))
        }
        Refusal::Halted => "the run may not go on".to_owned(),
    }
}
