//! The hash function, behind one small trait.

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
}

/// A collision-resistant hash of 256 bits, used as a random oracle by the transcript.
pub trait Hash {
    /// The digest of the concatenation of `parts` in `domain`.
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest;
}

/// BLAKE3 in its keyed mode, one key a domain.
#[derive(Clone, Copy, Debug)]
pub struct Blake3;

impl Blake3 {
    /// The key of a domain: the text `dyad v1`, zeros, and the domain's number.
    pub const fn key(domain: Domain) -> [u8; 32] {
        let mut key = *b"dyad v1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        key[31] = domain as u8;
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
}
