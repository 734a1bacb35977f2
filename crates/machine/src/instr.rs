//! Instructions as the machine sees them: decoded once, into at most two words.
//!
//! A program cell holds `w0 = next_pc | imm_low << 32` and a 32-bit `w1`:
//!
//! | bits of w1 | field |
//! |---|---|
//! | 0..=5 | rd, 32 (the sink) where the instruction names x0 |
//! | 6..=10 | rs1 |
//! | 11..=15 | rs2, 0 where there is none |
//! | 16 | bit 32 of the immediate |
//! | 17 | bits 33..=63 of the immediate |
//! | 18..=26 | flags, as the kind's table defines them |
//! | 27..=31 | kind: the table that executes it |
//!
//! so no row adds to the pc: the immediate of a branch or JAL is its target, that of AUIPC its
//! result. x0 is read as register 0, which nothing writes.

/// Where rd = x0 is written to.
pub const SINK: u8 = 32;
/// The register that holds the length of the public output.
pub const OUTPUT_LENGTH: u8 = 33;
/// Registers of the machine: x0..=x31, the sink, the output length.
pub const REGISTERS: usize = 34;
/// An odd address: no program cell is there. Stands for targets that leave 32 bits.
pub const NOWHERE: u32 = 1;
/// First value of x2, the stack pointer; every other register starts at 0.
pub const STACK_TOP: u64 = 0xffff_f000;
/// The lowest address of RAM: the page below is never mapped.
pub const RAM_START: u64 = 0x1000;
/// One past the highest address of RAM.
pub const RAM_END: u64 = 1 << 32;

/// The table that executes an instruction. Numbers are part of the program's encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// ADD, ADDI, SUB and their W forms.
    Addition = 1,
    /// AND, OR and immediates.
    AndOr,
    /// XOR, XORI.
    Xor,
    /// SLL, SLLI and W forms.
    ShiftLeft,
    /// SRL, SRA, immediates and W forms.
    ShiftRight,
    /// SLT, SLTU and immediates.
    Compare,
    /// LUI, AUIPC: rd = immediate.
    Upper,
    /// BEQ, BNE.
    BranchEqual,
    /// BLT, BGE, BLTU, BGEU.
    BranchLess,
    /// JAL.
    Jump,
    /// JALR.
    JumpRegister,
    /// LB, LH, LW, LD, LBU, LHU, LWU.
    Load,
    /// SB, SH, SW, SD.
    Store,
    /// MUL, MULW.
    Multiply,
    /// MULH, MULHSU, MULHU.
    MultiplyHigh,
    /// DIV, DIVU, REM, REMU and W forms.
    Divide,
    /// ECALL.
    System,
}

/// One more than the largest number of a [`Kind`].
pub const KINDS: usize = 18;

/// What an instruction does; immediate forms share the operation of their register form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names of the RISC-V manual")]
pub enum Op {
    Add,
    Sub,
    Addw,
    Subw,
    And,
    Or,
    Xor,
    Sll,
    Sllw,
    Srl,
    Srlw,
    Sra,
    Sraw,
    Slt,
    Sltu,
    /// LUI and AUIPC: rd = imm.
    Upper,
    Beq,
    Bne,
    Blt,
    Bge,
    Bltu,
    Bgeu,
    Jal,
    Jalr,
    Lb,
    Lh,
    Lw,
    Ld,
    Lbu,
    Lhu,
    Lwu,
    Sb,
    Sh,
    Sw,
    Sd,
    Mul,
    Mulh,
    Mulhsu,
    Mulhu,
    Mulw,
    Div,
    Divu,
    Rem,
    Remu,
    Divw,
    Divuw,
    Remw,
    Remuw,
    Ecall,
    Ebreak,
}

/// A decoded instruction.
///
/// Two-operand instructions compute with `rs1` and `rs2 ^ imm`: register forms have imm = 0,
/// immediate forms have rs2 = x0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    /// The operation.
    pub op: Op,
    /// 1..=31, or [`SINK`] where the instruction names x0 or has no rd.
    pub rd: u8,
    /// 0..=31.
    pub rs1: u8,
    /// 0..=31.
    pub rs2: u8,
    /// The immediate, sign-extended; the target of branches and JAL ([`NOWHERE`] if it does not
    /// fit in 32 bits); the result of LUI and AUIPC.
    pub imm: u64,
}
