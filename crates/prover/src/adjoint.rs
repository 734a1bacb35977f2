//! The batched claims as weights on the bits of columns: linear forms read backwards.

use std::ops::Range;
use std::sync::LazyLock;

use dyad_field::{K, PrimeCharacteristicRing, x_power};
use dyad_rules::form::{FormRef, Take};
use dyad_rules::forms::TableForms;
use dyad_verifier::columns::{block_weight, slab_blocks};
use dyad_verifier::forms::Bits;
use dyad_verifier::layout::Owner;
use dyad_verifier::row_claims::{RowClaims, Weights};
use dyad_verifier::{Layout, System};
use rayon::prelude::*;

use crate::columns::pairs_of;

/// The weights of a slab's columns, 64 for each: committed ones and fixed ones.
#[derive(Default)]
struct Columns<'w> {
    committed: usize,
    run: &'w mut [K],
    program: &'w mut [K],
}

impl Columns<'_> {
    fn column(&mut self, column: usize) -> &mut [K] {
        let (owned, column) = match column.checked_sub(self.committed) {
            None => (&mut *self.run, column),
            Some(fixed) => (&mut *self.program, fixed),
        };
        &mut owned[column << 6..][..64]
    }

    /// Carries weights on the bits of a word back to the bits of columns.
    fn pull_back(&mut self, form: FormRef<'_>, weights: &Bits) {
        for term in form.terms {
            let column = self.column(term.column as usize);
            for run in runs(term.mask) {
                let weights = &weights[run.clone()];
                match term.take {
                    Take::Bit(bit) => column[usize::from(bit)] += weights.iter().copied().sum::<K>(),
                    Take::Shift(by) => {
                        let first = run.start.wrapping_add_signed(-isize::from(by));
                        add(&mut column[first..first + run.len()], weights);
                    }
                }
            }
        }
    }
}

/// The runs of bits of a mask.
fn runs(mask: u64) -> impl Iterator<Item = Range<usize>> {
    let mut rest = mask;
    std::iter::from_fn(move || {
        let start = (rest != 0).then(|| rest.trailing_zeros())?;
        let length = (rest >> start).trailing_ones();
        // A run of 64 bits is all there is.
        rest &= u64::MAX.checked_shl(start + length).unwrap_or(0);
        Some(start as usize..(start + length) as usize)
    })
}

/// How many words of a table have weights at one time, at most, while [`weights`] carries them back.
pub fn most_at_once(table: &TableForms) -> usize {
    table.forms.len()
}

fn add(target: &mut [K], w: &[K]) {
    for (t, &x) in target.iter_mut().zip(w) {
        *t += x;
    }
}

/// [`weights`] of all slabs.
pub fn all_weights(system: &System, layout: &Layout, points: &[RowClaims], eta: K) -> Vec<Vec<K>> {
    let all = vec![vec![true; layout.slabs.len()]; points.len()];
    weights(system, layout, points, &all, eta)
}

/// Each `W_k` at every (C, b): entry `C << 6 | b`; those past the last column are 0 and left out. So are those of slabs that
/// `kept` of the point does not have.
pub fn weights(
    system: &System,
    layout: &Layout,
    points: &[RowClaims],
    kept: &[Vec<bool>],
    eta: K,
) -> Vec<Vec<K>> {
    let mut out: Vec<_> = kept.iter().map(|kept| K::zero_vec(pairs_of(layout, kept) << 7)).collect();
    let mut slabs: Vec<Vec<Columns<'_>>> = layout.slabs.iter().map(|_| Vec::new()).collect();
    for (of_point, kept) in out.iter_mut().zip(kept) {
        for (columns, slab) in split(system, layout, kept, of_point).into_iter().zip(&mut slabs) {
            slab.push(columns);
        }
    }
    slabs.into_par_iter().enumerate().for_each(|(s, columns)| {
        let mut scale = K::ONE;
        for (claims, columns) in points.iter().zip(columns) {
            slab_weights(system, layout, s, (claims, eta, &mut scale), columns);
        }
    });
    out
}

/// Parts of a vector of weights, by slab; of slabs that are not kept, nothing.
fn split<'w>(system: &System, layout: &Layout, kept: &[bool], weights: &'w mut [K]) -> Vec<Columns<'w>> {
    let committed = |slab: usize| system.tables[layout.slabs[slab].table].committed;
    let columns = |slab| Columns { committed: committed(slab), ..Columns::default() };
    let mut out: Vec<_> = (0..layout.slabs.len()).map(columns).collect();
    let mut rest = weights;
    for oracle in &layout.oracles {
        // A slab's blocks are adjacent.
        let blocks = oracle.pairs.blocks.chunk_by(|a, b| a.slab == b.slab);
        for blocks in blocks.filter(|blocks| kept[blocks[0].slab]) {
            let (part, after) = rest.split_at_mut(blocks.len() << 7);
            rest = after;
            let columns = &mut out[blocks[0].slab];
            match oracle.owner {
                Owner::Run => columns.run = part,
                Owner::Program => columns.program = part,
            }
        }
    }
    out
}

/// Adds the weights that the claims at one point put on the columns of a slab, if it is kept; `scale` is the power of eta of
/// the next claim.
fn slab_weights(
    system: &System,
    layout: &Layout,
    slab: usize,
    (claims, eta, scale): (&RowClaims, K, &mut K),
    mut columns: Columns<'_>,
) {
    // Fresh pages are written before they are read: a page that is read first is copied when it is written.
    columns.run.fill(K::ZERO);
    columns.program.fill(K::ZERO);
    let table = &system.tables[layout.slabs[slab].table];
    let mut words: Vec<Option<Box<Bits>>> = vec![None; table.forms.len()];
    for claim in &claims.claims {
        for block in slab_blocks(claim.of.stack(layout), slab) {
            let place = *scale * block_weight(&claims.point, block).expect("a point of the stack");
            for (word, weights) in claim.of.words(table, block.item).expect("an item of the table") {
                let word = words[word as usize].get_or_insert_with(|| Box::new([K::ZERO; 64]));
                add(&mut word[..], &scaled(weights, place));
            }
        }
        *scale *= eta;
    }
    for (form, word) in table.forms.iter().zip(&words) {
        if let Some(word) = word {
            columns.pull_back(form, word);
        }
    }
}

/// The weights of 64 bits, times a factor.
fn scaled(weights: Weights<'_>, factor: K) -> Bits {
    match weights {
        Weights::Element(first) => {
            let factor = first * factor;
            std::array::from_fn(|j| POWERS[j] * factor)
        }
        Weights::Bits(bits) => std::array::from_fn(|j| factor * bits[j]),
    }
}

/// What the bits of an element's low word stand for.
static POWERS: LazyLock<Bits> = LazyLock::new(|| std::array::from_fn(x_power));
