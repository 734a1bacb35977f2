//! The rules of all tables in a summary that is checked in, so that a change shows in review.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use dyad_machine::tables::TABLES;
use dyad_rules::harness::summary;

/// Run with `BLESS=1` in the environment to write the file anew.
#[test]
fn the_tables_are_those_that_are_pinned() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables.txt");
    let mut now = String::new();
    for table in TABLES {
        writeln!(now, "{}", summary(&table.rules.shape())).expect("a string takes all text");
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &now).expect("the file can be written");
    }
    let pinned = fs::read_to_string(&path).unwrap_or_default();
    for (a, b) in now.split("\n\n").zip(pinned.split("\n\n")) {
        assert_eq!(a, b, "if the rules should change, set BLESS=1, run again, and review {}", path.display());
    }
    assert_eq!(now.len(), pinned.len());
}
