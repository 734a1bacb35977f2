//! Keys and proofs as files, and what is looked at before the proof of the proof system: each check alone.

use dyad_proof::{Error, MAX_OUTPUT, Proof, VerifyingKey, system, verify_in};
use dyad_verifier::{Error as Invalid, System};

fn key(system: &System) -> VerifyingKey {
    let (program, root) = ([1; 32], [2; 32]);
    VerifyingKey {
        rules: system.digest,
        program,
        entry: 0x1000,
        instructions: 9,
        image: 3,
        root,
        blocks: Vec::new(),
    }
}

/// A proof that says what a valid one would, and proves nothing.
fn proof(key: &VerifyingKey) -> Proof {
    Proof { level_number: 100, key: key.id(), exit_code: 7, output: b"output".to_vec(), body: vec![3; 40] }
}

#[test]
fn files_hold_keys_and_proofs() {
    let key = key(&system());
    let proof = proof(&key);
    assert_eq!(key.to_bytes().len(), VerifyingKey::LENGTH);
    assert_eq!(VerifyingKey::from_bytes(&key.to_bytes()), Ok(key));
    assert_eq!(Proof::from_bytes(&proof.to_bytes()), Ok(proof));
}

/// Each byte of the beginning counts, and so does the length.
#[test]
fn other_files_are_refused() {
    let key = key(&system());
    let (proof, key) = (proof(&key).to_bytes(), key.to_bytes());
    for at in 0..8 {
        let mut other = key.clone();
        other[at] ^= 1;
        assert_eq!(VerifyingKey::from_bytes(&other), Err(Error::NotOne("verifying key")));
    }
    for at in 0..10 {
        let mut other = proof.clone();
        other[at] ^= 1;
        assert_eq!(Proof::from_bytes(&other), Err(Error::NotOne("proof")));
    }
    for (at, what) in [(8, "verifying key"), (10, "proof")] {
        for bit in 0..16 {
            let mut other = if at == 8 { key.clone() } else { proof.clone() };
            let known = u16::from_le_bytes([other[at], other[at + 1]]);
            other[at + bit / 8] ^= 1 << (bit % 8);
            let expected = Error::Version { what, found: known ^ (1 << bit), known };
            let refused = match at {
                8 => VerifyingKey::from_bytes(&other).err(),
                _ => Proof::from_bytes(&other).err(),
            };
            assert_eq!(refused, Some(expected));
        }
    }
    for length in 0..key.len() {
        assert!(VerifyingKey::from_bytes(&key[..length]).is_err(), "{length} bytes");
    }
    let longer = [&key[..], &[0]].concat();
    assert_eq!(VerifyingKey::from_bytes(&longer), Err(Error::Shapes));
    // All that a proof has before its body.
    for length in 0..proof.len() - 40 {
        assert!(Proof::from_bytes(&proof[..length]).is_err(), "{length} bytes");
    }
}

/// The output has a limit, whether the file is as long as it says or not.
#[test]
fn outputs_have_a_limit() {
    let mut long = proof(&key(&system()));
    long.output = vec![0; MAX_OUTPUT];
    let mut bytes = long.to_bytes();
    assert_eq!(Proof::from_bytes(&bytes).map(|p| p.output.len()), Ok(MAX_OUTPUT));
    bytes[10 + 2 + 4 + 32 + 1] = 1;
    assert_eq!(Proof::from_bytes(&bytes), Err(Error::Length("proof")));
}

/// Rules, key and level are looked at before anything is verified, in this order.
#[test]
fn proofs_are_for_one_key_of_these_rules() {
    let system = system();
    let key = key(&system);
    let of = |key: &VerifyingKey, proof: &Proof| verify_in(&system, key, proof).expect_err("proves nothing");
    let proof = proof(&key);
    assert!(matches!(of(&key, &proof), Error::Invalid(_)));
    let mut other = key.clone();
    other.rules[31] ^= 1;
    assert_eq!(of(&other, &proof), Error::OtherRules);
    let made_for_other = Proof { key: other.id(), ..proof.clone() };
    assert_eq!(of(&other, &made_for_other), Error::OtherRules);
    assert!(matches!(of(&key, &made_for_other), Error::OtherKey { .. }));
    let mut other = key.clone();
    other.program[0] ^= 1;
    assert!(matches!(of(&other, &proof), Error::OtherKey { .. }));
    let level = Proof { level_number: 101, ..proof };
    assert_eq!(of(&key, &level), Error::Invalid(Invalid::UnsupportedLevel(101)));
}
