//! The whole protocol, in transcript order.

use dyad_field::K;
use dyad_rules::{Rows, TableRules};
use dyad_verifier::bus::first_move;
use dyad_verifier::layout::Owner;
use dyad_verifier::{Error, Hash, Layout, Level, Schedule, Statement, System};

use crate::ahead::Ahead;
use crate::columns::RowEqs;
use crate::cost::{self, Cost};
use crate::covers::Seed;
use crate::evaluate::Committed;
use crate::kernels::memory::Reserve;
use crate::merkle::Tree;
use crate::rounds::Session;
use crate::scratch::Memory;
use crate::witness::{Columns, ProvingKey};
use crate::writer::Proof;
use crate::{and_check, bus, columns, commitment, opening, points, products, ring_switch};

/// The steps that [`prove`] announces, in order. Where a codeword is made in parts, encoding and hashing take turns. Those
/// of products are left out where there are none.
pub const STEPS: [&str; 14] = [
    "fill",
    "encode",
    "hash",
    "bus leaves",
    "bus products",
    "and check: bits",
    "and check: rows",
    "products: powers",
    "products: factors",
    "products: generator",
    "columns",
    "points",
    "ring switch",
    "opening",
];

/// The rows of all tables as the vector that a proof commits to: the witness that the rows came from
/// is not needed any more.
#[derive(Debug)]
pub struct Filled {
    rows: Vec<u32>,
    layout: Layout,
    vector: Vec<K>,
    /// Working memory asked for already.
    working: Reserve,
}

impl Filled {
    /// Fills the columns from the rows of every table of the system.
    ///
    /// # Errors
    /// [`Error::TooManyRows`] and [`Error::TooLarge`] beyond the limits.
    pub fn new(system: &System, witness: &[&dyn Rows]) -> Result<Self, Error> {
        let rows = witness.iter().map(|w| w.rows() as u32).collect();
        let mut filled = Self::zero(system, rows, Ahead::default())?;
        let mut columns = filled.columns(system);
        columns.fill(witness);
        columns.finish();
        Ok(filled)
    }

    /// Columns of so many rows of each table of the system, all zero, to be filled by
    /// [`Filled::columns`], in memory that may have been asked for before.
    ///
    /// # Errors
    /// As [`Filled::new`].
    pub fn zero(system: &System, rows: Vec<u32>, ahead: Ahead) -> Result<Self, Error> {
        let layout = Layout::new(system, &rows)?;
        let vector = ahead.columns.into_zeros(layout.oracles[0].pairs.len);
        Ok(Self { rows, layout, vector, working: ahead.working })
    }

    /// The columns, to be filled from their first rows on.
    pub fn columns(&mut self, system: &System) -> Columns<'_> {
        let width = |t: usize| system.tables[t].committed;
        Columns::new(&self.layout, &self.layout.oracles[0].pairs, width, &mut self.vector)
    }

    /// The vector, laid out as the stack of the run's oracle.
    pub fn vector(&self) -> &[K] {
        &self.vector
    }

    /// The rows of each table.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// What each of the [`STEPS`] that it has does in a proof of this level.
    pub fn costs(&self, system: &System, level: Level) -> Vec<(&'static str, Cost)> {
        cost::steps(system, &self.layout, &self.schedule(level))
    }

    /// The parameters of a proof of this level.
    pub fn schedule(&self, level: Level) -> Schedule {
        Schedule::new(level, &self.layout)
    }
}

/// What proofs of one system and program are made with.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// What the parameters are chosen for, and whether proofs hide.
    pub level: Level,
    /// The tables' shapes.
    pub system: &'a System,
    /// The tables' rules.
    pub tables: &'a [&'a dyn TableRules],
    /// The program's columns.
    pub key: &'a ProvingKey,
    /// Where a hiding proof's covers come from: another one for each proof.
    pub seed: &'a Seed,
}

/// Proves that the rows of `witness` (one entry a table of the system) satisfy the rules and balance
/// the bus with the statement's messages. `observer` is told each of [`STEPS`] as it begins.
///
/// A witness that breaks a rule gives bytes that the verifier rejects.
///
/// # Errors
/// [`Error::TooManyRows`] and [`Error::TooLarge`] beyond the limits.
pub fn prove<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: &Statement,
    witness: &[&dyn Rows],
    observer: &mut dyn FnMut(&'static str),
) -> Result<Proof, Error> {
    observer(STEPS[0]);
    let filled = Filled::new(setting.system, witness)?;
    Ok(prove_filled::<H>(setting, statement.clone(), filled, observer))
}

/// As [`prove`], from rows that are filled already, the statement being forgotten as soon as it may:
/// announces all of [`STEPS`] but the first.
pub fn prove_filled<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: Statement,
    filled: Filled,
    observer: &mut dyn FnMut(&'static str),
) -> Proof {
    let Setting { level, system, tables, key, .. } = *setting;
    let schedule = filled.schedule(level);
    let Filled { rows, layout, vector, working } = filled;
    let code = schedule.oracles[0].code;
    let mut s = Session::<H>::begin(setting, &statement, &rows, &code, observer);
    let first = first_move(&layout, &statement);
    // Its messages may take more than anything else that is there yet.
    let statement = s.covers.is_some().then_some(statement);

    let mut memory = Memory::new(&layout, &schedule, working);
    let tree = commitment::prove(&mut s, &vector, &code, first, memory.scratch());
    let vectors: Vec<&[K]> = layout
        .oracles
        .iter()
        .map(|o| match o.owner {
            Owner::Run => &vector[..],
            Owner::Program => &key.vector[..],
        })
        .collect();
    let committed = Committed { system, layout: &layout, tables, vectors: &vectors };
    let fingerprint = bus::draw(&mut s);
    let products = statement.map(|statement| fingerprint.products(&statement)).unwrap_or_default();
    let bus = bus::prove(&mut s, &committed, fingerprint, memory.scratch());
    let and = and_check::prove(&mut s, &committed, memory.scratch());
    let mut points = vec![bus, and];
    points.extend(products::prove(&mut s, &committed, memory.scratch()));
    let row_eqs: Vec<_> = points.iter().map(|claims| RowEqs::new(&layout, claims)).collect();
    let column_point = columns::prove(&mut s, &committed, &points, &row_eqs);
    let bits = points::prove(&mut s, &committed, &column_point, row_eqs, memory.scratch());
    let claim = ring_switch::prove(&mut s, &committed, bits, products);
    let trees: Vec<(&Tree, Option<&[K]>)> = layout
        .oracles
        .iter()
        .map(|o| match (o.owner, &key.committed) {
            (Owner::Program, Some((values, tree))) => (tree, Some(&values[..])),
            _ => (&tree, None),
        })
        .collect();
    opening::prove(&mut s, &committed, &schedule, &claim, &trees, memory.scratch());
    let proof = s.proof;
    // The system takes its time to have so many pages back.
    rayon::join(|| drop(memory), || drop(vector));
    proof
}
