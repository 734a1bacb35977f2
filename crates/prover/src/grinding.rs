//! Proof of work.

use dyad_verifier::Hash;
use dyad_verifier::hash::Domain;
use dyad_verifier::transcript::{TRIAL_LENGTH, Transcript, worth};
use rayon::prelude::*;

use crate::cost::Cost;

/// Nonces tried by one task.
const TASK: u64 = 1 << 8;
/// Nonces tried by all tasks together before the first success is looked for.
const TRIALS: u64 = 1 << 13;

/// The smallest nonce that is a proof of work of `bits` bits for the transcript's state.
pub fn grind<H: Hash + Sync>(t: &Transcript<H>, bits: u32) -> u64 {
    let first = |start: u64| {
        let trials: Vec<_> = (start..start + TASK).map(|nonce| t.trial(nonce)).collect();
        let mut digests = [[0; 32]; TASK as usize];
        H::hash_many(Domain::Grind, trials.as_flattened(), TRIAL_LENGTH, &mut digests);
        (start..).zip(&digests).find(|(_, d)| worth(bits, d)).map(|(nonce, _)| nonce)
    };
    let together =
        |start| (0..TRIALS / TASK).into_par_iter().filter_map(|task| first(start + task * TASK)).min();
    // Few bits take one task.
    first(0).or_else(|| (0..).step_by(TRIALS as usize).find_map(together)).unwrap_or_default()
}

/// As many trials as are expected, of a block each.
pub fn cost(bits: u32) -> Cost {
    Cost { hashed: (TRIAL_LENGTH as u64) << bits, ..Cost::default() }
}

#[cfg(test)]
mod tests {
    use dyad_verifier::Blake3;

    use super::*;

    #[test]
    fn the_smallest_nonce_is_found() {
        for (protocol, bits) in [(&b"a"[..], 0), (b"b", 1), (b"c", 9), (b"d", 12), (b"e", 14)] {
            let t = Transcript::<Blake3>::new(protocol);
            let nonce = grind(&t, bits);
            assert_eq!((0..1 << 20).find(|&n| t.is_work(bits, n)), Some(nonce), "{bits} bits");
        }
    }
}
