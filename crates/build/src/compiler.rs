//! Which Rust compiler builds guests: the one of the user's toolchain if the sources of `core`
//! are installed with it, otherwise one of the system's.

use std::{
    env,
    fmt::{self, Display},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{BuildError, project};

/// Where Linux distributions put their compiler, whatever comes first on the path.
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";

/// A compiler that can build guests.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The program.
    pub rustc: PathBuf,
    /// What it calls itself, such as `rustc 1.95.0 (...)`.
    pub version: String,
    /// The linker.
    pub linker: PathBuf,
    /// How rustc talks to the linker.
    pub(crate) linker_flavor: &'static str,
    /// What this cargo wants to hear before it takes a target description of ours.
    pub(crate) json_target_flag: Option<&'static str>,
}

impl Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.version, self.rustc.display())
    }
}

/// Finds a compiler for the project in `directory` (a `rust-toolchain.toml` there is heeded).
///
/// # Errors
/// [`BuildError::NoCompiler`] and [`BuildError::NoLinker`] say what to install.
pub fn find(directory: &Path) -> Result<Compiler, BuildError> {
    let on_path = PathBuf::from(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let mut candidates = vec![on_path];
    if Path::new(SYSTEM_RUSTC).exists() {
        candidates.push(SYSTEM_RUSTC.into());
    }

    let mut tried = Vec::new();
    let mut sysroots = Vec::new();
    let mut chosen = None;
    for rustc in candidates {
        match Candidate::inspect(&rustc, directory) {
            Ok(candidate) => {
                sysroots.push(candidate.sysroot.clone());
                if !candidate.has_sources() {
                    tried.push(format!("{}: the sources of `core` are not installed", candidate.name()));
                } else if chosen.is_none() {
                    chosen = Some(candidate);
                }
            }
            Err(error) => tried.push(error.to_string()),
        }
    }
    let chosen = chosen.ok_or_else(|| BuildError::NoCompiler { tried, remedies: remedies(&sysroots) })?;

    // The chosen compiler's own linker first, then any other one.
    sysroots.insert(0, chosen.sysroot.clone());
    let (linker, linker_flavor) =
        find_linker(&sysroots).ok_or_else(|| BuildError::NoLinker { rustc: chosen.rustc.clone() })?;
    let json_target_flag = json_target_flag(directory);
    Ok(Compiler { rustc: chosen.rustc, version: chosen.version, linker, linker_flavor, json_target_flag })
}

struct Candidate {
    rustc: PathBuf,
    version: String,
    sysroot: PathBuf,
}

impl Candidate {
    fn inspect(rustc: &Path, directory: &Path) -> Result<Self, BuildError> {
        let ask = |arguments: &[&str]| answer(rustc, arguments, directory);
        let version = ask(&["--version"])?;
        let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
        Ok(Self { rustc: rustc.to_owned(), version, sysroot })
    }

    fn name(&self) -> String {
        format!("{} in {}", self.version, self.sysroot.display())
    }

    fn has_sources(&self) -> bool {
        self.sysroot.join("lib/rustlib/src/rust/library/alloc/src/lib.rs").is_file()
    }
}

/// The first line that `program` prints.
pub fn answer(program: &Path, arguments: &[&str], directory: &Path) -> Result<String, BuildError> {
    let cannot = |source| BuildError::CannotRun { program: program.display().to_string(), source };
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .map_err(cannot)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(cannot(std::io::Error::other(said.trim().to_owned())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn remedies(sysroots: &[PathBuf]) -> Vec<String> {
    let mut remedies = Vec::new();
    if on_path("rustup").is_some() || sysroots.is_empty() {
        remedies.push("rustup component add rust-src".to_owned());
    }
    if on_path("apt-get").is_some() {
        remedies.push("apt-get install rustc-web rust-web-src lld    (Debian 12 and newer)".to_owned());
    }
    if remedies.is_empty() {
        remedies.push("the sources of your compiler's standard library (often called rust-src)".to_owned());
    }
    remedies
}

fn find_linker(sysroots: &[PathBuf]) -> Option<(PathBuf, &'static str)> {
    let in_sysroots = sysroots.iter().flat_map(|sysroot| {
        let targets = sysroot.join("lib/rustlib").read_dir().into_iter().flatten().flatten();
        targets.map(|target| target.path().join("bin").join(executable("rust-lld")))
    });
    if let Some(lld) = in_sysroots.into_iter().find(|path| path.is_file()) {
        return Some((lld, "gnu-lld"));
    }
    let others = [("ld.lld", "gnu-lld"), ("riscv64-unknown-elf-ld", "gnu"), ("riscv64-linux-gnu-ld", "gnu")];
    others.into_iter().find_map(|(name, flavor)| Some((on_path(name)?, flavor)))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let name = executable(name);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|path| path.is_file())
}

fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

fn json_target_flag(directory: &Path) -> Option<&'static str> {
    let flags = answer(Path::new(&project::cargo()), &["-Z", "help"], directory).ok()?;
    flags.contains("json-target-spec").then_some("-Zjson-target-spec")
}
