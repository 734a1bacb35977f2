//! How much memory this process takes, and how much it may.

use std::{
    fs,
    ops::Div,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use bytesize::ByteSize;

use crate::report::{self, size};

/// Time between two looks at what the process takes.
const EVERY: Duration = Duration::from_millis(10);

/// Bytes that were resident at most, where the system tells.
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

/// Bytes that are resident now, where the system tells.
pub fn resident() -> Option<u64> {
    status("VmRSS:")
}

fn status(name: &str) -> Option<u64> {
    kilobytes(&fs::read_to_string("/proc/self/status").ok()?, name)
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Bytes that this process can still have: what the system has to give, and what its control groups let
/// it have of that.
fn available() -> Option<u64> {
    let system = kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    Some(groups.lines().flat_map(folders).filter_map(|folder| left(&folder)).fold(system, u64::min))
}

/// The folders of a line of `/proc/self/cgroup`: of the group and of those that it is part of.
fn folders(line: &str) -> Vec<PathBuf> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { return Vec::new() };
    let root = match controllers {
        "" => "/sys/fs/cgroup",
        "memory" => "/sys/fs/cgroup/memory",
        _ => return Vec::new(),
    };
    let path = Path::new(path.trim_start_matches('/'));
    path.ancestors().map(|part| Path::new(root).join(part)).collect()
}

/// What a control group can still take: its limit without what it takes, but for files that the system
/// can drop. `None` where it has no limit.
fn left(folder: &Path) -> Option<u64> {
    let number = |name: &str| fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok();
    let (limit, taken) = match number("memory.max") {
        Some(limit) => (limit, number("memory.current")?),
        None => (number("memory.limit_in_bytes")?, number("memory.usage_in_bytes")?),
    };
    let stat = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
    let files = stat.lines().find_map(|line| line.strip_prefix("inactive_file ")?.parse::<u64>().ok());
    Some(limit.saturating_sub(taken.saturating_sub(files.unwrap_or(0))))
}

/// The bytes that this process may take.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// All that it takes, together.
    pub bytes: u64,
    /// Whether somebody asked for that: otherwise it is what the machine has.
    pub asked: bool,
}

impl Allowance {
    /// What was asked for, or what there is.
    pub fn new(asked: Option<ByteSize>) -> Self {
        if let Some(ByteSize(bytes)) = asked {
            return Self { bytes, asked: true };
        }
        let bytes = available().map_or(u64::MAX, |more| more + resident().unwrap_or(0));
        Self { bytes, asked: false }
    }

    /// What is left of it.
    pub fn left(&self) -> u64 {
        self.bytes.saturating_sub(resident().unwrap_or(0))
    }

    /// Why nothing is proved where `taken` bytes are there before.
    pub fn nothing_left(&self, taken: u64) -> String {
        format!(
            "dyad itself, the program and its key take {} of memory, more than the {} {}",
            rounded(taken, u64::div_ceil),
            rounded(self.bytes, u64::div),
            if self.asked { "allowed: allow more with --memory" } else { "that there are here" }
        )
    }

    /// Why a proof that takes `needed` bytes is refused.
    pub fn refusal(&self, needed: u64, cycles: u64, small: bool) -> String {
        let (needed, allowed) = (rounded(needed, u64::div_ceil), rounded(self.bytes, u64::div));
        let what = format!("proving this run of {cycles} cycles takes {needed} of memory, more than");
        let less = if small { "leave out --small, or prove a shorter run" } else { "prove a shorter run" };
        if self.asked {
            format!("{what} the {allowed} allowed: allow more with --memory, {less}")
        } else {
            format!(
                "{what} the {allowed} that there are here: {less}, or use a machine with more; --memory SIZE has \
                 it tried anyway"
            )
        }
    }

    /// What the process may take before it is ended: nothing is promised of so little more.
    fn end(&self) -> u64 {
        self.bytes.saturating_add(self.bytes / 32).saturating_add(8 << 20)
    }
}

/// Watches what the process takes, and ends it where that is more than it may be, rather than have the
/// system kill it.
pub struct Watch(Arc<AtomicU64>);

impl Watch {
    /// Starts to watch.
    pub fn start(allowance: Allowance) -> Self {
        Self::over(
            allowance,
            || resident().unwrap_or(0),
            |message| {
                report::print_error(message);
                std::process::exit(1)
            },
        )
    }

    /// What the process is expected to take at most, for the message.
    pub fn expect(&self, bytes: u64) {
        self.0.store(bytes, Relaxed);
    }

    fn over(
        allowance: Allowance,
        taken: impl Fn() -> u64 + Send + 'static,
        stop: impl Fn(&str) + Send + 'static,
    ) -> Self {
        let expected = Arc::new(AtomicU64::new(0));
        let known = Arc::downgrade(&expected);
        thread::spawn(move || {
            while let Some(expected) = known.upgrade() {
                let taken = taken();
                if taken > allowance.end() {
                    return stop(&excess(taken, allowance, expected.load(Relaxed)));
                }
                drop(expected);
                thread::sleep(EVERY);
            }
        });
        Self(expected)
    }
}

/// Bytes in MB or GB, rounded by this division: what is more than something else by little should not look the same.
fn rounded(bytes: u64, divided: fn(u64, u64) -> u64) -> String {
    let megabytes = divided(bytes, 1_000_000);
    if megabytes < 1000 {
        return format!("{megabytes} MB");
    }
    let hundredths = divided(bytes, 10_000_000);
    format!("{}.{:02} GB", hundredths / 100, hundredths % 100)
}

/// Why the process ends.
fn excess(taken: u64, allowance: Allowance, expected: u64) -> String {
    let allowed = if allowance.asked { "allowed" } else { "that there were" };
    let expected = match expected {
        0 => "what it would take was not known yet".to_owned(),
        bytes => format!("{} were expected: please report this", size(bytes)),
    };
    format!(
        "stopped at {} of memory, more than the {} {allowed}; {expected}",
        size(taken),
        size(allowance.bytes)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn what_takes_more_than_it_may_is_stopped() {
        let allowance = Allowance { bytes: 100_000_000, asked: true };
        let (sender, stopped) = mpsc::channel();
        let taken = Arc::new(AtomicU64::new(101_000_000));
        let now = Arc::clone(&taken);
        let watch = Watch::over(
            allowance,
            move || now.load(Relaxed),
            move |m| {
                let _ = sender.send(m.to_owned());
            },
        );
        watch.expect(90_000_000);
        assert!(stopped.recv_timeout(10 * EVERY).is_err(), "stopped for a percent");
        taken.store(120_000_000, Relaxed);
        let message = stopped.recv_timeout(Duration::from_secs(10)).unwrap();
        let expected = "stopped at 120.0 MB of memory, more than the 100.0 MB allowed; 90.0 MB were expected: \
                        please report this";
        assert_eq!(message, expected);
    }

    #[test]
    fn refusals_have_the_numbers_and_say_what_to_do() {
        let refusal = |asked| Allowance { bytes: 4_000_000_000, asked }.refusal(5_000_000_001, 7, false);
        let what = "proving this run of 7 cycles takes 5.01 GB of memory, more than the 4.00 GB";
        for (asked, rest) in [(true, "allowed: allow more with --memory"), (false, "that there are here")] {
            assert!(refusal(asked).starts_with(&format!("{what} {rest}")), "{}", refusal(asked));
        }
        let little = Allowance { bytes: 999_999_999, asked: true }.refusal(1_000_000_000, 7, false);
        assert!(little.contains("takes 1.00 GB of memory, more than the 999 MB allowed"), "{little}");
    }

    #[test]
    fn groups_lie_in_groups() {
        let of = |line| folders(line).iter().map(|f| f.display().to_string()).collect::<Vec<_>>();
        assert_eq!(of("0::/a/b"), ["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup/"]);
        assert_eq!(of("4:memory:/"), ["/sys/fs/cgroup/memory/"]);
        assert!(of("4:cpu:/a").is_empty() && of("nonsense").is_empty());
    }

    #[test]
    fn groups_limit() {
        let folder = std::env::temp_dir().join(format!("dyad-group-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write("memory.max", "max\n");
        assert_eq!(left(&folder), None);
        write("memory.max", "1000\n");
        write("memory.current", "700\n");
        write("memory.stat", "anon 300\ninactive_file 200\n");
        assert_eq!(left(&folder), Some(500));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells() {
        assert!(available().is_some_and(|bytes| bytes > 0) && resident().is_some_and(|bytes| bytes > 0));
    }
}
