//! Programs whose paths have tables of their own: proofs of their runs, and provers that lie about blocks.

use dyad::{Budget, Effort, LIKELY_TERMS, Limits, Path, Program, Prover, Residue, verify};
use dyad_executor::record_parts;
use dyad_machine::list::Op;
use dyad_machine::record::Records;
use dyad_program::testing::random::{MACHINE, random_program};
use dyad_program::testing::{CODE, DATA, Elf, asm::*};

/// Adds up numbers of the data, as many as the input says, and stores the sums.
fn sums() -> Vec<u8> {
    let start = [syscall(63, 0, DATA, 8), li(S0, DATA), vec![ld(S1, S0, 0), addi(T2, S0, 16)]].concat();
    let round = vec![
        ld(T0, T2, 0),
        add(T1, T1, T0),
        xor(T1, T1, S1),
        mul(T0, T0, T1),
        sd(T0, T2, 8),
        addi(S1, S1, -1),
    ];
    let back = -4 * round.len() as i32;
    let end = [vec![sd(T1, S0, 8)], syscall(64, 1, DATA + 8, 8), exit(0)].concat();
    let code = [start, round, vec![bne(S1, ZERO, back)], end].concat();
    Elf::new(CODE).code(CODE, &code).data(DATA, &[7; 64]).symbol("sums", CODE, 8).build()
}

fn index(program: &Program, pc: u32) -> u32 {
    program.details().instrs().iter().position(|i| i.pc == pc).expect("an instruction") as u32
}

/// The loop of [`sums`], so many rounds of it.
fn rounds(program: &Program, rounds: usize) -> Path {
    let instrs = program.details().instrs();
    let branch = instrs.iter().rfind(|i| i.instr.op == Op::Bne && i.pc % 4 == 0).expect("a branch");
    let first = branch.instr.imm as u32;
    let body: Vec<u32> = (first..=branch.pc).step_by(4).map(|pc| index(program, pc)).collect();
    let residues = vec![Residue { access: 0, bits: 3, value: 0 }];
    Path { instrs: body.repeat(rounds), residues, ..Path::default() }
}

#[test]
fn a_run_with_blocks_is_proved() {
    let plain = Program::from_elf(&sums()).expect("a program");
    for lengths in [&[1][..], &[4], &[1, 4], &[3, 7]] {
        let paths = lengths.iter().map(|&n| rounds(&plain, n)).collect();
        let program = plain.clone().with_blocks(paths).expect("paths");
        let prover = Prover::new(&program).expect("a prover");
        for input in [1u64, 5, 300] {
            let input = input.to_le_bytes();
            let without = plain.run(&input, Limits::default()).expect("exits");
            let run = program.run(&input, Limits::default()).expect("exits");
            assert_eq!((&run.output, run.cycles), (&without.output, without.cycles));
            let (proof, report) = prover.prove(&input).expect("proves");
            let verified = verify(prover.key(), &proof).expect("is valid");
            assert_eq!((verified.output, report.cycles), (without.output, without.cycles));
            let blocks = report.tables.iter().filter(|t| t.0.starts_with("block"));
            assert_eq!(blocks.count(), lengths.len());
        }
    }
}

/// A table costs something however few rows it has: where a path is run a few times only, its instructions are rows of
/// their own, for the same key.
#[test]
fn tables_that_do_not_pay_are_left_out() {
    let plain = Program::from_elf(&sums()).expect("a program");
    let paths = vec![rounds(&plain, 1), rounds(&plain, 4)];
    let program = plain.with_blocks(paths).expect("paths");
    let prover = Prover::new(&program).expect("a prover");
    for (input, pays) in [(6u64, false), (30, false), (2000, true)] {
        let input = input.to_le_bytes();
        let run = program.run(&input, Limits::default()).expect("exits");
        let (proof, report) = prover.prove(&input).expect("proves");
        let blocks: Vec<u32> =
            report.tables.iter().filter(|t| t.0.starts_with("block")).map(|t| t.1).collect();
        assert_eq!(blocks.iter().any(|&n| n > 0), pays, "{blocks:?}");
        assert_eq!(run.in_blocks.rows, blocks.iter().map(|&n| u64::from(n)).sum::<u64>());
        verify(prover.key(), &proof).expect("is valid");
    }
}

/// What was on the path of a block that is left out is on that of a shorter one, which pays by that alone.
#[test]
fn a_shorter_path_pays_where_a_longer_one_is_left_out() {
    let plain = Program::from_elf(&sums()).expect("a program");
    let paths = vec![rounds(&plain, 48), rounds(&plain, 1)];
    let program = plain.with_blocks(paths).expect("paths");
    let input = 100u64.to_le_bytes();
    // With both, few rows each: neither pays.
    let rows: Vec<u64> =
        recorded(&program, &input).1.events.blocks.iter().map(|b| b.times.len() as u64).collect();
    let list = program.blocks().list();
    assert!(list.iter().zip(&rows).all(|(block, &n)| n > 0 && block.saves(n) < 0.0), "{rows:?}");
    let run = program.run(&input, Limits::default()).expect("exits");
    assert_eq!(run.in_blocks.left_out, 1);
    assert!(run.in_blocks.rows > 90 && list[1].saves(run.in_blocks.rows) > 0.0, "{:?}", run.in_blocks);
    let prover = Prover::new(&program).expect("a prover");
    let (proof, report) = prover.prove(&input).expect("proves");
    let blocks: Vec<u64> =
        report.tables.iter().filter(|t| t.0.starts_with("block")).map(|t| t.1.into()).collect();
    assert_eq!(blocks, [0, run.in_blocks.rows]);
    verify(prover.key(), &proof).expect("is valid");
}

#[test]
fn blocks_say_what_instructions_do() {
    let plain = Program::from_elf(&sums()).expect("a program");
    assert!(plain.check_blocks(Effort::KEY).expect("there is nothing false").blocks.is_empty());
    let paths = [1, 3, 7].map(|n| rounds(&plain, n)).to_vec();
    let program = plain.with_blocks(paths).expect("paths");
    let checked = program.check_blocks(Effort::KEY).expect("the tables are true");
    assert_eq!((checked.blocks.len(), checked.sampled()), (3, 3), "{checked:?}");
    assert!(checked.rows() >= 9, "{checked:?}");
}

/// What a path takes for granted does not hold: the run goes by rows of instructions, and is proved.
#[test]
fn a_path_that_does_not_hold_is_refused_and_the_run_proved() {
    let plain = Program::from_elf(&sums()).expect("a program");
    let mut path = rounds(&plain, 2);
    path.residues[0] = Residue { access: 0, bits: 4, value: 8 };
    let program = plain.with_blocks(vec![path]).expect("a path");
    let input = 9u64.to_le_bytes();
    let run = program.run(&input, Limits::default()).expect("exits");
    assert_eq!(run.in_blocks.rows, 0);
    assert!(run.in_blocks.singles.not_granted > 0, "{:?}", run.in_blocks);
    let prover = Prover::new(&program).expect("a prover");
    verify(prover.key(), &prover.prove(&input).expect("proves").0).expect("is valid");
}

/// A path that says of a cell that it is read-only, and writes it after that: its row would put a read-only cell back
/// with another value. No list may have it, however the cell is written.
#[test]
fn a_read_only_cell_is_not_written_by_a_path() {
    for write in [sd(T0, T2, 0), sb(T0, T2, 0), amoadd_d(T1, T0, T2)] {
        let code = [li(T2, DATA), vec![ld(T0, T2, 0), addi(T0, T0, 1), write, nop()], exit(0)].concat();
        let elf = Elf::new(CODE).code(CODE, &code).data(DATA, &[7; 64]).build();
        let plain = Program::from_elf(&elf).expect("a program");
        let load = plain.details().instrs().iter().find(|i| i.instr.op == Op::Ld).expect("a load").pc;
        let path = |length: u32, read_only| Path {
            instrs: (0..length).map(|i| index(&plain, load + 4 * i)).collect(),
            residues: vec![Residue { access: 0, bits: 3, value: 0 }],
            read_only,
            ..Path::default()
        };
        assert!(plain.clone().with_blocks(vec![path(4, vec![0])]).is_err());
        assert!(plain.clone().with_blocks(vec![path(4, vec![])]).is_ok());
        assert!(plain.clone().with_blocks(vec![path(2, vec![0])]).is_ok());
    }
}

/// A pointer and the same one rounded down lead to the same cells: what is stored by one is loaded by the other.
#[test]
fn a_pointer_rounded_down_has_the_same_cells() {
    let round = vec![
        andi(A1, A0, -16),
        ld(T0, A1, 8),
        addi(T0, T0, 3),
        sd(T0, A1, 8),
        ld(T1, A0, 0),
        add(T1, T1, T0),
        sd(T1, A0, 8),
        ld(T0, A1, 16),
        sd(T0, A1, 0),
        addi(S1, S1, -1),
    ];
    let back = -4 * round.len() as i32;
    let start = [li(A0, DATA + 24), li(S1, 200)].concat();
    let end = [syscall(64, 1, DATA, 64), exit(0)].concat();
    let code = [start, round, vec![bne(S1, ZERO, back)], end].concat();
    let elf = Elf::new(CODE).code(CODE, &code).data(DATA, &[7; 64]).build();
    let plain = Program::from_elf(&elf).expect("a program");
    let expected = plain.run(&[], Limits::default()).expect("exits");
    let chosen = plain.tune(&[&[]], Limits::default(), Budget::default()).expect("runs");
    let program = plain.with_blocks(chosen.into_iter().map(|c| c.block.path).collect()).expect("paths");
    let run = program.run(&[], Limits::default()).expect("exits");
    assert!(run.in_blocks.rows > 0);
    assert_eq!(program.audit(&[], Limits::default()).expect("runs").len(), 0);
    let prover = Prover::new(&program).expect("a prover");
    let verified = verify(prover.key(), &prover.prove(&[]).expect("proves").0).expect("is valid");
    assert_eq!(verified.output, expected.output);
}

/// The list in the ELF file and the key as a file: the same program.
#[test]
fn blocks_are_kept_in_the_elf_file_and_in_the_key() {
    let plain = Program::from_elf(&sums()).expect("a program");
    let paths = vec![rounds(&plain, 5), rounds(&plain, 1)];
    let elf = plain.elf_with_blocks(&paths).expect("room for the list");
    let tuned = Program::from_elf(&elf).expect("a program");
    assert_eq!(tuned.digest(), plain.digest());
    assert_eq!(tuned.blocks().list().iter().map(|b| b.path.clone()).collect::<Vec<_>>(), paths);
    // Anew: the list is replaced.
    let again = Program::from_elf(&tuned.elf_with_blocks(&paths[..1]).expect("room")).expect("a program");
    assert_eq!(again.blocks().list().len(), 1);
    let prover = Prover::new(&tuned).expect("a prover");
    let key = dyad::VerifyingKey::from_bytes(&prover.key().to_bytes()).expect("a key");
    assert_eq!(&key, prover.key());
    let proof = prover.prove(&7u64.to_le_bytes()).expect("proves").0;
    verify(&key, &proof).expect("is valid");
    // Another program's key, though memory and code are the same.
    let other = Prover::new(&plain).expect("a prover");
    assert!(verify(other.key(), &proof).is_err());
    // The file does not grow by being tuned again.
    assert_eq!(tuned.elf_with_blocks(&paths).expect("room"), elf);
    // A file without sections gets its first.
    let bare = Program::from_elf(&dyad_program::testing::program(&[nop()], &[])).expect("a program");
    let with = Program::from_elf(&bare.elf_with_blocks(&[]).expect("room")).expect("a program");
    assert_eq!(with.details().section(".dyad.blocks"), Some(&[1, 0][..]));
}

/// A list has a path once, whatever it takes for granted, and paths of the program alone.
#[test]
fn paths_are_listed_once() {
    let plain = Program::from_elf(&sums()).expect("a program");
    let one = rounds(&plain, 3);
    let other = Path { residues: Vec::new(), ..one.clone() };
    let refused = |paths: Vec<Path>, index: usize, why: &str| {
        let errors = [
            plain.elf_with_blocks(&paths).expect_err("is refused"),
            plain.clone().with_blocks(paths).expect_err("is refused"),
        ];
        for error in errors.map(|error| error.to_string()) {
            assert!(error.contains(&format!("block {index} of the list")) && error.contains(why), "{error}");
        }
    };
    let between = rounds(&plain, 1);
    refused(vec![one.clone(), between.clone(), one.clone()], 2, "the same instructions: list it once");
    refused(vec![between.clone(), one, other], 2, "the same instructions: list it once");
    refused(vec![between, Path::default()], 1, "leaves the program");
    refused(vec![Path { instrs: vec![u32::MAX], ..Path::default() }], 0, "leaves the program");
}

/// Random programs tuned by themselves: all rows hold and all messages balance.
#[test]
fn random_programs_with_blocks_are_sound() {
    let input: Vec<u8> = (0..=255).collect();
    let mut rows = 0;
    for seed in 0..24 {
        let plain = Program::from_elf(&random_program(seed, 150, MACHINE)).expect("a program");
        let Ok(chosen) = plain.tune(&[&input], Limits::default(), Budget::default()) else { continue };
        let program = plain.with_blocks(chosen.into_iter().map(|c| c.block.path).collect()).expect("paths");
        let found = program.audit(&input, Limits::default()).expect("runs");
        assert!(found.is_empty(), "seed {seed}: {found:?}");
        rows += block_rows(&program, &input);
    }
    assert!(rows > 200, "{rows} rows of blocks");
}

/// Random programs with the paths that their code alone makes likely: whatever is guessed wrong, all rows hold and all
/// messages balance.
#[test]
fn random_programs_with_likely_paths_are_sound() {
    let input: Vec<u8> = (0..=255).collect();
    let mut rows = 0;
    for seed in 0..24 {
        let plain = Program::from_elf(&random_program(seed, 150, MACHINE)).expect("a program");
        let Ok(expected) = plain.run(&input, Limits::default()) else { continue };
        let paths = plain.likely_paths(LIKELY_TERMS);
        assert_eq!(paths, plain.likely_paths(LIKELY_TERMS), "seed {seed}");
        let program = plain.with_blocks(paths).expect("paths");
        let terms: usize = program.blocks().list().iter().map(|b| b.size().terms).sum();
        assert!(terms <= LIKELY_TERMS, "seed {seed}: {terms} terms");
        let found = program.audit(&input, Limits::default()).expect("runs");
        assert!(found.is_empty(), "seed {seed}: {found:?}");
        let run = program.run(&input, Limits::default()).expect("runs");
        assert_eq!((run.output, run.cycles), (expected.output, expected.cycles), "seed {seed}");
        rows += block_rows(&program, &input);
    }
    assert!(rows > 200, "{rows} rows of blocks");
}

/// A loop is found without a run, gone round several times in a row, and proved.
#[test]
fn a_loop_is_a_likely_path() {
    let plain = Program::from_elf(&sums()).expect("a program");
    let paths = plain.likely_paths(LIKELY_TERMS);
    for n in [1, 8] {
        assert!(paths.iter().any(|p| p.instrs == rounds(&plain, n).instrs), "{n} rounds: {paths:?}");
    }
    let program = plain.with_blocks(paths).expect("paths");
    let prover = Prover::new(&program).expect("a prover");
    for input in [2000u64, 10_000] {
        let input = input.to_le_bytes();
        let run = program.run(&input, Limits::default()).expect("exits");
        assert!(run.in_blocks.instructions * 10 > run.cycles * 7, "{:?} of {}", run.in_blocks, run.cycles);
        let (proof, _) = prover.prove(&input).expect("proves");
        assert_eq!(verify(prover.key(), &proof).expect("is valid").output, run.output);
    }
    assert_eq!(program.likely_paths(0), []);
}

/// How many rows of blocks a run has where all of them are used.
fn block_rows(program: &Program, input: &[u8]) -> usize {
    recorded(program, input).1.events.blocks.iter().map(|b| b.times.len()).sum()
}

fn recorded(program: &Program, input: &[u8]) -> (Vec<u8>, Records) {
    let patterns = program.blocks().list().iter().map(|b| b.pattern().clone()).collect();
    let patterns = dyad_executor::Patterns::new(patterns, program.details().instrs().len());
    let recorded = record_parts(program.details(), &patterns, input, Limits::default(), &mut |_| ());
    let (outcome, records) = recorded.expect("exits");
    (outcome.output, records)
}

/// Every value, every time and every time before that a block's row is made from, changed: no proof.
#[test]
fn lies_about_what_a_block_found_have_no_proof() {
    let plain = Program::from_elf(&sums()).expect("a program");
    let paths = vec![rounds(&plain, 3)];
    let program = plain.with_blocks(paths).expect("paths");
    let prover = Prover::new(&program).expect("a prover").transparent();
    let (output, honest) = recorded(&program, &8u64.to_le_bytes());
    let accepted = |records: &Records| {
        let body = prover.prove_records(records, &output, 0).expect("it fits");
        let proof = dyad::Proof {
            level_number: dyad::Level::L100.number(),
            key: prover.key().id(),
            exit_code: 0,
            output: output.clone(),
            body,
        };
        verify(prover.key(), &proof).is_ok()
    };
    assert!(accepted(&honest));
    let rows = honest.events.blocks[0].clone();
    assert!(rows.times.len() >= 2);
    let lie = |what: &str, change: &dyn Fn(&mut Records)| {
        let mut records = honest.clone();
        change(&mut records);
        assert!(records != honest, "{what} changes nothing");
        assert!(!accepted(&records), "{what}");
    };
    for i in 0..rows.values.len() {
        lie(&format!("value {i}"), &|r| r.events.blocks[0].values[i] ^= 8);
    }
    for i in 0..rows.before.len() {
        lie(&format!("before {i}"), &|r| r.events.blocks[0].before[i] ^= 64);
        lie(&format!("late before {i}"), &|r| r.events.blocks[0].before[i] = u32::MAX);
    }
    for i in 0..rows.times.len() {
        lie(&format!("time {i}"), &|r| r.events.blocks[0].times[i] ^= 64);
    }
    // Two rows exchanged in time, a row twice, a row left out.
    lie("times exchanged", &|r| r.events.blocks[0].times.swap(0, 1));
    lie("rows twice", &|r| {
        let more = r.events.blocks[0].clone();
        r.events.blocks[0].append(&more);
    });
    lie("no rows", &|r| r.events.blocks[0].clear());
    // Two cells, and a register and a cell, exchanged.
    let width = rows.values.len() / rows.times.len();
    lie("registers exchanged", &|r| r.events.blocks[0].values.swap(2, 3));
    lie("a register and a cell exchanged", &|r| r.events.blocks[0].values.swap(0, width - 1));
}
