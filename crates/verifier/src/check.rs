//! The one place where the verifier decides: all that it demands of a proof goes through here, and so does what
//! makes challenges depend on messages.
//!
//! Not so what it cannot go on without, bytes that are missing from a proof, and not what no proof can bring about
//! ([`Error::Internal`](crate::Error::Internal)).
//!
//! The feature `deletions`, for tests only, leaves out one part of it at a time: `cargo xtask deletions`. Without
//! it, nothing here does anything but to compare.

use core::fmt::Debug;

/// Demands that something holds.
///
/// # Errors
/// `otherwise`.
#[cfg_attr(feature = "deletions", track_caller)]
pub fn demand<E: Debug>(holds: bool, otherwise: E) -> Result<(), E> {
    let kept = kept(&Part::Check(&otherwise));
    if holds || !kept { Ok(()) } else { Err(otherwise) }
}

/// A part of the verifier that a test has to miss.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "deletions"), expect(dead_code, reason = "nothing is left out"))]
pub(crate) enum Part<'a> {
    /// A check, with its error.
    Check(&'a dyn Debug),
    /// An equation over pads, which is checked with all others; with its error or its name.
    Equation(&'a dyn Debug),
    /// Messages with this label, as what challenges depend on.
    Absorb(&'a str),
    /// Challenges with this label, as what depends on messages.
    Draw(&'a str),
}

/// Whether a part is there: it is.
#[cfg(not(feature = "deletions"))]
#[inline(always)]
pub(crate) const fn kept(_: &Part<'_>) -> bool {
    true
}

#[cfg(feature = "deletions")]
pub(crate) use crate::deletions::kept;
