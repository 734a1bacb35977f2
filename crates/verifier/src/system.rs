//! What is proved about: the tables, the program's columns, the public statement.

use alloc::sync::Arc;
use alloc::vec::Vec;

use dyad_rules::MESSAGE_WORDS;
use dyad_rules::forms::TableForms;
use dyad_rules::shape::TableShape;

use crate::check::demand;
use crate::hash::Domain;
use crate::number::wide;
use crate::{Digest, Error, Hash, cover, layout, moves, params};

/// About so many bytes of tables are digested at a time.
const AT_ONCE: usize = 1 << 16;

/// The tables of a machine, and the digest of their rules.
#[derive(Clone, Debug)]
pub struct System {
    /// The tables, in the order that layouts and proofs use.
    pub tables: Vec<Arc<TableForms>>,
    /// The digest of all rules, and of what the protocol takes for granted.
    pub digest: Digest,
}

impl System {
    /// The system of tables of these shapes, digested with the hash `H`.
    pub fn new<H: Hash>(shapes: impl IntoIterator<Item = TableShape>) -> Self {
        Self::of::<H>(shapes.into_iter().map(|shape| Arc::new(TableForms::of(&shape))).collect())
    }

    /// The system of these tables, digested with the hash `H`.
    pub fn of<H: Hash>(tables: Vec<Arc<TableForms>>) -> Self {
        let mut rest = tables.iter();
        let some = core::iter::from_fn(|| {
            let mut bytes = Vec::with_capacity(AT_ONCE);
            while bytes.len() < AT_ONCE
                && let Some(t) = rest.next()
            {
                bytes.extend_from_slice(&wide(t.encoded_length()).to_le_bytes());
                t.encode(&mut bytes);
            }
            (!bytes.is_empty()).then_some(bytes)
        });
        let digest = H::hash_each(Domain::Rules, core::iter::once(constants()).chain(some));
        Self { tables, digest }
    }

    /// The indices of the tables that have fixed columns.
    pub fn fixed_tables(&self) -> impl Iterator<Item = usize> + '_ {
        self.tables.iter().enumerate().filter(|(_, t)| t.fixed > 0).map(|(i, _)| i)
    }
}

/// What keys and proofs mean besides the rules, as it is digested with them: the code's basis, and the
/// constants of layout, codes and covers, 8 bytes each. A key of a build with others is one for other rules.
fn constants() -> Vec<u8> {
    let opening = params::CONSTANTS.iter().chain(&cover::CONSTANTS).chain(&moves::CONSTANTS);
    let numbers = layout::CONSTANTS.iter().chain(opening);
    let mut bytes = b"Cantor's basis".to_vec();
    bytes.extend(numbers.flat_map(|&n| wide(n).to_le_bytes()));
    bytes
}

/// The fixed columns of a program: how many rows each table that has some has, and the root of
/// their commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Rows of each table of [`System::fixed_tables`], in that order.
    pub rows: Vec<u32>,
    /// The Merkle root of the encoded fixed columns; all zeros where there are none.
    pub root: Digest,
}

impl Key {
    /// The rows that the key prescribes for each table of the system: `None` where the prover
    /// declares them.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] if the key lists more or fewer tables than the system has with fixed
    /// columns.
    pub fn rows_by_table(&self, system: &System) -> Result<Vec<Option<u32>>, Error> {
        let mut given = self.rows.iter().copied();
        let rows: Option<Vec<_>> = system
            .tables
            .iter()
            .map(|t| if t.fixed == 0 { Some(None) } else { given.next().map(Some) })
            .collect();
        let mismatch = Error::KeyMismatch("another number of tables with fixed columns");
        demand(given.next().is_none(), mismatch.clone())?;
        rows.ok_or(mismatch)
    }
}

/// What the proof is about, beyond the rules and the program: absorbed first, and part of the bus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// A canonical encoding of the whole public statement.
    pub bytes: Vec<u8>,
    /// Messages that the verifier puts on the bus.
    pub pushes: Vec<[u64; MESSAGE_WORDS]>,
    /// Messages that the verifier takes from the bus.
    pub pulls: Vec<[u64; MESSAGE_WORDS]>,
}
