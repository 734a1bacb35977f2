//! The memory that proving takes is known before it begins. One test only: it counts what the whole
//! process allocates. Runs are not short: an executor asks for more room than it touches. What a process
//! touches is for the tests of the command.

mod common;

use dyad::{Program, Prover};
use peak_alloc::PeakAlloc;
use rayon::ThreadPoolBuilder;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

#[test]
fn proofs_take_the_memory_that_was_expected() {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    // Short and long of a power of two, so that codes are padded little and much.
    for (turns, small) in [(36_000, false), (44_000, false), (68_000, false), (36_000, true)] {
        let program = Program::from_elf(&common::looping(turns)).unwrap();
        pool.install(|| {
            let prover = Prover::new(&program).unwrap().small(small);
            let before = ALLOCATED.current_usage();
            ALLOCATED.reset_peak_usage();
            let (_, report) = prover.prove(&[7; 8]).unwrap();
            let taken = (ALLOCATED.peak_usage() - before) as u64;
            println!("{} cycles: {taken} bytes, {} expected", report.cycles, report.memory);
            assert!(report.memory >= taken, "{taken} bytes, {} expected", report.memory);
            assert!(report.memory * 9 <= taken * 10, "{taken} bytes, {} expected", report.memory);
        });
    }
}
