//! The prover against the reference prover, byte for byte, on a run of the machine.

mod common;

use dyad_machine::tables::{Run, TABLES, tables};
use dyad_program::testing::{DATA, asm::*, program};
use dyad_prover::{ProvingKey, Rows, Seed, Setting, prove, reference};
use dyad_rules::TableRules;
use dyad_verifier::{Blake3, Level};

#[test]
fn proofs_are_those_of_the_reference() {
    // All kinds of tables that a short run can reach: copies of bytes and of words, too.
    let code = [syscall(63, 0, DATA, 20), common::turns(40), syscall(64, 1, DATA + 3, 13), exit(3)].concat();
    let program = dyad_program::Program::from_elf(&program(&code, &[7; 40])).expect("a program");
    let input: Vec<u8> = (0..20).collect();
    let (outcome, records) =
        dyad_executor::record(&program, &input, dyad_executor::Limits::default()).expect("exits");

    let system = dyad_proof::system();
    let fixed = Run::of_program(program.words(), program.image());
    let fixed: Vec<_> = system.fixed_tables().map(|t| fixed.fixed_rows(TABLES[t].id)).collect();
    let fixed: Vec<&dyn Rows> = fixed.iter().map(|f| &**f).collect();
    let key = ProvingKey::new::<Blake3>(Level::L100, &system, &fixed).expect("a small program");
    let run = Run::new(&records, program.words(), program.image());
    let rows: Vec<_> = TABLES.iter().map(|t| run.rows(t.id)).collect();
    let witness: Vec<&dyn Rows> = rows.iter().map(|r| &**r).collect();
    let rules: Vec<&dyn TableRules> = tables();
    let (pushes, pulls) =
        dyad_machine::statement::boundary(program.entry(), &outcome.output, outcome.exit_code);
    let statement = dyad_verifier::Statement { bytes: b"a test".to_vec(), pushes, pulls };

    for level in [Level::L100, Level::L100.hiding()] {
        let seed = Seed::new(&[3; 32], &[&input]);
        let setting = Setting { level, system: &system, tables: &rules, key: &key, seed: &seed };
        let fast = prove::<Blake3>(&setting, &statement, &witness, &mut |_| ()).expect("within the limits");
        let slow = reference::prove::<Blake3>(&setting, &statement, &witness).expect("within the limits");
        assert!(fast == slow, "the provers differ");
        dyad_verifier::verify::<Blake3>(level, &system, &key.key, &statement, &fast.bytes)
            .expect("an honest proof");
    }
}
