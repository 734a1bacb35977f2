//! Small programs, run, proved and verified.

mod common;

use dyad::{Error, Limits, Program, Proof, Prover, VerifyingKey, verify};
use dyad_program::testing::{DATA, asm::*, program};

/// Reads a byte, doubles it, writes it.
fn doubling() -> Vec<u8> {
    let code = [
        syscall(63, 0, DATA, 1),
        li(A1, DATA),
        vec![lbu(A0, A1, 0), add(A0, A0, A0), sb(A0, A1, 0)],
        syscall(64, 1, DATA, 1),
        exit(0),
    ];
    program(&code.concat(), &[0; 8])
}

#[test]
fn a_byte_is_doubled() {
    let p = Program::from_elf(&doubling()).unwrap();
    let run = p.run(&[21], Limits::default()).unwrap();
    assert_eq!((run.output.as_slice(), run.exit_code), (&[42][..], 0));
    let prover = Prover::new(&p).unwrap();
    let (proof, report) = prover.prove(&[21]).unwrap();
    println!("{report:#?}");
    let key = VerifyingKey::from_bytes(&prover.key().to_bytes()).unwrap();
    let proof = Proof::from_bytes(&proof.to_bytes()).unwrap();
    let v = verify(&key, &proof).unwrap();
    assert_eq!((v.output.as_slice(), v.exit_code), (&[42][..], 0));
}

#[test]
fn an_output_that_no_verifier_accepts_is_refused() {
    let code = [syscall(64, 1, DATA, (1 << 24) + 8), exit(0)].concat();
    let p = Program::from_elf(&program(&code, &[0; 8])).unwrap();
    match Prover::new(&p).unwrap().prove(&[]) {
        Err(Error::OutputTooLong { length, limit }) => assert!(length == limit + 8),
        other => panic!("not refused: {:?}", other.map(|r| r.1)),
    }
}

#[test]
fn what_takes_more_memory_than_allowed_is_refused() {
    let program = Program::from_elf(&doubling()).unwrap();
    let prover = Prover::new(&program).unwrap();
    let needed = prover.prove(&[21]).unwrap().1.memory;
    assert!(prover.clone().memory_limit(needed).prove(&[21]).is_ok());
    let mut steps = Vec::new();
    match prover.memory_limit(needed - 1).prove_with(&[21], &mut |step| steps.push(step.name)) {
        Err(Error::Memory { needed: n, limit, cycles }) => {
            assert_eq!((n, limit, steps), (needed, needed - 1, vec![dyad::STEPS[0]]));
            let run = program.run(&[21], Limits::default()).unwrap();
            assert_eq!(cycles, run.cycles);
            // The key comes on top where there is no prover yet.
            assert!(run.proof_memory.is_some_and(|m| m > needed));
        }
        other => panic!("not refused: {:?}", other.map(|r| r.1)),
    }
}

#[test]
fn small_proofs_are_smaller_and_for_the_same_key() {
    let p = Program::from_elf(&common::looping(3000)).unwrap();
    let [fast, small] = [false, true].map(|small| {
        let prover = Prover::new(&p).unwrap().small(small);
        let (proof, report) = prover.prove(&[1; 8]).unwrap();
        assert!(report.security_bits >= 100.0);
        (prover.key().clone(), Proof::from_bytes(&proof.to_bytes()).unwrap())
    });
    assert_eq!(fast.0, small.0);
    let bits = |proof| verify(&fast.0, proof).unwrap().security_bits;
    assert!(bits(&fast.1) >= 100.0 && bits(&small.1) >= 100.0);
    let (fast, small) = (fast.1.body.len(), small.1.body.len());
    assert!(10 * small < 9 * fast, "{small} and {fast} bytes");
}
