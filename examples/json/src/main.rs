//! Checks that the input is a JSON object and returns its field "name": text as it is, anything
//! else as JSON. The rest of the document stays private.
//!
//! Exit code 1, with a diagnostic and no output, where the input is no JSON object with a name.

#![cfg_attr(target_os = "none", no_std, no_main)]

extern crate alloc;

use alloc::string::{String, ToString};
use dyad_guest::{diagnostic, entry, exit, read_input, write_output};
use serde_json::Value;

entry!(main);

fn main() {
    match name(&read_input()) {
        Ok(name) => write_output(name.as_bytes()),
        Err(problem) => {
            diagnostic!("{problem}");
            exit(1);
        }
    }
}

fn name(document: &[u8]) -> Result<String, String> {
    let document: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    let fields = document.as_object().ok_or("the document is not an object")?;
    match fields.get("name").ok_or("the document has no field \"name\"")? {
        Value::String(name) => Ok(name.clone()),
        other => Ok(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_the_field() {
        assert_eq!(name(br#"{"age": 36, "name": "Ada \u00e9"}"#).unwrap(), "Ada é");
        assert_eq!(
            name(br#"{"name": {"first": ["Ada", 1.5, null]}}"#).unwrap(),
            r#"{"first":["Ada",1.5,null]}"#
        );
    }

    #[test]
    fn refuses_what_is_no_such_document() {
        for (input, problem) in [
            (&br#"{"name": "Ada""#[..], "EOF while parsing an object at line 1 column 14"),
            (br#"["name"]"#, "the document is not an object"),
            (br#"{"Name": 1}"#, "the document has no field \"name\""),
            (b"{\"name\": \"\xff\"}", "invalid unicode code point at line 1 column 11"),
        ] {
            assert_eq!(name(input).unwrap_err(), problem);
        }
    }
}
