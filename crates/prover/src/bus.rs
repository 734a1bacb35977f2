//! The bus: leaves of all messages, their products, and the layers' sumchecks.

use dyad_field::{K, PrimeCharacteristicRing};
use dyad_rules::forms::TableForms;
use dyad_rules::lanes::{LANES, Wanted};
use dyad_rules::shape::Message;
use dyad_verifier::bus::{Fingerprint, claims, next_layer};
use dyad_verifier::layout::Stack;
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};

use crate::cost::{Cost, Dimensions, moved, products, sumcheck};
use crate::evaluate::{Committed, TILE};
use crate::kernels::bus::fingerprint;
use crate::kernels::eq::SplitEq;
use crate::kernels::sumcheck::{fold_ones, gkr_fold_round, gkr_round};
use crate::kernels::tree::{self, Tree};
use crate::rounds::Session;
use crate::scratch::Scratch;

/// A product layer of two trees: at each index two products that cross, the one of the differences,
/// and two by eq, for each tree.
const LAYER: u64 = 10;

/// Draws the fingerprint, with which this step begins.
pub fn draw<H: Hash>(s: &mut Session<'_, H>) -> Fingerprint {
    s.proof.section("bus");
    s.step("bus leaves");
    Fingerprint::draw(s)
}

/// Elements of scratch that [`prove`] takes.
pub fn room(layout: &Layout) -> usize {
    let tree = |leaves: usize| leaves + tree::room(leaves, layout.bus_log);
    tree(layout.pushes.len) + tree(layout.pulls.len)
}

/// Proves that pushes and pulls balance, up to the claims returned; with the fingerprint that [`draw`] gives.
pub fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    fingerprint: Fingerprint,
    mut scratch: Scratch<'_>,
) -> RowClaims {
    let f = fingerprint;
    let stacks = [&c.layout.pushes, &c.layout.pulls];
    let mut all = stacks.map(|k| scratch.take(k.len));
    leaves(c, &f, &mut all);

    s.step("bus products");
    let log = c.layout.bus_log;
    let [mut push, mut pull] = all.map(|leaves| {
        let upper = scratch.take(tree::room(leaves.len(), log));
        Tree::new(leaves, upper, log)
    });
    let top = |t: &mut Tree<'_>| t.pop().map_or(K::ONE, |l| first(l));
    let (mut push_claim, mut pull_claim) = (top(&mut push), top(&mut pull));
    s.send(Label::Products, &[push_claim, pull_claim]);
    s.work(next_layer(c.layout, 0));
    let mut point: Vec<K> = Vec::new();
    while let Some((push, pull)) = push.pop().zip(pull.pop()) {
        let lambda = s.draw(Label::Lambda);
        // The halves that differ in the layer's top variable.
        let half = 1 << point.len();
        let (push_end, pull_end) = (push.len().min(half), pull.len().min(half));
        let (mut push_low, mut push_high) = push.split_at_mut(push_end);
        let (mut pull_low, mut pull_high) = pull.split_at_mut(pull_end);
        let mut at = Vec::with_capacity(point.len());
        let mut eq = SplitEq::new(&point);
        for v in (0..point.len()).rev() {
            eq.drop_highest();
            let half = 1 << v;
            let round = match at.last() {
                None => gkr_round(&eq, [push_low, push_high, pull_low, pull_high], half, lambda),
                Some(&r) => {
                    let tables = [&mut push_low, &mut push_high, &mut pull_low, &mut pull_high];
                    gkr_fold_round(&eq, tables, 2 * half, r, lambda)
                }
            };
            at.push(s.round(Label::ProductLayer, Move::LayerRound, round));
        }
        if let Some(&r) = at.last() {
            for table in [&mut push_low, &mut push_high, &mut pull_low, &mut pull_high] {
                fold_ones(table, 1, r);
            }
        }
        at.reverse();
        let v = [first(push_low), first(push_high), first(pull_low), first(pull_high)];
        s.send(Label::LayerValues, &v);
        s.product([v[2], v[3]]);
        s.known_product([v[0], v[1]]);
        s.work(next_layer(c.layout, point.len() + 1));
        let top = s.draw(Label::LayerVariable);
        push_claim = v[0] + top * (v[0] + v[1]);
        pull_claim = v[2] + top * (v[2] + v[3]);
        at.push(top);
        point = at;
    }
    claims(f, point, [push_claim, pull_claim])
}

/// The only entry of a table all of whose variables are bound; 1 where it is missing.
fn first(table: &[K]) -> K {
    table.first().copied().unwrap_or(K::ONE)
}

/// Writes the leaves of all pushes and all pulls, laid out as their stacks.
fn leaves(c: &Committed<'_>, f: &Fingerprint, [push, pull]: &mut [&mut [K]; 2]) {
    let stacks = [&c.layout.pushes, &c.layout.pulls];
    c.map(stacks, [push, pull], |task, (work, leaves): &mut (_, [Vec<[K; TILE]>; 2]), parts| {
        task.run(work, Wanted::Messages, |x, l| {
            // The words of a row that is not active are 0.
            let constant = l.active.0.map(|active| if active == 0 { K::ONE } else { f.gamma });
            for (messages, leaves) in [&l.pushes, &l.pulls].into_iter().zip(&mut *leaves) {
                leaves.resize(messages.len(), [K::ZERO; TILE]);
                for (m, leaves) in messages.iter().zip(leaves) {
                    let words = m.words.each_ref().map(|w| w.0);
                    let eight = fingerprint(&words[..m.len], &f.alpha, constant);
                    leaves[x % TILE..][..LANES].copy_from_slice(&eight);
                }
            }
            let Some(rows) = task.tile(x) else { return };
            for (leaves, parts) in leaves.iter().zip(&mut *parts) {
                for (leaves, part) in leaves.iter().zip(parts) {
                    part[rows.clone()].copy_from_slice(&leaves[..rows.len()]);
                }
            }
        });
    });
}

/// Runs the rules on all rows, and multiplies each word of a message, its tag included.
pub fn leaves_cost(d: &Dimensions<'_>) -> Cost {
    let l = d.layout;
    let words = |stack: &Stack, messages: fn(&TableForms) -> &Vec<Message>| -> u64 {
        let words = |table: usize, item: usize| 1 + messages(&d.system.tables[table])[item].words.len();
        stack.blocks.iter().map(|b| (words(l.slabs[b.slab].table, b.item) as u64) << b.log).sum()
    };
    let words = words(&l.pushes, |t| &t.pushes) + words(&l.pulls, |t| &t.pulls);
    let leaves = (l.pushes.len + l.pulls.len) as u64;
    products(words / 2) + moved(d.committed() + leaves)
}

/// Makes the layers of both trees, the first above the leaves once the others are done with, and
/// runs a sumcheck over the halves of each.
pub fn products_cost(d: &Dimensions<'_>) -> Cost {
    let log = d.layout.bus_log;
    let sides = [d.layout.pushes.len as u64, d.layout.pulls.len as u64];
    let layer = |leaves: u64, number: usize| leaves.min(1 << (log - number));
    let make = |leaves: u64, from: usize, to: usize| {
        let (below, above) = (layer(leaves, from), layer(leaves, to));
        products(below - above) + moved(below + above)
    };
    let tree = |leaves: u64| -> Cost {
        let upper: Cost = (2..log).map(|number| make(leaves, number, number + 1)).sum();
        upper + make(leaves, 0, log.min(2)) + make(leaves, 0, log.min(1))
    };
    let check = |number: usize| {
        let half = log - number - 1;
        let halves = sides.map(|leaves| {
            let length = layer(leaves, number);
            let low = length.min(1 << half);
            [low, length - low]
        });
        sumcheck(halves.as_flattened(), half, half, LAYER)
    };
    let trees: Cost = sides.into_iter().map(tree).sum();
    trees + (0..log).map(check).sum()
}
