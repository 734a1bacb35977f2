//! The target that guests are compiled for, described from the compiler's own bare RISC-V one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{BuildError, Compiler, compiler::answer};

/// The target's name, and so its folder.
pub const NAME: &str = "riscv64imc_zba_zbb_zbs-dyad-none-elf";

/// Targets to start from: the better known by older compilers last.
const BASES: [&str; 2] = ["riscv64im-unknown-none-elf", "riscv64imac-unknown-none-elf"];

/// The extensions to make use of, those that `qemu-riscv64` has by default, and three of its ways: an access
/// at any address is one instruction, atomic operations stand for themselves, and the linker may shorten
/// calls (relaxation). What a compiler does not know is left out.
const FEATURES: [&str; 8] =
    ["m", "c", "zba", "zbb", "zbs", "unaligned-scalar-mem", "forced-atomics", "relax"];

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
    let arguments = ["--print", "target-features", "--target", base];
    adapt(&mut target, &answer(&compiler.rustc, &arguments, Path::new("."))?);
    serde_json::to_string_pretty(&target).map_err(|error| bad(&error.to_string()))
}

/// Makes the machine of `target` ours, with one thread; `known` lists the compiler's features, each as the
/// first word of a line.
fn adapt(target: &mut Map<String, Value>, known: &str) {
    let known: Vec<&str> = known.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let features: Vec<String> =
        FEATURES.iter().filter(|feature| known.contains(feature)).map(|f| format!("+{f}")).collect();
    target.insert("features".into(), features.join(",").into());
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

    fn adapted(known: &str) -> Map<String, Value> {
        let mut target =
            serde_json::from_str(r#"{"features": "+m,+a,+c", "atomic-cas": false, "cpu": "x"}"#).unwrap();
        adapt(&mut target, known);
        target
    }

    #[test]
    fn the_machine_is_ours() {
        let known = "    a   - Atomics.\n    c   - C.\n    forced-atomics - x\n  m\nrelax\nunaligned-scalar-mem\nzba\nzbb\nzbkb\nzbs\n";
        let target = adapted(known);
        assert_eq!(target["features"], "+m,+c,+zba,+zbb,+zbs,+unaligned-scalar-mem,+forced-atomics,+relax");
        assert_eq!(target["atomic-cas"], true);
        assert_eq!(target["cpu"], "x");
    }

    #[test]
    fn extensions_that_the_compiler_lacks_are_left_out() {
        assert_eq!(adapted("relax\nforced-atomics\nm\n")["features"], "+m,+forced-atomics,+relax");
    }
}
