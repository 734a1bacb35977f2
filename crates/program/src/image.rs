//! The memory that a program starts with, in cells of eight bytes.

pub use dyad_machine::record::ImageCell;

use crate::elf::Loaded;

/// The cells by increasing address: all those of read-only segments, and those of writable ones
/// that aren't 0, which is what memory holds anyway.
pub(crate) fn cells(segments: &[Loaded<'_>]) -> Vec<ImageCell> {
    let mut cells: Vec<ImageCell> = Vec::new();
    for l in segments {
        let (start, end) = (u64::from(l.segment.address), l.segment.end());
        let file_end = start + l.bytes.len() as u64;
        let stop = if l.segment.writable { file_end } else { end };
        let mut address = start & !7;
        while address < stop {
            let byte = |i: u64| match (address + i).checked_sub(start) {
                Some(at) => l.bytes.get(at as usize).copied().unwrap_or(0),
                None => 0,
            };
            let value = u64::from_le_bytes(core::array::from_fn(|i| byte(i as u64)));
            merge(&mut cells, ImageCell { address: address as u32, read_only: !l.segment.writable, value });
            address += 8;
        }
    }
    cells.retain(|c| c.read_only || c.value != 0);
    cells
}

/// Appends a cell, or adds its bytes to the last one where two segments share it.
fn merge(cells: &mut Vec<ImageCell>, cell: ImageCell) {
    match cells.last_mut() {
        Some(last) if last.address == cell.address => last.value |= cell.value,
        _ => cells.push(cell),
    }
}
