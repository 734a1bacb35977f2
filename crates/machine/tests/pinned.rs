//! The rules of all tables in summaries that are checked in, so that a change shows in review.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use dyad_machine::families::FAMILIES;
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

/// What the rows of each table cost, as a page of the documentation.
#[test]
fn the_page_of_tables_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tables.md");
    let mut now = String::from(
        "# Tables\n\nWhat a row of each table costs, and which instructions it executes. Written by the tests of \
         `crates/machine`\n(`BLESS=1 cargo test -p dyad-machine --test pinned`), from the rules themselves; \
         `crates/machine/tables.txt` has the columns.\n\n| table | committed words | fixed words | messages | \
         constraints | products | executes |\n|---|---:|---:|---:|---:|---:|---|\n",
    );
    for table in TABLES {
        let shape = table.rules.shape();
        let lines = FAMILIES.iter().flat_map(|f| f.encodings);
        let names: Vec<_> = lines.filter(|e| e.kind.tables().contains(&table.id)).map(|e| e.name).collect();
        let (words, fixed) = (shape.committed.len(), shape.fixed.len());
        let (messages, constraints) = (shape.pushes.len() + shape.pulls.len(), shape.ands.len());
        let (products, executes) = (shape.products.len(), names.join(" "));
        writeln!(
            now,
            "| {} | {words} | {fixed} | {messages} | {constraints} | {products} | {executes} |",
            shape.name
        )
        .expect("a string takes all text");
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &now).expect("the file can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(now, found, "set BLESS=1, run again, and review {}", path.display());
}
