//! The build for any processor, and what it finds beside itself.
#![cfg(unix)]

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use dyad_launcher::{BUILDS, Build};

/// Builds the example with certain features, or with none for any processor, as `file`.
fn build(features: &[&str], file: &Path) {
    let target = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("which");
    let features: Vec<String> = features.iter().map(|feature| format!("+{feature}")).collect();
    let flags = format!("-Ctarget-feature={}", features.join(","));
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--example", "which", "--target", &target])
        // The workspace optimizes dependencies, which takes longer than all else here.
        .args(["--config", "profile.dev.package.\"*\".opt-level=0"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", &results)
        .env("RUSTFLAGS", flags)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the example builds");
    fs::copy(results.join(target).join("debug/examples/which"), file).expect("a copy");
}

/// An empty folder with the launcher.
fn folder(name: &str, launcher: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(launcher, folder.join("which")).expect("the launcher");
    folder
}

fn run(folder: &Path, environment: (&str, &str)) -> Output {
    let (name, value) = environment;
    let mut command = Command::new(folder.join("which"));
    command.args(["a b", "c"]).env(name, value).output().expect("the launcher starts")
}

fn says(output: &Output, stdout: &str, stderr: &str) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(out, stdout, "standard error: {err}");
    assert!(
        if stderr.is_empty() { err.is_empty() } else { err.contains(stderr) },
        "{err:?} has no {stderr:?}"
    );
}

#[test]
fn the_launcher_starts_the_best_build() {
    let launcher = Path::new(env!("CARGO_TARGET_TMPDIR")).join("which-any");
    build(&[], &launcher);
    let none = ("NOTHING", "");
    let alone = folder("alone", &launcher);
    says(&run(&alone, none), "any [\"a b\", \"c\"]\n", "");

    let Some(best) = BUILDS.iter().find(|build| build.runs_here()) else { return };
    let place = |folder: &Path, build: &Build| folder.join(build.file_name("which"));
    let all = folder("all", &launcher);
    for special in BUILDS.iter().filter(|build| build.runs_here()) {
        build(special.features, &place(&all, special));
    }
    says(&run(&all, none), &format!("{} [\"a b\", \"c\"]\n", best.name), "");
    let inherited = ("DYAD_LAUNCHED", "1.2.3 1");
    says(&run(&all, inherited), &format!("{} [\"a b\", \"c\"]\n", best.name), "");

    let itself = folder("itself", &launcher);
    fs::copy(&launcher, place(&itself, best)).expect("a copy");
    says(&run(&itself, none), "", "not one of this release's builds");

    let locked = folder("locked", &launcher);
    fs::write(place(&locked, best), "no program").expect("a file");
    fs::set_permissions(place(&locked, best), fs::Permissions::from_mode(0o644)).expect("permissions");
    says(&run(&locked, none), "", "cannot start ");
}
