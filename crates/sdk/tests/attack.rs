//! End-to-end attacks: statements that are not the proof's, proofs that were changed, and provers
//! that lie about the run. Every one is rejected with a typed error.

use std::sync::LazyLock;

use dyad::{Error, Level, Limits, Program, Proof, Prover, VerifyingKey, verify};
use dyad_executor::{Fault, Moment};
use dyad_machine::list::{Kind, Op, TableId};
use dyad_program::testing::{DATA, asm::*, program};
use dyad_proof::Error as ProofError;
use dyad_verifier::Error as Invalid;

const S2: u8 = 18;
const S3: u8 = 19;

/// Reads up to 24 bytes, sums them with loads, a multiplication and a division in a loop, stores
/// and writes the sum, to the diagnostics too, and exits with its lowest bits.
fn code() -> Vec<u32> {
    [
        syscall(63, 0, DATA, 24),
        li(S0, DATA),
        li(S1, DATA + 24),
        li(S2, 0),
        li(S3, 3),
        vec![
            lbu(T0, S0, 0),
            mul(T0, T0, S3),
            divu(T1, T0, S3),
            add(S2, S2, T1),
            xor(S2, S2, T0),
            addi(S0, S0, 1),
            bltu(S0, S1, -24),
        ],
        li(S0, DATA),
        vec![sd(S2, S0, 32)],
        syscall(64, 1, DATA + 32, 8),
        syscall(64, 2, DATA + 32, 8),
        vec![andi(A0, S2, 7)],
        li(A7, 93),
        vec![ecall()],
        // Reached only where a lie makes another call of the exit.
        exit(0),
    ]
    .concat()
}

const INPUT: [u8; 24] = *b"an input of twenty-four.";

struct Honest {
    program: Program,
    prover: Prover,
    proof: Proof,
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let program = Program::from_elf(&program(&code(), &[0; 64])).expect("a program");
    // In the clear, each lie is seen where it is told.
    let prover = Prover::new(&program).expect("a small program").transparent();
    let proof = prover.prove(&INPUT).expect("an honest run").0;
    Honest { program, prover, proof }
});

/// The verifier's reason for rejecting.
fn reason(key: &VerifyingKey, proof: &Proof) -> Invalid {
    match verify(key, proof) {
        Err(Error::Proof(ProofError::Invalid(why))) => why,
        other => panic!("not rejected by the verifier: {other:?}"),
    }
}

#[test]
fn the_honest_proof_is_accepted() {
    let h = &*HONEST;
    let v = verify(h.prover.key(), &h.proof).expect("honest");
    let run = h.program.run(&INPUT, Limits::default()).expect("honest");
    assert_eq!((v.output, v.exit_code), (run.output, run.exit_code));
    assert!(v.security_bits >= 100.0);
}

#[test]
fn another_output_or_exit_code_is_rejected() {
    let h = &*HONEST;
    for i in 0..h.proof.output.len() {
        let mut p = h.proof.clone();
        p.output[i] ^= 1;
        reason(h.prover.key(), &p);
    }
    let mut shorter = h.proof.clone();
    shorter.output.pop();
    reason(h.prover.key(), &shorter);
    let mut longer = h.proof.clone();
    longer.output.push(0);
    reason(h.prover.key(), &longer);
    for code in (0..=255).filter(|&c| c != h.proof.exit_code).step_by(17) {
        reason(h.prover.key(), &Proof { exit_code: code, ..h.proof.clone() });
    }
}

#[test]
fn another_key_is_rejected() {
    let h = &*HONEST;
    // The key of another program, whether the proof names it or not.
    let mut other = code();
    other[0] ^= 1 << 20;
    let other = Program::from_elf(&program(&other, &[0; 64])).expect("a program");
    let other = Prover::new(&other).expect("a small program").key().clone();
    assert!(matches!(verify(&other, &h.proof), Err(Error::Proof(ProofError::OtherKey { .. }))));
    reason(&other, &Proof { key: other.id(), ..h.proof.clone() });

    // Every field of the key counts.
    let key = h.prover.key();
    let changes: [fn(&mut VerifyingKey); 5] = [
        |k| k.program[3] ^= 1,
        |k| k.entry += 4,
        |k| k.instructions -= 1,
        |k| k.image += 1,
        |k| k.root[31] ^= 0x80,
    ];
    for change in changes {
        let mut k = key.clone();
        change(&mut k);
        assert_ne!(k.id(), key.id());
        reason(&k, &Proof { key: k.id(), ..h.proof.clone() });
    }
    let mut rules = key.clone();
    rules.rules[0] ^= 1;
    let p = Proof { key: rules.id(), ..h.proof.clone() };
    assert!(matches!(verify(&rules, &p), Err(Error::Proof(ProofError::OtherRules))));
}

#[test]
fn another_level_is_rejected() {
    let h = &*HONEST;
    for level in [0, 1, 99, 101, 127, 129, u32::MAX] {
        assert_eq!(
            reason(h.prover.key(), &Proof { level_number: level, ..h.proof.clone() }),
            Invalid::UnsupportedLevel(level)
        );
    }
    // Levels that exist, and that the proof was not made with.
    let others = Level::all().map(Level::number).filter(|&level| level != h.proof.level_number);
    let others: Vec<u32> = others.collect();
    assert_eq!(others.len(), 7);
    for level in others {
        let p = Proof { level_number: level, ..h.proof.clone() };
        assert!(verify(h.prover.key(), &p).is_err(), "{level}");
        assert!(dyad::verify_at(h.prover.key(), &p, 128).is_err(), "{level}");
    }
}

#[test]
fn every_section_counts_to_the_last_byte() {
    let h = &*HONEST;
    let sections = verify(h.prover.key(), &h.proof).expect("honest").sections;
    let ends = sections.iter().skip(1).map(|s| s.1).chain([h.proof.body.len()]);
    for (&(name, start), end) in sections.iter().zip(ends) {
        assert!(start < end, "section {name} is empty");
        for at in [start, usize::midpoint(start, end), end - 1] {
            for flip in [1, 0x80] {
                let mut p = h.proof.clone();
                p.body[at] ^= flip;
                reason(h.prover.key(), &p);
            }
        }
        let mut cut = h.proof.clone();
        cut.body.truncate(end - 1);
        reason(h.prover.key(), &cut);
        let mut without = h.proof.clone();
        without.body.drain(start..end);
        reason(h.prover.key(), &without);
        let mut doubled = h.proof.clone();
        doubled.body.splice(start..start, h.proof.body[start..end].to_vec());
        reason(h.prover.key(), &doubled);
    }
    let mut p = h.proof.clone();
    p.body.push(0);
    assert_eq!(reason(h.prover.key(), &p), Invalid::TrailingBytes(1));
}

#[test]
fn files_are_canonical() {
    let h = &*HONEST;
    let bytes = h.proof.to_bytes();
    assert_eq!(Proof::from_bytes(&bytes).as_ref(), Ok(&h.proof));
    for length in 0..h.proof.header_length() {
        assert!(Proof::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
    }
    let key = h.prover.key().to_bytes();
    assert_eq!(VerifyingKey::from_bytes(&key).as_ref(), Ok(h.prover.key()));
    for length in 0..key.len() {
        assert!(VerifyingKey::from_bytes(&key[..length]).is_err(), "{length} bytes");
    }
    assert!(VerifyingKey::from_bytes(&[key, vec![0]].concat()).is_err());
    // A length of the output that no file can hold.
    let mut huge = bytes;
    huge[49..57].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(Proof::from_bytes(&huge), Err(ProofError::Length("proof")));
}

/// Two proofs of one run have nothing in common but what is public; and neither is one in the clear.
#[test]
fn hiding_proofs_are_never_the_same() {
    let h = &*HONEST;
    let prover = Prover::new(&h.program).expect("a small program");
    let [one, other] = [0; 2].map(|_| prover.prove(&INPUT).expect("an honest run").0);
    for proof in [&one, &other] {
        assert!(dyad::verify(prover.key(), proof).is_ok());
        assert_eq!((&proof.output, proof.exit_code), (&h.proof.output, h.proof.exit_code));
        for level in [h.proof.level_number, 100 + (1 << 16), 100 + (1 << 16) + (1 << 17)] {
            let told = Proof { level_number: level, ..proof.clone() };
            assert!(dyad::verify(prover.key(), &told).is_err(), "{level}");
        }
    }
    // Numbers of rows come first, nonces are small, nodes of the key's tree and now and then one of its rows are in both,
    // and everything else is random: 300 bytes of these are the same by chance.
    let equal = one.body.iter().zip(&other.body).filter(|(a, b)| a == b).count();
    assert_eq!(one.level_number, other.level_number);
    assert!(equal < one.body.len() / 16, "{equal} of {} bytes are the same", one.body.len());
    // The same lies are rejected.
    let (outcome, mut records) =
        dyad_executor::record(h.program.details(), &INPUT, Limits::default()).expect("honest");
    let body = |records: &_| prover.prove_records(records, &outcome.output, outcome.exit_code).unwrap();
    let honest = Proof { body: body(&records), ..one.clone() };
    assert!(dyad::verify(prover.key(), &honest).is_ok());
    records.events.steps[Kind::Addition.table().expect("a kind with a table")].pop();
    let lie = Proof { body: body(&records), ..one };
    assert_eq!(reason(prover.key(), &lie), Invalid::OpeningValue);
}

#[test]
fn proofs_are_reproducible() {
    let h = &*HONEST;
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let again = pool.install(|| h.prover.prove(&INPUT)).expect("an honest run").0;
        assert!(again == h.proof, "{threads} threads give another proof");
    }
    // Nor does it matter whether the columns are filled while the program runs.
    let (outcome, records) =
        dyad_executor::record(h.program.details(), &INPUT, Limits::default()).expect("an honest run");
    let body = h.prover.prove_records(&records, &outcome.output, outcome.exit_code);
    assert!(body.expect("within the limits") == h.proof.body, "the records give another proof");
}

/// Proves what a lying executor recorded, and demands that the verifier rejects it, whatever output
/// and exit code it claims.
fn lie(what: &str, tamper: impl FnMut(&Moment) -> Option<Fault>) -> bool {
    let h = &*HONEST;
    let limits = Limits { max_cycles: 10_000, ..Limits::default() };
    // A run that a lie leads into a trap has no records to prove.
    let Ok((outcome, records)) = dyad_executor::record_with(h.program.details(), &INPUT, limits, tamper)
    else {
        return false;
    };
    let body =
        h.prover.prove_records(&records, &outcome.output, outcome.exit_code).expect("within the limits");
    let proof = Proof { exit_code: outcome.exit_code, output: outcome.output, body, ..h.proof.clone() };
    match verify(h.prover.key(), &proof) {
        Err(Error::Proof(ProofError::Invalid(_))) => true,
        other => panic!("{what}: {other:?}"),
    }
}

/// The moments of the honest run.
fn moments() -> Vec<Moment> {
    let h = &*HONEST;
    let mut all = Vec::new();
    dyad_executor::record_with(h.program.details(), &INPUT, Limits::default(), |m| {
        all.push(*m);
        None
    })
    .expect("an honest run");
    all
}

#[test]
fn lies_about_instructions_are_rejected() {
    let all = moments();
    let first =
        |want: &dyn Fn(&Moment) -> bool| all.iter().find(|m| want(m)).copied().expect("such a moment");
    let of_kind = |kind: Kind| first(&move |m: &Moment| m.instr.kind() == kind);
    let mut rejected = 0;
    let mut at = |what: &str, moment: Moment, fault: Fault| {
        let told = lie(what, |m| (m.cycle == moment.cycle).then_some(fault));
        rejected += u32::from(told);
    };
    for kind in [Kind::Addition, Kind::Xor, Kind::Load, Kind::Multiply, Kind::Divide] {
        for wrong in [0xdead_beef, u64::MAX, 1 << 63] {
            at(&format!("wrong result of {kind:?}"), of_kind(kind), Fault::Result(wrong));
        }
        at(&format!("{kind:?} skipped"), of_kind(kind), Fault::Skip);
        at(&format!("{kind:?} repeated"), of_kind(kind), Fault::Repeat);
    }
    at("a branch goes the other way", of_kind(Kind::BranchLess), Fault::Branch);
    at(
        "a branch goes the other way",
        *all.iter().rev().find(|m| m.instr.kind() == Kind::BranchLess).expect("a branch"),
        Fault::Branch,
    );
    at("wrong store", of_kind(Kind::Store), Fault::Stored(7));
    let middle = all[all.len() / 2];
    at("a register changed", middle, Fault::Register { register: S2, value: 5 });
    at("x0 changed", middle, Fault::Register { register: 0, value: 5 });
    at("the output's length changed", middle, Fault::Written { length: 8, rest: 0 });
    at("bytes of the output changed", middle, Fault::Written { length: 1, rest: 7 });
    at("bytes beyond the output", middle, Fault::Written { length: 0, rest: 7 });
    at("a reservation from nowhere", middle, Fault::Register { register: 33, value: 8 });
    at("memory changed", middle, Fault::Memory { address: DATA as u32 + 16, value: 0x4141_4141 });
    at("another pc", middle, Fault::Next(middle.pc.wrapping_add(8)));
    let ecall = |n: usize| all.iter().filter(|m| m.instr.op == Op::Ecall).nth(n).copied().expect("a call");
    at("read returns more than was asked for", ecall(0), Fault::Result(25));
    at("write returns less", ecall(1), Fault::Result(1));
    at("another exit code", ecall(3), Fault::ExitCode(HONEST.proof.exit_code ^ 1));
    let add = *all.iter().rev().find(|m| m.instr.op == Op::Add && m.instr.rs2 != 0).expect("an addition");
    let mut other = add.instr;
    other.op = Op::Sub;
    at("another instruction", add, Fault::Instruction(other));
    other.op = Op::And;
    at("an instruction of another table", add, Fault::Instruction(other));
    assert!(rejected >= 28, "only {rejected} lies led to an exit");
}

#[test]
fn calls_recorded_as_others_are_rejected() {
    let all = moments();
    let calls: Vec<_> = all.iter().filter(|m| m.instr.op == Op::Ecall).collect();
    // What each call is, by number and file; exit looks at no file.
    let kinds = [(63, 0), (64, 1), (64, 2), (93, 0)];
    assert_eq!(calls.len(), kinds.len());
    for (moment, own) in calls.iter().zip(kinds) {
        for (number, file) in kinds.into_iter().filter(|&other| other != own) {
            let what = format!("{own:?} recorded as {:?}", (number, file));
            let told = lie(&what, |m| (m.cycle == moment.cycle).then_some(Fault::Call { number, file }));
            assert!(told, "{what} led to no exit");
        }
    }
}

#[test]
fn longer_and_shorter_runs_are_rejected() {
    // The exit of an earlier or later moment: records of a prefix, and of a run that goes on.
    let h = &*HONEST;
    let (outcome, honest) =
        dyad_executor::record(h.program.details(), &INPUT, Limits::default()).expect("honest");
    let kinds = [Kind::Addition, Kind::Xor, Kind::Load, Kind::Multiply, Kind::BranchLess];
    for kind in kinds {
        for extra in [false, true] {
            let mut records = honest.clone();
            let steps = &mut records.events.steps[kind.table().expect("a kind with a table")];
            let last = *steps.last().expect("steps of this kind");
            if extra {
                steps.push(last);
            } else {
                steps.pop();
            }
            let body = h
                .prover
                .prove_records(&records, &outcome.output, outcome.exit_code)
                .expect("within the limits");
            let why = reason(h.prover.key(), &Proof { body, ..h.proof.clone() });
            assert_eq!(why, Invalid::BusBalance, "{kind:?}");
        }
    }
    // No exit, and two.
    for exits in [
        vec![],
        [honest.events.calls[TableId::Exit].clone(), honest.events.calls[TableId::Exit].clone()].concat(),
    ] {
        let mut records = honest.clone();
        records.events.calls[TableId::Exit] = exits;
        let body =
            h.prover.prove_records(&records, &outcome.output, outcome.exit_code).expect("within the limits");
        reason(h.prover.key(), &Proof { body, ..h.proof.clone() });
    }
}
