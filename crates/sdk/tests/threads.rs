//! Proofs are the same bytes on any number of threads.

mod common;

use dyad::{Program, Prover};
use rayon::ThreadPoolBuilder;

#[test]
fn proofs_are_the_same_on_any_number_of_threads() {
    // Long enough that every kernel has parts for all threads.
    let program = Program::from_elf(&common::looping(3000)).unwrap();
    let prove = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let prover = Prover::new(&program).unwrap().transparent();
            let (proof, report) = prover.prove(&[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
            assert_eq!(report.threads, threads);
            (prover.key().to_bytes(), proof.to_bytes())
        })
    };
    let one = prove(1);
    for threads in [2, 3, 16] {
        assert!(prove(threads) == one, "{threads} threads");
    }
}
