//! Framing and meaning of an instruction, apart.
//!
//! *Framing* is how an instruction finds its operands and leaves its results: fetch, registers, cells
//! of memory, times, the machine's state. *Meaning* is what the words then satisfy. A family writes
//! meaning, once, over any [`Frame`]; [`crate::row::Row`] is the frame in which an instruction is a row
//! of a table of its own.

use dyad_rules::{Rules, Word};

use crate::list::Kind;

/// What an instruction accesses: registers in time slots 1, 2 and 3, memory cells in slots 1 and 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a place that is accessed or not")]
pub struct Accesses {
    /// Whether rs1 is read.
    pub rs1: bool,
    /// Whether rs2 is read.
    pub rs2: bool,
    /// Whether rd is written.
    pub rd: bool,
    /// Which memory it accesses.
    pub memory: Memory,
    /// Whether it accesses the reservation of LR and SC.
    pub reservation: bool,
}

/// The memory that an instruction accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// None.
    None,
    /// Reads a cell, which may be read-only.
    Read,
    /// Reads and writes a cell.
    Write,
    /// Reads two cells, one after the other, which may be the same, and read-only.
    ReadTwo,
    /// Reads and writes two cells, one after the other, which may be the same.
    WriteTwo,
}

impl Memory {
    /// How many cells are accessed.
    pub const fn cells(self) -> usize {
        match self {
            Self::None => 0,
            Self::Read | Self::Write => 1,
            Self::ReadTwo | Self::WriteTwo => 2,
        }
    }

    /// Whether the cells are written.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Write | Self::WriteTwo)
    }
}

impl Accesses {
    /// Nothing.
    pub const NONE: Self =
        Self { rs1: false, rs2: false, rd: false, memory: Memory::None, reservation: false };
    /// rd alone.
    pub const RD: Self = Self { rd: true, ..Self::NONE };
    /// rs1 and rd.
    pub const RS1_RD: Self = Self { rs1: true, ..Self::RD };
    /// rs1 and rs2.
    pub const RS1_RS2: Self = Self { rs1: true, rs2: true, ..Self::NONE };
    /// All three registers.
    pub const RS1_RS2_RD: Self = Self { rd: true, ..Self::RS1_RS2 };
    /// rs1, rd and a cell that is read.
    pub const LOAD: Self = Self { memory: Memory::Read, ..Self::RS1_RD };
    /// rs1, rd and two cells that are read.
    pub const LOAD_TWO: Self = Self { memory: Memory::ReadTwo, ..Self::RS1_RD };
    /// rs1, rs2 and two cells that are written.
    pub const STORE_TWO: Self = Self { memory: Memory::WriteTwo, ..Self::RS1_RS2 };
    /// rs1, rs2 and a cell that is written.
    pub const STORE: Self = Self { memory: Memory::Write, ..Self::RS1_RS2 };
}

/// How the meaning of one instruction finds operands and leaves results. What it may use is what
/// its [`Accesses`] say.
pub trait Frame<R: Rules> {
    /// The address of the next instruction in memory, in the low half.
    fn fall_through(&self) -> R::Word;
    /// The immediate, all 64 bits: the target of branches and JAL, the result of AUIPC and LUI.
    fn imm(&self) -> R::Word;
    /// The flags of the operation, from bit 0.
    fn flags(&self) -> R::Word;
    /// The value of rs1.
    fn rs1(&mut self, r: &mut R) -> R::Word;
    /// The value of rs2.
    fn rs2(&mut self, r: &mut R) -> R::Word;
    /// Writes rd.
    fn set_rd(&mut self, r: &mut R, value: R::Word);
    /// The value of the `n`th cell that is accessed, from 0: the one that holds `address`, of which only
    /// bits 3 to 31 are looked at. It may be read-only where the instruction only reads.
    fn cell(&mut self, r: &mut R, n: usize, address: R::Word) -> R::Word;
    /// Replaces the `n`th cell, which was read before.
    fn set_cell(&mut self, r: &mut R, n: usize, value: R::Word);
    /// The address that LR reserved, 0 where none is.
    fn reservation(&mut self, r: &mut R) -> R::Word;
    /// Replaces the reservation.
    fn set_reservation(&mut self, r: &mut R, value: R::Word);
    /// `x & y` of two low halves. Cost 1/1 at most; less where a frame packs small equations.
    fn and(&mut self, r: &mut R, x: R::Word, y: R::Word) -> R::Word;

    /// `x` with its high half replaced by copies of bit 31 where `condition` is all ones; `x` where
    /// it is 0. Cost as for [`Frame::and`], whose product it uses.
    #[inline(always)]
    fn sign_extend_if(&mut self, r: &mut R, condition: R::Word, x: R::Word) -> R::Word {
        let change = (x >> 32) ^ x.broadcast(31);
        x ^ (self.and(r, condition, change) << 32)
    }
}

/// The instructions of one table: what their words satisfy.
pub trait Instruction: Sync {
    /// The table's name.
    const NAME: &'static str;
    /// The kind of instruction that its rows execute.
    const KIND: Kind;
    /// What they access.
    const ACCESSES: Accesses;

    /// States the meaning; returns where execution goes on, in the low half, the high half being 0.
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word;
}
