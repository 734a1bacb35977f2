//! One file a command.

pub mod build;
pub mod inspect;
pub mod new;
pub mod run;
