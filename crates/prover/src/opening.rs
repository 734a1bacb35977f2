//! The opening: fold, commit again, query, and on with the queries' equations.

use dyad_field::{K, PrimeCharacteristicRing};
use dyad_verifier::layout::Oracle;
use dyad_verifier::params::{Code, GRINDING, LANE_LOG, Schedule};
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{Hash, Label, Layout};
use rayon::prelude::*;

use crate::commitment;
use crate::cost::{Cost, Dimensions, INNER, moved, products, sumcheck};
use crate::grinding;
use crate::kernels::code::{Codeword, LaneVariables, accumulate_rows, encode, encoded_len, row_pairs};
use crate::merkle::{RowPairs, Tree};
use crate::rounds::{Pair, Session};
use crate::scratch::Scratch;

/// Elements that one task copies.
const GRAIN: usize = 1 << 14;

/// Elements of scratch that [`prove`] takes, and the folded vectors that it is given.
pub fn room(layout: &Layout, schedule: &Schedule) -> usize {
    let mut len = schedule.second_len;
    let mut room = 2 * len + layout.oracles.iter().map(folded_len).sum::<usize>();
    for code in &schedule.rounds {
        room += encoded_len(len, code.log, code.log_inv_rate);
        len = 1 << code.log;
    }
    room
}

/// Elements of the vector of an oracle after the first fold.
pub fn folded_len(o: &Oracle) -> usize {
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
}

/// The symbols of a code.
#[derive(Clone, Copy)]
pub enum Symbols<'a> {
    /// All of them.
    Kept(Codeword<'a>),
    /// What they encode, from which those that are queried are made again.
    Of(&'a [K]),
}

impl Symbols<'_> {
    /// The rows at `positions` and their neighbours.
    pub fn rows(&self, code: &Code, positions: &[usize]) -> RowPairs {
        RowPairs::new(code.lanes, positions, |pairs| match self {
            Self::Kept(codeword) => codeword.row_pairs(pairs),
            Self::Of(data) => row_pairs(data, code.log, pairs),
        })
    }
}

/// Opens the codes of the first round, in the order of the layout, `pairs` being their weights and vectors.
pub fn prove<H: Hash + Sync + Send>(
    s: &mut Session<'_, H>,
    schedule: &Schedule,
    mut pairs: Vec<Pair<'_>>,
    first: &[Queried<'_>],
    mut scratch: Scratch<'_>,
) {
    s.proof.section("opening");
    s.step("opening");
    s.plain(Label::Fold, &mut pairs, LANE_LOG);
    // The folded vectors one after the other.
    let [weights, vector] = [0; 2].map(|_| scratch.take(schedule.second_len));
    for (p, q) in pairs.into_iter().zip(first) {
        let place = q.base..q.base + (1 << q.code.log);
        copy(p.weights, &mut weights[place.clone()]);
        copy(p.vector, &mut vector[place]);
    }
    let mut pair = Pair { log: schedule.second_log, weights, vector, source: None };
    let mut last: Option<(Code, Codeword<'_>, Tree)> = None;
    for round in 0..=schedule.rounds.len() {
        let next = schedule.rounds.get(round).map(|code| {
            let values = scratch.take(encoded_len(pair.vector.len(), code.log, code.log_inv_rate));
            let codeword = encode(pair.vector, code.log, code.log_inv_rate, values);
            let tree = Tree::new::<H>(&codeword);
            s.send_digest(Label::Root, &tree.root());
            (*code, codeword, tree)
        });
        if next.is_none() {
            s.send(Label::FinalVector, pair.vector);
        }
        s.work(GRINDING);
        let equations: Vec<_> = match &last {
            None => first.iter().map(|q| query(s, q)).collect(),
            Some((code, codeword, tree)) => {
                vec![query(s, &Queried { code: *code, symbols: Symbols::Kept(*codeword), tree, base: 0 })]
            }
        };
        let Some(next) = next else { break };
        let beta = s.draw(Label::Beta);
        let mut c = beta;
        for (base, log, positions) in equations {
            let mut coefficients = Vec::with_capacity(positions.len());
            for _ in &positions {
                coefficients.push(c);
                c *= beta;
            }
            accumulate_rows(&mut pair.weights[base..][..1 << log], log, &positions, &coefficients);
        }
        s.plain(Label::Fold, std::slice::from_mut(&mut pair), next.0.lane_log);
        last = Some(next);
    }
    s.plain(Label::Tail, std::slice::from_mut(&mut pair), schedule.final_log);
}

/// Copies `from` to the beginning of `to`, the rest of which becomes 0.
fn copy(from: &[K], to: &mut [K]) {
    let (copied, rest) = to.split_at_mut(from.len());
    copied.par_chunks_mut(GRAIN).zip(from.par_chunks(GRAIN)).for_each(|(to, from)| to.copy_from_slice(from));
    rest.fill(K::ZERO);
}

/// The symbols of a code as its codeword.
pub fn codeword<'a>(code: &Code, values: &'a [K]) -> Codeword<'a> {
    Codeword { lanes: code.lanes, rows: 1 << code.position_log(), values }
}

/// Draws positions of a code and opens them: where its equations apply, and the positions.
fn query<H: Hash>(s: &mut Session<'_, H>, q: &Queried<'_>) -> (usize, usize, Vec<usize>) {
    let mut positions: Vec<usize> =
        (0..q.code.queries).map(|_| s.draw_index(Label::Query, q.code.position_log())).collect();
    positions.sort_unstable();
    positions.dedup();
    let rows = q.symbols.rows(&q.code, &positions);
    s.open(q.tree, &rows, &positions);
    (q.base, q.code.log, positions)
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
        sum += commitment::encode_cost(code, length) + commitment::hash_cost(code) + grinding::cost(GRINDING);
        sum += queried.into_iter().map(accumulate).sum();
        sum += sumcheck(&[length; 2], log, code.lane_log, INNER);
        (length, log, queried) = (1 << code.log, code.log, vec![code]);
    }
    sum + grinding::cost(GRINDING) + sumcheck(&[length; 2], log, log, INNER)
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
