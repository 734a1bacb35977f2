//! The SHA-256 digest of the input: 32 bytes. A proof shows that somebody knows a preimage.

#![cfg_attr(target_os = "none", no_std, no_main)]

use dyad_guest::{entry, read_input, write_output};
use sha2::{Digest, Sha256};

entry!(main);

fn main() {
    write_output(&Sha256::digest(read_input()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        let hex =
            |input: &[u8]| Sha256::digest(input).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        // FIPS 180-4's examples.
        assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
