//! The AND check: the univariate round, then the sumcheck over constraints and rows.

use dyad_field::{K, PrimeCharacteristicRing, byte_lagrange};
use dyad_rules::lanes::{LANES, Wanted};
use dyad_verifier::and_check::claims;
use dyad_verifier::columns::block_weight;
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};

use crate::cost::{Cost, Dimensions, eq_table, moved, products, slab_logs, sumcheck};
use crate::evaluate::{Committed, TILE};
use crate::kernels::and_check::{Skip, WordMap};
use crate::kernels::eq::{self, SplitEq};
use crate::kernels::sumcheck::{and_fold_round, and_round, fold, scale};
use crate::rounds::Session;
use crate::scratch::Scratch;

/// The AND check: as a tree of a product layer, and C by eq.
const AND: u64 = 6;

/// Elements of scratch that [`prove`] takes.
pub fn room(layout: &Layout) -> usize {
    3 * layout.ands.len
}

/// Proves the AND constraints, up to the claims returned.
pub fn prove<H: Hash>(s: &mut Session<'_, H>, c: &Committed<'_>, mut scratch: Scratch<'_>) -> RowClaims {
    s.proof.section("and check");
    s.step("and check: bits");
    let layout = c.layout;
    let rho = s.draw_many(Label::Rho, layout.ands.log);
    let skip = univariate(c, &rho);
    s.send(Label::Skip, &skip);
    s.work(Move::Skip);
    let z = s.draw(Label::Z);

    s.step("and check: rows");
    let bit_weights = byte_lagrange(6, z);
    let map = WordMap::new(bit_weights.as_slice().try_into().expect("64 Lagrange values"));
    let [mut a, mut b, mut k] = [0; 3].map(|_| scratch.take(layout.ands.len));
    c.map([&layout.ands; 3], [a, b, k], |task, (work, operands): &mut (_, Vec<[[u64; TILE]; 3]>), parts| {
        task.run(work, Wanted::Ands, |x, lanes| {
            operands.resize(lanes.ands.len(), [[0; TILE]; 3]);
            for (operands, words) in operands.iter_mut().zip(&lanes.ands) {
                for (operand, word) in operands.iter_mut().zip(words) {
                    operand[x % TILE..][..LANES].copy_from_slice(&word.0);
                }
            }
            let Some(rows) = task.tile(x) else { return };
            for (i, operands) in operands.iter().enumerate() {
                for (part, operand) in parts.iter_mut().zip(operands) {
                    map.map(&operand[..rows.len()], &mut part[i][rows.clone()]);
                }
            }
        });
    });
    let mut eq = SplitEq::new(&rho);
    let mut point = Vec::with_capacity(rho.len());
    for v in (0..rho.len()).rev() {
        eq.drop_highest();
        let half = 1 << v;
        let round = match point.last() {
            None => and_round(&eq, a, b, k, half),
            Some(&r) => and_fold_round(&eq, [&mut a, &mut b, &mut k], 2 * half, r),
        };
        point.push(s.round(Label::And, Move::AndRound, round));
    }
    if let Some(&r) = point.last() {
        for table in [&mut a, &mut b, &mut k] {
            fold(table, 1, r);
        }
    }
    point.reverse();
    let values = [&a, &b, &k].map(|t| t.first().copied().unwrap_or_default());
    s.send(Label::AndValues, &values);
    s.known_product([values[0], values[1]]);
    claims(z, point, values)
}

/// `R` at the 64 points of the coset.
fn univariate(c: &Committed<'_>, rho: &[K]) -> [K; 64] {
    let layout = c.layout;
    // eq(rho, base + x) is the weight of the block times the row's eq of the slab.
    let rows = eq::tables(layout.slabs.iter().map(|s| s.log), rho);
    let weights: Vec<Vec<K>> = (0..layout.slabs.len())
        .map(|s| {
            let weight = |b| block_weight(rho, b).expect("a point of the stack");
            layout.ands.of_slab(s).iter().map(weight).collect()
        })
        .collect();
    c.fold(
        Skip::new,
        |skip, task, work| {
            let row_eq = &rows[layout.slabs[task.slab].log][task.start..];
            task.run(work, Wanted::Ands, |x, l| {
                let row_eq: &[K; LANES] = row_eq[x..].first_chunk().expect("slabs have eight rows or more");
                for ([a, b, c], &place) in l.ands.iter().zip(&weights[task.slab]) {
                    let mut weights = *row_eq;
                    scale(&mut weights, place);
                    skip.add_eight([&a.0, &b.0, &c.0], &weights);
                }
            });
        },
        Skip::finish,
    )
    .into_iter()
    .fold([K::ZERO; 64], |a, b| std::array::from_fn(|i| a[i] + b[i]))
}

/// Runs the rules on all rows; the weight of a constraint is a product.
pub fn bits_cost(d: &Dimensions<'_>) -> Cost {
    let constraints = d.layout.ands.len as u64;
    let eq: Cost = slab_logs(d.layout).into_iter().map(eq_table).sum();
    Cost { skipped: constraints, ..Cost::default() } + products(constraints) + moved(d.committed()) + eq
}

/// Runs the rules on all rows again, takes the operands to K, and runs a sumcheck over them.
pub fn rows_cost(d: &Dimensions<'_>) -> Cost {
    let (constraints, log) = (d.layout.ands.len as u64, d.layout.ands.log);
    let operands = 3 * constraints;
    Cost { mapped: operands, ..Cost::default() }
        + moved(d.committed() + operands)
        + sumcheck(&[constraints; 3], log, log, AND)
}
