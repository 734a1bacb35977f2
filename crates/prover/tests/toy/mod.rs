//! A toy machine: memory cells to which constants from a fixed program are added.
//!
//! `step` rows follow one another by time, take the constant of their pc from the fixed table
//! `program` (each pc is executed once) and add it to a memory cell; `cell` rows hold the first and
//! the last value of each cell. Where a run is asked for it, `link` rows multiply numbers, each made from the
//! product before it.

// Every test uses its part of this.
#![allow(dead_code, unused_imports)]

use dyad_field::{K, from_bits};
use std::sync::LazyLock;

use dyad_prover::{Proof, ProvingKey, Rows, Seed, Setting, StoredRows, prove, reference};
pub use dyad_rules::harness::Random;
use dyad_rules::{Rules, Table, TableRules, Word, fill, gadgets};
use dyad_verifier::{Blake3, Error, Hash, Layout, Level, Statement, System, Verified};

pub const MEMORY: u64 = 1;
pub const STATE: u64 = 2;
pub const PROGRAM: u64 = 3;

#[derive(Clone, Copy, Default)]
pub struct Step {
    pub pc: u64,
    pub time: u64,
    pub address: u64,
    pub old: u64,
    pub previous: u64,
    pub constant: u64,
}

pub struct StepTable;
impl Table for StepTable {
    type Event = Step;
    const NAME: &'static str = "step";
    fn rules<R: Rules>(r: &mut R, e: &Step) {
        let pc = r.commit("pc", || e.pc);
        let time = r.commit("time", || e.time);
        r.pull(STATE, &[pc, time]);
        let (one, four) = (r.constant(1), r.constant(4));
        let next_pc = gadgets::add(r, "pc + 1", pc, one).sum;
        let next_time = gadgets::add(r, "time + 4", time, four).sum;
        r.push(STATE, &[next_pc, next_time]);
        let address = r.commit("address", || e.address);
        let old = r.commit("old", || e.old);
        let previous = r.commit("previous", || e.previous);
        let constant = r.commit("constant", || e.constant);
        r.pull(PROGRAM, &[pc, address, constant]);
        gadgets::assert_less_halves(r, "order", previous << 32, (time << 32) ^ one);
        r.pull(MEMORY, &[address, old, previous]);
        let new = gadgets::add(r, "new", old, constant).sum;
        r.push(MEMORY, &[address, new, time]);
    }
}

#[derive(Clone, Copy, Default)]
pub struct Cell {
    pub address: u64,
    pub first: u64,
    pub last: u64,
    pub time: u64,
}

pub struct CellTable;
impl Table for CellTable {
    type Event = Cell;
    const NAME: &'static str = "cell";
    fn rules<R: Rules>(r: &mut R, e: &Cell) {
        let address = r.fixed("address", || e.address);
        let first = r.fixed("first", || e.first);
        let last = r.commit("last", || e.last);
        let time = r.commit("time", || e.time);
        let zero = r.constant(0);
        r.push(MEMORY, &[address, first, zero]);
        r.pull(MEMORY, &[address, last, time]);
    }
}

#[derive(Clone, Copy, Default)]
pub struct Instruction {
    pub pc: u64,
    pub address: u64,
    pub constant: u64,
}

pub struct ProgramTable;
impl Table for ProgramTable {
    type Event = Instruction;
    const NAME: &'static str = "program";
    fn rules<R: Rules>(r: &mut R, e: &Instruction) {
        let pc = r.fixed("pc", || e.pc);
        let address = r.fixed("address", || e.address);
        let constant = r.fixed("constant", || e.constant);
        r.push(PROGRAM, &[pc, address, constant]);
    }
}

pub const LINK: u64 = 4;

#[derive(Clone, Copy, Default)]
pub struct Link {
    pub number: u64,
    pub x: u64,
}

impl Link {
    pub const FIRST: Self = Self { number: 0, x: 0xfedc_ba98_7654_3210 };

    fn factors(x: u64) -> [u64; 2] {
        [x ^ x >> 3, x.rotate_right(7)]
    }

    pub fn next(self) -> Self {
        let [a, b] = Self::factors(self.x).map(u128::from);
        Self { number: self.number + 1, x: (a * b) as u64 ^ ((a * b) >> 64) as u64 }
    }

    fn message(self) -> [u64; 5] {
        [LINK, self.number, self.x, 0, 0]
    }
}

pub struct LinkTable;
impl Table for LinkTable {
    type Event = Link;
    const NAME: &'static str = "link";
    fn rules<R: Rules>(r: &mut R, e: &Link) {
        let number = r.commit("number", || e.number);
        let x = r.commit("x", || e.x);
        r.pull(LINK, &[number, x]);
        let [low, high] = r.multiply(["low", "high"], x ^ (x >> 3), x.rotate_right(7));
        let one = r.constant(1);
        let next = gadgets::add(r, "number + 1", number, one).sum;
        r.push(LINK, &[next, low ^ high]);
    }
}

pub const TABLES: [&dyn TableRules; 4] = [&StepTable, &CellTable, &ProgramTable, &LinkTable];

/// Covers of tests are always the same.
pub static SEED: LazyLock<Seed> = LazyLock::new(|| Seed::new(&[7; 32], &[b"a test"]));

/// Everything a proof is made from and checked against.
pub struct Toy {
    /// Of proofs, as far as no other is said.
    pub level: Level,
    pub system: System,
    pub key: ProvingKey,
    pub statement: Statement,
    pub rows: Vec<StoredRows>,
}

fn stored<T: Table>(events: &[T::Event], fixed: bool) -> StoredRows {
    let mut out = StoredRows { rows: events.len(), ..StoredRows::default() };
    for e in events {
        let f = fill::<T>(e);
        let words = if fixed { f.fixed } else { f.committed };
        out.width = words.len();
        out.words.extend(words);
    }
    out
}

/// A run of `steps` steps over `cells` cells.
pub fn toy<H: Hash>(steps: usize, cells: usize) -> Toy {
    toy_with_products::<H>(steps, cells, 0)
}

/// The same, which multiplies so many times.
pub fn toy_with_products<H: Hash>(steps: usize, cells: usize, products: usize) -> Toy {
    let mut memory: Vec<Cell> =
        (0..cells as u64).map(|i| Cell { address: 8 * i + 64, first: i * i, last: i * i, time: 0 }).collect();
    let (mut events, mut program) = (Vec::new(), Vec::new());
    for i in 0..steps {
        let cell = &mut memory[(i * 7 + i / 3) % cells];
        let constant = u64::MAX / (i as u64 + 3);
        let (pc, time) = (100 + i as u64, 4 + 4 * i as u64);
        program.push(Instruction { pc, address: cell.address, constant });
        events.push(Step { pc, time, address: cell.address, old: cell.last, previous: cell.time, constant });
        cell.last = cell.last.wrapping_add(constant);
        cell.time = time;
    }
    let system = System::new::<H>(TABLES.iter().map(|t| t.shape()));
    let fixed = [stored::<CellTable>(&memory, true), stored::<ProgramTable>(&program, true)];
    let fixed: Vec<&dyn Rows> = fixed.iter().map(|f| f as &dyn Rows).collect();
    let key = ProvingKey::new::<H>(Level::L100, &system, &fixed).expect("a small program");
    let end = [STATE, 100 + steps as u64, 4 + 4 * steps as u64, 0, 0];
    let links: Vec<Link> =
        std::iter::successors(Some(Link::FIRST), |l| Some(l.next())).take(products + 1).collect();
    let (mut pushes, mut pulls) = (vec![[STATE, 100, 4, 0, 0]], vec![end]);
    if products > 0 {
        pushes.push(links[0].message());
        pulls.push(links[products].message());
    }
    let statement = Statement { bytes: steps.to_le_bytes().to_vec(), pushes, pulls };
    let rows = vec![
        stored::<StepTable>(&events, false),
        stored::<CellTable>(&memory, false),
        StoredRows { rows: program.len(), ..StoredRows::default() },
        stored::<LinkTable>(&links[..products], false),
    ];
    Toy { level: Level::L100, system, key, statement, rows }
}

impl Toy {
    pub fn witness(&self) -> Vec<&dyn Rows> {
        self.rows.iter().map(|r| r as &dyn Rows).collect()
    }

    pub fn counts(&self) -> Vec<u32> {
        self.rows.iter().map(|r| r.rows as u32).collect()
    }

    /// The vector that an honest prover commits to.
    pub fn vector(&self) -> Vec<K> {
        let layout = Layout::new(&self.system, &self.counts()).expect("a small layout");
        let mut q = vec![K::default(); layout.oracles[0].pairs.len];
        for b in &layout.oracles[0].pairs.blocks {
            let slab = layout.slabs[b.slab];
            let rows = &self.rows[slab.table];
            for x in 0..slab.rows {
                let row = &rows.words[(slab.first + x) * rows.width..][..rows.width];
                let high = row.get(2 * b.item + 1).copied().unwrap_or(0);
                q[b.base + x] = from_bits(u128::from(row[2 * b.item]) | u128::from(high) << 64);
            }
        }
        q
    }

    /// What proofs of a level are made with.
    pub fn setting(&self, level: Level) -> Setting<'_> {
        Setting { level, system: &self.system, tables: &TABLES, key: &self.key, seed: &SEED }
    }

    pub fn prove(&self) -> Proof {
        self.prove_vector(&self.counts(), &self.vector())
    }

    /// The same with hiding proofs.
    pub fn hiding(mut self) -> Self {
        self.level = self.level.hiding();
        self
    }

    /// The same proof, by the fast prover.
    pub fn prove_fast(&self) -> Proof {
        self.prove_at(self.level)
    }

    /// A proof of a level, by the fast prover.
    pub fn prove_at(&self, level: Level) -> Proof {
        self.prove_with::<Blake3>(level)
    }

    /// The same with another hash.
    pub fn prove_with<H: Hash + Send + Sync>(&self, level: Level) -> Proof {
        prove::<H>(&self.setting(level), &self.statement, &self.witness(), &mut |_| ())
            .expect("within the limits")
    }

    /// The proof of a prover that commits to `q`.
    pub fn prove_vector(&self, rows: &[u32], q: &[K]) -> Proof {
        reference::prove_vector::<Blake3>(&self.setting(self.level), &self.statement, rows, q)
            .expect("within the limits")
    }

    pub fn verify(&self, proof: &[u8]) -> Result<Verified, Error> {
        dyad_verifier::verify::<Blake3>(self.level, &self.system, &self.key.key, &self.statement, proof)
    }
}
