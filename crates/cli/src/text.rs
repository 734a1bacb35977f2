//! Text from elsewhere, made safe for terminals.

use std::fmt::Write as _;

/// `text` with everything that a terminal could obey, or that hides or turns around what stands next to
/// it, as an escape: control characters but for newlines and tabs, format characters such as U+202E.
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // What `escape_debug` escapes though it is harmless stands between the parts. (It would escape
    // combining marks, too, but for those in the middle.)
    let harmless = ['\n', '\t', '"', '\'', '\\'];
    for part in text.split_inclusive(harmless) {
        let end = part.chars().next_back().filter(|c| harmless.contains(c));
        let part = &part[..part.len() - end.map_or(0, char::len_utf8)];
        out.extend(part.escape_debug());
        out.extend(end);
    }
    out
}

/// Whether [`safe`] changes nothing.
pub fn is_safe(text: &str) -> bool {
    safe(text) == text
}

/// A JSON text with the same characters as JSON escapes them.
pub fn safe_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || c.is_ascii_graphic() || c == ' ' || is_safe(&format!("a{c}")) {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_command_a_terminal() {
        assert_eq!(
            safe("a\x1b[2J\u{202e}b\u{9b}1m\r\u{feff}\u{2066}\u{7f}"),
            "a\\u{1b}[2J\\u{202e}b\\u{9b}1m\\r\\u{feff}\\u{2066}\\u{7f}"
        );
        let harmless = "Größe \"x\"\t'y' \\ e\u{301} नमस्ते 漢字 🙂\nnext";
        assert_eq!(safe(harmless), harmless);
        assert!(is_safe(harmless) && !is_safe("\0"));
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({"a": "\u{202e}\u{9b}é\u{e0001}\"\\\n\u{7f}"});
        let text = safe_json(&value.to_string());
        assert!(!text.contains('\u{202e}') && text.contains("\\u202e") && text.contains("\\udb40\\udc01"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
