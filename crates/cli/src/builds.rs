//! Which of the builds of this command runs, and what to do where that is a slow one.

use crate::failure::{Failure, bad};

/// The release: builds of different releases do not start one another.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Replaces this program by the build for this processor, if that is another one and lies beside it;
/// to be called first.
pub fn start() -> Result<(), Failure> {
    dyad_launcher::start("dyad", RELEASE).map_err(bad)
}

/// The release and its kernels, for `--version`.
pub fn version() -> String {
    format!("{RELEASE}\nkernels: {}", kernels())
}

/// The kernels that this program runs on, and what to do if there are faster ones.
pub fn kernels() -> String {
    let name = dyad::kernels();
    advice().map_or_else(|| name.to_owned(), |advice| format!("{name}; {advice}"))
}

/// How to get faster kernels, where this processor has them or these are slow.
pub fn advice() -> Option<String> {
    let slow = !dyad::has_fast_kernels();
    let faster = if slow { "more than ten times as fast" } else { "faster" };
    match dyad_launcher::better() {
        Some(build) => Some(format!(
            "{faster} on this processor: {}, in one folder with dyad, or dyad built on this machine in its repository",
            build.file_name("dyad")
        )),
        None if slow => Some("slow: this processor has no instructions for faster ones".to_owned()),
        None => None,
    }
}
