//! New guest projects.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::BuildError;

/// The files of a new project; `PROJECT_NAME` stands for its name.
const PROJECT: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("../template/Cargo.toml.txt")),
    ("README.md", include_str!("../template/README.md.txt")),
    ("src/main.rs", include_str!("../template/main.rs.txt")),
    (".gitignore", "/target\n*.elf\n*.key\n*.proof\n"),
];

/// The guest runtime, which becomes a part of the project: it builds without any registry, and
/// wherever the project lies the bytes come out the same.
const RUNTIME: [(&str, &str); 12] = [
    ("abi/Cargo.toml", include_str!("../../guest/abi/Cargo.toml")),
    ("abi/src/lib.rs", include_str!("../../guest/abi/src/lib.rs")),
    ("Cargo.toml", include_str!("../../guest/Cargo.toml")),
    ("Cargo.lock", include_str!("../../guest/Cargo.lock")),
    ("build.rs", include_str!("../../guest/build.rs")),
    ("dyad.ld", include_str!("../../guest/dyad.ld")),
    ("src/lib.rs", include_str!("../../guest/src/lib.rs")),
    ("src/host.rs", include_str!("../../guest/src/host.rs")),
    ("src/bare/mod.rs", include_str!("../../guest/src/bare/mod.rs")),
    ("src/bare/start.rs", include_str!("../../guest/src/bare/start.rs")),
    ("src/bare/system.rs", include_str!("../../guest/src/bare/system.rs")),
    ("src/bare/heap.rs", include_str!("../../guest/src/bare/heap.rs")),
];

/// Makes a guest project in `directory`, named like its last part.
///
/// # Errors
/// The name must be one that cargo takes, and the directory must not exist.
pub fn create(directory: &Path) -> Result<PathBuf, BuildError> {
    let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !is_name(&name) {
        return Err(BuildError::BadName { name });
    }
    if directory.exists() {
        return Err(BuildError::Exists { path: directory.to_owned() });
    }
    for (path, text) in PROJECT {
        write(&directory.join(path), &text.replace("PROJECT_NAME", &name))?;
    }
    for (path, text) in RUNTIME {
        write(&directory.join("dyad-guest").join(path), text)?;
    }
    Ok(directory.to_owned())
}

fn is_name(name: &str) -> bool {
    let taken = ["dyad-guest", "dyad_guest", "test", "core", "alloc", "std", "proc_macro"];
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && !taken.contains(&name)
}

fn write(path: &Path, text: &str) -> Result<(), BuildError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|source| BuildError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["hello", "my-guest_2", "A"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "2nd", "-x", "a b", "a/b", "é", "core", "dyad-guest"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn the_whole_runtime_is_embedded() {
        let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest");
        let mut found = Vec::new();
        let mut folders = vec![guest.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&guest).unwrap().to_str().unwrap().to_owned();
                match path.is_dir() {
                    true if name != "target" => folders.push(path),
                    true => {}
                    false => found.push(name),
                }
            }
        }
        // C has its own, and tests of the runtime are not part of it.
        found.retain(|name| !name.starts_with("c/") && !name.contains("/tests/"));
        found.sort();
        let mut embedded: Vec<&str> = RUNTIME.iter().map(|(path, _)| *path).collect();
        embedded.sort_unstable();
        assert_eq!(found, embedded);
    }
}
