//! The parts of the verifier that its source has, so that one which no test comes to is not overlooked.

use std::{collections::BTreeSet, fmt, fs, path::Path};

use crate::steps::{Failure, root};

/// Where the verifier is, and what parts of these files are called.
const SOURCES: [(&str, &str); 2] = [("crates/verifier/src", "verifier"), ("crates/proof/src", "proof")];
/// The files that are the mechanism.
const MECHANISM: [&str; 2] = ["check.rs", "deletions.rs"];
/// Calls that are a part each.
const CALLS: [&str; 4] = ["demand(", "demand_equal(", "demand_product(", ".work("];
/// Functions of the verifier that are `track_caller`: the part is where they are called.
const HANDS_ON: [&str; 3] = ["fn demand_equal(", "fn demand_product(", "fn work("];
/// Where labels are.
const LABELS: &str = "crates/verifier/src/label.rs";

/// A part, as far as the source tells its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// In a line, such as `verifier/bus.rs:12`.
    Line(String),
    /// A check that is an equation over pads where a proof hides.
    UnderPads(String),
    /// A message or a challenge.
    Label(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(place) => write!(f, "{place}"),
            Self::UnderPads(place) => write!(f, "{place} under pads"),
            Self::Label(label) => write!(f, "label {label}"),
        }
    }
}

impl Part {
    /// Whether it is one of those that tests come to.
    pub fn is_among(&self, known: &BTreeSet<String>) -> bool {
        let line = |place: &str, pads| {
            let mut rest = known.iter().filter_map(|name| name.strip_prefix(place)?.strip_prefix(' '));
            rest.any(|what| what.ends_with("under pads") == pads)
        };
        match self {
            Self::Line(place) => line(place, false),
            Self::UnderPads(place) => line(place, true),
            Self::Label(label) => ["absorb", "draw"].iter().any(|s| known.contains(&format!("{s} {label}"))),
        }
    }
}

/// All parts.
pub fn parts() -> Result<Vec<Part>, Failure> {
    let mut out = Vec::new();
    for (folder, name) in SOURCES {
        let folder = root().join(folder);
        let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for file in
            files.flatten().map(|file| file.path()).filter(|f| f.extension().is_some_and(|e| e == "rs"))
        {
            let short = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !MECHANISM.contains(&short.as_str()) {
                out.extend(calls(&read(&file)?, &format!("{name}/{short}")));
            }
        }
    }
    out.extend(labels(&read(&root().join(LABELS))?));
    out.sort();
    Ok(out)
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The calls that are parts.
fn calls(source: &str, file: &str) -> Vec<Part> {
    let mut out = Vec::new();
    // The indentation of the function that hands on its place, inside of one.
    let mut inside: Option<&str> = None;
    for (i, line) in source.lines().enumerate() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if let Some(outer) = inside {
            let rest = line.strip_prefix(outer).unwrap_or_default();
            if rest == "}" || rest.starts_with(')') && rest.ends_with(';') {
                inside = None;
            }
            continue;
        }
        if text.starts_with("#[cfg(test)]") {
            break;
        }
        if HANDS_ON.iter().any(|function| text.starts_with(function)) {
            inside = (!text.ends_with(';')).then_some(indent);
            continue;
        }
        if text.starts_with("//") || text.starts_with("use ") {
            continue;
        }
        let is = |call: &str| text.match_indices(call).any(|(at, _)| is_whole(text, at, call));
        let place = format!("{file}:{}", i + 1);
        if is("demand_equal(") {
            out.push(Part::UnderPads(place.clone()));
        }
        if CALLS.iter().any(|call| is(call)) {
            out.push(Part::Line(place));
        }
    }
    out
}

/// Whether a name begins where it is found.
fn is_whole(text: &str, at: usize, call: &str) -> bool {
    call.starts_with('.') || !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The names of labels.
fn labels(source: &str) -> impl Iterator<Item = Part> + '_ {
    let names = source.lines().filter_map(|line| line.trim().split_once(" = \"")?.1.strip_suffix("\","));
    names.map(|name| Part::Label(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found() {
        let source = "use check::demand;\n\
            // demand(this)\n\
            trait T {\n    fn demand_product(\n        a: K,\n    ) -> R;\n    fn work(&self) -> R;\n}\n\
            fn f() {\n    demand(\n        a.work(1)?);\n    on_demand();\n    x.demand_equal(a, b)?;\n}\n\
            impl T {\n    fn demand_equal(a: K) -> R {\n        demand(a)\n    }\n    fn g() { demand(b) }\n}\n\
            #[cfg(test)]\nfn t() { demand(c) }\n";
        let found: Vec<String> = calls(source, "f").iter().map(Part::to_string).collect();
        assert_eq!(found, ["f:10", "f:11", "f:13 under pads", "f:13", "f:19"]);
    }

    #[test]
    fn every_label_is_known() {
        let all = parts().expect("the sources");
        for name in ["level", "fold", "query", "final vector"] {
            assert!(all.contains(&Part::Label(name.into())), "{name}");
        }
    }
}
