//! Joining neighbours.

use std::collections::{BTreeMap, BTreeSet};

use super::Tuning;
use super::lines::Lines;
use crate::block::Block;

/// Pairs that are compiled in one round, at most.
const CANDIDATES: usize = 24;
/// What a row costs beside what it computes: its state, time, and the times of what it accesses.
const BESIDE: f64 = 300.0;
/// Pairs that cost less than this part of all are not looked at.
const LEAST: f64 = 1e-4;
/// The part of the best gain that others need to be joined in the same round.
const NEARLY: f64 = 3.0;

/// Straight lines, or such joined.
#[derive(Debug)]
pub(super) struct Token {
    pub instrs: Vec<u32>,
    /// What the rows of its instructions cost.
    pub single: f64,
    pub block: Option<Block>,
    /// The two that it was joined of.
    pub parts: Option<[usize; 2]>,
    /// How often the traced run has it, after all joining.
    pub count: usize,
}

impl Token {
    /// What a row costs, if it can be one.
    pub fn cost(&self) -> f64 {
        self.block.as_ref().map_or(f64::INFINITY, |b| b.size().cost())
    }

    /// What it costs at best.
    fn best(&self) -> f64 {
        self.cost().min(self.single)
    }
}

/// A trace as tokens; `None` where no path goes on.
struct Sequence {
    tokens: Vec<Option<usize>>,
    places: Vec<u32>,
}

/// A pair of tokens.
type Pair = [usize; 2];

impl Sequence {
    /// Where each pair of neighbours stands, those of the same token not overlapping.
    fn pairs(&self) -> BTreeMap<Pair, Vec<u32>> {
        let mut out: BTreeMap<Pair, Vec<u32>> = BTreeMap::new();
        let mut skip = usize::MAX;
        for (i, pair) in self.tokens.windows(2).enumerate() {
            let [Some(a), Some(b)] = *pair else { continue };
            if a == b && skip == i {
                skip = usize::MAX;
                continue;
            }
            if a == b {
                skip = i + 1;
            }
            out.entry([a, b]).or_default().push(self.places[i]);
        }
        out
    }

    /// Replaces pairs by the tokens that they are joined to.
    fn join(&mut self, joined: &BTreeMap<Pair, usize>) {
        let (mut tokens, mut places) = (Vec::new(), Vec::new());
        let mut i = 0;
        while i < self.tokens.len() {
            places.push(self.places[i]);
            let pair = self.tokens[i].zip(self.tokens.get(i + 1).copied().flatten());
            if let Some(&token) = pair.and_then(|(a, b)| joined.get(&[a, b])) {
                tokens.push(Some(token));
                i += 2;
            } else {
                tokens.push(self.tokens[i]);
                i += 1;
            }
        }
        (self.tokens, self.places) = (tokens, places);
    }
}

/// The tokens of a trace.
pub(super) fn grow(tuning: &mut Tuning<'_>) -> Vec<Token> {
    let lines = Lines::of(tuning.program, tuning.trace);
    let mut sequence = Sequence {
        tokens: lines.sequence.iter().map(|line| line.map(|l| l as usize)).collect(),
        places: lines.places.clone(),
    };
    let mut places: Vec<Vec<u32>> = vec![Vec::new(); lines.code.len()];
    for (token, &place) in sequence.tokens.iter().zip(&sequence.places) {
        if let Some(token) = token {
            places[*token].push(place);
        }
    }
    let mut tokens: Vec<Token> = lines
        .code
        .iter()
        .zip(&places)
        .map(|(instrs, places)| Token {
            instrs: instrs.clone(),
            single: tuning.costs.of(instrs),
            block: tuning.block(instrs, places),
            parts: None,
            count: 0,
        })
        .collect();
    let total: f64 = sequence.tokens.iter().flatten().map(|&t| tokens[t].single).sum();
    let mut made: BTreeMap<Pair, Option<usize>> = BTreeMap::new();
    for _ in 0..tuning.budget.joins {
        let joined = round(tuning, &mut tokens, &sequence, &mut made, total);
        if joined.is_empty() {
            break;
        }
        sequence.join(&joined);
    }
    sequence.tokens.iter().flatten().for_each(|&token| tokens[token].count += 1);
    tokens
}

/// One round: the pairs that pay most, each with the token that it is joined to; no token is in two of them.
fn round(
    tuning: &mut Tuning<'_>,
    tokens: &mut Vec<Token>,
    sequence: &Sequence,
    made: &mut BTreeMap<Pair, Option<usize>>,
    total: f64,
) -> BTreeMap<Pair, usize> {
    let mut list: Vec<(Pair, Vec<u32>)> = sequence
        .pairs()
        .into_iter()
        .filter(|([a, b], places)| {
            let (x, y) = (&tokens[*a], &tokens[*b]);
            x.block.is_some()
                && y.block.is_some()
                && made.get(&[*a, *b]) != Some(&None)
                && places.len() as f64 * (x.best() + y.best()) > LEAST * total
        })
        .collect();
    // What joining saves is not known before: at most what the smaller of the two costs, about.
    let promise = |([a, b], places): &(Pair, Vec<u32>)| {
        places.len() as f64 * (tokens[*a].best().min(tokens[*b].best()) + BESIDE)
    };
    list.sort_by(|x, y| promise(y).total_cmp(&promise(x)).then(x.0.cmp(&y.0)));
    let mut gains: Vec<(Pair, f64, usize)> = Vec::new();
    for (pair, places) in list.into_iter().take(CANDIDATES) {
        let known = made.get(&pair).copied();
        let token = known.unwrap_or_else(|| join(tuning, tokens, pair, &places));
        made.insert(pair, token);
        let Some(token) = token else { continue };
        let gain = tokens[pair[0]].best() + tokens[pair[1]].best() - tokens[token].best();
        if gain > 0.0 {
            gains.push((pair, gain * places.len() as f64, token));
        }
    }
    gains.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let best = gains.first().map_or(0.0, |g| g.1);
    let mut out = BTreeMap::new();
    if best < LEAST / 2.0 * total {
        return out;
    }
    let mut used = BTreeSet::new();
    for (pair, gain, token) in gains {
        if gain * NEARLY >= best && pair.iter().all(|t| !used.contains(t)) {
            used.extend(pair);
            out.insert(pair, token);
        }
    }
    out
}

/// The token of a pair that stands at these places, if it can be one.
fn join(tuning: &mut Tuning<'_>, tokens: &mut Vec<Token>, [a, b]: Pair, places: &[u32]) -> Option<usize> {
    let instrs = [&tokens[a].instrs[..], &tokens[b].instrs[..]].concat();
    if let Some(same) = tokens.iter().position(|t| t.instrs == instrs) {
        return Some(same);
    }
    let block = tuning.block(&instrs, places)?;
    let single = tuning.costs.of(&instrs);
    tokens.push(Token { instrs, single, block: Some(block), parts: Some([a, b]), count: 0 });
    Some(tokens.len() - 1)
}
