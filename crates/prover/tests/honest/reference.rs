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

#[test]
fn products_are_proved() {
    for rows in [1, 5, 8, 9, 100, 1100] {
        let t = crate::toy::toy_with_products::<Blake3>(5, 3, rows);
        let proof = t.prove();
        assert!(proof.sections.iter().any(|s| s.0 == "products"));
        assert_eq!(t.verify(&proof.bytes).map(|_| ()), Ok(()), "{rows} products");
        if rows <= 9 {
            let t = t.hiding();
            assert_eq!(t.verify(&t.prove().bytes).map(|_| ()), Ok(()), "{rows} products, hidden");
        }
    }
}
