//! The memory that a proof takes, from its shape alone.

use std::collections::BTreeSet;

use dyad_field::K;
use dyad_verifier::cover::Cover;
use dyad_verifier::layout::{Oracle, Owner};
use dyad_verifier::params::Code;
use dyad_verifier::{Counts, Digest, Layout, Schedule, System};

use crate::commitment::codeword_len;
use crate::cost::{ELEMENT, slab_logs};
use crate::kernels::FAST;
use crate::kernels::code::tile_bytes;
use crate::kernels::rows::LaneVariables;
use crate::scratch::Memory;
use crate::{adjoint, columns, evaluate};

/// What is in memory while a proof is made, in bytes. The program and what is known of its run are not
/// among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// The proving key: fixed columns, their codeword and its tree.
    pub key: u64,
    /// The committed columns, and what covers them.
    pub columns: u64,
    /// The tree over their codeword.
    pub tree: u64,
    /// The memory that all phases share, the codeword being in it first.
    pub shared: u64,
    /// What the phase with the most takes besides: the column reduction with the eq tables of all points
    /// and weights for each bit of each column, or the opening with the trees of its rounds.
    pub besides: u64,
    /// The lists by which the parts of vectors are given to threads: two slices for each 8 KiB.
    pub lists: u64,
    /// What threads work in.
    pub buffers: u64,
}

impl Footprint {
    /// That of a proof of this layout and schedule on so many threads.
    pub fn new(system: &System, layout: &Layout, schedule: &Schedule, threads: usize) -> Self {
        let of = |owner: Owner, each: fn(&Oracle, &Code) -> u64| -> u64 {
            let oracles = layout.oracles.iter().zip(&schedule.oracles).filter(|(o, _)| o.owner == owner);
            oracles.map(|(o, opened)| each(o, &opened.code)).sum()
        };
        let rounds: u64 = schedule.rounds.iter().map(tree).sum();
        // The portable kernels encode in a copy, when there is no tree yet.
        let copy = if FAST { 0 } else { of(Owner::Run, |_, code| codeword(code)) };
        let trees = of(Owner::Run, |_, code| tree(code));
        let shared = ELEMENT * Memory::len_for(layout, schedule) as u64;
        Self {
            key: of(Owner::Program, |o, code| elements(o) + codeword(code) + tree(code)),
            columns: of(Owner::Run, |o, code| elements(o) + covers(code)),
            tree: trees,
            shared,
            besides: reduction(layout).max(rounds).max(copy.saturating_sub(trees)),
            lists: 2 * size_of::<&[K]>() as u64 * (shared >> 13),
            buffers: threads as u64 * buffers(system, layout, schedule),
        }
    }

    /// What comes on top of the key. Nothing is given back before the proof is done.
    pub fn proof(&self) -> u64 {
        self.columns + self.tree + self.shared + self.besides + self.lists + self.buffers
    }
}

/// What one thread works in: the tiles of encoding, rows that are evaluated together, weights of the nodes of a table in the
/// column reduction, and sums by block of positions where queries become weights. An allocator keeps them for
/// the thread, so they add up.
fn buffers(system: &System, layout: &Layout, schedule: &Schedule) -> u64 {
    let nodes = layout.slabs.iter().map(|s| adjoint::most_at_once(&system.tables[s.table]) as u64).max();
    let rows = layout.slabs.iter().map(|s| evaluate::thread_bytes(&system.tables[s.table])).max();
    let sums = |code: &Code| {
        let split = LaneVariables::new(code.log);
        ELEMENT << (split.high + split.columns + code.log_inv_rate)
    };
    let tiles = schedule.oracles.iter().filter(|o| o.owner == Owner::Run);
    let tiles = tiles.map(|o| tile_bytes(o.code.top(), o.code.width()) as u64).max();
    tiles.unwrap_or_default()
        + nodes.unwrap_or_default() * 64 * ELEMENT
        + rows.unwrap_or_default()
        + schedule.rounds.iter().map(sums).max().unwrap_or_default()
}

/// The columns of an oracle.
fn elements(oracle: &Oracle) -> u64 {
    ELEMENT * oracle.pairs.len as u64
}

/// The mask, and tails: with their weights and, for a while, a copy.
fn covers(code: &Code) -> u64 {
    let tails = |cover: Cover| 3 * (code.width() << cover.log) as u64;
    code.cover.map_or(0, |cover| ELEMENT * ((1 << code.log) + tails(cover)))
}

/// A codeword.
fn codeword(code: &Code) -> u64 {
    ELEMENT * codeword_len(code) as u64
}

/// The levels of digests above the leaves.
fn tree(code: &Code) -> u64 {
    (size_of::<Digest>() as u64) * ((1 << code.position_log()) - 1)
}

/// The column reduction: for each point, an eq table for each size of slabs whose rows are spoken of there, and weights and
/// sums of the bits of their columns.
fn reduction(layout: &Layout) -> u64 {
    let points = Counts::of(layout).points as u64;
    let eq = |slabs: BTreeSet<usize>| slabs.into_iter().map(|log| 1u64 << log).sum::<u64>();
    let with_products = layout.products.blocks.iter().map(|b| b.log).collect();
    let columns: u64 = 2 * columns::lengths(layout).iter().sum::<u64>();
    ELEMENT * (2 * eq(slab_logs(layout)) + (points - 2) * eq(with_products) + columns)
}
