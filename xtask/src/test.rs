//! Everything that CI runs.

use std::{fs, path::PathBuf};

use dyad_launcher::BUILDS;

use crate::{
    csmith, deny,
    dist::{host, rustflags},
    setup, smt,
    steps::{Failure, Steps, cargo, root, run, target_dir},
};

/// Guest projects: the runtime and the examples, each with its own lock file.
fn guests() -> Result<Vec<PathBuf>, Failure> {
    let examples = fs::read_dir(root().join("examples")).map_err(|error| format!("examples: {error}"))?;
    let mut guests: Vec<PathBuf> = examples
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    guests.push(root().join("crates/guest"));
    guests.sort();
    Ok(guests)
}

/// The tests of what is computed otherwise in a build with certain features: the field, the prover's kernels, the
/// verifier, and the model's comparison of small proofs.
fn test_build(features: &[&str]) -> Result<(), Failure> {
    let all = [
        "--package dyad-field --package dyad-verifier",
        "--package dyad-prover --lib kernels::",
        "--package dyad-prover --test model small_instances",
    ];
    all.iter().try_for_each(|tests| {
        let mut cargo = cargo(root(), &format!("test --quiet --locked {tests}"));
        // Optimizing dependencies as usual takes longer than these tests gain from it.
        cargo.args(["--config", "profile.dev.package.\"*\".opt-level=1"]);
        cargo.env("CARGO_TARGET_DIR", target_dir().join("kernels"));
        run(cargo.arg("--target").arg(host()).env("RUSTFLAGS", rustflags(features)))
    })
}

/// Runs all checks, stopping at the first that fails.
pub fn check() -> Result<(), Failure> {
    let guests = guests()?;
    let mut steps = Steps::default();
    steps.step("formatting", || {
        run(&mut cargo(root(), "fmt --all --check"))?;
        guests.iter().try_for_each(|guest| run(&mut cargo(guest, "fmt --check")))
    })?;
    steps.step("dependencies", deny::check)?;
    steps.step("guest compiler and qemu", || setup::guest_compiler().and_then(|()| setup::qemu()))?;
    steps.step("lints", || {
        run(&mut cargo(root(), "clippy --locked --workspace --all-targets -- -D warnings"))
    })?;
    steps.step("documentation", || {
        run(cargo(root(), "doc --locked --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    steps.step("tests", || run(&mut cargo(root(), "test --locked --workspace --all-targets")))?;
    steps.step("C programs of csmith", || csmith::some(10, false))?;
    steps
        .step("rules and some blocks against the specification, every constraint deleted in turn", || {
            smt::run(&smt::Args::short())
        })?;
    steps.step("builds for other processors", || {
        test_build(&[])?;
        BUILDS.iter().skip(1).filter(|b| b.runs_here()).try_for_each(|b| test_build(b.features))
    })?;
    steps.step("documentation's examples", || run(&mut cargo(root(), "test --locked --workspace --doc")))?;
    steps.step("guests on this machine", || {
        let results = target_dir().join("guests-on-host");
        guests.iter().try_for_each(|guest| {
            let shared = |arguments| {
                let mut cargo = cargo(guest, arguments);
                cargo.env("CARGO_TARGET_DIR", &results);
                cargo
            };
            run(&mut shared("clippy --quiet --locked --all-targets -- -D warnings"))?;
            run(&mut shared("test --quiet --locked"))
        })
    })?;
    steps.summary();
    Ok(())
}
