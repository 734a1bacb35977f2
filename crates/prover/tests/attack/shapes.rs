//! Degenerate and lopsided sizes (T10 of the catalogue of bugs): both provers give the same proof, and
//! it is accepted.

use dyad_prover::{prove, reference};
use dyad_verifier::{Blake3, Layout, Level};

fn both(steps: usize, cells: usize) {
    let t = crate::toy::toy::<Blake3>(steps, cells);
    let w = t.witness();
    let slow = reference::prove::<Blake3>(&t.setting(Level::L100), &t.statement, &w).unwrap();
    let fast = prove::<Blake3>(&t.setting(Level::L100), &t.statement, &w, &mut |_| ()).unwrap();
    assert_eq!(t.verify(&slow.bytes).map(|v| v.rows[0]), Ok(steps as u32), "{steps} steps, {cells} cells");
    assert!(slow == fast, "{steps} steps, {cells} cells: the provers differ");
}

/// Row 99: with nothing to check, the checks still run.
#[test]
fn bug_099_tables_without_rows() {
    both(0, 1);
    both(0, 9);
}

/// Slabs taller than the stack of constraints: their rows still have a row point.
#[test]
fn tables_without_constraints_may_be_the_tallest() {
    let t = crate::toy::toy::<Blake3>(1, 1000);
    let layout = Layout::new(&t.system, &[1, 1000, 1, 0]).unwrap();
    assert!(layout.slabs.iter().any(|s| 1 << s.log > layout.ands.len), "the case is not met");
    both(1, 1000);
    both(2, 70);
}

#[test]
fn sizes_around_powers_of_two() {
    for steps in [8, 9, 256, 257] {
        both(steps, 3);
    }
}

/// Several slabs a table, and rounds of the opening between the first and the last.
#[test]
fn several_slabs_and_rounds() {
    both(1100, 40);
    both(2100, 700);
}
