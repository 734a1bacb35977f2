//! Counts in files that are checked in.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::{self, Write as _},
    fs,
    path::Path,
};

/// Numbers by name.
#[derive(Default)]
pub struct Counts(pub BTreeMap<String, u64>);

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, n)| writeln!(f, "{name} {n}"))
    }
}

impl Counts {
    fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (name, n) = line.rsplit_once(' ')?;
            Some((name.to_owned(), n.parse().ok()?))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// A line for each that `differs` from before, which may be none.
    fn differences(&self, before: &Self, differs: impl Fn(u64, u64) -> bool) -> String {
        let names: BTreeSet<_> = self.0.keys().chain(before.0.keys()).collect();
        let of = |counts: &Self, name| counts.0.get(name).copied().unwrap_or(0);
        let mut text = String::new();
        for name in names {
            let (before, now) = (of(before, name), of(self, name));
            if differs(before, now) {
                let _ = writeln!(text, "  {name}: {before} before, {now} now");
            }
        }
        text
    }

    /// What differs from before, and what to do.
    fn compare(&self, before: &Self) -> Result<(), String> {
        let more = self.differences(before, |before, now| now > before);
        let less = self.differences(before, |before, now| now < before);
        match (more.is_empty(), less.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => {
                Err(format!("it costs less:\n{less}refresh the snapshot: set BLESS=1, run again"))
            }
            (false, true) => Err(format!("it costs more:\n{more}if it must, set BLESS=1, run again")),
            (false, false) => Err(format!(
                "it costs more here:\n{more}and less here:\n{less}if it must, set BLESS=1, run again"
            )),
        }
    }
}

/// Compares `now` with the snapshot `file`, whose first line says what it is for. Whether there is one for
/// `key`; a message where it differs.
pub fn check(file: &str, key: &str, now: &Counts) -> Result<bool, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counts").join(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{key}\n\n{now}")).map_err(|error| error.to_string())?;
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let Some((_, counts)) = text.split_once("\n\n").filter(|(first, _)| *first == key) else {
        return Ok(false);
    };
    now.compare(&Counts::parse(counts)).map_err(|message| format!("{}: {message}", path.display()))?;
    Ok(true)
}

#[test]
fn differences_are_told() {
    let counts = |text: &str| Counts::parse(text);
    let before = counts("a: rows of load misaligned 3\na: words 40\n");
    assert_eq!(before.compare(&counts(&before.to_string())), Ok(()));
    let message = |now: &str| counts(now).compare(&before).unwrap_err();
    let more = message("a: rows of load misaligned 4\na: words 40\na: rows of x 1\n");
    assert!(more.starts_with("it costs more:\n"), "{more}");
    assert!(more.contains("a: rows of load misaligned: 3 before, 4 now"), "{more}");
    assert!(more.contains("a: rows of x: 0 before, 1 now"), "{more}");
    let less = message("a: words 40\n");
    assert!(less.contains("rows of load misaligned: 3 before, 0 now") && less.contains("BLESS=1"), "{less}");
    let both = message("a: rows of load misaligned 9\na: words 39\n");
    assert!(both.contains("more here") && both.contains("a: words: 40 before, 39 now"), "{both}");
}
