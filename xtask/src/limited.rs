//! Commands that are stopped when they take too long.

use std::{
    io::Read,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::steps::{Failure, describe};

/// How often a command is asked whether it has ended.
const TICK: Duration = Duration::from_millis(2);

/// What a command that ended said.
pub struct Said {
    /// The exit status; `None` where a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Said {
    /// The last line that it wrote to standard error and that says something, such as what the error was.
    pub fn last_line(&self) -> &str {
        let last = self.stderr.lines().rev().find(|line| !line.trim().is_empty());
        last.map_or("it says nothing", |line| line.trim().trim_start_matches("error: "))
    }
}

/// Runs a command; `None` where it took longer than `limit` and was killed.
pub fn run(command: &mut Command, limit: Duration) -> Result<Option<Said>, Failure> {
    let name = describe(command);
    let cannot = |error| format!("cannot run `{name}`: {error}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(cannot)?;
    let stdout = read(child.stdout.take());
    let stderr = read(child.stderr.take());
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait().map_err(cannot)? {
            Some(status) => break status,
            None if Instant::now() < end => thread::sleep(TICK),
            None => {
                // It may have ended in this moment.
                let _ = child.kill();
                child.wait().map_err(cannot)?;
                return Ok(None);
            }
        }
    };
    let text = |bytes: thread::JoinHandle<Vec<u8>>| bytes.join().unwrap_or_default();
    let stderr = String::from_utf8_lossy(&text(stderr)).into_owned();
    Ok(Some(Said { code: status.code(), stdout: text(stdout), stderr }))
}

/// Everything that comes, in a thread of its own, so that the command never waits for a reader.
fn read(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is shown.
        let _ = from.map(|mut from| from.read_to_end(&mut bytes));
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::{command, root};

    #[test]
    fn commands_end_or_are_killed() {
        let shell = |text| command("sh", root(), ["-c", text]);
        let said = run(&mut shell("echo out; echo why >&2; exit 3"), Duration::from_secs(20));
        let said = said.expect("sh runs").expect("it ends");
        assert_eq!((said.code, said.stdout.as_slice(), said.last_line()), (Some(3), &b"out\n"[..], "why"));
        let start = Instant::now();
        assert!(
            run(&mut command("sleep", root(), ["60"]), Duration::from_millis(50)).expect("starts").is_none()
        );
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(run(&mut command("no-such-command", root(), [""]), Duration::ZERO).is_err());
    }
}
