//! Conversions of numbers that lose nothing on any machine that this runs on, in one place.

/// An index that was kept in 32 bits.
#[expect(clippy::as_conversions, reason = "pointers have 32 bits or more")]
pub(crate) const fn index(n: u32) -> usize {
    n as usize
}

/// A length or a position in 64 bits.
#[expect(clippy::as_conversions, reason = "pointers have 64 bits or fewer")]
pub(crate) const fn wide(n: usize) -> u64 {
    n as u64
}
