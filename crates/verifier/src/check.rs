//! The one place where the verifier decides: all that it demands of a proof goes through here.
//!
//! Not so what it cannot go on without, bytes that are missing from a proof, and not what no proof can bring about
//! ([`Error::Internal`](crate::Error::Internal)).

/// Demands that something holds.
///
/// # Errors
/// `otherwise`.
pub fn demand<E>(holds: bool, otherwise: E) -> Result<(), E> {
    if holds { Ok(()) } else { Err(otherwise) }
}
