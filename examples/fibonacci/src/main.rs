//! The n-th Fibonacci number modulo 2^64, n from the input in decimal digits.

#![cfg_attr(target_os = "none", no_std, no_main)]

extern crate alloc;

use alloc::string::ToString;
use core::{fmt, str};
use dyad_guest::{entry, read_input, write_output};

entry!(main);

fn main() -> Result<(), BadInput> {
    let n = parse(&read_input())?;
    write_output(fibonacci(n).to_string().as_bytes());
    Ok(())
}

/// Input that is not a number below 2^64 in decimal digits.
#[derive(PartialEq)]
struct BadInput;

impl fmt::Debug for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the input must be one number in decimal digits, such as 1000")
    }
}

fn parse(input: &[u8]) -> Result<u64, BadInput> {
    str::from_utf8(input.trim_ascii()).ok().and_then(|text| text.parse().ok()).ok_or(BadInput)
}

fn fibonacci(n: u64) -> u64 {
    let (mut a, mut b) = (0u64, 1u64);
    for _ in 0..n {
        (a, b) = (b, a.wrapping_add(b));
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers() {
        assert_eq!([0, 1, 2, 10, 93].map(fibonacci), [0, 1, 1, 55, 12_200_160_415_121_876_738]);
        assert_eq!(fibonacci(94), 1_293_530_146_158_671_551); // 19740274219868223167 - 2^64
    }

    #[test]
    fn input_is_one_decimal_number() {
        assert_eq!(parse(b"1000\n"), Ok(1000));
        for bad in ["", "-1", "ten", "1 2", "18446744073709551616"] {
            assert_eq!(parse(bad.as_bytes()), Err(BadInput), "{bad:?}");
        }
    }
}
