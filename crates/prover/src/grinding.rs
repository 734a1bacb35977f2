//! Proof of work.

use dyad_verifier::hash::Domain;
use dyad_verifier::transcript::{TRIAL_LENGTH, trial, worth};
use dyad_verifier::{Digest, Hash};
use rayon::prelude::*;

use crate::cost::Cost;

/// Nonces that are tried side by side.
const SIDE_BY_SIDE: usize = 16;
/// Nonces that one task tries.
const TASK: u64 = 1 << 12;
/// Nonces that all tasks try together before the first success is looked for.
const TRIALS: u64 = 1 << 18;

/// The smallest nonce that is a proof of work of `bits` bits for a transcript's state. So few trials are expected
/// of it that threads would not help, or all threads share them.
pub fn grind<H: Hash>(state: &Digest, bits: u32) -> u64 {
    let alone = |nonces: std::ops::Range<u64>| {
        let mut trials = [[0; TRIAL_LENGTH]; SIDE_BY_SIDE];
        trials.fill(trial(state, 0));
        nonces.step_by(SIDE_BY_SIDE).find_map(|start| first::<H>(&mut trials, start, bits))
    };
    let tasks = (TRIALS.min(1 << bits.min(63)) / TASK).max(1);
    if tasks == 1 {
        return alone(0..u64::MAX).unwrap_or_default();
    }
    let together = |start: u64| {
        let task = |number| start + number * TASK..start + (number + 1) * TASK;
        (0..tasks).into_par_iter().filter_map(|number| alone(task(number))).min()
    };
    (0..).step_by((tasks * TASK) as usize).find_map(together).unwrap_or_default()
}

/// The first of some nonces from `start` on that works; `trials` are trials for the state, with any nonces.
fn first<H: Hash>(trials: &mut [[u8; TRIAL_LENGTH]; SIDE_BY_SIDE], start: u64, bits: u32) -> Option<u64> {
    for (trial, nonce) in trials.iter_mut().zip(start..) {
        trial[size_of::<Digest>()..][..8].copy_from_slice(&nonce.to_le_bytes());
    }
    let mut digests = [[0; 32]; SIDE_BY_SIDE];
    H::hash_many(Domain::Grind, trials.as_flattened(), TRIAL_LENGTH, &mut digests);
    (start..).zip(&digests).find(|(_, digest)| worth(bits, digest)).map(|(nonce, _)| nonce)
}

/// As many trials as are expected, of a block each.
pub fn cost(bits: u32) -> Cost {
    let trials = if bits == 0 { 0 } else { 1 << bits };
    Cost { hashed: TRIAL_LENGTH as u64 * trials, ..Cost::default() }
}

#[cfg(test)]
mod tests {
    use dyad_verifier::Blake3;
    use dyad_verifier::transcript::Transcript;

    use super::*;

    #[test]
    fn the_smallest_nonce_is_found() {
        let bits = [(&b"a"[..], 0), (b"b", 1), (b"c", 9), (b"d", 12), (b"e", 14), (b"f", 17)];
        for (protocol, bits) in bits {
            let t = Transcript::<Blake3>::new(protocol);
            let nonce = grind::<Blake3>(t.state(), bits);
            assert_eq!((0..1 << 22).find(|&n| t.is_work(bits, n)), Some(nonce), "{bits} bits");
        }
    }
}
