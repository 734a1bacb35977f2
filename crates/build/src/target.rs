//! The target that guests are compiled for, described from the compiler's own bare RISC-V one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{BuildError, Compiler, compiler::answer};

/// The target's name, and so its folder.
pub const NAME: &str = "riscv64im-dyad-none-elf";

/// Targets to start from: the better known by older compilers last.
const BASES: [&str; 2] = ["riscv64im-unknown-none-elf", "riscv64imac-unknown-none-elf"];

/// Writes the description into `results` (only where it changes, so that cargo sees no news) and
/// returns its path.
pub fn write(compiler: &Compiler, results: &Path) -> Result<PathBuf, BuildError> {
    let text = describe(compiler)?;
    let path = results.join(format!("{NAME}.json"));
    let file = |source| BuildError::File { path: path.clone(), source };
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(path);
    }
    fs::create_dir_all(results).map_err(file)?;
    fs::write(&path, text).map_err(file)?;
    Ok(path)
}

fn describe(compiler: &Compiler) -> Result<String, BuildError> {
    let bad = |what: &str| BuildError::BadCompiler { rustc: compiler.rustc.clone(), what: what.to_owned() };
    let known = answer(&compiler.rustc, &["--print", "target-list"], Path::new("."))?;
    let base = BASES
        .into_iter()
        .find(|base| known.lines().any(|line| line == *base))
        .ok_or_else(|| bad("it knows none"))?;
    let arguments = ["-Zunstable-options", "--print", "target-spec-json", "--target", base];
    let text = answer(&compiler.rustc, &arguments, Path::new("."))?;
    let mut target: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| bad(&error.to_string()))?;
    adapt(&mut target);
    serde_json::to_string_pretty(&target).map_err(|error| bad(&error.to_string()))
}

/// Makes the machine of `target` ours: RV64IM, one thread.
fn adapt(target: &mut Map<String, Value>) {
    // Relaxation lets the linker shorten calls.
    target.insert("features".into(), "+m,+forced-atomics,+relax".into());
    // Offered by `core` and `alloc` (for `Arc`), and lowered to plain loads and stores.
    target.insert("atomic-cas".into(), true.into());
    target.insert("max-atomic-width".into(), 64.into());
    target.insert("llvm-abiname".into(), "lp64".into());
    target.insert("panic-strategy".into(), "abort".into());
    target.insert("relocation-model".into(), "static".into());
    // What a base has for machines that are not ours.
    for key in ["metadata", "supported-sanitizers", "default-uwtable"] {
        target.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_that_the_machine_lacks_are_dropped() {
        let mut target =
            serde_json::from_str(r#"{"features": "+m,+a,+c", "atomic-cas": false, "cpu": "x"}"#).unwrap();
        adapt(&mut target);
        assert_eq!(target["features"], "+m,+forced-atomics,+relax");
        assert_eq!(target["atomic-cas"], true);
        assert_eq!(target["cpu"], "x");
    }
}
