//! Exit statuses and messages of commands that are wrong.

mod common;

use std::{fs, process::Command};

use common::Folder;
use dyad_program::testing::{DATA, asm::*, program};

/// Runs a command that must fail with this status and say this on standard error, only.
fn fails(folder: &Folder, arguments: &[&str], status: i32, message: &str) {
    let output = folder.try_dyad(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(said.contains(message), "{arguments:?} says {said:?}, without {message:?}");
    assert!(output.stdout.is_empty(), "{arguments:?} prints {:?}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn commands_that_are_wrong() {
    let folder = Folder::new("usage");
    folder.write("text", b"no ELF file");
    fails(&folder, &["frobnicate"], 2, "unrecognized subcommand");
    fails(&folder, &["run"], 2, "<ELF>");
    fails(&folder, &["run", "text", "--json", "--output", "x"], 2, "cannot be used with");
    fails(&folder, &["run", "nowhere.elf"], 2, "cannot read nowhere.elf");
    fails(&folder, &["build", "nowhere"], 2, "is no guest project");
    fails(&folder, &["new", "."], 2, "is no name for a project");
    fails(&folder, &["new", "text"], 2, "exists already");
}

#[test]
fn a_new_project_says_what_to_do_next() {
    let folder = Folder::new("next");
    let said = String::from_utf8(folder.dyad(&["new", "hello"]).stdout).unwrap();
    let readme = fs::read_to_string(folder.path("hello/README.md")).unwrap();
    assert!(said.contains("dyad build hello -o hello.elf") && said.contains("hello/README.md"), "{said}");
    for text in [&said, &readme] {
        assert!(text.contains("dyad tune") && text.contains("dyad build --tune"), "{text}");
    }
    assert!(readme.contains("dyad tune hello.elf --input in.txt"), "{readme}");
}

#[test]
fn files_that_are_wrong() {
    let folder = Folder::new("files");
    folder.write("text", b"no ELF file");
    folder.write("elf", b"\x7fELF\x02\x01\x01");
    fails(&folder, &["run", "text"], 1, "not an ELF file");
    fails(&folder, &["inspect", "text"], 1, "text");
    fails(&folder, &["inspect", "elf"], 1, "elf: ");
}

/// A program that writes `text` to fd 2 and as its output.
fn says(text: &[u8]) -> Vec<u8> {
    let call = |file| syscall(64, file, DATA, text.len() as u64);
    program(&[call(2), call(1), exit(0)].concat(), text)
}

#[test]
fn places_are_looked_at_before_work() {
    let folder = Folder::new("places");
    folder.write("elf", &says(b"hello"));
    // No program at all: what is wrong with the place is told first.
    for command in ["prove", "key", "run"] {
        fails(&folder, &[command, "no.elf", "-o", "none/out"], 2, "there is no directory none");
        fails(&folder, &[command, "no.elf", "-o", "."], 2, "it is a directory");
    }
    fails(&folder, &["verify", "no", "--key", "no", "-o", "none/out"], 2, "there is no directory none");
    fails(&folder, &["build", "nowhere", "-o", "none/out"], 2, "there is no directory none");
    fails(&folder, &["prove", "elf", "-i", "none", "-o", "out"], 2, "cannot read none");
    fails(&folder, &["prove", "elf", "-o", "-", "--json"], 2, "both go to standard output");
    // Looking leaves nothing behind, and what is there as it was.
    assert!(!fs::exists(folder.path("out")).unwrap());
    folder.write("out", b"before");
    fails(&folder, &["prove", "no.elf", "-o", "out"], 2, "cannot read no.elf");
    assert_eq!(fs::read(folder.path("out")).unwrap(), b"before");
}

#[cfg(target_os = "linux")]
#[test]
fn a_proof_that_cannot_be_written_is_saved() {
    let folder = Folder::new("saved");
    let elf = folder.write("elf", &says(b"hello"));
    let temporary = folder.path("temporary");
    fs::create_dir(&temporary).unwrap();
    let proved = Command::new(env!("CARGO_BIN_EXE_dyad"))
        .args(["prove", &elf, "-o", "/dev/full"])
        .env("TMPDIR", &temporary)
        .output()
        .unwrap();
    let said = String::from_utf8(proved.stderr).unwrap();
    assert_eq!(proved.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write /dev/full") && said.contains("it was saved as "), "{said}");
    let saved = fs::read_dir(&temporary).unwrap().next().unwrap().unwrap().path();
    folder.dyad(&["key", &elf, "-o", "key"]);
    folder.dyad(&["verify", saved.to_str().unwrap(), "--key", "key"]);
}

#[test]
fn outputs_that_no_verifier_takes_are_refused_before_work() {
    let folder = Folder::new("long");
    let code = [syscall(64, 1, DATA, (16 << 20) + 8), exit(0)].concat();
    folder.write("elf", &program(&code, &[0; 8]));
    fails(&folder, &["prove", "elf", "-o", "out"], 1, "write a digest of it instead");
}

#[test]
fn nothing_reaches_the_terminal_as_it_is() {
    let folder = Folder::new("terminal");
    let evil = "safe \u{202e}txt\x1b]0;title\x07\u{9b}31m\u{2066}";
    folder.write("elf", &says(evil.as_bytes()));
    folder.dyad(&["key", "elf", "-o", "key"]);
    let clean = |arguments: &[&str]| {
        let output = folder.try_dyad(arguments);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let bad = |c: char| (c.is_control() && c != '\n') || ['\u{202e}', '\u{2066}'].contains(&c);
        assert!(!text.contains(bad), "{arguments:?}: {text:?}");
        text
    };
    let text = clean(&["run", "elf"]);
    assert!(text.contains("safe \\u{202e}txt\\u{1b}]0;title"), "{text}");
    let text = clean(&["run", "elf", "--json"]);
    let run: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(run["diagnostics"], evil);
    clean(&["prove", "elf", "-o", "proof"]);
    clean(&["verify", "proof", "--key", "key"]);
    clean(&["inspect", "proof", "--key", "key"]);
    let text = clean(&["run", "no\x1b[2J\u{202e}.elf"]);
    assert!(text.contains("no\\u{1b}[2J\\u{202e}.elf"), "{text}");
}

#[test]
fn failures_are_json_too() {
    let folder = Folder::new("json");
    folder.write("trap", &program(&[0], &[]));
    folder.write("text", b"no ELF file");
    for (arguments, part) in [
        (&["run", "trap", "--json"][..], "trapped"),
        (&["prove", "trap", "--json"], "trapped"),
        (&["inspect", "text", "--json"], "no ELF file"),
    ] {
        let output = folder.try_dyad(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(said["error"].as_str().unwrap().contains(part), "{arguments:?}: {said}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(part), "{arguments:?}: {error}");
    }
}

#[test]
fn an_endless_loop_is_named() {
    let folder = Folder::new("endless");
    folder.write("elf", &program(&[jal(ZERO, 0)], &[]));
    for command in ["run", "prove"] {
        fails(&folder, &[command, "elf"], 1, "an endless loop: this instruction goes to itself");
    }
}
