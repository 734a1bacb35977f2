//! The one list of families, system calls and tables. [`Op`], [`Kind`], [`TableId`], the rows of each
//! table and what an executor does are derived from it.
//!
//! To add an instruction: an operation in its family's line, and its encoding in the family's file.
//! A family is a file and a line; so is a system call.

use core::ops::{Index, IndexMut};

use crate::families::{self, Encoding, FAMILIES};
use crate::frame::{Accesses, Instruction};
use crate::instr::Field;

/// Hands the list to the macro `$then`.
///
/// A family's line has its name, what an executor does with its operations (`alu`: compute rd from two
/// operands; the others are named after what they do), its operations, and its tables. Each table
/// executes instructions of its own [`Kind`], but for those in parentheses, which execute some of those
/// of the table before.
#[macro_export]
macro_rules! machine {
    ($then:ident) => {
        $then! {
            families {
                addition    alu      [Add Sub Addw Subw]                                { Addition }
                logic       alu      [And Or Xor Andn Orn Xnor]                         { AndOr Xor }
                shift       alu      [Sll Sllw SlliUw Srl Srlw Sra Sraw]                { ShiftLeft ShiftRight }
                compare     alu      [Slt Sltu]                                         { Compare }
                upper       alu      [Upper]                                            { Upper }
                branch      branch   [Beq Bne Blt Bge Bltu Bgeu]                        { BranchEqual BranchLess }
                jump        jump     [Jal Jalr]                                         { Jump JumpRegister }
                load        load     [Lb Lh Lw Ld Lbu Lhu Lwu]                          { Load(LoadMisaligned) }
                store       store    [Sb Sh Sw Sd]                                      { Store(StoreMisaligned) }
                multiply    alu      [Mul Mulh Mulhsu Mulhu Mulw]                       { Multiply MultiplyHigh }
                divide      alu      [Div Divu Rem Remu Divw Divuw Remw Remuw]          { Divide }
                shift_add   alu      [AddUw Sh1add Sh2add Sh3add Sh1addUw Sh2addUw Sh3addUw] { ShiftAdd }
                rotate      alu      [Rol Ror Rolw Rorw]                                { Rotate }
                min_max     alu      [Min Minu Max Maxu]                                { MinMax }
                count       alu      [Clz Ctz Cpop Clzw Ctzw Cpopw]                     { Count }
                pack        alu      [SextB SextH Pack Packh Packw]                     { Pack }
                bytes       alu      [Rev8 Brev8 OrcB]                                  { Bytes }
                single_bit  alu      [Bclr Bext Binv Bset]                              { SingleBit }
                conditional alu      [CzeroEqz CzeroNez]                                { ConditionalZero }
                atomic      atomic   [LrW LrD ScW ScD AmoswapW AmoswapD AmoaddW AmoaddD AmoxorW AmoxorD
                                      AmoandW AmoandD AmoorW AmoorD AmominW AmominD AmomaxW AmomaxD
                                      AmominuW AmominuD AmomaxuW AmomaxuD]
                                                        { LoadReserved StoreConditional Amo }
                system      system   [Ecall Ebreak]                                     { }
            }
            calls {
                exit        { Exit }
                read        { Read }
                write       { Write }
                diagnostic  { Diagnostic }
            }
            copies {
                copy_out    { CopyOutByte CopyOutEighth CopyOutWord CopyOutEnd }
                copy_in     { CopyInByte CopyInWord CopyInEnd }
            }
            memory { Program Registers Image Ram }
        }
    };
}

macro_rules! define {
    (
        families { $($family:ident $class:ident [$($op:ident)*] { $($table:ident $(($($other:ident)*))?)* })* }
        calls { $($call:ident { $($call_table:ident)* })* }
        copies { $($copy:ident { $($copy_table:ident)* })* }
        memory { $($memory:ident)* }
    ) => {
        /// What an instruction does; immediate forms share the operation of their register form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names of the RISC-V manual; `Upper` is LUI and AUIPC")]
        pub enum Op { $($($op,)*)* }

        /// All operations.
        pub const OPS: &[Op] = &[$($(Op::$op,)*)*];

        /// The kind of an instruction: the table that executes it. Numbers, from 1, are part of the
        /// program's encoding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "each is documented where the table's rules are")]
        pub enum Kind {
            #[doc(hidden)]
            None,
            $($($table,)*)*
            /// ECALL: a table for each call.
            System,
            /// EBREAK: traps. No table executes it, so a run that reaches one has no proof.
            Breakpoint,
        }

        /// The tables, in the order of proofs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each is documented where its rules are")]
        pub enum TableId {
            $($($table, $($($other,)*)?)*)*
            $($($call_table,)*)*
            $($($copy_table,)*)*
            $($memory,)*
        }

        /// All tables, in their order.
        pub const TABLE_IDS: &[TableId] = &[
            $($(TableId::$table, $($(TableId::$other,)*)?)*)*
            $($(TableId::$call_table,)*)*
            $($(TableId::$copy_table,)*)*
            $(TableId::$memory,)*
        ];

        impl Kind {
            /// What the rows of the kind's table access. System calls access other cells, as they do
            /// it; a breakpoint has no row.
            pub const fn accesses(self) -> Accesses {
                match self {
                    $($(Self::$table => <families::$family::$table as Instruction>::ACCESSES,)*)*
                    Self::None | Self::System | Self::Breakpoint => Accesses::NONE,
                }
            }

            /// The tables that may execute instructions of this kind, [`Kind::table`] first.
            pub const fn tables(self) -> &'static [TableId] {
                match self {
                    $($(Self::$table => &[TableId::$table, $($(TableId::$other,)*)?],)*)*
                    Self::None | Self::System | Self::Breakpoint => &[],
                }
            }

            /// The table that executes instructions of this kind: `None` for system calls, which have a
            /// table each, and breakpoints.
            pub const fn table(self) -> Option<TableId> {
                match self {
                    $($(Self::$table => Some(TableId::$table),)*)*
                    Self::None | Self::System | Self::Breakpoint => None,
                }
            }
        }

        /// The result of an operation of two operands, of class `alu` in the list.
        ///
        /// # Panics
        /// On all others.
        #[inline(always)]
        pub fn execute(op: Op, a: u64, b: u64) -> u64 {
            match op { $($(Op::$op => define!(@execute $class $family op a b),)*)* }
        }
    };
    (@execute alu $family:ident $op:ident $a:ident $b:ident) => { families::$family::execute($op, $a, $b) };
    (@execute $class:ident $family:ident $op:ident $a:ident $b:ident) => {
        unreachable!("{} has no result of two operands", $op)
    };
}

machine!(define);

/// The number of tables.
pub const TABLE_COUNT: usize = TABLE_IDS.len();

/// Something for each table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByTable<T>(pub [T; TABLE_COUNT]);

impl<T: Default> Default for ByTable<T> {
    fn default() -> Self {
        Self(core::array::from_fn(|_| T::default()))
    }
}

impl<T> Index<TableId> for ByTable<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, id: TableId) -> &T {
        &self.0[id as usize]
    }
}

impl<T> IndexMut<TableId> for ByTable<T> {
    #[inline(always)]
    fn index_mut(&mut self, id: TableId) -> &mut T {
        &mut self.0[id as usize]
    }
}

/// For each operation the kind of its instructions and their flags, collected from the families when
/// this is compiled.
const EXECUTED_BY: [(Kind, u32); OPS.len()] = {
    let mut out = [(Kind::None, u32::MAX); OPS.len()];
    let mut f = 0;
    while f < FAMILIES.len() {
        let mut i = 0;
        while i < FAMILIES[f].encodings.len() {
            let e = &FAMILIES[f].encodings[i];
            let slot = &mut out[e.op as usize];
            assert!(e.matches & !e.mask == 0 && e.flags as u64 <= Field::FLAGS.mask(), "a malformed line");
            assert!(
                slot.1 == u32::MAX || (slot.0 as u8 == e.kind as u8 && slot.1 == e.flags),
                "two lines of one operation differ in kind or flags"
            );
            *slot = (e.kind, e.flags);
            i += 1;
        }
        f += 1;
    }
    let mut op = 0;
    while op < out.len() {
        assert!(out[op].1 != u32::MAX, "an operation without a line");
        op += 1;
    }
    out
};

impl Op {
    /// The kind of its instructions.
    #[inline]
    pub const fn kind(self) -> Kind {
        EXECUTED_BY[self as usize].0
    }

    /// The flags of its program cell, from bit 0, as its family defines them.
    #[inline]
    pub const fn flags(self) -> u32 {
        EXECUTED_BY[self as usize].1
    }

    /// Its first mnemonic among the encodings that `accept` accepts.
    pub(crate) fn name(self, accept: impl Fn(&Encoding) -> bool) -> Option<&'static str> {
        FAMILIES.iter().flat_map(|f| f.encodings).find(|e| e.op == self && accept(e)).map(|e| e.name)
    }
}
