//! The commitment to the run's columns.

use dyad_field::K;
use dyad_verifier::layout::Owner;
use dyad_verifier::params::Code;
use dyad_verifier::{Digest, Hash, Move, Schedule, merkle};

use crate::cost::{Cost, ELEMENT, moved};
use crate::covers::Covers;
use crate::kernels::code::encode;
use crate::merkle::Tree;
use crate::rounds::Session;
use crate::scratch::Scratch;

/// Elements of scratch that [`prove`] takes.
pub fn room(schedule: &Schedule) -> usize {
    let own = schedule.oracles.iter().filter(|o| o.owner == Owner::Run);
    own.map(|o| codeword_len(&o.code)).sum()
}

/// Encodes a vector, hashes the codeword, sends the root, and works for the first challenges. The codeword is not kept: the vectors of later
/// steps take its place, and the rows that are opened are made again.
pub fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    vector: &[K],
    code: &Code,
    first: Move,
    mut scratch: Scratch<'_>,
) -> Tree {
    s.proof.section("commitment");
    s.step("encode");
    let values = scratch.take(codeword_len(code));
    let codeword = encode(&Covers::uncoded(s.covers.as_ref(), vector, code), code.log_inv_rate, values);
    s.step("hash");
    let tree = Tree::new::<H>(&codeword);
    s.commit(&tree.root(), first);
    tree
}

/// Elements of the codeword of a code.
pub fn codeword_len(code: &Code) -> usize {
    code.width() << code.position_log()
}

/// Encodes `length` elements. The first pass reads them and writes the codeword; the second reads and
/// writes it.
pub fn encode_cost(code: Code, length: u64) -> Cost {
    let codeword = codeword_len(&code) as u64;
    Cost { encoded: codeword / 2, ..Cost::default() } + moved(length + 3 * codeword)
}

/// Hashes the rows of a codeword and the levels of digests above them, the leaves' own level not
/// being stored.
pub fn hash_cost(code: Code) -> Cost {
    let rows = 1u64 << code.position_log();
    let row = ELEMENT * code.width() as u64;
    let digest = size_of::<Digest>() as u64;
    let levels = digest * (rows - 1);
    Cost {
        hashed: rows * row.next_multiple_of(merkle::LEAF_BLOCK as u64) + (rows - 1) * 2 * digest,
        moved: rows * row + 2 * levels,
        fresh: levels,
        ..Cost::default()
    }
}
