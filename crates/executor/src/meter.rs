//! Counts the rows of each table.

use core::ops::{Index, IndexMut};

use dyad_machine::block::Pattern;
use dyad_machine::instr::{Instr, RAM_TOP, REGISTERS};
use dyad_machine::list::{ByTable, OPS, TABLE_IDS, TableId};
use dyad_machine::record::{Copy, Ecall};
use dyad_machine::tables::{Run, TABLES};
use dyad_program::Program;

use crate::Progress;
use crate::memory::Paged;
use crate::observer::{Observer, Seen, Steps};

/// The rows of each table that a proof of a run has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Those of the machine's tables.
    pub tables: ByTable<u64>,
    /// Those of each block's.
    pub blocks: Vec<u64>,
}

impl RowCounts {
    /// Those of all tables: the machine's, then the blocks'.
    pub fn all(&self) -> impl Iterator<Item = u64> {
        self.tables.0.iter().chain(&self.blocks).copied()
    }
}

impl Index<TableId> for RowCounts {
    type Output = u64;

    #[inline(always)]
    fn index(&self, id: TableId) -> &u64 {
        &self.tables[id]
    }
}

impl IndexMut<TableId> for RowCounts {
    #[inline(always)]
    fn index_mut(&mut self, id: TableId) -> &mut u64 {
        &mut self.tables[id]
    }
}

/// The rows that a recorded run has, of which there are so many blocks.
pub fn rows_of(run: &Run<'_>, blocks: usize) -> RowCounts {
    let of_blocks = |i: usize| run.block(i).map_or(0, |rows| rows.times.len() as u64);
    RowCounts {
        tables: ByTable(core::array::from_fn(|i| run.rows(TABLE_IDS[i]).rows() as u64)),
        blocks: (0..blocks).map(of_blocks).collect(),
    }
}

/// The rows of every table of the machine with its name.
pub fn rows_by_name(rows: &RowCounts) -> impl Iterator<Item = (&'static str, u64)> {
    TABLES.iter().map(|t| t.rules.name()).zip(rows.tables.0)
}

/// Counts.
pub(crate) struct Meter<'a> {
    ops: [u64; OPS.len()],
    /// Whether a cell is known, the image's from the beginning.
    known: Paged<bool>,
    rows: RowCounts,
    /// Told how far the run has come; whether to go on.
    watch: &'a mut dyn FnMut(Progress<'_>) -> bool,
}

impl<'a> Meter<'a> {
    pub fn new(program: &Program, blocks: usize, watch: &'a mut dyn FnMut(Progress<'_>) -> bool) -> Self {
        let mut known = Paged::new();
        for cell in program.image() {
            *known.entry(cell.address) = true;
        }
        *known.entry(RAM_TOP as u32) = true;
        let mut rows = RowCounts { blocks: vec![0; blocks], ..RowCounts::default() };
        rows[TableId::Program] = program.instrs().len() as u64;
        rows[TableId::Registers] = REGISTERS as u64;
        rows[TableId::Image] = program.image().len() as u64;
        rows[TableId::Ram] = 1;
        Self { ops: [0; OPS.len()], known, rows, watch }
    }

    /// The rows so far.
    pub fn rows(&self) -> RowCounts {
        let mut rows = self.rows.clone();
        for (op, count) in OPS.iter().zip(self.ops) {
            if let Some(table) = op.kind().table() {
                rows[table] += count;
            }
        }
        rows
    }

    /// Bytes that the times of accesses take where the cells that are known have one each.
    pub fn times(&self) -> u64 {
        self.known.bytes_with::<u32>()
    }

    #[inline]
    fn touch(&mut self, address: u32) {
        let known = self.known.entry(address);
        self.rows[TableId::Ram] += u64::from(!*known);
        *known = true;
    }
}

impl Observer for Meter<'_> {
    #[inline(always)]
    fn step(&mut self, Seen { instr: Instr { op, .. }, ram, second, table, .. }: Seen) {
        match table {
            None => self.ops[op as usize] += 1,
            Some(table) => self.rows[table] += 1,
        }
        if let Some(touched) = second {
            self.touch(touched.address);
        }
        if let Some(touched) = ram {
            self.touch(touched.address);
        }
    }

    fn block(&mut self, index: u32, pattern: &Pattern, steps: Steps<'_>) {
        self.rows.blocks[index as usize] += 1;
        for cell in &pattern.cells {
            self.touch(steps.ram(cell.at as usize).expect("it accesses memory").address);
        }
    }

    fn fetch(&mut self, _: u32, _: u32) -> u32 {
        0
    }

    fn register(&mut self, _: u8, _: u32) -> u32 {
        0
    }

    fn written(&mut self, _: u32) -> u32 {
        0
    }

    fn cell(&mut self, address: u32, _: u32) -> u32 {
        self.touch(address);
        0
    }

    fn call(&mut self, table: TableId, _: Ecall) {
        self.rows[table] += 1;
    }

    fn copy(&mut self, table: TableId, _: Copy) {
        self.rows[table] += 1;
    }

    fn bytes(&self) -> u64 {
        self.known.bytes()
    }

    fn goes_on(&mut self, cycles: u64, bytes: u64) -> bool {
        let rows = self.rows();
        (self.watch)(Progress { cycles, rows: &rows, bytes })
    }
}
