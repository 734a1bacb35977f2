//! Provers whose lie a single check of the verifier sees, for they go on as if it were none: all other equations
//! hold. Each is what makes its check necessary.

use crate::toy::{Toy, toy};
use dyad_prover::reference::{self, Lie};
use dyad_verifier::{Blake3, Error};

/// What the verifier says of a lie.
fn told(t: &Toy, lie: Lie) -> Option<Error> {
    let (rows, vector) = (t.counts(), t.vector());
    let proof = reference::prove_lying::<Blake3>(&t.setting(t.level), &t.statement, &rows, &vector, lie);
    t.verify(&proof.expect("within the limits").bytes).err()
}

/// Every proof of work is one, each alone.
#[test]
fn no_proof_of_work_is_left_out() {
    for t in [toy::<Blake3>(1100, 40), toy::<Blake3>(1100, 40).hiding()] {
        let rounds = 1 + t.verify(&t.prove_fast().bytes).expect("honest").schedule.rounds.len();
        assert_eq!(rounds, 2, "a round beside the first");
        let works = ["alpha, gamma", "fold", "fold", "fold", "fold", "queries", "queries"];
        for (work, name) in works.into_iter().enumerate() {
            assert_eq!(told(&t, Lie::Work(work)), Some(Error::Work(name)));
        }
        assert_eq!(told(&t, Lie::Work(works.len())), None, "there are no others");
    }
}

/// Products that balance, of other trees than those whose layers follow.
#[test]
fn balanced_products_are_those_of_the_trees() {
    assert_eq!(told(&toy::<Blake3>(5, 3), Lie::Products), Some(Error::ProductLayer(0)));
    assert_eq!(told(&toy::<Blake3>(5, 3).hiding(), Lie::Products), Some(Error::OpeningValue));
}

/// Values under pads whose products are wrong: one factor of the polynomial of all products explains them, the
/// other one is right.
#[test]
fn both_factors_of_products_are_checked() {
    let t = toy::<Blake3>(5, 3).hiding();
    for factor in 0..2 {
        assert_eq!(told(&t, Lie::Factor(factor)), Some(Error::OpeningValue), "factor {factor}");
    }
}

/// A vector in the clear that has the claimed value, and is not the one that was committed to.
#[test]
fn the_final_vector_is_the_committed_one() {
    for (steps, cells, round) in [(5, 3, 0), (1100, 40, 1)] {
        for t in [toy::<Blake3>(steps, cells), toy::<Blake3>(steps, cells).hiding()] {
            assert_eq!(told(&t, Lie::FinalVector), Some(Error::QueryValue(round)), "{steps} steps");
        }
    }
}
