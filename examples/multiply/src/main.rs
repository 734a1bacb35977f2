//! A loop in which one instruction in 13 multiplies 64-bit words, for benchmarks: the rest are
//! additions, logic, shifts, a load, a store and a branch.
//!
//! Input: how many turns, in decimal digits. Output: 8 bytes that depend on every turn, so that
//! no compiler leaves one out.

#![cfg_attr(target_os = "none", no_std, no_main)]

use core::{hint::black_box, str};
use dyad_guest::{diagnostic, entry, exit, read_input, write_output};

entry!(main);

/// Words that the loop reads and writes.
const WORDS: usize = 256;
/// Odd, so that no product loses what its other factor says.
const FACTOR: u64 = 0xff51_afd7_ed55_8ccd;

fn main() {
    let input = read_input();
    let Some(turns) = str::from_utf8(&input).ok().and_then(|text| text.trim().parse().ok()) else {
        diagnostic!("the input must be a number of turns in decimal digits, such as 50000");
        exit(1);
    };
    write_output(&work(turns).to_le_bytes());
}

fn work(turns: u64) -> u64 {
    let mut words = [0u64; WORDS];
    let words = black_box(&mut words);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for turn in 0..turns {
        state ^= state >> 33;
        state = state.wrapping_mul(FACTOR);
        let word = &mut words[state as usize % WORDS];
        *word = word.wrapping_add(state);
        state = state.wrapping_add(*word ^ turn);
    }
    words.iter().fold(state, |sum, word| sum.wrapping_add(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_matter() {
        let results = [0, 1, 2, 1000].map(work);
        assert_eq!(results[0], 0x9e37_79b9_7f4a_7c15);
        for (i, result) in results.iter().enumerate() {
            assert!(!results[..i].contains(result));
        }
        assert_eq!(work(1000), results[3]);
    }
}
