//! Builds of the command to hand out: one for any processor, which starts the best of those beside it.

use std::{env, fs, path::Path};

use dyad_launcher::{BUILDS, Build};

use crate::steps::{Failure, Steps, cargo, command, output, root, run as run_command, target_dir};

const PROGRAM: &str = "dyad";

#[derive(clap::Args)]
pub struct Args {
    /// The target to build for, as rustc names it
    #[arg(long, default_value_t = host())]
    target: String,
}

/// The target of this machine.
pub fn host() -> String {
    format!("{}-unknown-linux-gnu", env::consts::ARCH)
}

/// The flags for a build that may use these features and no others. With a target named, they are not
/// for what runs while building; and they replace those of the repository, which are for this machine.
pub fn rustflags(features: &[&str]) -> String {
    let enabled: Vec<String> = features.iter().map(|feature| format!("+{feature}")).collect();
    format!("-Ctarget-feature={}", enabled.join(","))
}

/// Builds all, checks those that run here, and packs them.
pub fn run(args: &Args) -> Result<(), Failure> {
    let name = format!("{PROGRAM}-{}-{}", env!("CARGO_PKG_VERSION"), args.target);
    let folder = target_dir().join("dist").join(&name);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;

    let mut steps = Steps::default();
    steps.step("for any processor", || build(&args.target, &[], &folder.join(PROGRAM)))?;
    let builds = || BUILDS.iter().filter(|build| args.target.starts_with(build.architecture));
    for special in builds() {
        let file = folder.join(special.file_name(PROGRAM));
        steps.step(special.name, || build(&args.target, special.features, &file))?;
    }
    if args.target.starts_with(env::consts::ARCH) {
        steps.step("the launcher and what it starts", || check(&folder, builds().find(|b| b.runs_here())))?;
    }
    let archive = format!("{name}.tar.gz");
    steps.step("archive", || {
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            fs::copy(root().join(file), folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
        }
        run_command(&mut command("tar", target_dir().join("dist"), ["czf", &archive, &name]))
    })?;
    steps.summary();
    anstream::eprintln!("\n{}", target_dir().join("dist").join(archive).display());
    Ok(())
}

/// Builds the command with the features of certain processors.
fn build(target: &str, features: &[&str], file: &Path) -> Result<(), Failure> {
    let results = target_dir().join("dist").join("build");
    let mut cargo = cargo(
        root(),
        &format!("build --locked --release --package dyad-cli --bin {PROGRAM} --target {target}"),
    );
    run_command(cargo.env("RUSTFLAGS", rustflags(features)).env("CARGO_TARGET_DIR", &results))?;
    let built = results.join(target).join("release").join(PROGRAM);
    fs::copy(&built, file).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(())
}

/// The launcher must be what it starts: the best build for this processor, or itself.
fn check(folder: &Path, best: Option<&Build>) -> Result<(), Failure> {
    let version = |file: &str| output(&mut command(folder.join(file), folder, ["--version"]));
    let best = best.map_or(PROGRAM.to_owned(), |build| build.file_name(PROGRAM));
    let (launched, direct) = (version(PROGRAM)?, version(&best)?);
    if launched != direct {
        return Err(format!("{PROGRAM} does not start {best}: {}", String::from_utf8_lossy(&launched)));
    }
    Ok(())
}
