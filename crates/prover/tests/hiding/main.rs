//! What hiding proofs tell: nothing, shown on the real prover and verifier at a small size.
//!
//! With challenges that do not depend on messages, everything that is revealed is a function of the witness and
//! of the covers: affine over K in all of them but the block of the ring switch, and the sums of the ring switch
//! are affine over F2 in the block, one to one. Then what is revealed is uniform on the solutions of the
//! verifier's own equations, the same for every witness, if the affine map has full rank and its values for two
//! witnesses differ by an element of its image.

#[path = "../toy/mod.rs"]
mod toy;

mod rank;
mod runs;
mod simulator;

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_table, from_bits, transpose};
use dyad_verifier::moves::nonce_length;
use dyad_verifier::{Blake3, Label, Level, Move, Recorded};

use crate::runs::{Runs, difference};
use crate::toy::{Random, toy};

/// The sums of the ring switch are one to one with the block: whatever the block, they change by xi times its
/// bits, put together the other way.
#[test]
fn the_block_covers_the_sums() {
    let runs = Runs::new(false);
    let mut rng = Random(6);
    let bare = runs.reveal(0, &runs.none());
    let mut unit = runs.none();
    unit.tails[runs.entry(runs.cover.block())] = K::ONE;
    let xi = runs.reveal(0, &unit).sums[0] + bare.sums[0];
    assert_ne!(xi, K::ZERO);
    for _ in 0..3 {
        let random = runs.random(&mut rng);
        let mut covers = runs.none();
        let mut block = [K::ZERO; BITS];
        for (j, r) in block.iter_mut().enumerate() {
            let i = runs.entry(runs.cover.block() + j);
            *r = random.tails[i];
            covers.tails[i] = *r;
        }
        let found = difference(&runs.reveal(0, &covers).sums, &bare.sums);
        assert_eq!(found, transpose(&block).map(|y| xi * y));
    }
}

/// One seed for two levels, as when a system's generator repeats its bytes: under the same mask, the sum of both
/// folded vectors would be that of the data, folded twice.
#[test]
fn levels_share_no_covers() {
    let t = toy::<Blake3>(2, 1);
    let q = t.vector();
    let proofs = [Level::L100.hiding(), Level::L100_SMALL.hiding()].map(|level| {
        let (key, statement, proof) = (&t.key.key, &t.statement, t.prove_at(level));
        let mut recorded = Recorded::default();
        let verified = dyad_verifier::verify_recording::<Blake3>(
            level,
            &t.system,
            key,
            statement,
            &proof.bytes,
            &mut recorded,
        );
        let drawn = recorded.drawn;
        let o = verified.expect("an honest proof").schedule.oracles[0];
        // The blinded sum, four rounds with their nonces and the masked one come before the folded vector.
        let nonces = 4 * nonce_length(Move::Fold { round: 0, positions: 1 << 10 }.work(level));
        let start = proof.sections.iter().find(|s| s.0 == "opening").unwrap().1 + nonces + 16 * (10 + o.base);
        let folded = proof.bytes[start..].as_chunks::<16>().0[..1 << o.code.log].to_vec();
        let mut fold: Vec<K> =
            drawn.iter().filter(|(label, _)| *label == Label::Fold).map(|(_, c)| *c).collect();
        fold.reverse();
        let factor = drawn.iter().find(|(label, _)| *label == Label::MaskFactor).unwrap().1;
        let data = |x: usize| {
            let lane = |l: usize| q.get(l << o.code.log | x).copied().unwrap_or_default();
            factor * eq_table(&fold).into_iter().enumerate().map(|(l, e)| e * lane(l)).sum::<K>()
        };
        let masks = folded.iter().enumerate().map(|(x, b)| from_bits(u128::from_le_bytes(*b)) + data(x));
        masks.collect::<Vec<K>>()
    });
    assert!(!proofs[0].is_empty() && proofs[0].len() == proofs[1].len());
    assert!(proofs[0].iter().zip(&proofs[1]).all(|(a, b)| a != b), "the same mask twice");
}
