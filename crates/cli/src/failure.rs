//! Why a command failed, and its exit status.

use std::{
    fmt::{self, Display},
    process::ExitCode,
};

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// A run, a proof, a file or a build is bad.
    Bad(String),
    /// A run ended with another exit code than was asked for, as its report, which is printed, says.
    Exited(String),
    /// The command is bad: a file that is not there, options that contradict each other.
    Usage(String),
}

impl Failure {
    /// The exit status for this failure.
    pub fn status(&self) -> ExitCode {
        match self {
            Self::Bad(_) | Self::Exited(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Bad(message) | Self::Exited(message) | Self::Usage(message)) = self;
        f.write_str(message)
    }
}

/// A bad run, proof, file or build: its message.
pub fn bad(error: impl Display) -> Failure {
    Failure::Bad(error.to_string())
}
