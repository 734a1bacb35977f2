//! The cells of memory that a path has open.
//!
//! Cells are told apart by their *root*, a word, and a distance from it. Cells of one root at different distances are
//! different ones; of different roots nothing is known, unless the path says that one's cells lie below the other's.
//! So a store closes the cells of all other roots, and so does any access those of another root that was stored to:
//! a closed cell is put back on the bus, in a time slot of its own, and found again when it is accessed next.

use std::collections::{BTreeMap, BTreeSet};

use crate::bits::Mask;
use crate::graph::{Find, Graph, NodeId};

/// A cell, found once and left once.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The access that finds it.
    pub access: u32,
    /// Its address, a multiple of 8 in the low half.
    pub place: NodeId,
    /// Its value as it is found.
    pub found: NodeId,
    /// Its value as it is left.
    pub left: NodeId,
    /// When it is left, within the row's time.
    pub slot: u32,
    pub read_only: bool,
}

/// An access of memory.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The place of its instruction on the path.
    pub at: u32,
    /// Whether the cell is written.
    pub writes: bool,
    /// Its root, by number; `None` for a constant.
    pub root: Option<usize>,
    /// The address.
    pub address: NodeId,
    /// The distance of the address from the root's word.
    pub distance: u64,
}

/// What tells cells apart: the root's word, and the distance in cells; in bytes where the root is of one distance only.
type Key = (NodeId, u64);

/// Cells of one root that are open.
#[derive(Debug, Default)]
struct Interval {
    cells: BTreeMap<Key, usize>,
    written: bool,
}

/// The memory of a path.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub openings: Vec<Opening>,
    pub accesses: Vec<Access>,
    /// Roots by what tells them apart.
    roots: BTreeMap<Key, usize>,
    open: BTreeMap<usize, Interval>,
    /// Roots of which the first has to be below the second.
    pub used: BTreeSet<(usize, usize)>,
    slots: u32,
    /// The cell that the access in progress found, to be replaced.
    current: Option<(usize, usize)>,
}

/// What is known of two roots, by their first accesses: whether the cells of the first are below those of the second
/// (true), or above (false).
pub(crate) type Below<'b> = &'b dyn Fn(u32, u32) -> Option<bool>;

/// The word that a root stands for: addresses that are constants have one root.
const CONSTANT: NodeId = NodeId::MAX;

/// An address, as an access has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    pub node: NodeId,
    /// The root's word, and the distance from it.
    pub root: NodeId,
    pub distance: u64,
    /// The low bits of the root's word that are known, and what they are.
    pub bits: u32,
    pub value: u64,
    pub constant: Option<u64>,
}

impl Memory {
    /// The number of a root.
    fn root(&mut self, address: &Address) -> (usize, Key) {
        // Where cells cannot be told apart by their distance, each distance is a root of its own.
        let (root, key) = match address.constant {
            Some(number) => ((CONSTANT, 0), (CONSTANT, number >> 3)),
            None if address.bits >= 3 => {
                let cell = address.value.wrapping_add(address.distance).cast_signed() >> 3;
                ((address.root, 0), (address.root, cell.cast_unsigned()))
            }
            None => {
                let own = (address.root, (address.distance << 1) | 1);
                (own, own)
            }
        };
        let next = self.roots.len();
        (*self.roots.entry(root).or_insert(next), key)
    }

    /// The number of accesses so far, which is that of the next one.
    pub fn next_access(&self) -> u32 {
        self.accesses.len() as u32
    }

    /// Finds the cell of an address; returns its value.
    pub fn find(
        &mut self,
        graph: &mut Graph,
        (at, writes): (u32, bool),
        address: &Address,
        read_only: bool,
        below: Below<'_>,
    ) -> NodeId {
        let access = self.next_access();
        let (root, key) = self.root(address);
        self.accesses.push(Access {
            at,
            writes,
            root: Some(root),
            address: address.node,
            distance: address.distance,
        });
        self.close_what_may_be_the_same(root, writes, below);
        let interval = self.open.entry(root).or_default();
        let opening = *interval.cells.entry(key).or_insert_with(|| {
            let k = self.openings.len() as u32;
            let found = graph.input(Find::Cell(k), Mask::MAX);
            let place = graph.mask(address.node, 0xffff_fff8);
            let opening = Opening { access, place, found, left: found, slot: 0, read_only };
            self.openings.push(opening);
            k as usize
        });
        interval.written |= writes;
        self.current = Some((root, opening));
        self.openings[opening].left
    }

    /// Whether the cell that was found last is read-only: it may be open since a load.
    pub fn found_read_only(&self) -> bool {
        self.current.is_some_and(|(_, opening)| self.openings[opening].read_only)
    }

    /// The cell that was found last, by number.
    pub fn found(&self) -> Option<u32> {
        self.current.map(|(_, opening)| opening as u32)
    }

    /// Notes an access whose value is a constant.
    pub fn constant(&mut self, at: u32, address: NodeId) {
        self.accesses.push(Access { at, writes: false, root: None, address, distance: 0 });
    }

    /// Replaces the cell that was found last.
    pub fn replace(&mut self, value: NodeId) {
        let (_, opening) = self.current.expect("a cell was found");
        self.openings[opening].left = value;
    }

    fn close_what_may_be_the_same(&mut self, root: usize, writes: bool, below: Below<'_>) {
        let others: Vec<usize> = self.open.keys().copied().filter(|&other| other != root).collect();
        for other in others {
            if !writes && !self.open[&other].written {
                continue;
            }
            match below(self.first_of(root), self.first_of(other)) {
                Some(true) => self.used.insert((root, other)),
                Some(false) => self.used.insert((other, root)),
                None => {
                    self.close(other);
                    continue;
                }
            };
        }
    }

    fn close(&mut self, root: usize) {
        if let Some(interval) = self.open.remove(&root) {
            for opening in interval.cells.into_values() {
                self.openings[opening].slot = self.slots;
            }
            self.slots += 1;
        }
    }

    /// Closes what is open; returns how many time slots are used.
    pub fn finish(&mut self) -> u32 {
        while let Some((&root, _)) = self.open.first_key_value() {
            self.close(root);
        }
        self.slots
    }

    /// The first access of a root.
    pub fn first_of(&self, root: usize) -> u32 {
        self.accesses.iter().position(|a| a.root == Some(root)).expect("a root has accesses") as u32
    }

    /// Of the accesses of a root, the one with the greatest or the smallest distance.
    pub fn extreme(&self, root: usize, greatest: bool) -> u32 {
        let of_root = self.accesses.iter().zip(0..).filter(|(a, _)| a.root == Some(root));
        let distance = |(a, _): &(&Access, u32)| a.distance.cast_signed();
        let found = if greatest { of_root.max_by_key(distance) } else { of_root.min_by_key(distance) };
        found.expect("a root has accesses").1
    }
}
