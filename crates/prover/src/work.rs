//! Proof of work.

use dyad_verifier::Hash;
use dyad_verifier::transcript::Transcript;
use rayon::prelude::*;

/// The smallest nonce that is a proof of work of `bits` bits for the transcript's state.
pub fn grind<H: Hash + Sync>(t: &Transcript<H>, bits: u32) -> u64
where
    Transcript<H>: Sync,
{
    const TRIALS: u64 = 1 << 13;
    (0..)
        .step_by(TRIALS as usize)
        .find_map(|start| (start..start + TRIALS).into_par_iter().find_first(|&n| t.is_work(bits, n)))
        .unwrap_or_default()
}
