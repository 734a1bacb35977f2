//! The prover against the reference prover, byte for byte.

use dyad_prover::{prove, reference};
use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Hash, Level, verify};

#[test]
fn proofs_are_those_of_the_reference() {
    let fast = [(1, 1), (5, 3), (8, 8), (33, 5), (300, 20)].map(|size| (size, Level::L100));
    let small = [(1, 1), (33, 5), (300, 20)].map(|size| (size, Level::L100_SMALL));
    let high = [Level::L128, Level::L128_SMALL].map(|level| ((33, 5), level));
    let levels = fast
        .into_iter()
        .chain(small)
        .chain(high)
        .flat_map(|(size, level)| [(size, level), (size, level.hiding())]);
    for ((steps, cells), level) in levels {
        let t = crate::toy::toy::<Blake3>(steps, cells);
        let setting = t.setting(level);
        let slow = reference::prove::<Blake3>(&setting, &t.statement, &t.witness()).unwrap();
        let mut seen = Vec::new();
        let fast = prove::<Blake3>(&setting, &t.statement, &t.witness(), &mut |s| {
            if !seen.contains(&s) {
                seen.push(s);
            }
        })
        .unwrap();
        let all = dyad_prover::STEPS.into_iter().filter(|step| !step.starts_with("products"));
        assert_eq!(seen, all.collect::<Vec<_>>(), "there are no products");
        assert_eq!(slow.sections, fast.sections);
        for w in slow.sections.windows(2) {
            let range = w[0].1..w[1].1;
            assert!(
                slow.bytes[range.clone()] == fast.bytes[range],
                "{steps} steps: section {} differs",
                w[0].0
            );
        }
        assert!(slow == fast, "{steps} steps: the opening differs");
        let verify = |level| verify::<Blake3>(level, &t.system, &t.key.key, &t.statement, &fast.bytes);
        for other in Level::all() {
            assert_eq!(verify(other).is_ok(), other == level, "{steps} steps: {level:?} as {other:?}");
        }
    }
}

/// Prover and verifier may change together, and the model's hash is another one: a proof's bytes are
/// what they were, or the protocol has another version.
#[test]
fn a_proof_is_what_it_was() {
    let toys = [0, 30].map(|products| crate::toy::toy_with_products::<Blake3>(300, 20, products));
    let found = toys.iter().flat_map(|t| Level::all().map(move |level| (t, level))).map(|(t, level)| {
        let digest = Blake3::hash(Domain::Key, &[&t.prove_at(level).bytes]);
        format!("{:016x}", u64::from_be_bytes(*digest.first_chunk().expect("a digest")))
    });
    let expected = [
        "1a79b7f52a280c2b",
        "7e8759848e4bc007",
        "84776e0157226a3f",
        "eaf8beaee6e2b46c",
        "3595c3ef07d58b37",
        "8fa8a95757fd64a2",
        "4df03d80d05048e6",
        "c13b0fee3501767e",
        "dca99fe1d2037d11",
        "166568e81de9fb71",
        "404f5835a4d623cd",
        "9401fed58d6eb792",
        "a3bc63f13ffcf9e0",
        "1d019dd1cab0bee3",
        "898978d69bf1ec9d",
        "37a3acf626a3ab40",
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected, "in the order of `Level::all`: does `PROTOCOL` say so?");
}

#[test]
fn products_are_those_of_the_reference() {
    for (rows, hiding) in
        [(1, false), (5, true), (8, false), (9, false), (33, true), (100, false), (1300, false)]
    {
        let level = if hiding { Level::L100.hiding() } else { Level::L100 };
        let t = crate::toy::toy_with_products::<Blake3>(5, 3, rows);
        let (setting, w) = (t.setting(level), t.witness());
        let slow = reference::prove::<Blake3>(&setting, &t.statement, &w).expect("within the limits");
        let mut seen = Vec::new();
        let mut observer = |step| seen.push(step);
        let fast = prove::<Blake3>(&setting, &t.statement, &w, &mut observer).expect("within the limits");
        assert!(dyad_prover::STEPS.iter().all(|step| seen.contains(step)), "{seen:?}");
        let differ = slow.bytes.iter().zip(&fast.bytes).position(|(a, b)| a != b);
        let section = differ.and_then(|at| slow.sections.iter().rev().find(|s| s.1 <= at));
        assert!(slow == fast, "{rows} products: byte {differ:?}, in {section:?}");
    }
}
