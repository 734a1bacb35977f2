//! Licences and origins of dependencies: `cargo deny` where it is installed, and in any case the
//! rules of `deny.toml` on licences and registries.

use std::fs;

use serde::Deserialize;

use crate::steps::{Failure, cargo, output, root, run};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Checks every package of the lock file.
pub fn check() -> Result<(), Failure> {
    let text = output(&mut cargo(root(), "metadata --format-version 1 --locked"))?;
    let metadata: Metadata = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let rules =
        fs::read_to_string(root().join("deny.toml")).map_err(|error| format!("deny.toml: {error}"))?;
    let allowed = list(&rules, "allow");
    let registries = list(&rules, "allow-registry");

    let mut problems = Vec::new();
    for package in &metadata.packages {
        let Package { name, version, license, source } = package;
        match license {
            Some(license) if permits(license, &allowed) => {}
            license => problems.push(format!("{name} {version}: licence {license:?}")),
        }
        if let Some(source) = source
            && !registries.iter().any(|registry| source == &format!("registry+{registry}"))
        {
            problems.push(format!("{name} {version}: from {source}"));
        }
    }
    if !problems.is_empty() {
        return Err(format!("not allowed by deny.toml:\n{}", problems.join("\n")));
    }
    anstream::eprintln!("{} packages: licences and registries are allowed", metadata.packages.len());

    if output(&mut cargo(root(), "--list"))?.windows(5).any(|word| word == b" deny") {
        // The database of advisories may be out of reach.
        return run(&mut cargo(root(), "deny --log-level warn check bans licenses sources"));
    }
    anstream::eprintln!("cargo-deny is not installed: its further checks are left out");
    Ok(())
}

/// The strings of the array `key = [...]` in a TOML file.
fn list(toml: &str, key: &str) -> Vec<String> {
    let start = toml.lines().scan(0, |at, line| {
        let start = *at;
        *at += line.len() + 1;
        Some((start, line))
    });
    let found =
        start.into_iter().find(|(_, line)| line.split('=').next().is_some_and(|name| name.trim() == key));
    let Some((at, _)) = found else { return Vec::new() };
    let body =
        toml[at..].split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(body, _)| body);
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether the allowed licences satisfy an SPDX expression (`/` stands for `OR`).
fn permits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at, allowed) && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut value = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        value |= both(words, at, allowed);
    }
    value
}

fn both(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut value = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        value &= one(words, at, allowed);
    }
    value
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let value = either(words, at, allowed);
        *at += 1;
        return value;
    }
    let mut name = (*word).to_owned();
    if let [Some(&"WITH"), Some(exception)] = [words.get(*at), words.get(*at + 1)] {
        name = format!("{name} WITH {exception}");
        *at += 2;
    }
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "Apache-2.0 WITH LLVM-exception",
            "(X OR MIT) AND MIT",
        ] {
            assert!(permits(good, &allowed), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "MIT MIT", "(MIT OR X) AND X"] {
            assert!(!permits(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn arrays() {
        let toml =
            "[licenses]\n# allow = [\"no\"]\nallow = [\n  \"MIT\",\n  \"CC0-1.0\",\n]\nother = [\"x\"]\n";
        assert_eq!(list(toml, "allow"), ["MIT", "CC0-1.0"]);
        assert!(list(toml, "none").is_empty());
    }
}
