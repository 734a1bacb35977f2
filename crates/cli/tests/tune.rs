//! An example, tuned: the same run, faster, and a key of its own.

mod common;

use std::{fs, path::Path};

use common::{Folder, built, guests, json};
use dyad_program::testing::{DATA, asm::*, program};

#[test]
fn a_tuned_program_gives_the_same_and_has_another_key() {
    let folder = Folder::new("tuned");
    let elf = built("fibonacci");
    let (sample, input) = (folder.write("sample", b"500"), folder.write("in", b"20000"));
    let tuned = json(&folder.dyad(&["tune", &elf, "--input", &sample, "-o", "tuned.elf", "--json"]));
    let blocks = tuned["blocks"].as_array().expect("a list");
    let checked = tuned["checked"]["blocks"].as_u64().expect("a number");
    assert!(checked >= 1 && tuned["checked"]["rows"].as_u64() > Some(checked), "{tuned}");
    assert!(
        !blocks.is_empty() && blocks.iter().all(|b| b["gain"].as_f64().expect("a number") > 1.0),
        "{tuned}"
    );
    // The same again, byte for byte, and shown from the file.
    folder.dyad(&["tune", &elf, "--input", &sample, "-o", "again.elf"]);
    let bytes = |name: &str| fs::read(folder.path(name)).expect("a file");
    assert_eq!(bytes("tuned.elf"), bytes("again.elf"));
    folder.dyad(&["tune", "again.elf", "--input", &sample]);
    assert_eq!(bytes("tuned.elf"), bytes("again.elf"), "in its place, and no longer");
    let shown = json(&folder.dyad(&["tune", "tuned.elf", "--show", "--json"]));
    assert_eq!(shown["blocks"].as_array().expect("a list").len(), blocks.len());
    assert!(shown["cycles"].is_null() && shown["blocks"][0]["share"].is_null());

    let run = |elf: &str| json(&folder.dyad(&["run", elf, "--input", &input, "--json"]));
    let (plain, with) = (run(&elf), run("tuned.elf"));
    for same in ["output_hex", "exit_code", "cycles", "instructions"] {
        assert_eq!(plain[same], with[same], "{same}");
    }
    assert_eq!(plain["blocks"]["rows"], 0);
    let in_blocks = with["blocks"]["instructions"].as_u64().expect("a number");
    assert!(in_blocks * 10 > with["cycles"].as_u64().expect("a number") * 9, "{with}");

    for (elf, name) in [(&elf[..], "plain"), ("tuned.elf", "tuned")] {
        folder.dyad(&["key", elf, "-o", &format!("{name}.key")]);
        let proof = format!("{name}.proof");
        folder.dyad(&["prove", elf, "--input", &input, "-o", &proof]);
        folder.dyad(&["verify", &proof, "--key", &format!("{name}.key")]);
    }
    let refused = folder.try_dyad(&["verify", "tuned.proof", "--key", "plain.key"]);
    assert_eq!(refused.status.code(), Some(1));
    let size = |name: &str| fs::metadata(folder.path(name)).expect("a file").len();
    assert!(size("tuned.proof") < size("plain.proof"));
    let key = json(&folder.dyad(&["inspect", "tuned.key", "--json"]));
    assert_eq!((&key["current"], &key["blocks"]), (&true.into(), &blocks.len().into()));
    assert_eq!(key["program"], json(&folder.dyad(&["inspect", "plain.key", "--json"]))["program"]);
}

/// What a program's file, its key and its list say of its blocks is the same.
#[test]
fn blocks_have_the_same_numbers_everywhere() {
    let folder = Folder::new("numbers");
    let (elf, input) = (built("fibonacci"), folder.write("in", b"3000"));
    folder.dyad(&["tune", &elf, "--input", &input, "-o", "tuned.elf"]);
    folder.dyad(&["key", "tuned.elf", "-o", "key"]);
    folder.dyad(&["tune", &elf, "--none", "-o", "none.elf"]);
    let inspect = |file: &str| json(&folder.dyad(&["inspect", file, "--json"]));
    let (program, key, plain, none) =
        (inspect("tuned.elf"), inspect("key"), inspect(&elf), inspect("none.elf"));
    let shown = json(&folder.dyad(&["tune", "tuned.elf", "--show", "--json"]));
    let list = shown["blocks"].as_array().expect("a list");
    let sum = |name: &str| list.iter().map(|b| b[name].as_u64().expect("a number")).sum::<u64>();
    assert!(!list.is_empty());
    assert_eq!((&program["blocks"], &program["terms"]), (&list.len().into(), &sum("terms").into()));
    assert_eq!((&program["blocks"], &program["terms"]), (&key["blocks"], &key["terms"]));
    assert_eq!(
        (&program["block_instructions"], &program["has_list"]),
        (&sum("instructions").into(), &true.into())
    );
    assert_eq!((&plain["blocks"], &plain["has_list"]), (&0.into(), &false.into()));
    assert_eq!((&none["blocks"], &none["has_list"]), (&0.into(), &true.into()));
    // The tables for people have the same columns, and the same in them.
    let text = |arguments: &[&str]| String::from_utf8(folder.dyad(arguments).stdout).expect("text");
    let rows = |text: &str, names: &[&str]| -> Vec<Vec<String>> {
        let head = text.lines().find(|l| l.trim_start().starts_with("block ")).expect("a table");
        let column = |name: &&str| head.find(name).expect("a column") + name.len();
        let ends: Vec<usize> = names.iter().map(column).collect();
        let lines = text.lines().filter(|l| l.starts_with("  block ") && l != &head);
        let cell = |line: &str, end: usize| line[..end].rsplit("  ").next().unwrap_or_default().to_owned();
        lines.map(|line| ends.iter().map(|&end| cell(line, end)).collect()).collect()
    };
    let names = ["words", "constraints", "products", "messages", "terms"];
    let (shown, of_key) = (text(&["tune", "tuned.elf", "--show"]), text(&["inspect", "key"]));
    let (shown, of_key) = (rows(&shown, &names), rows(&of_key, &names));
    assert_eq!((shown.len(), &shown), (list.len(), &of_key));
    assert_eq!(shown[0][0], list[0]["committed_words"].to_string());
    let count = format!("{}, of {} instructions and ", list.len(), sum("instructions"));
    assert!(text(&["inspect", "tuned.elf"]).contains(&count));
    assert!(text(&["inspect", "none.elf"]).contains("the list in the file is empty"));
    assert!(text(&["tune", "none.elf", "--show"]).contains("none.elf: no blocks"));
}

/// What is told of blocks: where they begin in the source, and what of a run is in them.
#[test]
fn blocks_are_shown_with_their_source_lines() {
    let folder = Folder::new("shown");
    let input = folder.write("in", b"500");
    folder.dyad(&["tune", &built("fibonacci"), "--input", &input, "-o", "tuned.elf"]);
    let shown = json(&folder.dyad(&["tune", "tuned.elf", "--show", "--input", &input, "--json"]));
    let blocks = shown["blocks"].as_array().expect("a list");
    let shares: Vec<f64> = blocks.iter().map(|b| b["share"].as_f64().expect("a number")).collect();
    assert!(shares.is_sorted_by(|a, b| a >= b) && shares[0] > 0.5, "{shares:?}");
    let run = json(&folder.dyad(&["run", "tuned.elf", "--input", &input, "--json"]));
    assert_eq!(shown["cycles"], run["cycles"]);
    let sum = |key: &str| -> u64 { blocks.iter().map(|b| b[key].as_u64().expect("a number")).sum() };
    assert_eq!(sum("rows"), run["blocks"]["rows"].as_u64().expect("a number"));
    // The loop of the example.
    let source = &blocks[0]["sources"][0];
    assert!(source["file"].as_str().expect("a name").ends_with("src/main.rs"), "{source}");
    let lines = ["first_line", "last_line"].map(|key| source[key].as_u64().expect("a number"));
    assert!(0 < lines[0] && lines[0] <= lines[1] && lines[1] - lines[0] < 20, "{source}");
    let text = folder.dyad(&["tune", "tuned.elf", "--show", "--input", &input]).stdout;
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains(&format!("src/main.rs:{}", lines[0])), "{text}");
}

/// Paths chosen from the code alone, without an input.
#[test]
fn paths_are_chosen_without_a_run() {
    let folder = Folder::new("static");
    let (elf, input) = (built("fibonacci"), folder.write("in", b"20000"));
    let chosen = json(&folder.dyad(&["tune", &elf, "--static", "-o", "static.elf", "--json"]));
    let terms = |blocks: &serde_json::Value| -> u64 {
        blocks.as_array().expect("a list").iter().map(|b| b["terms"].as_u64().expect("a number")).sum()
    };
    assert!((1..=40_000).contains(&terms(&chosen["blocks"])), "{chosen}");
    assert!(chosen["cycles"].is_null());
    let run = json(&folder.dyad(&["run", "static.elf", "--input", &input, "--json"]));
    let in_blocks = run["blocks"]["instructions"].as_u64().expect("a number");
    assert!(in_blocks * 10 > run["cycles"].as_u64().expect("a number") * 9, "{run}");
    let few = json(&folder.dyad(&["tune", &elf, "--static", "--terms", "500", "-o", "few.elf", "--json"]));
    assert!((1..=500).contains(&terms(&few["blocks"])), "{few}");
    let refused = folder.try_dyad(&["tune", &elf, "--static", "--input", &input]);
    assert_eq!(refused.status.code(), Some(2));
}

/// An empty list is a list: no blocks.
#[test]
fn no_paths_are_chosen_where_none_are_wanted() {
    let folder = Folder::new("none");
    let (elf, input) = (built("fibonacci"), folder.write("in", b"500"));
    folder.dyad(&["tune", &elf, "--static", "-o", "static.elf"]);
    let said = |elf: &str| String::from_utf8(folder.dyad(&["tune", elf, "--none", "-o", "none.elf"]).stdout);
    assert!(said("static.elf").expect("text").contains("another one than before"));
    assert!(said("none.elf").expect("text").contains("the same as before"));
    let none = json(&folder.dyad(&["tune", "static.elf", "--none", "-o", "none.elf", "--json"]));
    assert_eq!(none["blocks"].as_array().map(Vec::len), Some(0));
    let run = json(&folder.dyad(&["run", "none.elf", "--input", &input, "--json"]));
    assert_eq!(run["blocks"]["rows"], 0);
}

/// One command that builds and tunes writes what two write.
#[test]
fn a_program_is_tuned_when_it_is_built() {
    let folder = Folder::new("built-tuned");
    let (one, other) = (folder.write("one", b"3000"), folder.write("other", b"4000"));
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fibonacci");
    let project = project.to_str().expect("a path in UTF-8");
    let inputs = ["--input", &one, "--input", &other, "--terms", "5000"];
    let build = ["build", "-q", "--locked", "--target-dir", &guests(), "--tune", "-o", "built.elf", project];
    let said = folder.dyad(&[&build[..], &inputs].concat()).stdout;
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains(" in blocks, which have 9"), "{said}");
    folder.dyad(&[&["tune", &built("fibonacci"), "-o", "tuned.elf"], &inputs[..]].concat());
    let bytes = |name: &str| fs::read(folder.path(name)).expect("a file");
    assert_eq!(bytes("built.elf"), bytes("tuned.elf"));
    let few = folder.try_dyad(&[&build[..], &inputs, &["--max-cycles", "1k"]].concat());
    let few = String::from_utf8_lossy(&few.stderr).into_owned();
    assert!(few.contains("did not exit within 1000 cycles"), "{few}");
    // Inputs are for tuning.
    let refused = folder.try_dyad(&["build", "--input", "one", project]);
    assert_eq!(refused.status.code(), Some(2));
}

/// A program that loads from the address that its input is, so many times, and exits with the input's second word.
fn loads() -> Vec<u8> {
    let read = [syscall(63, 0, DATA, 16), li(S0, DATA), vec![ld(S1, S0, 0), ld(A4, S0, 8)]].concat();
    let rounds = [li(A3, 3000), vec![ld(T0, S1, 0), add(T1, T1, T0), addi(A3, A3, -1), bne(A3, ZERO, -12)]];
    let end = vec![addi(A0, A4, 0), addi(A7, ZERO, 93), ecall()];
    program(&[read, rounds.concat(), end].concat(), &[0; 16])
}

/// Runs that fail are told by their inputs: one that the program says was bad, one that traps, one that goes on too long.
#[test]
fn inputs_that_fail_are_named() {
    let folder = Folder::new("fails");
    folder.write("elf", &loads());
    let input = |address: u64, code: u64| [address.to_le_bytes(), code.to_le_bytes()].concat();
    folder.write("good", &input(DATA, 0));
    folder.write("bad", &input(DATA, 3));
    folder.write("wild", &input(1 << 40, 0));
    let tune = |inputs: &[&str], status: i32| {
        let options = ["tune", "elf", "-o", "out", "--input", "good"];
        let output = folder.try_dyad(&[&options[..], inputs].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{said}");
        said
    };
    assert!(!tune(&[], 0).contains("warning"));
    let said = tune(&["--input", "bad"], 0);
    assert!(said.contains("warning: with the input bad the program exits with code 3"), "{said}");
    let said = tune(&["--input", "wild"], 1);
    assert!(
        said.contains("with the input wild: the program trapped") && said.contains("other inputs"),
        "{said}"
    );
    let said = tune(&["--max-cycles", "12k"], 1);
    assert!(said.contains("with the input good: the program did not exit within 12000 cycles"), "{said}");
    assert!(!tune(&["--max-cycles", "20k"], 0).contains("error"));
    // The same for runs that are only shown.
    let shown = folder.try_dyad(&["tune", "out", "--show", "-i", "good", "--max-cycles", "12k"]);
    assert!(String::from_utf8_lossy(&shown.stderr).contains("with the input good: "), "{shown:?}");
    // Nothing is run, so nothing can take too long.
    let refused = folder.try_dyad(&["tune", "elf", "--static", "--max-cycles", "12k"]);
    assert_eq!(refused.status.code(), Some(2));
}

/// What so short a run gains by blocks is said, whether it is tuned by or run; a longer one is another matter.
#[test]
fn short_runs_are_not_told_to_be_tuned() {
    let folder = Folder::new("short");
    let elf = built("fibonacci");
    for (name, input) in [("short", &b"11"[..]), ("long", b"3000")] {
        folder.write(name, input);
    }
    let said = |arguments: &[&str]| {
        let output = folder.dyad(arguments);
        String::from_utf8([output.stdout, output.stderr].concat()).expect("text")
    };
    let run = said(&["run", &elf, "--input", "short"]);
    assert!(run.contains("so short a run would gain little") && !run.contains("dyad tune"), "{run}");
    let run = said(&["run", &elf, "--input", "long"]);
    assert!(run.contains("`dyad tune` chooses some"), "{run}");
    let tuned = said(&["tune", &elf, "--input", "short", "-o", "tuned.elf"]);
    assert!(tuned.contains("warning: the longest run") && tuned.contains("10 000 cycles or more"), "{tuned}");
    assert!(tuned.contains("is in blocks, as no table would pay"), "{tuned}");
    let run = said(&["run", "tuned.elf", "--input", "short"]);
    assert!(run.contains("is used: tables of so few rows would cost more"), "{run}");
    // The longer of two counts.
    let tuned = said(&["tune", &elf, "-i", "short", "-i", "long", "-o", "tuned.elf"]);
    assert!(!tuned.contains("warning"), "{tuned}");
    let run = json(&folder.dyad(&["run", "tuned.elf", "--input", "short", "--json"]));
    let blocks = json(&folder.dyad(&["tune", "tuned.elf", "--show", "--json"]));
    let (left_out, all) = (run["blocks"]["left_out"].as_u64(), blocks["blocks"].as_array().map(Vec::len));
    assert!(left_out > Some(0) && left_out <= all.map(|n| n as u64), "{run}");
    // An empty list was asked for.
    folder.dyad(&["tune", &elf, "--none", "-o", "none.elf"]);
    let run = said(&["run", "none.elf", "--input", "long"]);
    assert!(run.contains("none: the list in the ELF file is empty"), "{run}");
}
