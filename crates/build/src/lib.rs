//! Builds guest programs: finds a Rust compiler that can build `core` and `alloc` for the machine,
//! drives cargo with it, and says what to install where nothing fits.
//!
//! Two builds of the same sources with the same compiler give the same bytes, wherever the
//! project lies, as long as its path dependencies lie inside it.

mod compiler;
mod error;
mod project;
mod target;
mod template;

use std::{
    io,
    path::{self, Path, PathBuf},
    process::{Command, Stdio},
};

pub use compiler::{Compiler, find as find_compiler};
pub use error::BuildError;
pub use template::create;

/// What to build, and how.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    /// The binary, where the project has more than one.
    pub bin: Option<String>,
    /// Features of the project to turn on.
    pub features: Vec<String>,
    /// Refuse to change the project's lock file.
    pub locked: bool,
    /// Where results are kept; by default `dyad` in the project's target directory.
    pub target_dir: Option<PathBuf>,
    /// Keep what cargo says to itself unless the build fails.
    pub quiet: bool,
}

/// A guest program that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The ELF file.
    pub elf: PathBuf,
    /// What built it.
    pub compiler: Compiler,
}

/// Builds the guest project in `directory`.
///
/// # Errors
/// See [`BuildError`]: each says what to install or to change.
pub fn build(directory: &Path, options: &BuildOptions) -> Result<Built, BuildError> {
    let project = project::read(directory, options.bin.as_deref())?;
    let compiler = compiler::find(&project.directory)?;
    let results = match &options.target_dir {
        Some(asked) => {
            path::absolute(asked).map_err(|source| BuildError::File { path: asked.clone(), source })?
        }
        None => project.target_dir.join("dyad"),
    };
    let target = target::write(&compiler, &results)?;

    let mut cargo = cargo_command(&compiler, &project, options, &target, &results);
    run(&mut cargo, options.quiet)?;

    let elf = results.join(target::NAME).join("release").join(&project.bin);
    if elf.is_file() { Ok(Built { elf, compiler }) } else { Err(BuildError::NoResult { path: elf }) }
}

fn cargo_command(
    compiler: &Compiler,
    project: &project::Project,
    options: &BuildOptions,
    target: &Path,
    results: &Path,
) -> Command {
    let mut flags = vec![
        // A guest has one thread: atomic operations are plain ones.
        "-Cpasses=lower-atomic".to_owned(),
        format!("-Clinker={}", compiler.linker.display()),
        format!("-Clinker-flavor={}", compiler.linker_flavor),
        "-Clink-arg=-Tdyad.ld".to_owned(),
        "-Clink-arg=--discard-locals".to_owned(),
    ];
    for (symbol, bytes) in [("__dyad_stack_size", project.stack), ("__dyad_heap_size", project.heap)] {
        flags.extend(bytes.map(|bytes| format!("-Clink-arg=--defsym={symbol}={bytes}")));
    }

    let mut cargo = Command::new(project::cargo());
    cargo
        .current_dir(&project.directory)
        .args(["build", "--release", "--bin", &project.bin])
        .args(["-Zbuild-std=core,alloc", "-Zbuild-std-features=compiler-builtins-mem", "-Ztrim-paths"])
        .args(compiler.json_target_flag)
        .arg("--target")
        .arg(target)
        .arg("--target-dir")
        .arg(results)
        .env("RUSTC", &compiler.rustc)
        // Building `core` is what needs this: cargo calls it unstable.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env("CARGO_PROFILE_RELEASE_TRIM_PATHS", "all")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_BUILD_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER");
    if options.locked {
        cargo.arg("--locked");
    }
    if !options.features.is_empty() {
        cargo.arg("--features").arg(options.features.join(","));
    }
    cargo
}

fn run(cargo: &mut Command, quiet: bool) -> Result<(), BuildError> {
    let failed = |source: io::Error| BuildError::CannotRun { program: "cargo".into(), source };
    if quiet {
        let output = cargo.stdin(Stdio::null()).output().map_err(failed)?;
        if output.status.success() {
            return Ok(());
        }
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(BuildError::Cargo { status: output.status.to_string(), messages });
    }
    // Standard output stays free for what our caller prints.
    let status = cargo.stdin(Stdio::null()).stdout(io::stderr()).status().map_err(failed)?;
    if status.success() {
        Ok(())
    } else {
        Err(BuildError::Cargo { status: status.to_string(), messages: String::new() })
    }
}
