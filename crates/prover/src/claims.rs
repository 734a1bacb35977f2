//! From claims on leaves and operands to one claim on committed elements: the column reduction, the
//! point reduction and the ring switch.

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_at, eq_table};
use dyad_verifier::and_check::AndClaims;
use dyad_verifier::bus::BusClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout};
use rayon::prelude::*;

use crate::adjoint;
use crate::and_check::eq_by_log;
use crate::evaluate::Committed;
use crate::kernels::eq::Parts;
use crate::kernels::sumcheck::{inner_round, scale};
use crate::kernels::sums::{bit_sums_eq, bit_sums2, linear_map, linear_map_eq};
use crate::rounds::{Pair, Session};
use crate::scratch::{Memory, Scratch};

/// Elements of one task.
const GRAIN: usize = 1 << 12;

/// Elements of scratch that [`prove`] takes.
pub fn room(layout: &Layout) -> usize {
    let points: usize = joint_lengths(layout).iter().map(|length| 2 * length).sum();
    points.max(weights_len(layout))
}

/// Elements of the weights that [`prove`] returns.
pub fn weights_len(layout: &Layout) -> usize {
    layout.oracles.iter().map(|o| 1 << o.pairs.log).sum()
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

/// Reduces the claims to weights on the committed elements of each oracle, in scratch, whose rest is
/// returned too.
pub fn prove<'a, H: Hash>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    bus: &BusClaims,
    and: &AndClaims,
    memory: &'a mut Memory,
) -> (Vec<&'a mut [K]>, Scratch<'a>) {
    let layout = c.layout;
    let oracles: Vec<_> = layout.oracles.iter().zip(c.vectors).collect();
    // All blocks, with the index of their oracle.
    let blocks: Vec<_> = oracles
        .iter()
        .enumerate()
        .flat_map(|(i, (o, _))| o.pairs.blocks.iter().map(move |b| (i, b)))
        .collect();

    s.proof.section("columns");
    s.step("columns");
    let eta = s.draw(Label::Eta);
    let logs = || layout.slabs.iter().map(|s| s.log);
    let bus_eq = eq_by_log(logs(), &bus.point);
    let and_eq = eq_by_log(logs(), &and.point);
    let [mut w0, mut w1] = adjoint::weights(c.system, layout, bus, and, eta);
    let mut m0 = vec![K::ZERO; blocks.len() << 7];
    let mut m1 = m0.clone();
    for (i, &(oracle, b)) in blocks.iter().enumerate() {
        let q = &c.vectors[oracle][b.base..][..1 << b.log];
        let [s0, s1] = bit_sums2(q, &bus_eq[b.log], &and_eq[b.log]);
        m0[i << 7..][..BITS].copy_from_slice(&s0);
        m1[i << 7..][..BITS].copy_from_slice(&s1);
    }
    let log = layout.column_log + 6;
    let mut pairs = [(&mut w0, &mut m0), (&mut w1, &mut m1)].map(|(weights, vector)| Pair {
        log,
        weights,
        vector,
        source: None,
    });
    let column_point = s.plain(Label::Columns, &mut pairs, log);
    s.send(Label::ColumnValues, &[pairs[0].value(), pairs[1].value()]);

    s.proof.section("points");
    s.step("points");
    let theta = s.draw(Label::Theta);
    let bit_eq: [K; BITS] = eq_table(&column_point[..7]).try_into().expect("128 bits");
    let pair_eq = eq_table(&column_point[7..]);
    // The row eq of both points together, for each size of slab.
    let mut row_eq = bus_eq;
    for (b, mut a) in row_eq.iter_mut().zip(and_eq) {
        b.par_chunks_mut(GRAIN).zip(a.par_chunks_mut(GRAIN)).for_each(|(b, a)| {
            scale(a, theta);
            b.iter_mut().zip(a).for_each(|(b, &mut a)| *b += a);
        });
    }
    // Weights and folded bits of each oracle.
    let mut scratch = memory.scratch();
    let mut joint: Vec<Placed<Pair<'_>>> = oracles
        .iter()
        .zip(joint_lengths(layout))
        .map(|((o, v), length)| {
            let (weights, vector) = (scratch.take(length), scratch.take(length));
            linear_map(&bit_eq, v, &mut vector[..v.len()]);
            vector[v.len()..].fill(K::ZERO);
            weights[v.len()..].fill(K::ZERO);
            ((o.base, o.pairs.log), Pair { log: o.pairs.log, weights, vector, source: None })
        })
        .collect();
    for (i, &(oracle, b)) in blocks.iter().enumerate() {
        let place = pair_eq[i];
        joint[oracle].1.weights[b.base..][..1 << b.log]
            .par_chunks_mut(GRAIN)
            .zip(row_eq[b.log].par_chunks(GRAIN))
            .for_each(|(w, e)| {
                w.copy_from_slice(e);
                scale(w, place);
            });
    }
    drop(row_eq);
    let (mut index, mut pair) = join(s, layout, joint);
    let variables = pair.log;
    let mut low = s.plain(Label::Points, std::slice::from_mut(&mut pair), variables);
    s.send(Label::BitValue, &[pair.value()]);
    low.append(&mut index);
    let index = low;

    s.proof.section("ring switch");
    s.step("ring switch");
    let index_eq: Vec<(usize, Parts<'_>)> = oracles
        .iter()
        .map(|(o, _)| {
            let (own, above) = index.split_at(o.pairs.log);
            (own.len(), Parts::new(own, eq_at(above, o.base >> own.len())))
        })
        .collect();
    let mut sums = [K::ZERO; BITS];
    for (v, (_, e)) in c.vectors.iter().zip(&index_eq) {
        for (s, x) in sums.iter_mut().zip(bit_sums_eq(v, e)) {
            *s += x;
        }
    }
    s.send(Label::BitSums, &sums);
    let images: [K; BITS] = eq_table(&s.draw_many(Label::Ring, 7)).try_into().expect("128 images");
    let mut scratch = memory.scratch();
    let weights = index_eq
        .iter()
        .map(|(log, e)| {
            let weights = scratch.take(1 << log);
            linear_map_eq(&images, e, weights);
            weights
        })
        .collect();
    (weights, scratch)
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
        let r = s.round(Label::Points, (c0, c2));
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

#[cfg(test)]
mod tests {
    use dyad_verifier::Blake3;
    use dyad_verifier::layout::{Oracle, Owner, Stack, ceil_log, places};
    use dyad_verifier::transcript::Transcript;

    use super::*;
    use crate::kernels::testing::{Elements as _, Random};
    use crate::writer::Proof;

    /// A layout of oracles alone.
    fn layout(sizes: &[(usize, usize)]) -> Layout {
        let (bases, joint) = places(sizes.iter().map(|s| s.0));
        let oracle = |(&(log, len), base)| {
            let pairs = Stack { blocks: Vec::new(), len, log };
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
            let session = |observer| Session::<Blake3> {
                t: Transcript::new(b"joined"),
                proof: Proof::default(),
                observer,
            };
            let mut observer = |_: &'static str| ();
            let mut s = session(&mut observer);
            let [weights, vector] = joint.each_mut().map(Vec::as_mut_slice);
            let mut whole = [Pair { log: layout.joint_log, weights, vector, source: None }];
            let expected = s.plain(Label::Points, &mut whole, layout.joint_log);
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
            let mut point = s.plain(Label::Points, std::slice::from_mut(&mut pair), variables);
            point.extend(high);
            assert_eq!((point, pair.value(), s.proof), (expected, value, proof), "{sizes:?}");
        }
    }
}
