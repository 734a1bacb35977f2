//! The whole protocol, in transcript order.

use alloc::vec::Vec;

use dyad_field::K;

use crate::arithmetic::{Arithmetic, Clear};
use crate::bus::Fingerprint;
use crate::channel::{Channel, Received, Recorded, Recording};
use crate::hidden::Hidden;
use crate::label::Label;
use crate::layout::Owner;
use crate::number::wide;
use crate::reader::Reader;
use crate::ring_switch::ElementClaim;
use crate::transcript::Transcript;
use crate::{
    Error, Hash, Key, Layout, Level, Schedule, Statement, System, and_check, bus, columns, opening, points,
    products, ring_switch,
};

/// The name and version of the protocol: the first thing that a transcript absorbs.
pub const PROTOCOL: &[u8] = b"dyad proof system v7";

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
    t.absorb(Label::Level, &level.number().to_le_bytes());
    t.absorb(Label::Rules, &system.digest);
    t.absorb(Label::KeyRoot, &key.root);
    let numbers = |v: &[u32]| v.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    t.absorb(Label::KeyRows, &numbers(&key.rows));
    t.absorb(Label::Statement, &statement.bytes);
    for (label, messages) in
        [(Label::StatementPushes, &statement.pushes), (Label::StatementPulls, &statement.pulls)]
    {
        t.absorb(label, &wide(messages.len()).to_le_bytes());
        for some in messages.chunks(MESSAGES_AT_ONCE) {
            let bytes: Vec<u8> = some.iter().flatten().flat_map(|w| w.to_le_bytes()).collect();
            t.absorb(label, &bytes);
        }
    }
    t.absorb(Label::Rows, &numbers(rows));
    t
}

/// Verifies `proof` for a statement about a system and a key.
///
/// # Soundness
/// If this returns `Ok`, then the prover knows rows of the tables, the fixed columns being the key's, that
/// satisfy all rules and balance the bus with the statement's messages. A prover that evaluates the hash T times
/// brings about an exception with probability at most T 2^-level (docs/soundness.md, theorem 1; the
/// `dyad-security` crate has the error of each move).
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
    let (mut channel, known) = begin::<H>(level, system, key, statement, proof)?;
    steps(&mut channel, &known, system, key, statement)?;
    end(channel, known)
}

/// As [`verify`]; the challenges and the moves that they are in are recorded, up to the step that rejects. There are
/// none if the proof is rejected before its commitment.
///
/// # Errors
/// As [`verify`].
pub fn verify_recording<H: Hash>(
    level: Level,
    system: &System,
    key: &Key,
    statement: &Statement,
    proof: &[u8],
    recorded: &mut Recorded,
) -> Result<Verified, Error> {
    let (mut channel, known) = begin::<H>(level, system, key, statement, proof)?;
    steps(&mut Recording { channel: &mut channel, recorded }, &known, system, key, statement)?;
    end(channel, known)
}

/// What is known before the first commitment.
struct Known {
    rows: Vec<u32>,
    layout: Layout,
    schedule: Schedule,
}

/// Reads the numbers of rows, and absorbs them with all else that is known.
fn begin<'a, H: Hash>(
    level: Level,
    system: &System,
    key: &Key,
    statement: &Statement,
    proof: &'a [u8],
) -> Result<(Received<'a, H>, Known), Error> {
    let mut reader = Reader::new(proof);
    reader.section("rows");
    let mut rows = Vec::with_capacity(system.tables.len());
    for given in key.rows_by_table(system)? {
        rows.push(match given {
            Some(n) => n,
            None => reader.u32()?,
        });
    }
    let layout = Layout::new(system, &rows)?;
    layout.check_bus(statement)?;
    let schedule = Schedule::new(level, &layout);
    let transcript = start(level, system, key, statement, &rows);
    Ok((Received::new(reader, transcript, level), Known { rows, layout, schedule }))
}

/// The steps of the protocol.
fn steps(
    channel: &mut impl Channel,
    known: &Known,
    system: &System,
    key: &Key,
    statement: &Statement,
) -> Result<(), Error> {
    let layout = &known.layout;
    channel.section("commitment");
    let root = channel.digest(Label::Commitment)?;
    channel.work(bus::first_move(layout, statement))?;
    let cover = known.schedule.covered().map(|(_, cover)| cover);
    if cover.is_some() != known.schedule.level.is_hiding() {
        return Err(Error::Internal("a cover where a proof hides"));
    }
    let elements = match cover {
        None => reduce(&mut Clear(&mut *channel), system, layout, |f| f.products(statement))?,
        Some(cover) => {
            reduce(&mut Hidden::new(&mut *channel, cover), system, layout, |f| f.products(statement))?
        }
    };
    let roots = layout.oracles.iter().map(|o| match o.owner {
        Owner::Run => root,
        Owner::Program => key.root,
    });
    opening::verify(channel, layout, &known.schedule, &roots.collect::<Vec<_>>(), &elements)
}

/// All steps before the opening: they leave one claim on the committed vectors. `statement` gives the products
/// of the statement's messages.
///
/// # Errors
/// The first step that fails.
pub fn reduce<A: Arithmetic>(
    a: &mut A,
    system: &System,
    layout: &Layout,
    statement: impl FnOnce(&Fingerprint) -> [K; 2],
) -> Result<ElementClaim, Error> {
    let bus = bus::verify(a, layout, statement)?;
    let and = and_check::verify(a, layout)?;
    let mut points = Vec::from([bus, and]);
    points.extend(products::verify(a, layout)?);
    let columns = columns::verify(a, system, layout, &points)?;
    let bits = points::verify(a, layout, &points, &columns)?;
    ring_switch::verify(a, layout, bits)
}

/// Demands that the proof ends here.
fn end<H: Hash>(channel: Received<'_, H>, known: Known) -> Result<Verified, Error> {
    let proof = channel.into_reader();
    proof.finish()?;
    Ok(Verified { rows: known.rows, schedule: known.schedule, sections: proof.sections().to_vec() })
}
