//! The command, in a folder of the test's own.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

/// An empty folder.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        static MADE: Mutex<u32> = Mutex::new(0);
        let mut made = MADE.lock().unwrap();
        *made += 1;
        let name = format!("{name}-{}-{made}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.0.join(name), bytes).unwrap();
        self.path(name)
    }

    /// Runs `dyad`; a program's exit code may make it fail, nothing else.
    pub fn dyad(&self, arguments: &[&str]) -> Output {
        let output = self.try_dyad(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() || said.contains("the program exited with code"),
            "dyad {arguments:?}: {}\n{said}",
            output.status
        );
        output
    }

    /// Runs `dyad`.
    pub fn try_dyad(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dyad"))
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// Where guests are built, for all tests: `core` is compiled once.
pub fn guests() -> String {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests").to_str().unwrap().to_owned()
}

/// The ELF file of an example, built from source.
pub fn built(example: &str) -> String {
    // Tests run side by side: one builds, the others wait. A file of this name may be older than this
    // process, whose number comes again.
    static BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elf");
    fs::create_dir_all(&folder).unwrap();
    let mut made = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let elf = folder.join(format!("{example}-{}.elf", std::process::id()));
    if !made.contains(example) {
        let build = Command::new(env!("CARGO_BIN_EXE_dyad"))
            .args(["build", "-q", "--locked", "--target-dir", &guests(), "-o"])
            .arg(&elf)
            .arg(project)
            .output()
            .unwrap();
        assert!(build.status.success(), "{}", String::from_utf8_lossy(&build.stderr));
        made.insert(example.to_owned());
    }
    drop(made);
    elf.to_str().unwrap().to_owned()
}

/// What a command with `--json` printed.
pub fn json(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// Bytes as two hexadecimal digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The bytes of hexadecimal digits.
pub fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}
