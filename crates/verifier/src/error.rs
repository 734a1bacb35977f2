//! Why a proof is rejected.

use dyad_field::{K, eq_at};

/// Why a proof is rejected. Every variant names the step of the protocol that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The proof ends inside a section.
    #[error("the proof is cut short in its section `{0}`")]
    Truncated(&'static str),
    /// Bytes follow the end of the proof.
    #[error("the proof should end {0} bytes before it does")]
    TrailingBytes(usize),
    /// A declared number of rows is out of range.
    #[error("table {table}: {rows} rows are more than the limit of {limit}")]
    TooManyRows {
        /// The table's index in the system.
        table: usize,
        /// The rows that the proof declares.
        rows: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// The declared tables are larger than this version proves.
    #[error("the declared tables are too large: {what} would need 2^{log} entries, the limit is 2^{limit}")]
    TooLarge {
        /// What grew too large.
        what: &'static str,
        /// Its logarithm.
        log: usize,
        /// The largest logarithm accepted.
        limit: usize,
    },
    /// The security level is not one that this version implements.
    #[error(
        "level {0} is not supported: there are 100 and 128, 65536 more for small proofs, 131072 more for hiding ones"
    )]
    UnsupportedLevel(u32),
    /// The key does not fit the system.
    #[error("the key does not fit the machine: {0}")]
    KeyMismatch(&'static str),
    /// What is put on the bus is not what is taken from it.
    #[error("the bus does not balance: the rows do not agree with one another or with the public statement")]
    BusBalance,
    /// A layer of the product trees.
    #[error("layer {0} of the product trees is wrong")]
    ProductLayer(usize),
    /// The AND constraints.
    #[error("the AND check failed")]
    AndCheck,
    /// A layer of the powers whose exponents are words of the run.
    #[error("layer {0} of the powers is wrong")]
    PowerLayer(usize),
    /// The factors of these powers, or the low bits of the products.
    #[error("the factors of the powers, or the low bits of products, are wrong")]
    PowerFactors,
    /// The bases of these powers.
    #[error("the bases of the powers are wrong")]
    PowerBases,
    /// The powers of both sides of the products.
    #[error("the products of words are wrong")]
    PowerProducts,
    /// A layer of the powers of the generator.
    #[error("layer {0} of the powers of the generator is wrong")]
    GeneratorLayer(usize),
    /// The reduction of claims to columns.
    #[error("the column reduction failed")]
    ColumnReduction,
    /// The ring switch.
    #[error("the ring switch failed")]
    RingSwitch,
    /// A nonce that is no proof of work for the challenge that it stands before.
    #[error(
        "the proof of work before the challenge `{0}` is wrong, as where anything before it was changed: output, exit \
         code, level, numbers of rows, or what the proof says up to there"
    )]
    Work(&'static str),
    /// An opened row is not in the committed tree.
    #[error("round {0} of the opening: an opened row is not the committed one")]
    MerklePath(usize),
    /// The vector sent in the clear is not what was committed.
    #[error("round {0} of the opening: the final vector disagrees with a query")]
    QueryValue(usize),
    /// The claim on the committed vector.
    #[error("the opening failed: the committed values do not have the claimed evaluation")]
    OpeningValue,
    /// A bound that the verifier computed for itself did not hold.
    #[error("internal: {0}")]
    Internal(&'static str),
}

/// The entry `i`, or an error: the verifier never indexes.
pub(crate) fn get<'a, T>(v: &'a [T], i: usize, what: &'static str) -> Result<&'a T, Error> {
    v.get(i).ok_or(Error::Internal(what))
}

/// The inner product of vectors of one length, or an error.
pub(crate) fn inner(a: &[K], b: &[K]) -> Result<K, Error> {
    if a.len() != b.len() {
        return Err(Error::Internal("vectors of one length"));
    }
    Ok(a.iter().zip(b).map(|(&a, &b)| a * b).sum())
}

/// `eq(r, index)` for an index of `r.len()` bits, or an error.
pub(crate) fn eq_index(r: &[K], index: usize) -> Result<K, Error> {
    if u32::try_from(r.len()).ok().and_then(|log| index.checked_shr(log)).unwrap_or(0) != 0 {
        return Err(Error::Internal("an index of as many bits as there are variables"));
    }
    Ok(eq_at(r, index))
}

/// The entries of a range, or an error.
pub(crate) fn slice<'a, T>(
    v: &'a [T],
    range: core::ops::Range<usize>,
    what: &'static str,
) -> Result<&'a [T], Error> {
    v.get(range).ok_or(Error::Internal(what))
}
