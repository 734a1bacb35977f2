//! A heap that only grows: a run is short, and freeing costs cycles that have to be proved. The
//! newest allocation is the exception: it grows, shrinks and goes away where it lies.
#![allow(unsafe_code)]

use alloc::vec::Vec;
use core::{
    alloc::{GlobalAlloc, Layout},
    mem::MaybeUninit,
    ptr, slice,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use super::system;

/// Every address is a multiple of this: whole cells of memory, so that copies go by cells.
const ALIGN: usize = 16;

unsafe extern "C" {
    // Set by the linker script; only their addresses mean something.
    static _heap_start: u8;
    static _heap_end: u8;
}

fn start() -> usize {
    (&raw const _heap_start).addr()
}

fn end() -> usize {
    (&raw const _heap_end).addr()
}

struct Heap {
    /// Bytes taken so far. (The guest has one thread: loads and stores need no order.)
    used: AtomicUsize,
    /// Most bytes that were taken when some were given back: beyond them, and beyond `used`,
    /// the memory is still zero.
    dirty: AtomicUsize,
    /// Bytes of the last request that did not fit, 0 if all did.
    refused: AtomicUsize,
}

#[global_allocator]
static HEAP: Heap =
    Heap { used: AtomicUsize::new(0), dirty: AtomicUsize::new(0), refused: AtomicUsize::new(0) };

/// Bytes of the last request that was refused.
pub fn refused() -> Option<usize> {
    Some(HEAP.refused.load(Relaxed)).filter(|&asked| asked > 0)
}

/// Bytes left.
pub fn left() -> usize {
    size() - HEAP.used.load(Relaxed)
}

/// Bytes of the whole heap.
pub fn size() -> usize {
    end() - start()
}

/// A new block with all that is left of a file.
pub fn read_to_end(file: u64) -> Vec<u8> {
    let offset = HEAP.used.load(Relaxed).next_multiple_of(ALIGN);
    let block: *mut u8 = ptr::with_exposed_provenance_mut(start() + offset);
    // All free memory is taken while the file is read.
    let taken = size().saturating_sub(offset);
    if !HEAP.take(offset, taken) {
        return Vec::new();
    }
    // SAFETY: these bytes are ours now, and any bytes are a `MaybeUninit<u8>`.
    let memory: &mut [MaybeUninit<u8>] = unsafe { slice::from_raw_parts_mut(block.cast(), taken) };
    let mut len = 0;
    loop {
        let room = &mut memory[len..];
        if room.is_empty() {
            HEAP.refused.store(taken + 1, Relaxed);
            panic!("the input does not fit into the heap");
        }
        match system::read(file, room) {
            0 => break,
            more => len += more,
        }
    }
    // Nothing beyond these bytes was written: it is as clean as before.
    HEAP.used.store(offset + len, Relaxed);
    if len == 0 {
        return Vec::new();
    }
    // SAFETY: the block is taken, not shared, has the alignment of bytes, and its `len` bytes were
    // written by the calls.
    unsafe { Vec::from_raw_parts(block, len, len) }
}

impl Heap {
    /// Makes the block at `offset`, the newest, `bytes` long; false where that does not fit.
    fn take(&self, offset: usize, bytes: usize) -> bool {
        match offset.checked_add(bytes) {
            Some(used) if used <= size() => {
                self.set_used(used);
                true
            }
            _ => {
                self.refused.store(bytes, Relaxed);
                false
            }
        }
    }

    fn set_used(&self, used: usize) {
        let before = self.used.load(Relaxed);
        if used < before && before > self.dirty.load(Relaxed) {
            self.dirty.store(before, Relaxed);
        }
        self.used.store(used, Relaxed);
    }

    /// Whether `block`, of `bytes`, is the newest one.
    fn is_newest(&self, block: *mut u8, bytes: usize) -> bool {
        block.addr() + bytes == start() + self.used.load(Relaxed)
    }
}

// SAFETY: blocks lie in the heap's own memory, which nothing else uses; `used` only falls below
// a block's end when that block, the newest, is given back or shrunk; so live blocks never
// overlap. Addresses are multiples of the larger of `ALIGN` and what was asked for.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let align = layout.align().max(ALIGN);
        let address = (start() + self.used.load(Relaxed)).next_multiple_of(align);
        if self.take(address - start(), layout.size()) {
            ptr::with_exposed_provenance_mut(address)
        } else {
            ptr::null_mut()
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.is_newest(block, layout.size()) {
            self.set_used(block.addr() - start());
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `alloc`.
        let block = unsafe { self.alloc(layout) };
        let dirty = (start() + self.dirty.load(Relaxed)).saturating_sub(block.addr());
        if !block.is_null() && dirty > 0 {
            // SAFETY: the block has `layout.size()` bytes.
            unsafe { ptr::write_bytes(block, 0, dirty.min(layout.size())) };
        }
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if self.is_newest(block, layout.size()) {
            return if self.take(block.addr() - start(), new_size) { block } else { ptr::null_mut() };
        }
        if new_size <= layout.size() {
            return block;
        }
        // SAFETY: the caller promises that `new_size` fits the alignment of `layout`.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: `new_size` is not zero, as the caller promises for `realloc`.
        let new_block = unsafe { self.alloc(new_layout) };
        if !new_block.is_null() {
            // SAFETY: the new block is new, and longer than the old one.
            unsafe { ptr::copy_nonoverlapping(block, new_block, layout.size()) };
        }
        new_block
    }
}
