//! ECALL and EBREAK. What a system call does is in [`crate::calls`].

use super::{Encoding, Format, WHOLE, line};
use crate::list::{Kind, Op};

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("ecall",  (WHOLE, 0x0000_0073), Format::None, Op::Ecall,  Kind::System,     0),
    line("ebreak", (WHOLE, 0x0010_0073), Format::None, Op::Ebreak, Kind::Breakpoint, 0),
];
