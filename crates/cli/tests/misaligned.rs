//! How many accesses of memory are not naturally aligned, as `dyad run` and `dyad prove` report it.

mod common;

use common::{Folder, json};
use dyad_program::testing::{DATA, asm::*, program};
use serde_json::{Value, json};

/// Runs and proves a program: what both say in JSON and as text.
fn reports(code: &[u32]) -> Vec<(Value, String)> {
    let folder = Folder::new("misaligned");
    folder.write("elf", &program(code, &[0; 32]));
    [&["run", "elf"][..], &["prove", "elf", "-o", "proof"]]
        .map(|command| {
            let object = json(&folder.dyad(&[command, &["--json"]].concat()));
            (object, String::from_utf8(folder.dyad(command).stdout).unwrap())
        })
        .to_vec()
}

fn line<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find_map(|line| line.trim().strip_prefix(name)).map_or("", str::trim)
}

#[test]
fn each_is_counted() {
    // Within a cell, over its end, aligned ones, and bytes, which always are.
    let accesses = vec![
        lh(T0, A1, 1),
        lw(T0, A1, 6),
        ld(T0, A1, 4),
        ld(T0, A1, 8),
        lw(T0, A1, 4),
        lbu(T0, A1, 3),
        sd(T0, A1, 12),
        sd(T0, A1, 16),
        sh(T0, A1, 23),
        sb(T0, A1, 5),
    ];
    for (object, text) in reports(&[li(A1, DATA), accesses, exit(0)].concat()) {
        assert_eq!(object["misaligned_accesses"], json!({"loads": 3, "stores": 2}), "{object}");
        let rows = |name: &str| {
            object["tables"].as_array().unwrap().iter().find(|t| t["name"] == name).unwrap()["rows"].clone()
        };
        assert_eq!((rows("load misaligned"), rows("store misaligned")), (3.into(), 2.into()));
        assert_eq!(line(&text, "misaligned"), "3 loads, 2 stores", "{text}");
    }
}

#[test]
fn none_is_named_too() {
    for (object, text) in reports(&exit(0)) {
        assert_eq!(object["misaligned_accesses"], json!({"loads": 0, "stores": 0}), "{object}");
        assert_eq!(line(&text, "misaligned"), "0 loads, 0 stores", "{text}");
    }
}
