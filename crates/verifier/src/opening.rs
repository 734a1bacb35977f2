//! The opening: a sumcheck folds the committed vectors lane by lane; each folded vector is committed
//! again, and the code before is queried at random positions (Ligerito, eprint 2025/1187; WHIR,
//! eprint 2024/1586; here in the unique-decoding regime).
//!
//! The first round opens all committed vectors, whose lanes are folded by the same challenges; their
//! folded vectors lie one after the other in the vector of the second round.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, eq_at, eq_table, mle, subspace_values, tensor, tensor_mle};

use crate::arithmetic::Clear;
use crate::channel::Channel;
use crate::label::Label;
use crate::layout::Oracle;
use crate::params::{Code, GRINDING, LANE_LOG, Opened, Schedule};
use crate::ring_switch::{ElementClaim, weight};
use crate::{Digest, Error, Layout, merkle, sumcheck};

/// A folded symbol of a queried code: `<tensor(1, w), vector> = y` on a part of the next vector.
struct Equation {
    coefficient: K,
    row: Vec<K>,
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
    row: Vec<K>,
}

/// Draws the positions of `code`, receives and checks the rows opened there, and folds them.
fn query(
    channel: &mut impl Channel,
    code: &Code,
    root: &Digest,
    lane_eq: &[K],
    round: usize,
) -> Result<Vec<Folded>, Error> {
    let mut positions: Vec<usize> =
        (0..code.queries).map(|_| channel.draw_index(Label::Query, code.position_log())).collect();
    positions.sort_unstable();
    positions.dedup();
    let rows = merkle::open(channel, root, code.position_log(), code.lanes, &positions, round)?;
    let mut out = Vec::with_capacity(rows.len());
    for (&position, row) in positions.iter().zip(&rows) {
        let y = row.iter().zip(lane_eq).map(|(&v, &e)| v * e).sum();
        out.push(Folded { y, row: subspace_values(code.log, position) });
    }
    Ok(out)
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
    let (mut value, first_point) = sumcheck::plain(&mut Clear(channel), Label::Fold, claim.value, LANE_LOG)?;
    // The equations of later rounds, on their whole vectors; `point` of those vectors.
    let mut equations: Vec<Equation> = Vec::new();
    let mut point: Vec<K> = Vec::new();
    let mut lane_eq = eq_table(&first_point);
    let mut root = [0; 32];
    let mut last: Option<(&Code, usize)> = None;
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
        channel.work(GRINDING, round)?;
        // Query the code before, and demand that the vector just folded explains its symbols.
        let mut explained = Vec::new();
        if round == 0 {
            for first in &firsts {
                let folded = query(channel, &first.opened.code, first.root, &lane_eq, round)?;
                explained.push((first.opened.base, folded));
            }
        } else {
            let (code, _) = last.ok_or(Error::Internal("a code before"))?;
            explained.push((0, query(channel, code, &root, &lane_eq, round)?));
        }
        if let Some(code) = next {
            let beta = channel.draw(Label::Beta);
            let mut coefficient = beta;
            for (i, (_, folded)) in explained.into_iter().enumerate() {
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
            let (v, r) = sumcheck::plain(&mut Clear(channel), Label::Fold, value, code.lane_log)?;
            value = v;
            lane_eq = eq_table(&r);
            point.splice(0..0, r);
            root = next_root;
            last = Some((code, round));
        } else {
            for (base, folded) in explained {
                let part = clear.get(base..).unwrap_or_default();
                for Folded { y, row } in folded {
                    let seen: K = tensor(&row).iter().zip(part).map(|(&a, &b)| a * b).sum();
                    if seen != y {
                        return Err(Error::QueryValue(round));
                    }
                }
            }
            let (v, r) = sumcheck::plain(&mut Clear(channel), Label::Tail, value, schedule.final_log)?;
            let at_r = mle(&clear, &r);
            point.splice(0..0, r);
            let w = total_weight(&firsts, &equations, claim, &first_point, &point, layout);
            return if v == w? * at_r { Ok(()) } else { Err(Error::OpeningValue) };
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
    first_point: &[K],
    point: &[K],
    layout: &Layout,
) -> Result<K, Error> {
    let mut total = K::ZERO;
    for first in firsts {
        let log = first.opened.code.log;
        let (own, above) = point.split_at_checked(log).ok_or(Error::Internal("the second vector's point"))?;
        // The joint point: positions, lanes, then the constant bits of the oracle's place.
        let mut joint: Vec<K> = own.iter().chain(first_point).copied().collect();
        for bit in joint.len()..layout.joint_log {
            joint.push(if first.oracle.base >> bit & 1 == 1 { K::ONE } else { K::ZERO });
        }
        let mut w = weight(claim, &joint);
        for e in &first.equations {
            w += e.coefficient * tensor_mle(&e.row, own);
        }
        total += eq_at(above, first.opened.base >> log) * w;
    }
    for e in equations {
        total += e.coefficient * tensor_mle(&e.row, point);
    }
    Ok(total)
}
