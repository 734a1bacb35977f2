//! The reference prover and the verifier, on the toy machine.

use dyad_prover::reference;
use dyad_verifier::{Blake3, Level};

fn prove(t: &crate::toy::Toy) -> Vec<u8> {
    reference::prove::<Blake3>(&t.setting(Level::L100), &t.statement, &t.witness())
        .expect("within the limits")
        .bytes
}

#[test]
fn honest_proofs_are_accepted() {
    for (steps, cells) in [(1, 1), (5, 3), (8, 8), (33, 5)] {
        let t = crate::toy::toy::<Blake3>(steps, cells);
        assert_eq!(t.verify(&prove(&t)).map(|v| v.rows[0]), Ok(steps as u32));
    }
}
