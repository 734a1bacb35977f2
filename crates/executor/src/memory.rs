//! Memory: pages as small as the system's, made when they are first written.

use dyad_abi::{RAM_END, RAM_START};
use dyad_program::ImageCell;

/// The logarithm of a page's bytes.
const PAGE_LOG: u32 = 12;
/// Cells of 8 bytes a page.
const CELLS: usize = 1 << (PAGE_LOG - 3);
/// Pages a leaf of the table.
const LEAF: usize = 1 << 10;
/// Leaves of the table of a 32-bit address space.
const LEAVES: usize = 1 << (32 - PAGE_LOG - LEAF.ilog2());
/// Room for pages is asked for in so many bytes at least. Allocators have so much straight from the
/// system, which gives it page by page when it is written, and back at once: they keep nothing of it.
const ROOM: usize = 40 << 20;

/// A `T` for each 8-byte cell of the 32-bit address space, at first the default one.
pub(crate) struct Paged<T> {
    /// For each part of the address space, which leaf has its pages.
    directory: Box<[u16; LEAVES]>,
    /// For each page of such a part, its index in `pages`. The first leaf has none.
    leaves: Vec<[u32; LEAF]>,
    /// The first page stands for all that have not been made.
    pages: Vec<[T; CELLS]>,
}

impl<T: Copy + Default> Paged<T> {
    pub fn new() -> Self {
        let mut pages = Vec::with_capacity(ROOM / size_of::<[T; CELLS]>());
        pages.push([T::default(); CELLS]);
        Self { directory: Box::new([0; LEAVES]), leaves: vec![[0; LEAF]], pages }
    }

    /// The index of the page that holds `address`; 0 where it has not been made.
    #[inline(always)]
    fn place(&self, address: u32) -> usize {
        let leaf = self.directory[address as usize >> 22];
        self.leaves[usize::from(leaf)][(address >> PAGE_LOG) as usize % LEAF] as usize
    }

    /// The entry of the cell that holds `address`.
    #[inline(always)]
    pub fn get(&self, address: u32) -> T {
        self.pages[self.place(address)][(address >> 3) as usize % CELLS]
    }

    /// The entry of the cell that holds `address`, to be changed.
    #[inline(always)]
    pub fn entry(&mut self, address: u32) -> &mut T {
        let mut place = self.place(address);
        if place == 0 {
            place = self.make(address);
        }
        &mut self.pages[place][(address >> 3) as usize % CELLS]
    }

    /// Makes the page that holds `address`.
    #[cold]
    #[inline(never)]
    fn make(&mut self, address: u32) -> usize {
        let leaf = &mut self.directory[address as usize >> 22];
        if *leaf == 0 {
            *leaf = self.leaves.len() as u16;
            self.leaves.push([0; LEAF]);
        }
        let place = self.pages.len();
        self.leaves[usize::from(*leaf)][(address >> PAGE_LOG) as usize % LEAF] = place as u32;
        self.pages.push([T::default(); CELLS]);
        place
    }

    /// Pages that have been made.
    pub fn pages(&self) -> u64 {
        self.pages.len() as u64 - 1
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        self.bytes_with::<T>()
    }

    /// Bytes that it would take with entries of another type.
    pub fn bytes_with<U>(&self) -> u64 {
        let leaves = self.leaves.len() * size_of::<[u32; LEAF]>();
        self.pages() * size_of::<[U; CELLS]>() as u64 + leaves as u64
    }

    /// The addresses and entries of all cells on pages that exist, by increasing address.
    pub fn iter(&self) -> impl Iterator<Item = (u32, T)> {
        let leaves = self.directory.iter().zip(0u32..).filter(|(leaf, _)| **leaf != 0);
        let places = leaves.flat_map(|(&leaf, d)| {
            self.leaves[usize::from(leaf)].iter().zip((d << 10)..).filter(|(place, _)| **place != 0)
        });
        places.flat_map(|(&place, number)| {
            let cells = self.pages[place as usize].iter().zip(0u32..);
            cells.map(move |(&entry, cell)| (number << PAGE_LOG | cell << 3, entry))
        })
    }
}

/// The machine's memory.
pub(crate) struct Memory {
    cells: Paged<u64>,
    /// The read-only cells.
    read_only: Paged<bool>,
}

impl Memory {
    pub fn new(image: &[ImageCell]) -> Self {
        let mut memory = Self { cells: Paged::new(), read_only: Paged::new() };
        for cell in image {
            memory.set(cell.address, cell.value);
            if cell.read_only {
                *memory.read_only.entry(cell.address) = true;
            }
        }
        memory
    }

    /// The 8 bytes of the cell that holds `address`.
    #[inline(always)]
    pub fn get(&self, address: u32) -> u64 {
        self.cells.get(address)
    }

    /// [`Memory::entry`], changed.
    pub fn set(&mut self, address: u32, value: u64) {
        *self.cells.entry(address) = value;
    }

    /// The cell that holds `address`, to be changed, whether read-only or not.
    #[inline(always)]
    pub fn entry(&mut self, address: u32) -> &mut u64 {
        self.cells.entry(address)
    }

    /// Whether the cell that holds `address` is read-only.
    #[inline(always)]
    pub fn is_read_only(&self, address: u32) -> bool {
        self.read_only.get(address)
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        self.cells.bytes() + self.read_only.bytes()
    }
}

/// The address as one of memory, if it is.
#[inline]
pub(crate) fn in_memory(address: u64) -> Option<u32> {
    (RAM_START..RAM_END).contains(&address).then_some(address as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_made_for_what_is_written_and_listed_by_address() {
        let mut paged = Paged::<u32>::new();
        let addresses = [0xffff_fff8, 0x1000, 0x40_0000, 0x3f_fff8, 0x1008, 0x8000_0000];
        for (address, value) in addresses.into_iter().zip(1..) {
            assert_eq!(paged.get(address), 0);
            *paged.entry(address) = value;
            assert_eq!((paged.get(address), paged.get(address | 7)), (value, value));
        }
        let mut expected: Vec<_> = addresses.into_iter().zip(1..).collect();
        expected.sort_unstable();
        let found: Vec<_> = paged.iter().filter(|e| e.1 != 0).collect();
        assert_eq!(found, expected);
        assert_eq!((paged.pages(), paged.iter().count()), (5, 5 * CELLS));
        // Addresses in four parts of the space, and the leaf without pages.
        assert_eq!(paged.bytes(), 5 * 2048 + 5 * 4096);
        assert_eq!(paged.bytes_with::<u64>(), 5 * 4096 + 5 * 4096);
    }

    /// A cell on each page of a sparse program: 4 KiB each, not 64.
    #[test]
    fn sparse_memory_is_small() {
        let mut memory = Memory::new(&[]);
        for page in 1..0x1_0000u32 {
            memory.set(page << 16, 1);
        }
        assert!(memory.bytes() < 0xffff * 4200, "{}", memory.bytes());
    }
}
