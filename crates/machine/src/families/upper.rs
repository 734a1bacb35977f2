//! Constants: LUI and AUIPC. Both are decoded to their result, so the machine only writes it.

use super::{Encoding, Format, OPCODE, line};
use crate::instr::{Kind, Op};

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("lui",   (OPCODE, 0x37), Format::U,   Op::Upper, Kind::Upper, 0),
    line("auipc", (OPCODE, 0x17), Format::UPc, Op::Upper, Kind::Upper, 0),
];
