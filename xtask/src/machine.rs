//! The machine and the build, for the heads of measurements.

use std::{fs, path::Path, process::Command};

use crate::steps::{command, output, root};

/// The machine and the build, in a line.
pub fn describe() -> String {
    let text = |command: &mut Command| {
        output(command)
            .map_or_else(|_| "unknown".to_owned(), |text| String::from_utf8_lossy(&text).trim().to_owned())
    };
    let field = |file: &str, key: &str| {
        let text = fs::read_to_string(Path::new("/proc").join(file)).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
        line.split_once(':').map_or("", |(_, value)| value.trim()).to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let flags = field("cpuinfo", "flags");
    let has = |flag: &str| flags.split(' ').any(|word| word == flag);
    let features: Vec<&str> =
        ["avx2", "pclmulqdq", "vpclmulqdq", "gfni", "avx512f"].into_iter().filter(|flag| has(flag)).collect();
    format!(
        "{}, {cores} cores, {} memory, {}; {}; commit {}",
        field("cpuinfo", "model name"),
        field("meminfo", "MemTotal"),
        features.join(" "),
        text(&mut command("rustc", root(), ["--version"])),
        text(&mut command("git", root(), ["describe", "--always", "--dirty", "--abbrev=10"])),
    )
}
