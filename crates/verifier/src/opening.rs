//! The opening: a sumcheck folds the committed vectors lane by lane; each folded vector is committed
//! again, and the code before is queried at random positions (Ligerito, eprint 2025/1187; WHIR,
//! eprint 2024/1586; here in the unique-decoding regime).
//!
//! The first round opens all committed vectors, whose lanes are folded by the same challenges; their
//! folded vectors lie one after the other in the vector of the second round.
//!
//! Where a proof hides, random entries of the tails, with weights of their own, cover the first rounds, and the
//! mask covers the folded vector: all that follows is about `rho' F + M`, which is uniform.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_table, mle, subspace_values, tensor, tensor_mle};

use crate::arithmetic::Clear;
use crate::channel::Channel;
use crate::check::demand;
use crate::cover::{BLINDS, Cover};
use crate::error::{eq_index, get, inner, slice};
use crate::label::Label;
use crate::layout::Oracle;
use crate::moves::Move;
use crate::params::{Code, LANE_LOG, Opened, Schedule};
use crate::ring_switch::{ElementClaim, weight};
use crate::transcript::Challenges;
use crate::{Digest, Error, Layout, merkle, sumcheck};

/// A folded symbol of a queried code: `<tensor(1, w), vector> = y` on a part of the next vector.
struct Equation {
    coefficient: K,
    row: CodeRow,
}

/// A committed vector of the first round.
struct First<'a> {
    /// Where it lies in the joint index space.
    oracle: &'a Oracle,
    /// Its code, and where its folded vector lies in the vector of the second round.
    opened: &'a Opened,
    root: &'a Digest,
    equations: Vec<Equation>,
}

/// What a query of one code yields: the folded symbols with their code rows.
struct Folded {
    y: K,
    row: CodeRow,
}

/// A symbol of a code as a functional on a folded lane: the tensor product over the lane's own variables, and
/// that over the variables of its tail, with the factor that both tails share.
struct CodeRow {
    own: Vec<K>,
    tail: Option<(K, Vec<K>)>,
}

impl CodeRow {
    fn new(code: &Code, position: usize) -> Result<Self, Error> {
        let point = position.saturating_add(code.shift());
        let values = subspace_values(code.top().saturating_add(1), point);
        let first = |n: usize| Ok::<_, Error>(slice(&values, 0..n, "the variables of a lane")?.to_vec());
        let tail = match code.cover {
            Some(cover) => Some((*get(&values, code.top(), "a tail's factor")?, first(cover.log)?)),
            None => None,
        };
        Ok(Self { own: first(code.log)?, tail })
    }
}

/// How the rows of a code are folded: by the eq of the lanes, times a factor beside the mask.
struct Folding {
    lanes: Vec<K>,
    factor: K,
}

impl Folding {
    fn fold(&self, code: &Code, row: &[K]) -> Result<K, Error> {
        let (own, mask) = row.split_at_checked(code.lanes).ok_or(Error::Internal("a row of all lanes"))?;
        let sum = inner(own, slice(&self.lanes, 0..code.lanes, "as many lanes as are folded")?)?;
        // Where there is no mask, nothing follows the lanes.
        Ok(self.factor * sum + mask.iter().copied().sum::<K>())
    }
}

/// Draws the positions of `code`. Those of all codes of a round are drawn before any row is received.
///
/// They are increasing, without repetition.
pub fn positions(challenges: &mut impl Challenges, code: &Code) -> Vec<usize> {
    let mut positions: Vec<usize> =
        (0..code.queries).map(|_| challenges.draw_index(Label::Query, code.position_log())).collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// Receives and checks the rows of `code` that are opened at `positions`, and folds them.
fn query(
    channel: &mut impl Channel,
    code: &Code,
    positions: &[usize],
    root: &Digest,
    folding: &Folding,
    round: usize,
) -> Result<Vec<Folded>, Error> {
    let rows = merkle::open(channel, root, code.position_log(), code.width(), positions, round)?;
    if positions.len() != rows.len() {
        return Err(Error::Internal("a row for each position"));
    }
    let fold = |(&position, row): (&usize, &Vec<K>)| {
        Ok(Folded { y: folding.fold(code, row)?, row: CodeRow::new(code, position)? })
    };
    positions.iter().zip(&rows).map(fold).collect()
}

/// What is drawn and received beside the first fold where a proof hides; 1 and nothing where it does not.
struct Blinding {
    /// Weights of the blinding entries of each lane.
    weights: Vec<[K; BLINDS]>,
    /// The factor of the claim.
    factor: K,
}

impl Blinding {
    /// Receives the weighted sum of the blinding entries, and adds it to the claim.
    fn receive(channel: &mut impl Channel, cover: Option<&Code>, value: &mut K) -> Result<Self, Error> {
        let Some(code) = cover else { return Ok(Self { weights: Vec::new(), factor: K::ONE }) };
        let mut draw = || channel.draw(Label::Blind);
        let weights = (0..code.lanes).map(|_| [0; BLINDS].map(|_| draw())).collect();
        let blinded = channel.element(Label::Blinded)?;
        channel.work(Move::BlindFactor)?;
        let factor = channel.draw(Label::BlindFactor);
        *value = factor * *value + blinded;
        Ok(Self { weights, factor })
    }
}

/// Checks that the committed vectors, whose roots come in the order of the layout, satisfy the claim.
///
/// # Errors
/// Any error of the opening.
pub fn verify(
    channel: &mut impl Channel,
    layout: &Layout,
    schedule: &Schedule,
    roots: &[Digest],
    claim: &ElementClaim,
) -> Result<(), Error> {
    if roots.len() != schedule.oracles.len() || layout.oracles.len() != schedule.oracles.len() {
        return Err(Error::Internal("a root and a code for each oracle"));
    }
    let oracles = layout.oracles.iter().zip(&schedule.oracles).zip(roots);
    let mut firsts: Vec<First<'_>> = oracles
        .map(|((oracle, opened), root)| First { oracle, opened, root, equations: Vec::new() })
        .collect();

    channel.section("opening");
    let mut value = claim.value + claim.cover.as_ref().map_or(K::ZERO, |c| c.value);
    let covered = schedule.covered().map(|(o, _)| &o.code);
    let blinding = Blinding::receive(channel, covered, &mut value)?;
    let (mut value, first_point) =
        sumcheck::plain(&mut Clear(channel), Label::Fold, schedule.fold(0), value, LANE_LOG)?;
    let mut folding = Folding { lanes: eq_table(&first_point), factor: K::ONE };
    if covered.is_some() {
        let masked = channel.element(Label::Masked)?;
        channel.work(schedule.mask())?;
        folding.factor = channel.draw(Label::MaskFactor);
        value = folding.factor * value + masked;
    }
    // The equations of later rounds, on their whole vectors; `point` of those vectors.
    let mut equations: Vec<Equation> = Vec::new();
    let mut point: Vec<K> = Vec::new();
    let mut root = [0; 32];
    let mut last: Option<&Code> = None;
    for round in 0..=schedule.rounds.len() {
        // Commit to the vector just folded, or see it.
        let next = schedule.rounds.get(round);
        let mut clear = Vec::new();
        let mut next_root = [0; 32];
        if next.is_some() {
            next_root = channel.digest(Label::Root)?;
        } else {
            clear = channel.elements(Label::FinalVector, schedule.final_len)?;
        }
        channel.work(Move::Queries { round })?;
        // Query the code before, and demand that the vector just folded explains its symbols.
        let mut explained = Vec::new();
        if round == 0 {
            let drawn: Vec<_> = firsts.iter().map(|f| positions(channel, &f.opened.code)).collect();
            for (first, positions) in firsts.iter().zip(&drawn) {
                let code = &first.opened.code;
                let folded = query(channel, code, positions, first.root, &folding, round)?;
                explained.push((first.opened.base, first.opened.tail_base, folded));
            }
        } else {
            let code = last.ok_or(Error::Internal("a code before"))?;
            let drawn = positions(channel, code);
            explained.push((0, 0, query(channel, code, &drawn, &root, &folding, round)?));
        }
        if let Some(code) = next {
            channel.work(schedule.beta(round))?;
            let beta = channel.draw(Label::Beta);
            let mut coefficient = beta;
            for (i, (.., folded)) in explained.into_iter().enumerate() {
                let list = if round == 0 {
                    firsts.get_mut(i).map(|f| &mut f.equations).ok_or(Error::Internal("an oracle"))?
                } else {
                    &mut equations
                };
                for Folded { y, row } in folded {
                    value += coefficient * y;
                    list.push(Equation { coefficient, row });
                    coefficient *= beta;
                }
            }
            let fold = schedule.fold(round.saturating_add(1));
            let (v, r) = sumcheck::plain(&mut Clear(channel), Label::Fold, fold, value, code.lane_log)?;
            value = v;
            folding = Folding { lanes: eq_table(&r), factor: K::ONE };
            point.splice(0..0, r);
            root = next_root;
            last = Some(code);
        } else {
            for (base, tail_base, folded) in explained {
                let seen = |row: &[K], base: usize| {
                    let row = tensor(row);
                    let part = base..base.saturating_add(row.len());
                    inner(&row, slice(&clear, part, "a folded vector")?)
                };
                for Folded { y, row } in folded {
                    let mut sum = seen(&row.own, base)?;
                    if let Some((factor, row)) = row.tail {
                        sum += factor * seen(&row, tail_base)?;
                    }
                    demand(sum == y, Error::QueryValue(round))?;
                }
            }
            let variables = schedule.final_log;
            let (v, r) = sumcheck::plain(&mut Clear(channel), Label::Tail, Move::Tail, value, variables)?;
            let at_r = mle(&clear, &r);
            point.splice(0..0, r);
            let w = total_weight(&firsts, &equations, claim, &blinding, &first_point, &point, layout);
            return demand(v == w? * at_r, Error::OpeningValue);
        }
    }
    Err(Error::Internal("a final round"))
}

/// The multilinear extension, at `point` over the variables of the second round's vector, of the
/// weights that all claims and equations have put on it.
fn total_weight(
    firsts: &[First<'_>],
    equations: &[Equation],
    claim: &ElementClaim,
    blinding: &Blinding,
    first_point: &[K],
    point: &[K],
    layout: &Layout,
) -> Result<K, Error> {
    let mut total = K::ZERO;
    let split = |log| point.split_at_checked(log).ok_or(Error::Internal("the second vector's point"));
    for first in firsts {
        let code = &first.opened.code;
        let (own, above) = split(code.log)?;
        // The joint point: positions, lanes, then the constant bits of the oracle's place.
        let mut joint: Vec<K> = own.iter().chain(first_point).copied().collect();
        for bit in joint.len()..layout.joint_log {
            joint.push(if first.oracle.base >> bit & 1 == 1 { K::ONE } else { K::ZERO });
        }
        let mut w = blinding.factor * weight(claim, &joint)?;
        for e in &first.equations {
            w += e.coefficient * tensor_mle(&e.row.own, own);
        }
        total += eq_index(above, first.opened.base >> code.log)? * w;
        if let Some(cover) = &code.cover {
            let (own, above) = split(cover.log)?;
            let mut w = tail_weight(code, cover, claim, blinding, first_point, own)?;
            for e in &first.equations {
                let row = e.row.tail.as_ref();
                w += row.map_or(K::ZERO, |(factor, row)| e.coefficient * *factor * tensor_mle(row, own));
            }
            total += eq_index(above, first.opened.tail_base >> cover.log)? * w;
        }
    }
    for e in equations {
        total += e.coefficient * tensor_mle(&e.row.own, point);
    }
    Ok(total)
}

/// The multilinear extension, over lanes at `first_point` and over tails at `own`, of the weights of the
/// cover's entries and of the blinding ones.
fn tail_weight(
    code: &Code,
    cover: &Cover,
    claim: &ElementClaim,
    blinding: &Blinding,
    first_point: &[K],
    own: &[K],
) -> Result<K, Error> {
    let (lanes, tail) = (eq_table(first_point), eq_table(own));
    let at = |lane: usize, index: usize| -> Result<K, Error> {
        Ok(*get(&lanes, lane, "a lane")? * *get(&tail, index, "an entry of a tail")?)
    };
    let mut total = K::ZERO;
    for &(entry, w) in claim.cover.iter().flat_map(|c| &c.weights) {
        let (lane, index) = cover.place(code.lanes, entry);
        total += w * at(lane, index)?;
    }
    total *= blinding.factor;
    for (lane, weights) in blinding.weights.iter().enumerate() {
        for (&w, index) in weights.iter().zip(cover.free..) {
            total += w * at(lane, index)?;
        }
    }
    Ok(total)
}
