//! Merkle trees over the positions of a code, and pruned openings.

use alloc::vec::Vec;

use dyad_field::{BYTES, K, to_bits};

use crate::channel::Channel;
use crate::check::demand;
use crate::hash::Domain;
use crate::label::Label;
use crate::{Digest, Error, Hash};

/// Leaves are padded with zeros to a multiple of so many bytes: a block of BLAKE3. A tree has rows of
/// one width only, so that padding is unambiguous.
pub const LEAF_BLOCK: usize = 64;

/// Appends the bytes of a row of a codeword, as they are hashed.
pub fn leaf_bytes(row: &[K], bytes: &mut Vec<u8>) {
    let start = bytes.len();
    let length = row.len().saturating_mul(BYTES).next_multiple_of(LEAF_BLOCK);
    bytes.resize(start.saturating_add(length), 0);
    let (places, _) = bytes.get_mut(start..).unwrap_or_default().as_chunks_mut::<BYTES>();
    for (place, &k) in places.iter_mut().zip(row) {
        *place = to_bits(k).to_le_bytes();
    }
}

/// The digest of a row of a codeword.
pub fn leaf<H: Hash>(row: &[K], buffer: &mut Vec<u8>) -> Digest {
    buffer.clear();
    leaf_bytes(row, buffer);
    H::hash(Domain::Leaf, &[buffer])
}

/// The digest of an inner node.
pub fn node<H: Hash>(left: &Digest, right: &Digest) -> Digest {
    let mut both = [0; 64];
    for (o, b) in both.iter_mut().zip(left.iter().chain(right)) {
        *o = *b;
    }
    H::hash(Domain::Node, &[&both])
}

/// Receives the opened rows at `positions` (increasing, without repetition, below 2^`log`) of a tree,
/// `width` elements a row, and the digests that are missing to reach the root. Those come level by
/// level from the leaves, by increasing position.
///
/// Returns the rows if they lead to `root`.
///
/// # Errors
/// [`Error::Truncated`]; [`Error::MerklePath`]`(round)` if the root is another one.
pub fn open<C: Channel>(
    channel: &mut C,
    root: &Digest,
    log: usize,
    width: usize,
    positions: &[usize],
    round: usize,
) -> Result<Vec<Vec<K>>, Error> {
    let mut rows = Vec::with_capacity(positions.len());
    let mut level: Vec<(usize, Digest)> = Vec::with_capacity(positions.len());
    let mut buffer = Vec::new();
    for &position in positions {
        let row = channel.elements(Label::OpenedRow, width)?;
        level.push((position, leaf::<C::Hash>(&row, &mut buffer)));
        rows.push(row);
    }
    for _ in 0..log {
        let mut above: Vec<(usize, Digest)> = Vec::with_capacity(level.len());
        let mut nodes = level.iter().peekable();
        while let Some((position, digest)) = nodes.next() {
            let sibling = match nodes.next_if(|(next, _)| *next == position | 1 && position & 1 == 0) {
                Some((_, d)) => *d,
                None => channel.sibling()?.0,
            };
            let [left, right] = if position & 1 == 0 { [digest, &sibling] } else { [&sibling, digest] };
            let parent = node::<C::Hash>(left, right);
            above.push((position >> 1, parent));
        }
        level = above;
    }
    demand(matches!(level.as_slice(), [(0, top)] if top == root), Error::MerklePath(round))?;
    Ok(rows)
}
