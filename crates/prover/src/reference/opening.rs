//! The opening, as plainly as it can be written.

use dyad_field::{K, PrimeCharacteristicRing, subspace_values, tensor};
use dyad_verifier::opening::positions;
use dyad_verifier::params::{Code, LANE_LOG};
use dyad_verifier::transcript::{Challenges, Transcript};
use dyad_verifier::{Digest, Hash, Label, Move, Schedule};

use super::rounds::plain;
use super::{Alter, Altered, Lie};
use crate::commitment::codeword_len;
use crate::covers::{Covers, Seed};
use crate::kernels::code::Uncoded;
use crate::merkle::Tree;
use crate::opening::{Symbols, codeword};
use crate::rounds::Session;
use crate::writer::Proof;

/// What a prover sends that opens vectors under weights, one pair for each committed vector of the schedule, but
/// for what `alter` makes of it; and the roots. The transcript absorbs these before anything is drawn. Tests of
/// the opening alone need it.
#[doc(hidden)]
pub fn open_altered<H: Hash + Sync + Send>(
    mut t: Transcript<H>,
    schedule: &Schedule,
    seed: &Seed,
    vectors: Vec<(Vec<K>, Vec<K>)>,
    alter: &mut Alter<'_>,
) -> (Vec<Digest>, Proof) {
    let covers = schedule.covered().and_then(|(o, _)| Covers::new(&o.code, seed, t.state()));
    let mut observer = |_: &'static str| ();
    let mut s = Session::<H>::new(t.clone(), schedule.level, covers, &mut observer);
    s.alter = Some(alter);
    let mut committed = Vec::new();
    for (i, (o, (_, vector))) in schedule.oracles.iter().zip(&vectors).enumerate() {
        let data = &vector[..vector.len().min(o.code.lanes << o.code.log)];
        let symbols = encode(&Covers::uncoded(s.covers.as_ref(), data, &o.code), &o.code);
        committed.push(hashed(&mut s, (0, i), &o.code, symbols));
    }
    let roots: Vec<Digest> = committed.iter().map(|(_, tree)| tree.root()).collect();
    roots.iter().for_each(|root| t.absorb(Label::Commitment, root));
    s.t = t;
    open(&mut s, schedule, vectors, &[], committed);
    (roots, s.proof)
}

/// Symbols of a code of a round, and their tree.
pub(super) fn hashed<H: Hash>(
    s: &mut Session<'_, H>,
    (round, i): (usize, usize),
    code: &Code,
    mut symbols: Vec<K>,
) -> (Vec<K>, Tree) {
    s.altered(Altered::Symbols(round, i), &mut symbols);
    let tree = Tree::new::<H>(&codeword(code, &symbols));
    s.altered(Altered::Opened(round, i), &mut symbols);
    (symbols, tree)
}

/// Encodes by the definition: each symbol is an inner product with its row of the code.
pub(super) fn encode(uncoded: &Uncoded<'_>, code: &Code) -> Vec<K> {
    let mut values = Vec::with_capacity(codeword_len(code));
    for position in 0..1 << code.position_log() {
        let point = subspace_values(code.top() + 1, position + code.shift());
        let row = tensor(&point[..code.log]);
        let tail = code.cover.map_or(Vec::new(), |cover| tensor(&point[..cover.log]));
        for lane in 0..code.width() {
            let inner = |row: &[K], v: &[K]| row.iter().zip(v).map(|(&r, &d)| r * d).sum::<K>();
            values
                .push(inner(&row, uncoded.lane(lane)) + point[code.top()] * inner(&tail, uncoded.tail(lane)));
        }
    }
    values
}

/// The opening of the oracles' (weights, vector) pairs; `cover` are the weights of the cover's entries,
/// `committed` the symbols of all oracles and their trees.
pub(super) fn open<H: Hash + Sync + Send>(
    s: &mut Session<'_, H>,
    schedule: &Schedule,
    mut vectors: Vec<(Vec<K>, Vec<K>)>,
    cover: &[(usize, K)],
    committed: Vec<(Vec<K>, Tree)>,
) {
    s.proof.section("opening");
    let covers = s.covers.take();
    if let Some(covers) = &covers {
        let mut tails = covers.of_lanes().to_vec();
        let mut weights = vec![K::ZERO; tails.len()];
        for &(entry, w) in cover {
            weights[covers.index(entry)] += w;
        }
        let mut blinds = Vec::new();
        for i in covers.blinds().flatten() {
            blinds.push((i, s.draw(Label::Blind)));
        }
        s.send_clear(Label::Blinded, &[blinds.iter().map(|&(i, w)| w * tails[i]).sum::<K>()]);
        s.work(Move::BlindFactor);
        let factor = s.draw(Label::BlindFactor);
        vectors.iter_mut().flat_map(|(w, _)| w).chain(&mut weights).for_each(|w| *w *= factor);
        for (i, w) in blinds {
            weights[i] += w;
        }
        let length = covers.of_mask().len() << LANE_LOG;
        tails.resize(length, K::ZERO);
        weights.resize(length, K::ZERO);
        vectors.push((weights, tails));
    }
    plain(s, Label::Fold, schedule.fold(0), &mut vectors, LANE_LOG);
    // (code, codeword, tree, where its folded vector and tails lie) of everything queried in this round.
    let mut queried: Vec<(Code, Vec<K>, Tree, [usize; 2])> = Vec::new();
    for (o, (symbols, tree)) in schedule.oracles.iter().zip(committed) {
        queried.push((o.code, symbols, tree, [o.base, o.tail_base]));
    }
    let mut w = vec![K::ZERO; 1 << schedule.second_log];
    let mut q = w.clone();
    let mut masks = w.clone();
    let tails = schedule.covered().map(|(o, _)| o.tail_base);
    let bases = schedule.oracles.iter().map(|o| o.base).chain(tails);
    for ((ow, oq), base) in vectors.iter().zip(bases) {
        w[base..][..ow.len()].copy_from_slice(ow);
        q[base..][..oq.len()].copy_from_slice(oq);
    }
    if let Some(covers) = &covers {
        let (o, _) = schedule.covered().expect("a covered oracle");
        masks[o.base..][..covers.mask.len()].copy_from_slice(&covers.mask);
        masks[o.tail_base..][..covers.of_mask().len()].copy_from_slice(covers.of_mask());
        s.send_clear(Label::Masked, &[w.iter().zip(&masks).map(|(&w, &m)| w * m).sum::<K>()]);
        s.work(schedule.mask());
        let factor = s.draw(Label::MaskFactor);
        q.iter_mut().zip(masks).for_each(|(q, m)| *q = factor * *q + m);
    }
    for round in 0..=schedule.rounds.len() {
        s.altered(Altered::Weights(Label::Root), &mut w.clone());
        s.altered(Altered::Folded(round), &mut q);
        let next = schedule.rounds.get(round).map(|code| {
            let stored = if round == 0 { schedule.second_len } else { q.len() };
            let symbols = encode(&Uncoded::plain(&q[..stored], code.log), code);
            let (symbols, tree) = hashed(s, (round + 1, 0), code, symbols);
            s.send_digest(Label::Root, &tree.root());
            (*code, symbols, tree, [0; 2])
        });
        if next.is_none() {
            if s.lie == Some(Lie::FinalVector) {
                let i = w.iter().position(|&w| w != K::ZERO).expect("a weight");
                (q[i], q[i + 1]) = (q[i] + w[i + 1], q[i + 1] + w[i]);
            }
            s.send_clear(Label::FinalVector, &q[..schedule.final_len]);
        }
        s.work(Move::Queries { round });
        let mut opened = Vec::new();
        let drawn: Vec<_> = queried.iter().map(|(code, ..)| positions(s, code)).collect();
        for ((code, symbols, tree, bases), drawn) in queried.iter().zip(drawn) {
            let rows = Symbols::Kept(codeword(code, symbols)).rows(code, &drawn);
            s.open(tree, &rows, &drawn);
            opened.extend(drawn.into_iter().map(|p| (p, *code, *bases)));
        }
        let Some(next) = next else { break };
        s.work(schedule.beta(round));
        let beta = s.draw(Label::Beta);
        let mut c = beta;
        for (p, code, [base, tail_base]) in opened {
            let point = subspace_values(code.top() + 1, p + code.shift());
            for (w, g) in w[base..].iter_mut().zip(tensor(&point[..code.log])) {
                *w += c * g;
            }
            if let Some(cover) = code.cover {
                for (w, g) in w[tail_base..].iter_mut().zip(tensor(&point[..cover.log])) {
                    *w += c * point[code.top()] * g;
                }
            }
            c *= beta;
        }
        let mut pairs = [(w, q)];
        plain(s, Label::Fold, schedule.fold(round + 1), &mut pairs, next.0.lane_log);
        [(w, q)] = pairs;
        queried = vec![next];
    }
    let mut pairs = [(w, q)];
    plain(s, Label::Tail, Move::Tail, &mut pairs, schedule.final_log);
}
