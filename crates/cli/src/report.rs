//! What people read: facts, tables with bars, numbers with units.

use std::{
    fmt::{Display, Write as _},
    io::Write as _,
    path::Path,
};

use anstyle::{AnsiColor, Style};
use dyad::{FloatAbi, Level, Misaligned, Program};
use serde_json::{Value, json};

use crate::{
    failure::{Failure, bad},
    text::{is_safe, safe, safe_json},
};

const LABEL: Style = AnsiColor::Cyan.on_default();
const STRONG: Style = Style::new().bold();
const BAR: Style = AnsiColor::Green.on_default();

/// Columns that a full bar takes.
const BAR_WIDTH: usize = 30;
/// Bytes of a value that are shown.
const SHOWN: usize = 512;

/// Text with color, which is printed as a whole. What is told to it may come from elsewhere.
#[derive(Default)]
pub struct Report {
    text: String,
}

impl Report {
    /// A line that says what the report is about.
    pub fn title(&mut self, text: impl Display) -> &mut Self {
        let _ = writeln!(self.text, "{STRONG}{}{STRONG:#}", safe(&text.to_string()));
        self
    }

    /// One named fact.
    pub fn fact(&mut self, name: &str, value: impl Display) -> &mut Self {
        let _ = writeln!(self.text, "  {LABEL}{name:<14}{LABEL:#} {}", safe(&value.to_string()));
        self
    }

    /// Parts of a whole, largest first, each with its share as a bar.
    pub fn parts(&mut self, title: &str, unit: &str, parts: &[(String, f64, String)]) -> &mut Self {
        let total: f64 = parts.iter().map(|part| part.1).sum();
        let most = parts.iter().map(|part| part.1).fold(0.0, f64::max);
        let mut parts: Vec<_> = parts.iter().filter(|part| part.1 > 0.0).collect();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let names = parts.iter().map(|part| part.0.len()).max().unwrap_or(0).max(title.len());
        let values = parts.iter().map(|part| part.2.len()).max().unwrap_or(0).max(unit.len());
        let _ = writeln!(self.text, "\n  {LABEL}{title:<names$}  {unit:>values$}   share{LABEL:#}");
        for (name, size, value) in parts {
            let share = 100.0 * size / total;
            let bar = bar(size / most);
            let _ =
                writeln!(self.text, "  {name:<names$}  {value:>values$}  {share:5.1}%  {BAR}{bar}{BAR:#}");
        }
        self
    }

    /// Lines of a name, a value and a remark, as they come.
    pub fn list(&mut self, title: &str, unit: &str, lines: &[(String, String, String)]) -> &mut Self {
        let names = lines.iter().map(|line| line.0.len()).max().unwrap_or(0).max(title.len());
        let values = lines.iter().map(|line| line.1.len()).max().unwrap_or(0).max(unit.len());
        let _ = writeln!(self.text, "\n  {LABEL}{title:<names$}  {unit:>values$}{LABEL:#}");
        for (name, value, remark) in lines {
            let _ = writeln!(self.text, "  {name:<names$}  {value:>values$}  {remark}");
        }
        self
    }

    /// Lines of cells below their heads, as they come.
    pub fn table(&mut self, head: &[&str], lines: &[Vec<String>]) -> &mut Self {
        let lines: Vec<_> = lines.iter().map(|line| (line.clone(), None)).collect();
        self.table_with_remarks(head, &lines)
    }

    /// The same, with remarks below lines.
    pub fn table_with_remarks(
        &mut self,
        head: &[&str],
        lines: &[(Vec<String>, Option<String>)],
    ) -> &mut Self {
        let width = |column: usize| {
            let cells =
                lines.iter().filter_map(|(line, _)| line.get(column)).map(|cell| cell.chars().count());
            cells.chain([head[column].len()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let aligned = |cells: &mut dyn Iterator<Item = &str>| -> String {
            let cells = cells.zip(&widths).enumerate().map(|(i, (cell, &width))| match i {
                0 => format!("  {cell:<width$}"),
                _ => format!("  {cell:>width$}"),
            });
            cells.collect()
        };
        let _ = writeln!(self.text, "\n{LABEL}{}{LABEL:#}", aligned(&mut head.iter().copied()));
        for (line, remark) in lines {
            let _ = writeln!(self.text, "{}", safe(&aligned(&mut line.iter().map(String::as_str))));
            if let Some(remark) = remark {
                let _ = writeln!(self.text, "    {}", safe(remark));
            }
        }
        self
    }

    /// A line below a table that explains it.
    pub fn remark(&mut self, text: &str) -> &mut Self {
        let _ = writeln!(self.text, "  {LABEL}{text}{LABEL:#}");
        self
    }

    /// Prints the report on standard output, or on standard error where that is taken.
    pub fn print(&self, to_stderr: bool) {
        // A reader that has gone away needs no message.
        let _ = if to_stderr {
            anstream::stderr().lock().write_all(self.text.as_bytes())
        } else {
            anstream::stdout().lock().write_all(self.text.as_bytes())
        };
    }
}

/// A bar for `share`, from 0 to 1, in eighths of a column.
fn bar(share: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * (8 * BAR_WIDTH) as f64).round().max(1.0) as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

/// Prints one JSON object on standard output.
pub fn print_json(value: &impl serde::Serialize) {
    let text = safe_json(&serde_json::to_string_pretty(value).unwrap_or_default());
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Passes on what a program said to the person who runs it, on standard error.
pub fn print_diagnostics(diagnostics: &[u8]) {
    let clean = safe(&String::from_utf8_lossy(diagnostics));
    if !clean.is_empty() {
        let end = if clean.ends_with('\n') { "" } else { "\n" };
        let _ = write!(std::io::stderr().lock(), "{clean}{end}");
    }
}

/// A run that failed: passes on what the program said before.
pub fn failed_run(error: &dyad::Error) -> Failure {
    print_diagnostics(error.diagnostics());
    bad(error)
}

/// Says, on standard error, that a program may come to floating-point instructions, if its file says so.
pub fn warn_of_floats(elf: &Path, program: &Program) {
    let abi = program.details().flags().float_abi;
    if abi == FloatAbi::Soft {
        return;
    }
    warn(&format!(
        "{}: the file was built for the {abi} ABI, and the machine has no floating-point instructions: \
         a run that comes to one traps and has no proof",
        elf.display()
    ));
}

/// Says something, on standard error, that may matter later.
pub fn warn(text: &str) {
    let yellow = AnsiColor::Yellow.on_default().bold();
    let _ = writeln!(anstream::stderr().lock(), "{yellow}warning:{yellow:#} {}", safe(text));
}

/// Prints why the command fails, on standard error.
pub fn print_error(message: &str) {
    let red = AnsiColor::Red.on_default().bold();
    let mut out = anstream::stderr().lock();
    // Nobody is left to be told if this fails.
    let _ = writeln!(out, "{red}error:{red:#} {}", safe(message));
}

/// How many accesses of memory are not naturally aligned.
pub fn misaligned(accesses: Misaligned) -> String {
    format!("{} loads, {} stores", number(accesses.loads), number(accesses.stores))
}

/// The same as a JSON object.
pub fn misaligned_json(accesses: Misaligned) -> Value {
    json!({"loads": accesses.loads, "stores": accesses.stores})
}

/// Says in a JSON object what level a proof names: bits, and whether it is small and hides. All are null where this
/// release does not know the level.
pub fn add_level(object: &mut Value, level: Option<Level>) {
    object["level"] = level.map(Level::bits).into();
    object["small"] = level.map(Level::is_small).into();
    object["hiding"] = level.map(Level::is_hiding).into();
}

/// A level in words.
pub fn level(level: Level) -> String {
    let hiding = if level.is_hiding() {
        "hides all but the numbers of rows"
    } else {
        "transparent: shows what follows from the input"
    };
    let small = if level.is_small() { ", a small proof" } else { "" };
    format!("{}; {hiding}{small}", level.bits())
}

/// A number with a space between thousands.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A number, from 10 000 on in thousands, millions or billions.
pub fn count(n: u64) -> String {
    match n {
        0..10_000 => number(n),
        10_000..1_000_000 => format!("{:.0} k", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} M", n as f64 / 1e6),
        _ => format!("{:.2} G", n as f64 / 1e9),
    }
}

/// A size in bytes, kB, MB or GB (powers of ten).
pub fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{} bytes", number(bytes)),
        10_000..10_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        10_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

/// A time in ms, s or min.
pub fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s if s < 120.0 => format!("{s:.2} s"),
        s => format!("{:.1} min", s / 60.0),
    }
}

/// Bytes as two hexadecimal digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes as people can read them: text where it is text, otherwise hexadecimal; cut if long.
pub fn value(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let text = match std::str::from_utf8(shown) {
        Ok(text) => Some(text),
        // A character may be cut in two.
        Err(error) if error.error_len().is_none() && shown.len() < bytes.len() => {
            std::str::from_utf8(&shown[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    };
    let is_text = |text: &&str| is_safe(&text.replace("\r\n", "\n"));
    let (length, more) = (bytes.len(), if shown.len() < bytes.len() { " ..." } else { "" });
    match text.filter(is_text) {
        _ if bytes.is_empty() => "nothing".to_owned(),
        Some(text) => {
            let text = text.replace("\r\n", "\n");
            let text = text.trim_end_matches('\n').replace('\n', "\n                 ");
            format!("{text}{more} ({})", size(length as u64))
        }
        None => format!("0x{}{more} ({})", hex(shown), size(length as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1 000", "1 234 567"]);
        assert_eq!(
            [9_999, 54_321, 2_500_000, 1_234_567_890].map(count),
            ["9 999", "54 k", "2.5 M", "1.23 G"]
        );
        assert_eq!(
            [9_999, 10_000, 640_000_000, 1_000_000_000, 12_345_000_000].map(size),
            ["9 999 bytes", "10.0 kB", "640.0 MB", "1.00 GB", "12.35 GB"]
        );
        assert_eq!([0.0123, 2.0, 600.0].map(time), ["12.3 ms", "2.00 s", "10.0 min"]);
    }

    #[test]
    fn values_are_text_or_hexadecimal() {
        assert_eq!(value(b""), "nothing");
        assert_eq!(value(b"55\n"), "55 (3 bytes)");
        assert_eq!(value(&[0, 255]), "0x00ff (2 bytes)");
        // An escape sequence must not reach the terminal.
        assert_eq!(value(b"\x1b[2J"), "0x1b5b324a (4 bytes)");
        assert_eq!(value("a\u{202e}".as_bytes()), "0x61e280ae (4 bytes)");
        // The cut falls inside of a character of two bytes.
        let long = "aé".repeat(400);
        assert!(value(long.as_bytes()).starts_with("aéaé"));
    }

    #[test]
    fn bars_are_never_empty() {
        assert_eq!(bar(0.0), "▏");
        assert_eq!(bar(1.0).chars().count(), BAR_WIDTH);
    }
}
