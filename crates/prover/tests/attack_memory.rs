//! Row 109 of the catalogue of bugs: declared sizes do not allocate. One test alone in its process, for
//! the peak of memory is the process's.
#![cfg(target_os = "linux")]

mod toy;

use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Digest, Error, Hash};
use toy::{Random, Toy, toy};

/// BLAKE3 with which every nonce is a proof of work: what comes after one is what is looked at.
struct Workless;

impl Hash for Workless {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        if domain == Domain::Grind { [0; 32] } else { Blake3::hash(domain, parts) }
    }
}

fn verify(t: &Toy, proof: &[u8]) -> Result<(), Error> {
    dyad_verifier::verify::<Workless>(t.level, &t.system, &t.key.key, &t.statement, proof).map(|_| ())
}

/// The peak of resident memory, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

#[test]
fn bug_109_huge_sizes_do_not_allocate() {
    let t = toy::<Blake3>(5, 3);
    let honest = t.prove().bytes;
    let mut rng = Random(4);
    let before = peak();
    for rows in (0..32).flat_map(|log| [1u32 << log, (1 << log) + 1, u32::MAX >> log]) {
        let mut bytes = honest.clone();
        bytes[..4].copy_from_slice(&rows.to_le_bytes());
        assert_eq!(verify(&t, &bytes).is_ok(), rows == 5);
        bytes.truncate(4 + 32);
        let garbage: Vec<u8> = (0..60_000).map(|_| rng.word() as u8).collect();
        assert!(verify(&t, &[&bytes[..], &garbage].concat()).is_err());
        // Products and claims of 0 agree with one another as far as the columns.
        let zeros = verify(&t, &[&bytes[..], &vec![0; 60_000]].concat()).expect_err("nothing is proved");
        assert!(matches!(zeros, Error::ColumnReduction | Error::TooLarge { .. } | Error::TooManyRows { .. }));
    }
    let grown = peak() - before;
    assert!(grown < 16 << 10, "the peak grew by {grown} KiB");
}
