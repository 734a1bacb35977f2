//! The point reduction: the values of columns become one claim on committed bits.

use std::collections::BTreeMap;

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_table};
use dyad_verifier::layout::Block;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};
use rayon::prelude::*;

use crate::columns::RowEqs;
use crate::cost::{Cost, Dimensions, INNER, moved, products, slab_logs, sumcheck};
use crate::evaluate::Committed;
use crate::kernels::sumcheck::{inner_round, scale};
use crate::kernels::sums::linear_map;
use crate::rounds::{Pair, Session};
use crate::scratch::Scratch;

/// Elements of one task.
const GRAIN: usize = 1 << 12;

/// Elements of scratch that [`prove`] takes.
pub fn room(layout: &Layout) -> usize {
    joint_lengths(layout).iter().map(|length| 2 * length).sum()
}

/// Reduces the values of columns at a point (the bit, then the column) to one claim on bits.
pub fn prove<H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    column_point: &[K],
    rows: Vec<RowEqs>,
    mut scratch: Scratch<'_>,
) -> BitPoint {
    s.proof.section("points");
    s.step("points");
    let layout = c.layout;
    s.work(Move::Theta { claims: rows.len() });
    let theta = s.draw(Label::Theta);
    let (bits, pair_point) = column_point.split_at(7);
    let bit_eq: [K; BITS] = eq_table(bits).try_into().expect("128 bits");
    // Weights and folded bits of each oracle.
    let (mut weights, mut vectors) = (Vec::new(), Vec::new());
    for (&v, length) in c.vectors.iter().zip(joint_lengths(layout)) {
        let (weight, vector) = (scratch.take(length), scratch.take(length));
        linear_map(&bit_eq, v, &mut vector[..v.len()]);
        vector[v.len()..].fill(K::ZERO);
        weight[v.len()..].fill(K::ZERO);
        weights.push(weight);
        vectors.push(vector);
    }
    weigh(layout, &rows, theta, &eq_table(pair_point), &mut weights);
    drop(rows);
    let parts = layout.oracles.iter().zip(weights).zip(vectors);
    let joint = parts.map(|((o, weights), vector)| {
        ((o.base, o.pairs.log), Pair { log: o.pairs.log, weights, vector, source: None })
    });
    let joint: Vec<Placed<Pair<'_>>> = joint.collect();
    let (high, mut pair) = join(s, layout, joint);
    let variables = pair.log;
    let mut index = s.plain(Label::Points, Move::PointRound, std::slice::from_mut(&mut pair), variables);
    index.extend(high);
    // What is claimed is for the verifier; the ring switch needs the points alone.
    BitPoint { bits: bits.to_vec(), index }
}

/// The point that is left.
pub struct BitPoint {
    /// Over the 128 bits of an element.
    pub bits: Vec<K>,
    /// Over the joint index.
    pub index: Vec<K>,
}

/// The oracle of a block of pairs, the block, and the weight of its place.
type PlacedBlock<'a> = (usize, &'a Block, K);

/// Writes the weights of all blocks, the eq of their place times that of rows, batched over points with powers of theta.
/// `places` are those of pairs.
fn weigh(layout: &Layout, rows: &[RowEqs], theta: K, places: &[K], weights: &mut [&mut [K]]) {
    // Slabs of one size whose rows the claims at the same points are about have the same rows' eq.
    let mut alike: BTreeMap<(usize, Vec<usize>), Vec<PlacedBlock<'_>>> = BTreeMap::new();
    let oracles = layout
        .oracles
        .iter()
        .enumerate()
        .flat_map(|(o, oracle)| oracle.pairs.blocks.iter().map(move |b| (o, b)));
    for ((oracle, block), &place) in oracles.zip(places) {
        let covering = (0..rows.len()).filter(|&k| rows[k].covers(block.slab)).collect();
        alike.entry((block.log, covering)).or_default().push((oracle, block, place));
    }
    for ((log, covering), blocks) in alike {
        let row_eq = combined(rows, log, &covering, theta);
        for (oracle, b, place) in blocks {
            weights[oracle][b.base..][..1 << b.log]
                .par_chunks_mut(GRAIN)
                .zip(row_eq.par_chunks(GRAIN))
                .for_each(|(w, e)| {
                    w.copy_from_slice(e);
                    scale(w, place);
                });
        }
    }
}

/// The rows' eq of slabs of a size, of some points together.
fn combined(rows: &[RowEqs], log: usize, points: &[usize], theta: K) -> Vec<K> {
    let mut sum = vec![K::ZERO; 1 << log];
    for &point in points {
        let factor = (0..point).fold(K::ONE, |power, _| power * theta);
        let parts = sum.par_chunks_mut(GRAIN).zip(rows[point].of(log).par_chunks(GRAIN));
        parts.for_each_init(Vec::new, |scaled, (sum, eq)| {
            scaled.clear();
            scaled.extend_from_slice(eq);
            scale(scaled, factor);
            sum.iter_mut().zip(scaled).for_each(|(s, e)| *s += *e);
        });
    }
    sum
}

/// The lengths of each oracle's vectors in the point reduction: they are filled up as far as those of
/// smaller oracles go that are added to them in [`join`].
fn joint_lengths(layout: &Layout) -> Vec<usize> {
    let mut lengths: Vec<usize> = layout.oracles.iter().map(|o| o.pairs.len).collect();
    let mut parts: Vec<_> = layout.oracles.iter().map(|o| (o.base, o.pairs.log)).zip(0..).collect();
    for variable in joining(layout) {
        let (low, high) = halves(parts, variable);
        for &(place, part) in &high {
            let (found, offset) = onto(&low, place);
            let below: usize = low[found].1;
            lengths[below] = lengths[below].max(offset + lengths[part]);
        }
        parts = low;
    }
    lengths
}

/// The variables of the joint index above those of the largest oracle, the highest first: these tell the
/// oracles apart.
fn joining(layout: &Layout) -> impl Iterator<Item = usize> + use<> {
    let largest = layout.oracles.iter().map(|o| o.pairs.log).max().unwrap_or_default();
    (largest..layout.joint_log).rev()
}

/// First index and logarithm of the size of a part of the joint index space.
type Place = (usize, usize);

/// A part of the joint index space, and what goes with it.
type Placed<T> = (Place, T);

/// The parts where a variable, the highest, is 0, and those where it is 1, as they lie once it is bound.
fn halves<T>(parts: Vec<Placed<T>>, variable: usize) -> (Vec<Placed<T>>, Vec<Placed<T>>) {
    let (low, mut high): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|((base, _), _)| base >> variable & 1 == 0);
    for ((base, _), _) in &mut high {
        *base ^= 1 << variable;
    }
    (low, high)
}

/// The part of the lower half that one of the upper half is added to, and at what offset. There is one:
/// parts are laid out by size without a gap.
fn onto<T>(low: &[Placed<T>], (base, _): Place) -> (usize, usize) {
    let found = low.iter().position(|((at, log), _)| base >> log == at >> log).expect("no gap below");
    (found, base - low[found].0.0)
}

/// The first rounds of the point reduction, where there are several oracles: they bind the variables that
/// tell these apart, the highest first. Returns their challenges, that of the lowest first, and the sum of
/// all oracles' weights and vectors, each scaled as the challenges demand.
fn join<'a, H: Hash>(
    s: &mut Session<'_, H>,
    layout: &Layout,
    mut parts: Vec<Placed<Pair<'a>>>,
) -> (Vec<K>, Pair<'a>) {
    let inner = |w: &[K], q: &[K]| inner_round(w, q, w.len()).0;
    let mut point = Vec::new();
    for variable in joining(layout) {
        let (mut low, high) = halves(parts, variable);
        let range = |offset, part: &Pair<'_>| offset..offset + part.vector.len();
        // With V(X) = low + X (low + high): c0 sums low alone, c2 the product of both sums.
        let c0: K = low.iter().map(|(_, p)| inner(p.weights, p.vector)).sum();
        let mut c2 = c0;
        for (place, part) in &high {
            let (found, offset) = onto(&low, *place);
            let (below, range) = (&low[found].1, range(offset, part));
            c2 += inner(part.weights, part.vector)
                + inner(&below.weights[range.clone()], part.vector)
                + inner(part.weights, &below.vector[range]);
        }
        let r = s.round(Label::Points, Move::PointRound, (c0, c2));
        for (_, p) in &mut low {
            for v in [&mut *p.weights, &mut *p.vector] {
                v.par_chunks_mut(GRAIN).for_each(|v| scale(v, K::ONE + r));
            }
        }
        for (place, part) in high {
            let (found, offset) = onto(&low, place);
            let (below, range) = (&mut low[found].1, range(offset, &part));
            for (to, from) in [(&mut *below.weights, part.weights), (&mut *below.vector, part.vector)] {
                to[range.clone()].iter_mut().zip(from).for_each(|(t, &mut f)| *t += r * f);
            }
        }
        point.push(r);
        parts = low;
    }
    point.reverse();
    let (_, sum) = parts.pop().unwrap_or_default();
    (point, sum)
}

/// Folds the bits of all elements, gives each a weight, joins the vectors, and runs a sumcheck.
pub fn cost(d: &Dimensions<'_>) -> Cost {
    let logs = slab_logs(d.layout);
    let rows = |entries: u64| products(entries) + moved(5 * entries);
    let eq: Cost = logs.into_iter().map(|log| rows(1 << log)).sum();
    let longest = d.layout.oracles.iter().map(|o| o.pairs.len as u64).max().unwrap_or_default();
    let log = d.layout.oracles.iter().map(|o| o.pairs.log).max().unwrap_or_default();
    let join = if d.layout.oracles.len() > 1 {
        // The sum of the round, then both vectors scaled.
        products((INNER + 2) * longest) + moved((2 + 4) * longest)
    } else {
        Cost::default()
    };
    Cost { mapped: d.committed(), ..Cost::default() }
        + products(d.committed())
        + moved((2 + 2) * d.committed())
        + eq
        + join
        + sumcheck(&[longest; 2], log, log, INNER)
}

#[cfg(test)]
mod tests {
    use dyad_verifier::layout::{Oracle, Owner, Stack, ceil_log, places};
    use dyad_verifier::transcript::Transcript;
    use dyad_verifier::{Blake3, Level};

    use super::*;
    use crate::kernels::testing::{Elements as _, Random};

    /// A layout of oracles alone.
    fn layout(sizes: &[(usize, usize)]) -> Layout {
        let (bases, joint) = places(sizes.iter().map(|s| s.0));
        let oracle = |(&(log, len), base)| {
            let pairs = Stack { len, log, ..Stack::default() };
            Oracle { owner: Owner::Run, pairs, base }
        };
        Layout {
            slabs: Vec::new(),
            oracles: sizes.iter().zip(bases).map(oracle).collect(),
            joint_log: ceil_log(joint),
            pushes: Stack::default(),
            pulls: Stack::default(),
            bus_log: 0,
            ands: Stack::default(),
            products: Stack::default(),
            column_log: 1,
        }
    }

    /// Rounds on parts that are joined against rounds on the whole joint vectors.
    #[test]
    fn joined_parts_are_the_joint_vectors() {
        let mut rng = Random(77);
        let shapes: [&[(usize, usize)]; 7] = [
            &[(5, 32)],
            &[(5, 20), (5, 32)],
            &[(4, 9), (6, 33)],
            &[(5, 20), (3, 8), (3, 5)],
            &[(3, 6), (5, 17), (3, 8), (4, 16)],
            &[(4, 16), (4, 15), (4, 14), (3, 7), (2, 4)],
            &[(2, 1), (2, 2), (2, 3), (2, 4), (2, 3)],
        ];
        for sizes in shapes {
            let layout = layout(sizes);
            let data: Vec<[Vec<K>; 2]> = sizes.iter().map(|&(_, len)| [0; 2].map(|_| rng.ks(len))).collect();
            let mut joint = [0; 2].map(|_| vec![K::ZERO; 1 << layout.joint_log]);
            for (o, vectors) in layout.oracles.iter().zip(&data) {
                for (joint, vector) in joint.iter_mut().zip(vectors) {
                    joint[o.base..][..vector.len()].copy_from_slice(vector);
                }
            }
            let session =
                |observer| Session::<Blake3>::new(Transcript::new(b"joined"), Level::L128, None, observer);
            let mut observer = |_: &'static str| ();
            let mut s = session(&mut observer);
            let [weights, vector] = joint.each_mut().map(Vec::as_mut_slice);
            let mut whole = [Pair { log: layout.joint_log, weights, vector, source: None }];
            let expected = s.plain(Label::Points, Move::PointRound, &mut whole, layout.joint_log);
            let (value, proof) = (whole[0].value(), s.proof);

            let mut stored: Vec<[Vec<K>; 2]> = data.clone();
            for (vectors, length) in stored.iter_mut().zip(joint_lengths(&layout)) {
                vectors.iter_mut().for_each(|v| v.resize(length, K::ZERO));
            }
            let parts = layout.oracles.iter().zip(&mut stored).map(|(o, vectors)| {
                let [weights, vector] = vectors.each_mut().map(Vec::as_mut_slice);
                ((o.base, o.pairs.log), Pair { log: o.pairs.log, weights, vector, source: None })
            });
            let mut observer = |_: &'static str| ();
            let mut s = session(&mut observer);
            let (high, mut pair) = join(&mut s, &layout, parts.collect());
            let variables = pair.log;
            let mut point =
                s.plain(Label::Points, Move::PointRound, std::slice::from_mut(&mut pair), variables);
            point.extend(high);
            assert_eq!((point, pair.value(), s.proof), (expected, value, proof), "{sizes:?}");
        }
    }
}
