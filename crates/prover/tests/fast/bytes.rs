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
        assert_eq!(seen, dyad_prover::STEPS);
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
    let t = crate::toy::toy::<Blake3>(300, 20);
    let found = Level::all().map(|level| {
        let digest = Blake3::hash(Domain::Key, &[&t.prove_at(level).bytes]);
        format!("{:016x}", u64::from_be_bytes(*digest.first_chunk().expect("a digest")))
    });
    let expected = [
        "06465fcc2b227835",
        "b293d579c40f7d42",
        "f6201862c38f7cf3",
        "3f0b77c4e06f09f9",
        "338d851c6d75ff09",
        "a30fb2bba31864f2",
        "57ca41d093656612",
        "442e601d0d8bfae2",
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected, "in the order of `Level::all`: does `PROTOCOL` say so?");
}
