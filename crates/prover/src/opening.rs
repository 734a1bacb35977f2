//! The opening: fold, commit again, query, and on with the queries' equations.

use dyad_field::{K, PrimeCharacteristicRing};
use dyad_verifier::Hash;
use dyad_verifier::params::{Code, GRINDING, Schedule};
use dyad_verifier::transcript::Transcript;

use crate::kernels::code::{Codeword, accumulate_rows, encode};
use crate::merkle::Tree;
use crate::rounds::{Pair, Session};
use crate::work::grind;

/// A committed code that is queried in a round.
pub struct Queried<'a> {
    /// Its parameters.
    pub code: Code,
    /// Its symbols.
    pub codeword: &'a Codeword,
    /// Its tree.
    pub tree: &'a Tree,
    /// Where its folded vector lies in the next vector.
    pub base: usize,
}

/// Opens the codes of the first round, the main one first, `pairs` being their weights and vectors.
pub fn prove<H: Hash + Sync + Send>(
    s: &mut Session<'_, H>,
    schedule: &Schedule,
    mut pairs: Vec<Pair<'_>>,
    first: &[Queried<'_>],
) where
    Transcript<H>: Sync,
{
    s.proof.section("opening");
    s.step("opening");
    s.plain("fold", &mut pairs, schedule.main.lane_log);
    // The folded vectors one after the other.
    let [mut weights, mut vector] = [0; 2].map(|_| K::zero_vec(schedule.second_len));
    for (p, q) in pairs.into_iter().zip(first) {
        weights[q.base..][..p.weights.len()].copy_from_slice(p.weights);
        vector[q.base..][..p.vector.len()].copy_from_slice(p.vector);
    }
    let mut pair = Pair { log: schedule.second_log, weights: &mut weights, vector: &mut vector };
    let mut last: Option<(Code, Codeword, Tree)> = None;
    for round in 0..=schedule.rounds.len() {
        let next = schedule.rounds.get(round).map(|code| {
            let codeword = encode(pair.vector, code.log, code.rate);
            let tree = Tree::new::<H>(&codeword);
            s.proof.digest(&tree.root());
            s.t.absorb("root", &tree.root());
            (*code, codeword, tree)
        });
        if next.is_none() {
            s.send("final vector", pair.vector);
        }
        let nonce = grind(&s.t, GRINDING);
        s.proof.u64(nonce);
        s.t.check_work(GRINDING, nonce);
        let equations: Vec<_> = match &last {
            None => first.iter().map(|q| query(s, q)).collect(),
            Some((code, codeword, tree)) => {
                vec![query(s, &Queried { code: *code, codeword, tree, base: 0 })]
            }
        };
        let Some(next) = next else { break };
        let beta = s.t.draw("beta");
        let mut c = beta;
        for (base, log, positions) in equations {
            let mut coefficients = Vec::with_capacity(positions.len());
            for _ in &positions {
                coefficients.push(c);
                c *= beta;
            }
            accumulate_rows(&mut pair.weights[base..][..1 << log], log, &positions, &coefficients);
        }
        s.plain("fold", std::slice::from_mut(&mut pair), next.0.lane_log);
        last = Some(next);
    }
    s.plain("tail", std::slice::from_mut(&mut pair), schedule.final_log);
}

/// Draws positions of a code and opens them: where its equations apply, and the positions.
fn query<H: Hash>(s: &mut Session<'_, H>, q: &Queried<'_>) -> (usize, usize, Vec<usize>) {
    let mut positions: Vec<usize> =
        (0..q.code.queries).map(|_| s.t.draw_index("query", q.code.position_log())).collect();
    positions.sort_unstable();
    positions.dedup();
    for row in q.tree.open::<H>(q.codeword, &positions, &mut s.proof) {
        s.t.absorb_elements("opened row", row);
    }
    (q.base, q.code.log, positions)
}
