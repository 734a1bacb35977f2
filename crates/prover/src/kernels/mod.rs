//! The arithmetic that proving spends its time in: each kernel computes one formula over vectors
//! of K, on all threads, and knows nothing of the protocol around it.
//!
//! Vectors of logical length 2^n may be stored as a prefix; entries that are missing are 0. The
//! tests compare every kernel with its formula written down plainly.

pub mod and_check;
pub mod bus;
pub mod code;
pub mod eq;
pub mod memory;
pub mod sumcheck;
pub mod sums;
pub mod tree;

#[cfg(wide)]
mod avx512;
#[cfg_attr(wide, allow(dead_code))]
mod portable;

#[cfg(wide)]
use avx512 as arch;
#[cfg(not(wide))]
use portable as arch;

#[cfg(test)]
pub(crate) mod testing;

/// Whether this build has the kernels for 512-bit registers. Without them a proof takes more than
/// ten times as long.
pub const WIDE: bool = cfg!(wide);

/// The kernels of this build.
pub const fn name() -> &'static str {
    if WIDE { "AVX-512 with GFNI and VPCLMULQDQ" } else { dyad_field::kernels() }
}

use dyad_field::{Field, K};

/// As many elements of K as one instruction of this build multiplies.
type Packed = <K as Field>::Packing;

/// Elements that one task covers at least: some microseconds of work.
const GRAIN: usize = 1 << 10;
