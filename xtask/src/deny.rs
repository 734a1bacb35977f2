//! Licences, duplicates and origins of dependencies, by cargo-deny and the rules of `deny.toml`.

use crate::{
    setup::on_path,
    steps::{Failure, cargo, root, run},
};

/// Checks every package of the lock file; installs cargo-deny where it is missing.
pub fn check() -> Result<(), Failure> {
    if !on_path("cargo-deny") {
        anstream::eprintln!("installing cargo-deny, which checks dependencies: some minutes, once");
        run(&mut cargo(root(), "install cargo-deny --locked --debug --quiet"))
            .map_err(|error| format!("cargo-deny is missing and could not be installed: {error}"))?;
    }
    // Advisories are left to `cargo deny check`: their database is fetched from elsewhere and changes
    // without a change here.
    run(&mut cargo(root(), "deny --log-level warn check bans licenses sources"))
}
