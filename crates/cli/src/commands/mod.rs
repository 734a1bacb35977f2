//! One file a command.

pub mod build;
pub mod new;
