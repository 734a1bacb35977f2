//! What runs of a path have in common, so that it can be taken for granted.

use std::cell::RefCell;
use std::collections::BTreeSet;

use dyad_machine::instr::Placed;
use dyad_machine::record::ImageCell;
use dyad_machine::trace::Trace;

use crate::block::{Block, cell};
use crate::circuit::{Circuit, compile};
use crate::path::{Path, Residue};

/// The most runs that are looked at.
const SAMPLES: usize = 64;
/// The most low bits of an address that are taken for granted.
const BITS: u32 = 4;
/// How often what is taken for granted of roots may turn out not to hold, before nothing is.
const ATTEMPTS: usize = 6;

/// Runs of a path: the addresses that each accesses, and which cells are read-only.
struct Runs<'t>(Vec<(&'t [u32], &'t [bool])>);

impl Runs<'_> {
    /// The addresses of an access.
    fn addresses(&self, access: u32) -> impl Iterator<Item = u32> {
        self.0.iter().map(move |r| r.0[access as usize])
    }

    /// Whether the cells of some accesses are below those of others in all runs.
    fn below(&self, low: &[u32], high: &[u32]) -> bool {
        self.0.iter().all(|r| {
            let cell = |&a: &u32| r.0[a as usize] & !7;
            low.iter().map(cell).max() < high.iter().map(cell).min()
        })
    }

    /// The path of some instructions, with what all runs have in common of single accesses.
    fn path(&self, instrs: &[u32]) -> Path {
        let mut path = Path { instrs: instrs.to_vec(), ..Path::default() };
        for access in 0..self.0.first().map_or(0, |r| r.0.len() as u32) {
            let first = self.addresses(access).next().expect("a run");
            let same = self.addresses(access).map(|a| (a ^ first).trailing_zeros()).min().expect("a run");
            let bits = same.min(BITS);
            let value = (first & ((1 << bits) - 1)) as u16;
            path.residues.push(Residue { access, bits: bits as u8, value });
            if self.0.iter().any(|r| r.1[access as usize]) {
                path.read_only.push(access);
            }
        }
        path
    }
}

/// The block of some instructions that takes for granted what holds in all runs at these places of the trace, or in a
/// sample of them.
pub(super) fn block(
    program: &[Placed],
    image: &[ImageCell],
    trace: &Trace,
    instrs: &[u32],
    places: &[u32],
) -> Option<Block> {
    let step = places.len().div_ceil(SAMPLES).max(1);
    let run = |&at: &u32| trace.of(at as usize..at as usize + instrs.len());
    let runs = Runs(places.iter().step_by(step).map(run).collect());
    let mut path = runs.path(instrs);
    let wrong: RefCell<BTreeSet<[u32; 2]>> = RefCell::default();
    for attempt in 0..=ATTEMPTS {
        let below = |a: u32, b: u32| {
            if attempt == ATTEMPTS || wrong.borrow().contains(&[a.min(b), a.max(b)]) {
                return None;
            }
            if runs.below(&[a], &[b]) { Some(true) } else { runs.below(&[b], &[a]).then_some(false) }
        };
        let circuit = compile(&path, program, &|address| cell(image, address), &below).ok()?;
        let of_root = |first: u32| accesses_of_root(&circuit, first);
        let fails = |pair: &&[u32; 2]| !runs.below(&of_root(pair[0]), &of_root(pair[1]));
        let failed: Vec<_> = circuit.below.iter().filter(fails).map(|&[a, b]| [a.min(b), a.max(b)]).collect();
        if failed.is_empty() {
            keep_what_matters(&mut path, &circuit);
            return Block::of(path, &circuit).ok();
        }
        wrong.borrow_mut().extend(failed);
    }
    None
}

/// The accesses that have the same root as one.
fn accesses_of_root(circuit: &Circuit, first: u32) -> Vec<u32> {
    let root = circuit.accesses[first as usize].root;
    circuit.accesses.iter().zip(0..).filter(|(a, _)| a.root == root).map(|(_, i)| i).collect()
}

/// Leaves in a path what its circuit looked at.
fn keep_what_matters(path: &mut Path, circuit: &Circuit) {
    let bases: BTreeSet<u32> = circuit.granted.iter().map(|g| g.access).collect();
    path.residues.retain(|r| r.bits > 0 && bases.contains(&r.access));
    let found: BTreeSet<u32> = circuit.openings.iter().map(|o| o.access).collect();
    path.read_only.retain(|access| found.contains(access));
    path.below.clone_from(&circuit.below);
    path.below.sort_unstable();
}
