//! How much memory this process takes.

use std::fs;

/// Bytes that were resident at most, where the system tells.
pub fn peak() -> Option<u64> {
    read("VmHWM:")
}

/// Bytes that are resident now, where the system tells.
pub fn resident() -> Option<u64> {
    read("VmRSS:")
}

fn read(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
