//! What identifies a program.

use dyad_machine::instr::CellWords;

use crate::ImageCell;

/// Separates this use of BLAKE3 from every other.
const CONTEXT: &str = "dyad program digest, version 2";

/// BLAKE3 over what the machine sees, numbers little-endian: entry (4 bytes); number of
/// instructions (8), and of each its pc (4) and program cell (8 and 4); number of image cells (8),
/// and of each its address (4), whether it is read-only (1) and value (8).
pub(crate) fn digest(entry: u32, words: &[CellWords], image: &[ImageCell]) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(20 + words.len() * 16 + image.len() * 13);
    bytes.extend(entry.to_le_bytes());
    bytes.extend((words.len() as u64).to_le_bytes());
    for CellWords { pc, w1, w0 } in words {
        bytes.extend(pc.to_le_bytes());
        bytes.extend(w0.to_le_bytes());
        bytes.extend(w1.to_le_bytes());
    }
    bytes.extend((image.len() as u64).to_le_bytes());
    for cell in image {
        bytes.extend(cell.address.to_le_bytes());
        bytes.push(u8::from(cell.read_only));
        bytes.extend(cell.value.to_le_bytes());
    }
    blake3::derive_key(CONTEXT, &bytes)
}
