//! Memory: a flat table of pages, made when they are first written.

use dyad_abi::{RAM_END, RAM_START};
use dyad_program::ImageCell;

/// Cells of 8 bytes a page: pages are 64 KiB.
const CELLS: usize = 1 << 13;
/// Pages of a 32-bit address space.
const PAGES: usize = 1 << 16;

/// A `T` for each 8-byte cell of the 32-bit address space, at first the default one.
pub(crate) struct Paged<T> {
    pages: Box<[Option<Box<[T; CELLS]>>; PAGES]>,
}

impl<T: Copy + Default> Paged<T> {
    pub fn new() -> Self {
        let pages: Vec<_> = core::iter::repeat_with(|| None).take(PAGES).collect();
        let Ok(pages) = pages.into_boxed_slice().try_into() else { unreachable!("the length is PAGES") };
        Self { pages }
    }

    /// The entry of the cell that holds `address`.
    #[inline]
    pub fn get(&self, address: u32) -> T {
        match &self.pages[(address >> 16) as usize] {
            Some(page) => page[(address >> 3) as usize % CELLS],
            None => T::default(),
        }
    }

    /// The entry of the cell that holds `address`, to be changed.
    #[inline]
    pub fn entry(&mut self, address: u32) -> &mut T {
        let page = &mut self.pages[(address >> 16) as usize];
        let page = page.get_or_insert_with(|| Box::new([T::default(); CELLS]));
        &mut page[(address >> 3) as usize % CELLS]
    }

    /// The addresses and entries of all cells on pages that exist, by increasing address.
    pub fn iter(&self) -> impl Iterator<Item = (u32, T)> {
        self.pages.iter().enumerate().filter_map(|(p, page)| Some((p as u32, page.as_ref()?))).flat_map(
            |(p, page)| page.iter().enumerate().map(move |(c, &entry)| (p << 16 | (c as u32) << 3, entry)),
        )
    }
}

/// The machine's memory.
pub(crate) struct Memory {
    cells: Paged<u64>,
    /// The read-only cells; looked at only on the pages that hold any.
    read_only: Paged<bool>,
    read_only_pages: Box<[bool; PAGES]>,
}

impl Memory {
    pub fn new(image: &[ImageCell]) -> Self {
        let Ok(read_only_pages) = vec![false; PAGES].into_boxed_slice().try_into() else {
            unreachable!("the length is PAGES")
        };
        let mut memory = Self { cells: Paged::new(), read_only: Paged::new(), read_only_pages };
        for cell in image {
            memory.set(cell.address, cell.value);
            if cell.read_only {
                *memory.read_only.entry(cell.address) = true;
                memory.read_only_pages[(cell.address >> 16) as usize] = true;
            }
        }
        memory
    }

    /// The 8 bytes of the cell that holds `address`.
    #[inline]
    pub fn get(&self, address: u32) -> u64 {
        self.cells.get(address)
    }

    /// [`Memory::entry`], changed.
    pub fn set(&mut self, address: u32, value: u64) {
        *self.cells.entry(address) = value;
    }

    /// The cell that holds `address`, to be changed, whether read-only or not.
    #[inline]
    pub fn entry(&mut self, address: u32) -> &mut u64 {
        self.cells.entry(address)
    }

    /// Whether the cell that holds `address` is read-only.
    #[inline]
    pub fn is_read_only(&self, address: u32) -> bool {
        self.read_only_pages[(address >> 16) as usize] && self.read_only.get(address)
    }
}

/// The address as one of memory, if it is.
#[inline]
pub(crate) fn in_memory(address: u64) -> Option<u32> {
    (RAM_START..RAM_END).contains(&address).then_some(address as u32)
}
