//! A verifier without one of its parts, for `cargo xtask deletions`: tests have to notice that it is gone.
//!
//! The environment variable `DYAD_DELETE` names the part that is left out, in this whole process. Where there is
//! none, the names of all parts that are come to are appended to the file that `DYAD_SITES` names.

extern crate std;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use core::fmt::Debug;
use core::panic::Location;
use std::io::Write;
use std::sync::{Mutex, OnceLock};

use crate::check::Part;

#[cfg(not(debug_assertions))]
compile_error!("the feature `deletions` is for tests: an optimized build of the verifier checks everything");

/// Errors that name a round or a layer: the first is a part of its own, and so are all others together.
const ROUNDS: [&str; 4] = ["ProductLayer", "Work", "MerklePath", "QueryValue"];

/// Whether a part is there.
#[track_caller]
pub(crate) fn kept(part: &Part<'_>) -> bool {
    static DELETED: OnceLock<Option<String>> = OnceLock::new();
    let at = Location::caller();
    if let Some(deleted) = DELETED.get_or_init(|| std::env::var("DYAD_DELETE").ok()) {
        return !may_be(deleted, part, at) || *deleted != name(part, at);
    }
    note(part, at);
    true
}

/// Whether a name may be that of a part, in few steps: most parts are not the one that is left out.
fn may_be(name: &str, part: &Part<'_>, at: &Location<'_>) -> bool {
    match part {
        Part::Check(_) | Part::Equation(_) => {
            let line = name.split_once(':').and_then(|(_, rest)| rest.split(' ').next());
            line.is_some_and(|line| line.parse() == Ok(at.line()))
        }
        Part::Absorb(label) | Part::Draw(label) => name.ends_with(label),
    }
}

/// The name of a part: where it is, and what.
fn name(part: &Part<'_>, at: &Location<'_>) -> String {
    let file = at.file().replace('\\', "/").replace("crates/", "").replace("src/", "");
    match part {
        Part::Check(error) => format!("{file}:{} {}", at.line(), error_name(error)),
        Part::Equation(error) => format!("{file}:{} {} under pads", at.line(), error_name(error)),
        Part::Absorb(label) => format!("absorb {label}"),
        Part::Draw(label) => format!("draw {label}"),
    }
}

/// The variant of an error, with what it says of a round.
fn error_name(error: &dyn Debug) -> String {
    let text = format!("{error:?}");
    let text = text.trim_matches('"');
    let (variant, rest) = text.split_once(['(', ' ']).unwrap_or((text, ""));
    let round = rest.trim_end_matches(')');
    match round.parse::<usize>() {
        _ if !ROUNDS.contains(&variant) => variant.into(),
        Ok(0) => format!("{variant}, the first"),
        Ok(_) => format!("{variant}, others"),
        Err(_) => format!("{variant}, {}", round.trim_end_matches(|c: char| !c.is_alphabetic())),
    }
}

/// Appends the name of a part to the list, once a process.
fn note(part: &Part<'_>, at: &Location<'_>) {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Some(list) = LIST.get_or_init(|| std::env::var_os("DYAD_SITES")) else { return };
    let name = name(part, at);
    let mut seen = SEEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if seen.contains(&name) {
        return;
    }
    let line = format!("{name}\n");
    let file = std::fs::OpenOptions::new().create(true).append(true).open(list);
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    assert!(written.is_ok(), "DYAD_SITES names no file: {written:?}");
    seen.insert(name);
}

/// The file that names are appended to.
static LIST: OnceLock<Option<std::ffi::OsString>> = OnceLock::new();
