//! Exit statuses and messages of commands that are wrong.

mod common;

use common::Folder;

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
fn files_that_are_wrong() {
    let folder = Folder::new("files");
    folder.write("text", b"no ELF file");
    folder.write("elf", b"\x7fELF\x02\x01\x01");
    fails(&folder, &["run", "text"], 1, "not an ELF file");
    fails(&folder, &["inspect", "text"], 1, "text");
    fails(&folder, &["inspect", "elf"], 1, "elf: ");
}
