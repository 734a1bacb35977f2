//! The batched claims as weights on the bits of columns: linear forms read backwards.

use dyad_field::{K, PrimeCharacteristicRing, x_power};
use dyad_rules::shape::{Node, NodeId, TableShape};
use dyad_verifier::columns::{block_weight, slab_blocks};
use dyad_verifier::forms::Bits;
use dyad_verifier::layout::Owner;
use dyad_verifier::row_claims::{RowClaims, Weights};
use dyad_verifier::{Layout, System};
use rayon::prelude::*;

/// Weights of the bits of a table's committed and fixed columns.
struct ColumnWeights {
    committed: Vec<Bits>,
    fixed: Vec<Bits>,
}

/// Carries weights on the bits of nodes back to the bits of columns: the transpose of
/// `dyad_verifier::forms::evaluate`.
fn pull_back(shape: &TableShape, mut weights: Vec<Option<Box<Bits>>>) -> ColumnWeights {
    let zero = [K::ZERO; 64];
    let mut out =
        ColumnWeights { committed: vec![zero; shape.committed.len()], fixed: vec![zero; shape.fixed.len()] };
    for (id, node) in shape.nodes.iter().enumerate().rev() {
        let Some(w) = weights[id].take() else { continue };
        match *node {
            Node::Constant(_) => {}
            Node::Committed(c) => add(&mut out.committed[c as usize], &w[..]),
            Node::Fixed(c) => add(&mut out.fixed[c as usize], &w[..]),
            Node::Xor(a, b) => {
                add(at(&mut weights, a), &w[..]);
                add(at(&mut weights, b), &w[..]);
            }
            Node::Shl(a, n) => add(at(&mut weights, a), &w[n as usize..]),
            Node::Shr(a, n) => add(&mut at(&mut weights, a)[n as usize..], &w[..]),
            Node::Mask(a, m) => {
                let target = at(&mut weights, a);
                for j in (0..64).filter(|j| m >> j & 1 == 1) {
                    target[j] += w[j];
                }
            }
            Node::Broadcast(a, b) => at(&mut weights, a)[b as usize] += w.iter().copied().sum::<K>(),
        }
    }
    out
}

/// How many nodes of a table have weights at one time, at most, while [`weights`] carries them back.
pub fn most_at_once(shape: &TableShape) -> usize {
    let on_bus = shape.pushes.iter().chain(&shape.pulls).flat_map(|m| m.words.iter().copied());
    let ands = shape.ands.iter().flat_map(|a| a.operands);
    most_at_once_from(shape, on_bus).max(most_at_once_from(shape, ands))
}

fn most_at_once_from(shape: &TableShape, seeds: impl Iterator<Item = NodeId>) -> usize {
    let mut there = vec![false; shape.nodes.len()];
    let mut now = 0;
    let meet =
        |there: &mut [bool], id: NodeId| usize::from(!std::mem::replace(&mut there[id as usize], true));
    for id in seeds {
        now += meet(&mut there, id);
    }
    let mut most = now;
    for (id, node) in shape.nodes.iter().enumerate().rev() {
        if !there[id] {
            continue;
        }
        for input in node.inputs() {
            now += meet(&mut there, input);
        }
        most = most.max(now);
        now -= 1;
    }
    most
}

fn add(target: &mut [K], w: &[K]) {
    for (t, &x) in target.iter_mut().zip(w) {
        *t += x;
    }
}

fn at(weights: &mut [Option<Box<Bits>>], id: NodeId) -> &mut Bits {
    weights[id as usize].get_or_insert_with(|| Box::new([K::ZERO; 64]))
}

/// Each `W_k` at every (C, b): entry `C << 6 | b`, 2^(column_log + 6) entries each.
pub fn weights(system: &System, layout: &Layout, points: &[RowClaims], eta: K) -> Vec<Vec<K>> {
    let per_slab: Vec<Vec<ColumnWeights>> = (0..layout.slabs.len())
        .into_par_iter()
        .map(|s| {
            let mut scale = K::ONE;
            let each = points.iter().map(|claims| slab_weights(system, layout, s, claims, eta, &mut scale));
            each.collect()
        })
        .collect();
    let mut out: Vec<_> = points.iter().map(|_| vec![K::ZERO; 64 << layout.column_log]).collect();
    for (i, (oracle, block)) in layout.pairs().enumerate() {
        for (target, weights) in out.iter_mut().zip(&per_slab[block.slab]) {
            let columns = match oracle.owner {
                Owner::Run => &weights.committed,
                Owner::Program => &weights.fixed,
            };
            for half in 0..2 {
                if let Some(bits) = columns.get(2 * block.item + half) {
                    target[(2 * i + half) << 6..][..64].copy_from_slice(bits);
                }
            }
        }
    }
    out
}

/// The weights that the claims at one point put on the columns of a slab; `scale` is the power of eta of the next
/// claim.
fn slab_weights(
    system: &System,
    layout: &Layout,
    slab: usize,
    claims: &RowClaims,
    eta: K,
    scale: &mut K,
) -> ColumnWeights {
    let table = &system.tables[layout.slabs[slab].table];
    let mut seeds: Vec<Option<Box<Bits>>> = vec![None; table.nodes.len()];
    for claim in &claims.claims {
        for block in slab_blocks(claim.of.stack(layout), slab) {
            let place = *scale * block_weight(&claims.point, block).expect("a point of the stack");
            for (word, weights) in claim.of.words(table, block.item).expect("an item of the table") {
                add(at(&mut seeds, word), &scaled(weights, place));
            }
        }
        *scale *= eta;
    }
    pull_back(table, seeds)
}

/// The weights of 64 bits, times a factor.
fn scaled(weights: Weights<'_>, factor: K) -> Bits {
    match weights {
        Weights::Element(first) => {
            let mut next = first * factor;
            std::array::from_fn(|_| {
                let weight = next;
                next *= x_power(1);
                weight
            })
        }
        Weights::Bits(bits) => std::array::from_fn(|j| factor * bits[j]),
    }
}
