//! What cargo says about a guest project.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;
use serde_json::Value;

use crate::BuildError;

/// A guest project, with the binary to build.
#[derive(Debug)]
pub struct Project {
    pub directory: PathBuf,
    pub target_dir: PathBuf,
    pub bin: String,
    /// Bytes, where the project says how many.
    pub stack: Option<u64>,
    /// Bytes, where the project says how many.
    pub heap: Option<u64>,
}

/// The cargo to use: the one that runs us, if one does.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<Target>,
    #[serde(default)]
    metadata: Value,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Reads the project in `directory` and chooses its binary.
pub fn read(directory: &Path, bin: Option<&str>) -> Result<Project, BuildError> {
    let not_a_project = || BuildError::NotAProject { path: directory.to_owned() };
    let directory = directory.canonicalize().map_err(|_| not_a_project())?;
    let manifest = directory.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(not_a_project());
    }
    let bad = |messages: String| BuildError::BadProject { path: directory.clone(), messages };
    let output = Command::new(cargo())
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(&directory)
        .output()
        .map_err(|source| BuildError::CannotRun { program: "cargo".into(), source })?;
    if !output.status.success() {
        return Err(bad(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).map_err(|error| bad(error.to_string()))?;
    let package = metadata
        .packages
        .into_iter()
        .find(|package| package.manifest_path == manifest)
        .ok_or_else(|| bad("it is a workspace: name the directory of one of its packages".to_owned()))?;

    let sizes = package.metadata.get("dyad").cloned().unwrap_or_default();
    Ok(Project {
        bin: choose(&package.targets, bin, &directory)?,
        stack: size(&sizes, "stack")?,
        heap: size(&sizes, "heap")?,
        target_dir: metadata.target_directory,
        directory,
    })
}

fn choose(targets: &[Target], bin: Option<&str>, directory: &Path) -> Result<String, BuildError> {
    let is_bin = |target: &&Target| target.kind.iter().any(|kind| kind == "bin");
    let names: Vec<String> = targets.iter().filter(is_bin).map(|target| target.name.clone()).collect();
    match (names.as_slice(), bin) {
        ([], _) => Err(BuildError::NoBinary { path: directory.to_owned() }),
        ([only], None) => Ok(only.clone()),
        (_, Some(bin)) if names.iter().any(|name| name == bin) => Ok(bin.to_owned()),
        _ => Err(BuildError::WhichBinary { names }),
    }
}

/// Reads `key` of `[package.metadata.dyad]`: bytes, as a number or as text with a unit.
fn size(sizes: &Value, key: &'static str) -> Result<Option<u64>, BuildError> {
    let Some(value) = sizes.get(key) else { return Ok(None) };
    let bytes = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => parse_size(text),
        _ => None,
    };
    match bytes {
        Some(bytes) if bytes % 4096 == 0 && (4096..=1 << 32).contains(&bytes) => Ok(Some(bytes)),
        _ => Err(BuildError::BadSize { key, value: value.to_string() }),
    }
}

fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text[digits.len()..].trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes() {
        let read = |value: Value| size(&json!({ "heap": value }), "heap").ok().flatten();
        assert_eq!(read(json!("64 MiB")), Some(64 << 20));
        assert_eq!(read(json!("1GiB")), Some(1 << 30));
        assert_eq!(read(json!(8192)), Some(8192));
        for bad in [json!("64 MB"), json!("-1"), json!(5000), json!(0), json!("99999999999 GiB"), json!(true)]
        {
            assert!(size(&json!({ "heap": bad }), "heap").is_err(), "{bad}");
        }
        assert_eq!(size(&json!({}), "heap").ok(), Some(None));
    }

    #[test]
    fn binaries() {
        let target = |name: &str, kind: &str| Target { name: name.into(), kind: vec![kind.into()] };
        let here = Path::new(".");
        let one = [target("a", "bin"), target("l", "lib")];
        let two = [target("a", "bin"), target("b", "bin")];
        assert_eq!(choose(&one, None, here).unwrap(), "a");
        assert_eq!(choose(&two, Some("b"), here).unwrap(), "b");
        assert!(matches!(choose(&two, None, here), Err(BuildError::WhichBinary { .. })));
        assert!(matches!(choose(&one, Some("x"), here), Err(BuildError::WhichBinary { .. })));
        assert!(matches!(choose(&[target("l", "lib")], None, here), Err(BuildError::NoBinary { .. })));
    }
}
