//! Several builds of one program, for processors with different instructions, and the choice among
//! them when the program starts.
//!
//! The build for any processor of an architecture has the program's own name and is the launcher:
//! where a better build lies beside it and runs here, it replaces itself by that one. The others are
//! named after what they are for (`dyad-avx2`) and work alone, too.

mod cpuid;

use std::{env, ffi::OsStr, io, path::PathBuf, process};

use thiserror::Error;

/// A build for processors with certain instructions.
#[derive(Debug)]
pub struct Build {
    /// Its name, which follows that of the program: `avx2` for `dyad-avx2`.
    pub name: &'static str,
    /// The architecture, as targets name it.
    pub architecture: &'static str,
    /// The features that the compiler may use, as it names them.
    pub features: &'static [&'static str],
    /// Whether the processor and the system have them all; always true in a build that uses them.
    detected: fn() -> bool,
    /// Whether this very program was built to use them.
    built: bool,
}

#[cfg(target_arch = "x86_64")]
macro_rules! detected_on_x86_64 {
    ($($feature:tt),*) => { || $(std::arch::is_x86_feature_detected!($feature))&&* };
}
#[cfg(not(target_arch = "x86_64"))]
macro_rules! detected_on_x86_64 {
    ($($feature:tt),*) => {
        || false
    };
}
#[cfg(target_arch = "aarch64")]
macro_rules! detected_on_aarch64 {
    ($($feature:tt),*) => { || $(std::arch::is_aarch64_feature_detected!($feature))&&* };
}
#[cfg(not(target_arch = "aarch64"))]
macro_rules! detected_on_aarch64 {
    ($($feature:tt),*) => {
        || false
    };
}

macro_rules! build {
    ($name:literal, $architecture:literal, $detected:ident, [$($feature:tt),* $(,)?]) => {
        Build {
            name: $name,
            architecture: $architecture,
            features: &[$($feature),*],
            detected: $detected!($($feature),*),
            built: $(cfg!(target_feature = $feature))&&*,
        }
    };
}

/// The builds beside those for any processor of their architectures, the best of each first.
pub const BUILDS: &[Build] = &[
    // Servers since Ice Lake, and Zen 4.
    build!(
        "avx512",
        "x86_64",
        detected_on_x86_64,
        [
            "popcnt",
            "lzcnt",
            "bmi1",
            "bmi2",
            "fma",
            "movbe",
            "avx2",
            "pclmulqdq",
            "avx512f",
            "avx512bw",
            "avx512cd",
            "avx512dq",
            "avx512vl",
            "avx512vbmi",
            "gfni",
            "vpclmulqdq",
        ]
    ),
    // Nearly all processors since Haswell, and Zen.
    build!(
        "avx2",
        "x86_64",
        detected_on_x86_64,
        ["popcnt", "lzcnt", "bmi1", "bmi2", "fma", "movbe", "avx2", "pclmulqdq"]
    ),
    // All processors with the cryptographic extension, which holds the carry-less multiply.
    build!("neon", "aarch64", detected_on_aarch64, ["neon", "aes"]),
];

impl Build {
    /// Whether this processor can run it.
    pub fn runs_here(&self) -> bool {
        (self.detected)()
    }

    /// The name of its file.
    pub fn file_name(&self, program: &str) -> String {
        format!("{program}-{}", self.name)
    }
}

/// The build that this program is, as far as its instructions go; none for one that runs anywhere.
pub fn current() -> Option<&'static Build> {
    BUILDS.iter().find(|build| build.built)
}

/// The best build for this processor, if that is a better one than this program.
pub fn better() -> Option<&'static Build> {
    BUILDS.iter().take_while(|build| !build.built).find(|build| build.runs_here())
}

/// Why a program can't go on.
#[derive(Debug, Error)]
pub enum Error {
    /// The processor lacks instructions that this program was built to use.
    #[error("this is the build for {build}, and the processor has no {feature}: use the plain `{program}`")]
    Processor {
        /// The program's name.
        program: String,
        /// This build.
        build: &'static str,
        /// The first feature that is missing.
        feature: &'static str,
    },
    /// The file of a better build can't be started.
    #[error("cannot start {}, the build for this processor: {error}", path.display())]
    Start {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file that was started as a better build is of another release, or none at all.
    #[error("{}, which was started for being faster here, is not one of this release's builds for certain \
             processors: remove it, or install all files of one release", path.display())]
    Release {
        /// The file: this program.
        path: PathBuf,
    },
}

/// In the environment of a program that a launcher replaced itself by: the release and the process.
const LAUNCHED: &str = "DYAD_LAUNCHED";

/// To be called first: makes sure that the processor can run this program, and, in a build that runs
/// anywhere, replaces it by a better build of the same release from the same folder, if there is one;
/// then it does not return.
///
/// A program that was started that way starts no other, so there is no loop, whatever the files are.
///
/// # Errors
/// If the processor can't run this program, a better build can't be started, or this program was
/// started as one and is none.
pub fn start(program: &str, release: &str) -> Result<(), Error> {
    let this = current();
    if let Some(build) = this
        && let Some(feature) = cpuid::missing(build.features)
    {
        return Err(Error::Processor { program: program.to_owned(), build: build.name, feature });
    }
    let path = env::current_exe().unwrap_or_default();
    if let Some(launcher) = env::var_os(LAUNCHED).as_deref().and_then(launched_by) {
        return if this.is_some() && launcher == release { Ok(()) } else { Err(Error::Release { path }) };
    }
    let (None, Some(folder)) = (this, path.parent()) else { return Ok(()) };
    let builds = BUILDS.iter().filter(|build| build.runs_here());
    match builds.map(|build| folder.join(build.file_name(program))).find(|path| path.exists()) {
        Some(path) => Err(replace(path, release)),
        None => Ok(()),
    }
}

/// The release of the launcher that replaced itself by this process. The variable may also have come
/// from a parent; then it names another process.
fn launched_by(value: &OsStr) -> Option<&str> {
    let (release, process) = value.to_str()?.split_once(' ')?;
    (process == process::id().to_string()).then_some(release)
}

/// Replaces this program by another, with the same arguments; returns only if that fails.
#[cfg(unix)]
fn replace(path: PathBuf, release: &str) -> Error {
    use std::os::unix::process::CommandExt;
    let mut arguments = env::args_os();
    let mut command = process::Command::new(&path);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // A process keeps its number when its program is replaced.
    command.args(arguments).env(LAUNCHED, format!("{release} {}", process::id()));
    Error::Start { error: command.exec(), path }
}

/// Programs can't be replaced here.
#[cfg(not(unix))]
fn replace(path: PathBuf, _: &str) -> Error {
    Error::Start { error: io::ErrorKind::Unsupported.into(), path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_builds_come_first() {
        for (i, build) in BUILDS.iter().enumerate() {
            for worse in BUILDS[i + 1..].iter().filter(|other| other.architecture == build.architecture) {
                assert!(worse.features.iter().all(|feature| build.features.contains(feature)));
                assert!(worse.features.len() < build.features.len());
            }
        }
    }

    #[test]
    fn detection_agrees_with_the_processor() {
        for build in BUILDS.iter().filter(|build| build.architecture == env::consts::ARCH) {
            assert_eq!(build.runs_here(), cpuid::missing(build.features).is_none(), "{}", build.name);
        }
    }

    #[test]
    fn only_this_process_was_launched() {
        let own = format!("1.2.3 {}", process::id());
        assert_eq!(launched_by(OsStr::new(&own)), Some("1.2.3"));
        let parent = format!("1.2.3 {}", process::id() + 1);
        for other in [&*parent, "", "1.2.3", "1.2.3 x"] {
            assert_eq!(launched_by(OsStr::new(other)), None, "{other:?}");
        }
    }
}
