//! The whole protocol, in transcript order.

use dyad_rules::TableRules;
use dyad_verifier::transcript::Transcript;
use dyad_verifier::{Error, Hash, Layout, Level, Schedule, Statement, System, start};

use crate::evaluate::Committed;
use crate::kernels::code::encode;
use crate::merkle::Tree;
use crate::opening::Queried;
use crate::rounds::{Pair, Pool, Session};
use crate::witness::{ProvingKey, Rows, columns};
use crate::writer::Proof;
use crate::{and_check, bus, claims, opening};

/// The steps that [`prove`] announces, in order.
pub const STEPS: [&str; 11] = [
    "fill",
    "encode",
    "hash",
    "bus leaves",
    "bus products",
    "and check: bits",
    "and check: rows",
    "columns",
    "points",
    "ring switch",
    "opening",
];

/// Proves that the rows of `witness` (one entry a table of the system) satisfy the rules and balance
/// the bus with the statement's messages. `observer` is told each of [`STEPS`] as it begins.
///
/// A witness that breaks a rule gives bytes that the verifier rejects.
///
/// # Errors
/// [`Error::TooManyRows`] and [`Error::TooLarge`] beyond the limits.
pub fn prove<H: Hash + Sync + Send>(
    level: Level,
    system: &System,
    tables: &[&dyn TableRules],
    key: &ProvingKey,
    statement: &Statement,
    witness: &[&dyn Rows],
    observer: &mut dyn FnMut(&'static str),
) -> Result<Proof, Error>
where
    Transcript<H>: Sync,
{
    let rows: Vec<u32> = witness.iter().map(|w| w.rows() as u32).collect();
    let layout = Layout::new(system, &rows)?;
    layout.check_bus(statement)?;
    let schedule = Schedule::new(level, &layout);
    let t = start::<H>(level, system, &key.key, statement, &rows);
    let mut s = Session { t, proof: Proof::default(), pool: Pool::default(), observer };
    s.proof.section("rows");
    for (table, &n) in system.tables.iter().zip(&rows) {
        if table.fixed.is_empty() {
            s.proof.u32(n);
        }
    }

    s.proof.section("commitment");
    s.step("fill");
    let main = columns(&layout, &layout.main.pairs, |t| system.tables[t].committed.len(), |t| witness[t]);
    s.step("encode");
    let codeword = encode(&main, schedule.main.log, schedule.main.rate);
    s.step("hash");
    let tree = Tree::new::<H>(&codeword);
    s.proof.digest(&tree.root());
    s.t.absorb("commitment", &tree.root());

    let committed = Committed { system, layout: &layout, tables, main: &main, fixed: &key.vector };
    let bus = bus::prove(&mut s, &committed);
    let and = and_check::prove(&mut s, &committed);
    let weights = claims::prove(&mut s, &committed, &bus, &and);

    let logs = layout.oracles().map(|o| o.pairs.log);
    let pairs = weights
        .into_iter()
        .zip([main, key.vector.clone()])
        .zip(logs)
        .map(|((weights, vector), log)| Pair { log, weights, vector })
        .collect();
    let mut first =
        vec![Queried { code: schedule.main, codeword: &codeword, tree: &tree, base: schedule.bases.0 }];
    if let (Some(code), Some((codeword, tree))) = (schedule.fixed, &key.committed) {
        first.push(Queried { code, codeword, tree, base: schedule.bases.1 });
    }
    opening::prove(&mut s, &schedule, pairs, &first);
    Ok(s.proof)
}
