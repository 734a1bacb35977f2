//! Parts whose deletion no test can notice, and why.

/// Parts, without the line that they are in, and the reason.
const EXPLAINED: [(&str, &str); 0] = [];

/// Why no test misses a part; `None` where one has to.
pub fn reason(part: &str) -> Option<&'static str> {
    let (file, what) = part.split_once(':').unwrap_or(("", part));
    let what = if file.is_empty() { part } else { what.split_once(' ').map_or("", |(_, what)| what) };
    let is = |name: &str| if file.is_empty() { name == what } else { name == format!("{file} {what}") };
    EXPLAINED.iter().find(|(name, _)| is(name)).map(|(_, reason)| *reason)
}
