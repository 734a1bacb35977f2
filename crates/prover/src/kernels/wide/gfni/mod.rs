//! Bytes and bits on 512-bit registers with GFNI, whose instructions multiply bytes by each other and
//! by 8 x 8 bit matrices.

mod extension;
mod factors;
mod matrices;
mod register;

pub use extension::{Extension, PRODUCT_BITS, Products};
pub use factors::{Factor8, Factor16, Factor32, coordinates};
pub use matrices::{Bits, Map, Matrix, element_bits, word_bits};
pub use register::{V, V as E};
