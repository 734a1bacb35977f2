//! The whole protocol, in transcript order.

use alloc::vec::Vec;

use crate::reader::Reader;
use crate::transcript::Transcript;
use crate::{
    Error, Hash, Key, Layout, Level, Schedule, Statement, System, and_check, bus, columns, opening, points,
    ring_switch,
};

/// The name and version of the protocol: the first thing that a transcript absorbs.
pub const PROTOCOL: &[u8] = b"dyad proof system v2";

/// The statement's messages are absorbed so many at a time: there may be millions.
const MESSAGES_AT_ONCE: usize = 1 << 12;

/// What verification establishes besides the statement itself.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Rows of each table.
    pub rows: Vec<u32>,
    /// The parameters that were used.
    pub schedule: Schedule,
    /// Where the sections of the proof begin.
    pub sections: Vec<(&'static str, usize)>,
}

/// The transcript after everything that is known before the first commitment.
pub fn start<H: Hash>(
    level: Level,
    system: &System,
    key: &Key,
    statement: &Statement,
    rows: &[u32],
) -> Transcript<H> {
    let mut t = Transcript::new(PROTOCOL);
    t.absorb("level", &level.number().to_le_bytes());
    t.absorb("rules", &system.digest);
    t.absorb("key root", &key.root);
    let numbers = |v: &[u32]| v.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    t.absorb("key rows", &numbers(&key.rows));
    t.absorb("statement", &statement.bytes);
    for (label, messages) in [("statement pushes", &statement.pushes), ("statement pulls", &statement.pulls)]
    {
        t.absorb(label, &(messages.len() as u64).to_le_bytes());
        for some in messages.chunks(MESSAGES_AT_ONCE) {
            let bytes: Vec<u8> = some.iter().flatten().flat_map(|w| w.to_le_bytes()).collect();
            t.absorb(label, &bytes);
        }
    }
    t.absorb("rows", &numbers(rows));
    t
}

/// Verifies `proof` for a statement about a system and a key.
///
/// # Soundness
/// If this returns `Ok`, then, except with probability about 2^-level over the random oracle (the
/// `dyad-security` crate adds it up), the prover knows rows of the tables, the fixed columns being
/// the key's, that satisfy all rules and balance the bus with the statement's messages.
///
/// # Errors
/// The first step that fails, as a typed [`Error`]. Never panics.
pub fn verify<H: Hash>(
    level: Level,
    system: &System,
    key: &Key,
    statement: &Statement,
    proof: &[u8],
) -> Result<Verified, Error> {
    verify_with::<H>(level, system, key, statement, proof, |_| ())
}

/// As [`verify`]; `observe` sees the transcript as the last step left it, accepted or not, with the
/// challenges drawn ([`Transcript::recorded`]). It is not called for a proof that is rejected before
/// its commitment.
///
/// # Errors
/// As [`verify`].
pub fn verify_with<H: Hash>(
    level: Level,
    system: &System,
    key: &Key,
    statement: &Statement,
    proof: &[u8],
    observe: impl FnOnce(&Transcript<H>),
) -> Result<Verified, Error> {
    let mut p = Reader::new(proof);
    p.section("rows");
    let mut rows = Vec::with_capacity(system.tables.len());
    for given in key.rows_by_table(system)? {
        rows.push(match given {
            Some(n) => n,
            None => p.u32()?,
        });
    }
    let layout = Layout::new(system, &rows)?;
    layout.check_bus(statement)?;
    let schedule = Schedule::new(level, &layout);
    let mut t = start::<H>(level, system, key, statement, &rows);
    t.record();

    p.section("commitment");
    let root = p.digest()?;
    t.absorb("commitment", &root);
    let result = (|| {
        let bus = bus::verify(&mut t, &mut p, &layout, statement)?;
        let and = and_check::verify(&mut t, &mut p, &layout)?;
        let columns = columns::verify(&mut t, &mut p, system, &layout, &bus, &and)?;
        let bits = points::verify(&mut t, &mut p, &layout, &bus, &and, &columns)?;
        let elements = ring_switch::verify(&mut t, &mut p, bits)?;
        opening::verify(&mut t, &mut p, &layout, &schedule, (root, key.root), &elements)?;
        p.finish()
    })();
    observe(&t);
    result?;
    Ok(Verified { rows, schedule, sections: p.sections().to_vec() })
}
