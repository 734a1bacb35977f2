//! What limits a run: it is named, with how much would fit, as soon as it is known.

use dyad::{Error, Limits, Program, Prover};
use dyad_program::testing::{CODE, DATA, Elf, asm::*};

/// `turns` turns of 16 instructions, 14 of which store across the boundary of two cells, whose rows are wide.
fn stores(turns: u64) -> Program {
    let turn = [vec![sd(T1, T0, 5); 14], vec![addi(S1, S1, -1), bne(S1, ZERO, -60)]].concat();
    let code = [li(T0, DATA), li(S1, turns), turn, exit(0)].concat();
    let elf =
        Elf::new(CODE).code(CODE, &code).symbol("stores", CODE, 4 * code.len() as u64).data(DATA, &[0; 16]);
    Program::from_elf(&elf.build()).unwrap()
}

#[test]
fn a_run_that_is_too_long_is_stopped_with_the_limit() {
    let program = stores(1_500_000);
    let Err(Error::TooLong(too_long)) = Prover::new(&program).unwrap().prove(&[]) else { panic!("proved") };
    assert!(too_long.fits > 15_000_000 && too_long.cycles < 24_000_000, "{too_long}");
    assert!((1..1_000_000).contains(&(too_long.cycles - too_long.fits)), "{too_long}");
    let text = Error::TooLong(too_long.clone()).to_string();
    for part in [
        "does not fit one proof",
        "would need more than 2^28 entries",
        "million cycles of this kind fit",
        "in stores+0x",
        "divide the work, or look for a loop there that does not end",
    ] {
        assert!(text.contains(part), "{text}");
    }

    // Running goes on, and the report says the same.
    let run = program.run(&[], Limits::default()).unwrap();
    assert_eq!(run.cycles, 24_000_000 + run.cycles % 1_000_000);
    let told = run.too_long.unwrap();
    assert_eq!((told.cycles, told.fits, told.at), (too_long.cycles, too_long.fits, None));
    assert_eq!(run.proof_memory, None);
}

#[test]
fn what_fits_is_not_too_long() {
    let run = stores(150_000).run(&[], Limits::default()).unwrap();
    assert!(run.too_long.is_none() && run.proof_memory.is_some_and(|bytes| bytes > 1_000_000_000));
}

#[test]
fn a_loop_without_end_is_told_with_what_a_proof_holds() {
    let code = [nop(), jal(ZERO, -4)];
    let elf = Elf::new(CODE).code(CODE, &code).symbol("spin", CODE, 8).build();
    let program = Program::from_elf(&elf).unwrap();
    let limits = |max_cycles| Limits { max_cycles, ..Limits::default() };
    let text = program.run(&[], limits(1 << 20)).unwrap_err().to_string();
    assert!(text.contains("in spin") && !text.contains("proof"), "{text}");
    let text = program.run(&[], limits(90_000_000)).unwrap_err().to_string();
    for part in
        ["within 90000000 cycles", "in spin", "loop that does not end", "million cycles of this kind fit"]
    {
        assert!(text.contains(part), "{text}");
    }
    let Err(Error::TooLong(too_long)) = Prover::new(&program).unwrap().prove(&[]) else { panic!("proved") };
    assert!(too_long.cycles < 90_000_000 && too_long.to_string().contains("in spin"), "{too_long}");
}
