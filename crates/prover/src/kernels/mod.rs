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
pub mod powers;
pub mod rows;
pub mod sumcheck;
pub mod sums;
pub mod tree;

#[cfg_attr(not(kernels = "portable"), allow(dead_code))]
mod portable;
#[cfg(not(kernels = "portable"))]
mod wide;

#[cfg(kernels = "portable")]
use portable as arch;
#[cfg(not(kernels = "portable"))]
use wide as arch;

#[cfg(test)]
pub(crate) mod testing;

/// Whether this build has kernels for vector registers. Without them a proof takes more than ten
/// times as long.
pub const FAST: bool = !cfg!(kernels = "portable");

/// The kernels of this build.
pub const fn name() -> &'static str {
    if cfg!(kernels = "avx512") {
        "AVX-512 with GFNI and VPCLMULQDQ"
    } else if cfg!(kernels = "avx2") {
        "AVX2 with PCLMULQDQ"
    } else if cfg!(kernels = "neon") {
        "NEON with PMULL"
    } else {
        "portable"
    }
}

use dyad_field::{Field, K};

/// As many elements of K as one instruction of this build multiplies.
type Packed = <K as Field>::Packing;

/// Elements that one task covers at least: some microseconds of work.
const GRAIN: usize = 1 << 10;
