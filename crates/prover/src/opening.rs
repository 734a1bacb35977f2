//! The opening: fold, commit again, query, and on with the queries' equations.

use std::ops::Range;

use dyad_field::{K, PrimeCharacteristicRing};
use dyad_verifier::layout::Oracle;
use dyad_verifier::opening::positions;
use dyad_verifier::params::{Code, LANE_LOG, Schedule};
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout, Move};
use rayon::prelude::*;

use crate::commitment::{self, codeword_len};
use crate::cost::{Cost, Dimensions, INNER, moved, products, sumcheck};
use crate::covers::Covers;
use crate::evaluate::Committed;
use crate::grinding;
use crate::kernels::code::{Codeword, Uncoded, encode};
use crate::kernels::rows::{LaneVariables, accumulate_rows, row_pairs, tail_row};
use crate::kernels::sumcheck::{inner_round, scale};
use crate::merkle::{RowPairs, Tree};
use crate::ring_switch::{self, ElementWeights};
use crate::rounds::{Pair, Session};
use crate::scratch::Scratch;

/// Elements that one task copies.
const GRAIN: usize = 1 << 14;

/// Elements of scratch that [`prove`] takes, weights of the committed vectors included.
pub fn room(layout: &Layout, schedule: &Schedule) -> usize {
    let first: usize = layout.oracles.iter().map(folded_len).sum();
    let rounds: usize = schedule.rounds.iter().map(codeword_len).sum();
    ring_switch::room(layout) + 2 * schedule.second_len + first + rounds
}

/// Elements of the vector of an oracle after the first fold.
fn folded_len(o: &Oracle) -> usize {
    o.pairs.len.min(1 << (o.pairs.log - 1))
}

/// A committed code that is queried in a round.
pub struct Queried<'a> {
    /// Its parameters.
    pub code: Code,
    /// Its symbols.
    pub symbols: Symbols<'a>,
    /// Its tree.
    pub tree: &'a Tree,
    /// Where its folded vector lies in the next vector.
    pub base: usize,
    /// Where its folded tails lie there.
    pub tail_base: usize,
}

/// The symbols of a code.
#[derive(Clone, Copy)]
pub enum Symbols<'a> {
    /// All of them.
    Kept(Codeword<'a>),
    /// What they encode, from which those that are queried are made again.
    Of(Uncoded<'a>),
}

impl Symbols<'_> {
    /// The rows at `positions` and their neighbours.
    pub fn rows(&self, code: &Code, positions: &[usize]) -> RowPairs {
        RowPairs::new(code.width(), positions, |pairs| match self {
            Self::Kept(codeword) => codeword.row_pairs(pairs),
            Self::Of(uncoded) => {
                let points: Vec<usize> = pairs.iter().map(|k| k + code.shift() / 2).collect();
                row_pairs(uncoded, &points)
            }
        })
    }
}

/// What blinds the first rounds, where the proof hides: weights of the tails.
struct Blinding {
    /// The factor of the claim.
    factor: K,
    /// Weights of all tails, the mask's left out.
    weights: Vec<K>,
}

impl Blinding {
    /// Draws weights of the blinding entries, and sends what they come to.
    fn new<H: Hash>(s: &mut Session<'_, H>, covers: Option<&Covers>, claim: &ElementWeights) -> Self {
        let Some(covers) = covers else { return Self { factor: K::ONE, weights: Vec::new() } };
        let mut weights = K::zero_vec(covers.of_lanes().len());
        let mut blinded = K::ZERO;
        for i in covers.blinds().flatten() {
            weights[i] = s.draw(Label::Blind);
            blinded += weights[i] * covers.tails[i];
        }
        s.send_clear(Label::Blinded, &[blinded]);
        s.work(Move::BlindFactor);
        let factor = s.draw(Label::BlindFactor);
        for &(entry, w) in &claim.cover {
            weights[covers.index(entry)] += factor * w;
        }
        Self { factor, weights }
    }
}

/// Opens the codes of the first round, in the order of the layout.
pub fn prove<H: Hash + Sync + Send>(
    s: &mut Session<'_, H>,
    c: &Committed<'_>,
    schedule: &Schedule,
    claim: &ElementWeights,
    trees: &[(&Tree, Option<&[K]>)],
    scratch: Scratch<'_>,
) {
    s.proof.section("opening");
    // Nothing more is sent under pads.
    let covers = s.covers.take();
    let mut blinding = Blinding::new(s, covers.as_ref(), claim);
    let (weights, mut scratch) = ring_switch::weights(c.layout, claim, blinding.factor, scratch);
    s.step("opening");
    let mut tails = covers.as_ref().map_or(Vec::new(), |c| c.of_lanes().to_vec());
    // Weights and vector of each part, and where it lies in the second vector once it is folded.
    let mut pairs = Vec::new();
    for ((weights, o), &source) in weights.into_iter().zip(&c.layout.oracles).zip(c.vectors) {
        let vector = scratch.take(folded_len(o));
        pairs.push(Pair { log: o.pairs.log, weights, vector, source: Some(source) });
    }
    let mut places: Vec<Range<usize>> = schedule.oracles.iter().map(|o| part(o.base, o.code.log)).collect();
    if let Some((o, cover)) = schedule.covered() {
        let (weights, vector) = (&mut blinding.weights[..], &mut tails[..]);
        pairs.push(Pair { log: cover.log + LANE_LOG, weights, vector, source: None });
        places.push(part(o.tail_base, cover.log));
    }
    s.plain(Label::Fold, schedule.fold(0), &mut pairs, LANE_LOG);
    // The folded vectors one after the other.
    let [weights, vector] = [0; 2].map(|_| scratch.take(schedule.second_len));
    for (p, place) in pairs.into_iter().zip(places) {
        copy(p.weights, &mut weights[place.clone()]);
        copy(p.vector, &mut vector[place]);
    }
    if let Some(covers) = &covers {
        mask(s, schedule, covers, weights, vector);
    }
    let first: Vec<Queried<'_>> = schedule
        .oracles
        .iter()
        .zip(c.vectors)
        .zip(trees)
        .map(|((o, &data), &(tree, kept))| {
            let symbols = match kept {
                Some(values) => Symbols::Kept(codeword(&o.code, values)),
                None => Symbols::Of(Covers::uncoded(covers.as_ref(), data, &o.code)),
            };
            Queried { code: o.code, symbols, tree, base: o.base, tail_base: o.tail_base }
        })
        .collect();
    rounds(s, schedule, &first, Pair { log: schedule.second_log, weights, vector, source: None }, scratch);
}

/// A part of the second vector.
fn part(base: usize, log: usize) -> Range<usize> {
    base..base + (1 << log)
}

/// Sends what the weights come to on the mask, and adds the mask to the folded vector, times a factor.
fn mask<H: Hash>(
    s: &mut Session<'_, H>,
    schedule: &Schedule,
    covers: &Covers,
    weights: &[K],
    vector: &mut [K],
) {
    let (o, cover) = schedule.covered().expect("a covered oracle");
    let masked =
        [(part(o.base, o.code.log), &covers.mask[..]), (part(o.tail_base, cover.log), covers.of_mask())];
    let inner =
        |(place, mask): &(Range<usize>, &[K])| inner_round(&weights[place.clone()], mask, mask.len()).0;
    s.send_clear(Label::Masked, &[masked.iter().map(inner).sum::<K>()]);
    s.work(schedule.mask());
    let factor = s.draw(Label::MaskFactor);
    vector.par_chunks_mut(GRAIN).for_each(|v| scale(v, factor));
    for (place, mask) in masked {
        let parts = vector[place].par_chunks_mut(GRAIN).zip(mask.par_chunks(GRAIN));
        parts.for_each(|(v, mask)| v.iter_mut().zip(mask).for_each(|(v, &m)| *v += m));
    }
}

/// The rounds after the first fold.
fn rounds<H: Hash + Sync + Send>(
    s: &mut Session<'_, H>,
    schedule: &Schedule,
    first: &[Queried<'_>],
    mut pair: Pair<'_>,
    mut scratch: Scratch<'_>,
) {
    let mut last: Option<(Code, Codeword<'_>, Tree)> = None;
    for round in 0..=schedule.rounds.len() {
        let next = schedule.rounds.get(round).map(|code| {
            let values = scratch.take(codeword_len(code));
            let codeword = encode(&Uncoded::plain(pair.vector, code.log), code.log_inv_rate, values);
            let tree = Tree::new::<H>(&codeword);
            s.send_digest(Label::Root, &tree.root());
            (*code, codeword, tree)
        });
        if next.is_none() {
            s.send_clear(Label::FinalVector, pair.vector);
        }
        s.work(Move::Queries { round });
        let (queries, kept);
        match &last {
            None => {
                let drawn: Vec<_> = first.iter().map(|q| positions(s, &q.code)).collect();
                queries = first.iter().zip(drawn).map(|(q, p)| (q, query(s, q, p))).collect::<Vec<_>>();
            }
            Some((code, codeword, tree)) => {
                kept =
                    Queried { code: *code, symbols: Symbols::Kept(*codeword), tree, base: 0, tail_base: 0 };
                let drawn = positions(s, code);
                queries = vec![(&kept, query(s, &kept, drawn))];
            }
        }
        let Some(next) = next else { break };
        s.work(schedule.beta(round));
        let beta = s.draw(Label::Beta);
        let mut c = beta;
        for (q, positions) in queries {
            let mut coefficients = Vec::with_capacity(positions.len());
            for _ in &positions {
                coefficients.push(c);
                c *= beta;
            }
            add_equations(pair.weights, q, &positions, &coefficients);
        }
        let fold = schedule.fold(round + 1);
        s.plain(Label::Fold, fold, std::slice::from_mut(&mut pair), next.0.lane_log);
        last = Some(next);
    }
    s.plain(Label::Tail, Move::Tail, std::slice::from_mut(&mut pair), schedule.final_log);
}

/// Adds the equations of a code's queries to the weights.
fn add_equations(weights: &mut [K], q: &Queried<'_>, positions: &[usize], coefficients: &[K]) {
    let log = q.code.log;
    let points: Vec<usize> = positions.iter().map(|p| p + q.code.shift()).collect();
    accumulate_rows(&mut weights[q.base..][..1 << log], log, &points, coefficients);
    if let Some(cover) = q.code.cover {
        let tail = &mut weights[q.tail_base..][..1 << cover.log];
        for (&point, &c) in points.iter().zip(coefficients) {
            for (w, r) in tail.iter_mut().zip(tail_row(q.code.top(), cover.log, point)) {
                *w += c * r;
            }
        }
    }
}

/// Copies `from` to the beginning of `to`, the rest of which becomes 0.
fn copy(from: &[K], to: &mut [K]) {
    let (copied, rest) = to.split_at_mut(from.len());
    copied.par_chunks_mut(GRAIN).zip(from.par_chunks(GRAIN)).for_each(|(to, from)| to.copy_from_slice(from));
    rest.fill(K::ZERO);
}

/// The symbols of a code as its codeword.
pub fn codeword<'a>(code: &Code, values: &'a [K]) -> Codeword<'a> {
    Codeword { lanes: code.width(), rows: 1 << code.position_log(), values }
}

/// Opens positions of a code.
fn query<H: Hash>(s: &mut Session<'_, H>, q: &Queried<'_>, positions: Vec<usize>) -> Vec<usize> {
    let rows = q.symbols.rows(&q.code, &positions);
    s.open(q.tree, &rows, &positions);
    positions
}

/// Folds the lanes of the committed vectors, and makes rows of the main code again; then, in each
/// round, encodes and hashes what is left, adds the equations of the queries to its weights, and folds
/// its lanes.
pub fn cost(d: &Dimensions<'_>) -> Cost {
    let s = d.schedule;
    let folds = d.layout.oracles.iter().map(|o| {
        let log = o.pairs.log;
        sumcheck(&[1 << log, o.pairs.len as u64], log, LANE_LOG, INNER)
    });
    let second = s.second_len as u64;
    let mut sum: Cost = folds.sum::<Cost>() + moved(4 * second);
    sum += d.committed_now(open_again);
    let (mut length, mut log) = (second, s.second_log);
    let mut queried: Vec<Code> = s.oracles.iter().map(|o| o.code).collect();
    for &code in &s.rounds {
        sum += commitment::encode_cost(code, length) + commitment::hash_cost(code);
        sum += queried.into_iter().map(accumulate).sum();
        sum += sumcheck(&[length; 2], log, code.lane_log, INNER);
        (length, log, queried) = (1 << code.log, code.log, vec![code]);
    }
    sum += moves(s).map(|next| grinding::cost(next.work(s.level))).sum();
    sum + sumcheck(&[length; 2], log, log, INNER)
}

/// All moves of the opening, each as often as it is made, in any order.
pub fn moves(s: &Schedule) -> impl Iterator<Item = Move> {
    let covered = s.covered().map_or([None; 2], |_| [Some(Move::BlindFactor), Some(s.mask())]);
    let folds = (0..=s.rounds.len()).flat_map(|round| {
        let variables = round.checked_sub(1).map_or(LANE_LOG, |before| s.rounds[before].lane_log);
        let folds = std::iter::repeat_n(s.fold(round), variables);
        folds.chain([Move::Queries { round }]).chain((round < s.rounds.len()).then(|| s.beta(round)))
    });
    let tail = std::iter::repeat_n(Move::Tail, s.final_log);
    covered.into_iter().flatten().chain(folds).chain(tail)
}

/// Makes the rows that are opened again, and their neighbours: the highest stages of the code multiply
/// half of a lane's entries in each coset, then each query all entries of a block, for both rows of a
/// pair.
fn open_again(code: Code, length: u64) -> Cost {
    let split = LaneVariables::new(code.log);
    let stages = split.high as u64 * (1 << (code.log + code.log_inv_rate) >> 1);
    let queries = 2 * code.queries as u64 * (1 << split.low);
    products(code.lanes as u64 * (stages + queries)) + moved(length)
}

/// Adds the equations of a code's queries to 2^`log` weights. A product for each query and low part of
/// a row; each of the transposed stages multiplies half of the blocks, but those only that a query has
/// reached.
fn accumulate(code: Code) -> Cost {
    let split = LaneVariables::new(code.log);
    let queries = code.queries as u64;
    let pairs = 1u64 << (split.high + code.log_inv_rate) >> 1;
    let stages: u64 = (0..split.high).map(|stage| pairs.min(queries << stage)).sum();
    products((queries + stages) << split.low) + moved(2 << code.log)
}
