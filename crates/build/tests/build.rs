//! Builds real guests. These tests need what `dyad build` needs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use dyad_build::{BuildError, BuildOptions, build, create};

/// A folder of this test, empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    path
}

fn options() -> BuildOptions {
    // One folder for all, so that `core` is compiled once.
    let target_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
    BuildOptions { quiet: true, target_dir: Some(target_dir), ..BuildOptions::default() }
}

fn on_host(project: &Path, input: &[u8]) -> Output {
    let mut run = Command::new("cargo")
        .args(["run", "-q"])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", project.join("target"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut run.stdin.take().unwrap(), input).unwrap();
    run.wait_with_output().unwrap()
}

#[test]
fn a_new_project_builds_to_the_same_bytes_anywhere() {
    let one = create(&folder("one").join("hello")).unwrap();
    let two = create(&folder("two/deeper").join("hello")).unwrap();
    let built = build(&one, &options()).unwrap();
    let bytes = fs::read(&built.elf).unwrap();
    // Elsewhere, with results elsewhere, and nothing compiled before.
    let elsewhere = BuildOptions { target_dir: None, ..options() };
    let again = fs::read(build(&two, &elsewhere).unwrap().elf).unwrap();
    assert!(bytes == again, "the two files differ");

    assert_eq!(&bytes[..6], b"\x7fELF\x02\x01");
    let text = String::from_utf8_lossy(&bytes);
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).to_str().unwrap();
    assert!(!text.contains(here), "the file names the folder it was built in");
    // Compressed instructions and the soft-float ABI.
    assert_eq!(bytes[48..52], [1, 0, 0, 0]);

    let output = on_host(&one, b"Ada");
    assert_eq!(output.stdout, b"Hello, Ada!\n");
    assert!(output.status.success());
    fs::remove_dir_all(one.parent().unwrap()).unwrap();
    fs::remove_dir_all(two.parent().unwrap()).unwrap();
}

#[test]
fn what_is_no_project_is_refused() {
    let empty = folder("empty");
    assert!(matches!(build(&empty, &options()), Err(BuildError::NotAProject { .. })));
    assert!(matches!(build(&empty.join("nowhere"), &options()), Err(BuildError::NotAProject { .. })));

    fs::write(empty.join("Cargo.toml"), "[package").unwrap();
    assert!(matches!(build(&empty, &options()), Err(BuildError::BadProject { .. })));

    assert!(matches!(create(&empty), Err(BuildError::Exists { .. })));
    assert!(matches!(create(&empty.join("no name")), Err(BuildError::BadName { .. })));
}

#[test]
fn cargo_s_own_errors_are_passed_on() {
    let project = create(&folder("broken").join("broken")).unwrap();
    fs::write(project.join("src/main.rs"), "#![no_std]\n#![no_main]\ncompile_error!(\"a bug of yours\");")
        .unwrap();
    match build(&project, &options()) {
        Err(BuildError::Cargo { messages, .. }) => assert!(messages.contains("a bug of yours"), "{messages}"),
        other => panic!("{other:?}"),
    }
}
