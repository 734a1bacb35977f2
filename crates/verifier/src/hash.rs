//! The hash function, behind one small trait.

use alloc::vec::Vec;

/// A 256-bit digest.
pub type Digest = [u8; 32];

/// What a digest is for: inputs of different domains never collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// States of the transcript.
    Transcript = 1,
    /// Leaves of Merkle trees.
    Leaf,
    /// Inner nodes of Merkle trees.
    Node,
    /// Proof-of-work trials.
    Grind,
    /// The rules of a system.
    Rules,
    /// Programs and verifying keys.
    Key,
    /// Seeds of what covers hiding proofs.
    Cover,
}

impl Domain {
    #[expect(clippy::as_conversions, reason = "it is declared as a byte")]
    const fn number(self) -> u8 {
        self as u8
    }
}

/// A collision-resistant hash of 256 bits, used as a random oracle by the transcript.
pub trait Hash {
    /// The digest of the concatenation of `parts` in `domain`.
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest;

    /// The same of parts that are made one after the other, none of them being needed any more when the next is made.
    fn hash_each(domain: Domain, parts: impl Iterator<Item = Vec<u8>>) -> Digest {
        Self::hash(domain, &[&parts.collect::<Vec<_>>().concat()])
    }

    /// The digests of inputs of `length` bytes each, which lie one after the other: as many as `out`
    /// has room for. The same as [`Hash::hash`] of each, perhaps several at a time.
    fn hash_many(domain: Domain, inputs: &[u8], length: usize, out: &mut [Digest]) {
        for (input, digest) in inputs.chunks_exact(length.max(1)).zip(out) {
            *digest = Self::hash(domain, &[input]);
        }
    }
}

/// BLAKE3 in its keyed mode, one key a domain.
#[derive(Clone, Copy, Debug)]
pub struct Blake3;

impl Blake3 {
    /// The key of a domain: the text `dyad v1`, zeros, and the domain's number.
    pub const fn key(domain: Domain) -> [u8; 32] {
        let mut key = *b"dyad v1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        key[31] = domain.number();
        key
    }
}

impl Hash for Blake3 {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        let key = Self::key(domain);
        if let [one] = parts {
            return *blake3::keyed_hash(&key, one).as_bytes();
        }
        let mut h = blake3::Hasher::new_keyed(&key);
        for p in parts {
            h.update(p);
        }
        *h.finalize().as_bytes()
    }

    fn hash_each(domain: Domain, parts: impl Iterator<Item = Vec<u8>>) -> Digest {
        let mut h = blake3::Hasher::new_keyed(&Self::key(domain));
        parts.for_each(|part| {
            h.update(&part);
        });
        *h.finalize().as_bytes()
    }

    fn hash_many(domain: Domain, inputs: &[u8], length: usize, out: &mut [Digest]) {
        let key = Self::key(domain);
        match length {
            64 => blocks::<64>(&key, inputs, out),
            128 => blocks::<128>(&key, inputs, out),
            192 => blocks::<192>(&key, inputs, out),
            256 => blocks::<256>(&key, inputs, out),
            320 => blocks::<320>(&key, inputs, out),
            512 => blocks::<512>(&key, inputs, out),
            576 => blocks::<576>(&key, inputs, out),
            _ => {
                for (input, digest) in inputs.chunks_exact(length.max(1)).zip(out) {
                    *digest = Self::hash(domain, &[input]);
                }
            }
        }
    }
}

/// Keyed BLAKE3 of inputs of `N` bytes, whole blocks and at most one chunk, as many side by side as
/// the processor's registers hold (BLAKE3 specification, sections 2.1 and 5.3).
fn blocks<const N: usize>(key: &[u8; 32], inputs: &[u8], out: &mut [Digest]) {
    const CHUNK_START: u8 = 1;
    const CHUNK_END: u8 = 1 << 1;
    const ROOT: u8 = 1 << 3;
    const KEYED_HASH: u8 = 1 << 4;
    const SIDE_BY_SIDE: usize = 16;
    let mut words = [0; 8];
    for (w, bytes) in words.iter_mut().zip(key.as_chunks::<4>().0) {
        *w = u32::from_le_bytes(*bytes);
    }
    let platform = blake3::platform::Platform::detect();
    let inputs = inputs.as_chunks::<N>().0;
    for (inputs, out) in inputs.chunks(SIDE_BY_SIDE).zip(out.chunks_mut(SIDE_BY_SIDE)) {
        let mut refs = [&[0; N]; SIDE_BY_SIDE];
        refs.iter_mut().zip(inputs).for_each(|(r, i)| *r = i);
        platform.hash_many(
            refs.get(..inputs.len().min(out.len())).unwrap_or_default(),
            &words,
            0,
            blake3::IncrementCounter::No,
            KEYED_HASH,
            CHUNK_START,
            CHUNK_END | ROOT,
            out.as_flattened_mut(),
        );
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::expect_used)]
mod tests {
    use super::*;

    /// The digest of `abc` in each domain, worked out by another implementation of BLAKE3.
    #[test]
    fn domains_have_keys_of_their_own() {
        for (domain, expected) in [
            (Domain::Transcript, "4d738eac6f020eed472eb99f85e835f7d9185800072b5cc79e14d3dae08788ab"),
            (Domain::Leaf, "f5a8a443624c149d1506cdd36ef876924caad9e4c7d58f7e0808aa1cadf20d1b"),
            (Domain::Node, "b68c1dbfb8f7f4eb6edd92c5e915108d647cad7cc5db818e493bbdb6af2eda5f"),
            (Domain::Grind, "65b646c383b6650fabae076db805ed5a9b69dcc710411e468ea53de45bb5477a"),
            (Domain::Rules, "cc74cb35bd1c36f2c12fd6d220c4ec584adeee0a8ed03b27d1b7f781f3084800"),
            (Domain::Key, "5bb1ce8cb21fae752db3d05ed8d7153dcfd597aa8443c74353d1fe909b83d99a"),
            (Domain::Cover, "8c8351fd28dc6b9a0e61a63162b5748246e795f17606cad72aded6bc00d2eee8"),
        ] {
            let expected = *blake3::Hash::from_hex(expected).expect("a digest").as_bytes();
            assert_eq!(Blake3::hash(domain, &[b"abc"]), expected, "{domain:?}");
            let mut many = [[0; 32]; 1];
            Blake3::hash_many(domain, &[7; 64], 64, &mut many);
            assert_eq!(many, [Blake3::hash(domain, &[&[7; 64]])], "{domain:?}");
        }
    }

    #[test]
    fn parts_are_digested_as_one() {
        let bytes: [u8; 5000] = core::array::from_fn(|i| ((i * i) >> 3) as u8);
        for length in [1, 64, 1024, 2000, 4999, 5000] {
            let parts = bytes.chunks(length).map(<[u8]>::to_vec);
            assert_eq!(Blake3::hash_each(Domain::Rules, parts), Blake3::hash(Domain::Rules, &[&bytes]));
        }
    }

    #[test]
    fn many_at_once_are_the_same() {
        let bytes: [u8; 640 * 37] = core::array::from_fn(|i| ((i * i) >> 3) as u8);
        for length in [1, 16, 63, 64, 65, 128, 176, 192, 256, 320, 512, 576, 640] {
            for count in [1, 2, 7, 15, 16, 17, 29, 37] {
                let mut digests = [[0; 32]; 37];
                let inputs = &bytes[..length * count];
                Blake3::hash_many(Domain::Leaf, inputs, length, &mut digests[..count]);
                for (i, digest) in digests[..count].iter().enumerate() {
                    let input = &inputs[i * length..(i + 1) * length];
                    assert_eq!(*digest, Blake3::hash(Domain::Leaf, &[input]), "{length} bytes, number {i}");
                }
            }
        }
    }
}
