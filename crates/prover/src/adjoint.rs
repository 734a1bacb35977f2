//! The batched claims as weights on the bits of columns: linear forms read backwards.

use std::ops::Range;
use std::sync::LazyLock;

use dyad_field::{K, PrimeCharacteristicRing, x_power};
use dyad_rules::form::{Form, Take};
use dyad_rules::forms::TableForms;
use dyad_verifier::columns::{block_weight, slab_blocks};
use dyad_verifier::forms::Bits;
use dyad_verifier::layout::Owner;
use dyad_verifier::row_claims::{RowClaims, Weights};
use dyad_verifier::{Layout, System};
use rayon::prelude::*;

/// Carries weights on the bits of a word back to the bits of columns, committed ones first.
fn pull_back(form: &Form, weights: &Bits, columns: &mut [Bits]) {
    for term in &form.terms {
        let column = &mut columns[term.column as usize];
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

/// Each `W_k` at every (C, b): entry `C << 6 | b`, 2^(column_log + 6) entries each.
pub fn weights(system: &System, layout: &Layout, points: &[RowClaims], eta: K) -> Vec<Vec<K>> {
    let per_slab: Vec<Vec<Vec<Bits>>> = (0..layout.slabs.len())
        .into_par_iter()
        .map(|s| {
            let mut scale = K::ONE;
            let each = points.iter().map(|claims| slab_weights(system, layout, s, claims, eta, &mut scale));
            each.collect()
        })
        .collect();
    let mut out: Vec<_> = points.iter().map(|_| vec![K::ZERO; 64 << layout.column_log]).collect();
    for (i, (oracle, block)) in layout.pairs().enumerate() {
        let committed = system.tables[layout.slabs[block.slab].table].committed;
        for (target, weights) in out.iter_mut().zip(&per_slab[block.slab]) {
            let columns = match oracle.owner {
                Owner::Run => &weights[..committed],
                Owner::Program => &weights[committed..],
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
) -> Vec<Bits> {
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
    let mut columns = vec![[K::ZERO; 64]; table.committed + table.fixed];
    for (form, word) in table.forms.iter().zip(&words) {
        if let Some(word) = word {
            pull_back(form, word, &mut columns);
        }
    }
    columns
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
