//! Sorts the lines of the input by their bytes: the output has the same lines, in order, each
//! with an end of line. A proof shows that the prover knows lines that sort to the output.

#![cfg_attr(target_os = "none", no_std, no_main)]

extern crate alloc;

use alloc::vec::Vec;
use dyad_guest::{entry, read_input, write_output};

entry!(main);

fn main() {
    write_output(&sorted(&read_input()));
}

fn sorted(text: &[u8]) -> Vec<u8> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let mut lines: Vec<&[u8]> =
        if text.is_empty() { Vec::new() } else { text.split(|&byte| byte == b'\n').collect() };
    lines.sort_unstable();
    let mut output = Vec::with_capacity(text.len() + 1);
    for line in lines {
        output.extend_from_slice(line);
        output.push(b'\n');
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_lines() {
        assert_eq!(sorted(b"pear\napple\n\nfig"), b"\napple\nfig\npear\n");
        assert_eq!(sorted(b"b\na\n"), b"a\nb\n");
        assert_eq!(sorted(b""), b"");
    }
}
