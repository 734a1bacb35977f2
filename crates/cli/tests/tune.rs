//! An example, tuned: the same run, faster, and a key of its own.

mod common;

use std::{fs, path::Path};

use common::{Folder, built, guests, json};

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
    // Inputs are for tuning.
    let refused = folder.try_dyad(&["build", "--input", "one", project]);
    assert_eq!(refused.status.code(), Some(2));
}
