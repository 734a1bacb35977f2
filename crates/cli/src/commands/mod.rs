//! One file a command.

pub mod build;
pub mod inspect;
pub mod key;
pub mod new;
pub mod prove;
pub mod run;
pub mod tune;
pub mod verify;
