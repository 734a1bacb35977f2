//! An example, tuned: the same run, faster, and a key of its own.

mod common;

use std::fs;

use common::{Folder, built, json};

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
    assert!(shown["blocks"][0]["gain"].is_null());

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
