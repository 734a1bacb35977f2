//! Files, with `-` for the standard ones.

use std::{
    fmt::Display,
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use dyad::{Program, VerifyingKey};

use crate::failure::{Failure, bad};

fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads all of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))
}

/// Reads a program.
pub fn read_program(path: &Path) -> Result<Program, Failure> {
    Program::from_elf(&read(path)?).map_err(|error| bad(format_args!("{}: {error}", path.display())))
}

/// Reads a verifying key.
pub fn read_key(path: &Path) -> Result<VerifyingKey, Failure> {
    VerifyingKey::from_bytes(&read(path)?).map_err(|error| bad(format_args!("{}: {error}", path.display())))
}

/// Reads the private input; none means empty.
pub fn read_input(path: Option<&Path>) -> Result<Vec<u8>, Failure> {
    match path {
        None => Ok(Vec::new()),
        Some(path) if is_standard(path) => {
            let mut input = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut input);
            read.map_err(|error| Failure::Usage(format!("cannot read standard input: {error}")))?;
            Ok(input)
        }
        Some(path) => read(path),
    }
}

/// Writes a whole file, or to standard output.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = if is_standard(path) {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    } else {
        fs::write(path, bytes)
    };
    written.map_err(|error| Failure::Usage(format!("cannot write {}: {error}", path.display())))
}

/// Checks before there is a result that it can be written to `path`.
pub fn check_place(path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path.filter(|path| !is_standard(path)) else { return Ok(()) };
    let cannot = |why: &dyn Display| Failure::Usage(format!("cannot write {}: {why}", path.display()));
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(cannot(&"it is a directory")),
        Ok(found) if found.is_file() => {
            OpenOptions::new().append(true).open(path).map_err(|error| cannot(&error)).map(drop)
        }
        // Opening a pipe or a device may do something.
        Ok(_) => Ok(()),
        Err(_) => {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                return Err(cannot(&format_args!("there is no directory {}", folder.display())));
            }
            let tried = OpenOptions::new().write(true).create_new(true).open(path);
            tried.and_then(|_| fs::remove_file(path)).map_err(|error| cannot(&error))
        }
    }
}

/// As [`write`](fn@write), for what took work: where it fails the bytes go to a temporary file.
pub fn write_result(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes).map_err(|failure| {
        let name = path.file_name().unwrap_or("result".as_ref()).to_string_lossy();
        let saved = std::env::temp_dir().join(format!("dyad-{}-{name}", std::process::id()));
        bad(match fs::write(&saved, bytes) {
            Ok(()) => format!("{failure}; it was saved as {}", saved.display()),
            Err(error) => format!("{failure}; nor can it be saved as {}: {error}", saved.display()),
        })
    })
}

/// Copies a file, with its permissions, or to standard output; returns how many bytes it has.
pub fn copy(from: &Path, to: &Path) -> Result<u64, Failure> {
    if is_standard(to) {
        let bytes = read(from)?;
        write(to, &bytes)?;
        return Ok(bytes.len() as u64);
    }
    fs::copy(from, to).map_err(|error| Failure::Usage(format!("cannot write {}: {error}", to.display())))
}

/// Writes bytes in the place of a copy of another file, with that file's permissions.
pub fn write_for_copy(from: &Path, to: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(to, bytes)?;
    // What is no plain file has permissions of its own.
    if is_standard(to) || !to.is_file() {
        return Ok(());
    }
    let permissions = fs::metadata(from).map(|file| file.permissions());
    let set = permissions.and_then(|permissions| fs::set_permissions(to, permissions));
    set.map_err(|error| Failure::Usage(format!("cannot write {}: {error}", to.display())))
}

/// Where a result goes: the place asked for, or the source's name with another ending, here.
pub fn place(asked: Option<&Path>, source: &Path, ending: &str) -> PathBuf {
    asked.map_or_else(
        || Path::new(source.file_name().unwrap_or(source.as_os_str())).with_extension(ending),
        Path::to_owned,
    )
}

/// Whether bytes for `path` go to standard output, so that nothing else should.
pub fn fills_stdout(path: Option<&Path>) -> bool {
    path.is_some_and(is_standard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_lie_here_under_the_source_s_name() {
        assert_eq!(place(None, Path::new("a/b/hello.elf"), "key"), Path::new("hello.key"));
        assert_eq!(place(Some(Path::new("x/y")), Path::new("hello.elf"), "key"), Path::new("x/y"));
    }
}
