//! A proof made without a witness.

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_table, from_bits, subspace_values, tensor, to_bits};
use dyad_prover::{Proof, reference};
use dyad_verifier::bus::first_move;
use dyad_verifier::channel::Received;
use dyad_verifier::cover::{self, BLINDS};
use dyad_verifier::hidden::Hidden;
use dyad_verifier::layout::Owner;
use dyad_verifier::moves::nonce_length;
use dyad_verifier::reader::Reader;
use dyad_verifier::{Label, Layout, Move, Recorded, Schedule, reduce};

use crate::runs::{Fixed, Runs};
use crate::toy::Random;

/// A transcript made without a witness, from challenges known in advance: everything is drawn at random but for
/// what the verifier's equations then leave no choice of.
struct Simulator<'a> {
    runs: &'a Runs,
    layout: Layout,
    schedule: Schedule,
    drawn: Vec<(Label, K)>,
    rng: Random,
}

impl Simulator<'_> {
    fn random(&mut self, n: usize) -> Vec<K> {
        let mut word = || u128::from(self.rng.word());
        (0..n).map(|_| from_bits(word() << 64 | word())).collect()
    }

    fn challenges(&self, label: Label) -> Vec<K> {
        self.drawn.iter().filter(|(l, _)| *l == label).map(|(_, c)| *c).collect()
    }

    /// A nonce: any is one where digests are 0.
    fn work(&self, proof: &mut Proof, next: Move) {
        let bits = next.work(self.schedule.level);
        proof.nonce(0, if bits > 0 { nonce_length(bits) } else { 0 });
    }

    /// The proof's bytes.
    fn proof(&mut self) -> Vec<u8> {
        let (t, code) = (&self.runs.toy, self.runs.code);
        let mut proof = Proof::default();
        for (table, &n) in t.system.tables.iter().zip(&t.counts()) {
            if table.fixed == 0 {
                proof.u32(n);
            }
        }
        proof.digest(&[0; 32]);
        let first = first_move(&self.layout, &t.statement);
        self.work(&mut proof, first);
        let start = proof.bytes.len();
        // All values, sums, and factors: whatever their order, they are random. Where values are squared, one pad is
        // none, and a sum is seen.
        let products = 2 * self.layout.bus_log + 1;
        let sent = self.random(self.runs.cover.pads + BITS + 2);
        proof.elements(&sent);
        assert_eq!(self.runs.cover.pads, cover::pads(&self.layout));
        assert!(products + 1 < self.runs.cover.pads);

        let mut transcript =
            dyad_verifier::start::<Fixed>(t.level, &t.system, &t.key.key, &t.statement, &t.counts());
        transcript.absorb(Label::Commitment, &[0; 32]);
        transcript.check_work(first.work(t.level), 0);
        let mut channel = Received::new(Reader::new(&proof.bytes[start..]), transcript, t.level);
        let mut hidden = Hidden::new(&mut channel, self.runs.cover);
        let reduced = reduce(&mut hidden, &t.system, &self.layout, |f| f.products(&t.statement));
        let claim = reduced.expect("equations are not looked at");
        let entries = claim.cover.as_ref().unwrap();

        let (factor, mask_factor) =
            (self.challenges(Label::BlindFactor)[0], self.challenges(Label::MaskFactor)[0]);
        let blinded = self.random(1)[0];
        proof.elements(&[blinded]);
        let mut value = factor * (claim.value + entries.value) + blinded;
        let mut lanes_at = Vec::new();
        for r in self.challenges(Label::Fold) {
            let c = self.random(2);
            proof.elements(&c);
            self.work(&mut proof, self.schedule.fold(0));
            // p(0) + p(1) = c1 + c2.
            value = c[0] + r * (value + c[1]) + r * r * c[1];
            lanes_at.insert(0, r);
        }
        let lane_eq = eq_table(&lanes_at);

        // The folded vector: of the program's columns as the key has it, else random.
        let mut vector = K::zero_vec(self.schedule.final_len);
        let mut weights = vector.clone();
        let images = &claim.images;
        let phi = |x: K| (0..BITS).filter(|u| to_bits(x) >> u & 1 == 1).map(|u| images[u]).sum::<K>();
        let index_eq = eq_table(&claim.index);
        for (o, opened) in self.layout.oracles.clone().iter().zip(self.schedule.oracles.clone()) {
            let m = opened.code.log;
            for x in 0..1 << m {
                let all = (0..16).map(|lane| (lane, lane << m | x)).filter(|(_, i)| *i < 1 << o.pairs.log);
                let weight = all.map(|(lane, i)| lane_eq[lane] * phi(index_eq[o.base | i])).sum::<K>();
                weights[opened.base + x] = factor * weight;
                vector[opened.base + x] = match o.owner {
                    Owner::Run => self.random(1)[0],
                    Owner::Program => {
                        let at = |lane: usize| t.key.vector.get(lane << m | x).copied().unwrap_or(K::ZERO);
                        mask_factor * (0..16).map(|lane| lane_eq[lane] * at(lane)).sum::<K>()
                    }
                };
            }
        }
        let tail = self.schedule.oracles[0].tail_base;
        let random = self.random(1 << self.runs.cover.log);
        vector[tail..][..random.len()].copy_from_slice(&random);
        for &(entry, w) in &entries.weights {
            let (lane, index) = self.runs.cover.place(code.lanes, entry);
            weights[tail + index] += factor * w * lane_eq[lane];
        }
        for (i, b) in self.challenges(Label::Blind).into_iter().enumerate() {
            weights[tail + self.runs.cover.free + i % BLINDS] += b * lane_eq[i / BLINDS];
        }
        proof.elements(&[inner(&weights, &vector) + mask_factor * value]);
        proof.elements(&vector);
        self.work(&mut proof, Move::Queries { round: 0 });

        self.queries(&mut proof, &vector, &lane_eq);
        self.last_rounds(&mut proof, weights, vector);
        proof.bytes
    }

    /// Opened rows: random but for the mask's symbols, and those of the program's code, which the key has.
    fn queries(&mut self, proof: &mut Proof, vector: &[K], lane_eq: &[K]) {
        let t = &self.runs.toy;
        let (mask_factor, tail) = (self.challenges(Label::MaskFactor)[0], self.schedule.oracles[0].tail_base);
        let queries = self.challenges(Label::Query);
        let mut queries = queries.iter();
        for (opened, owner) in self.schedule.oracles.clone().into_iter().zip([Owner::Run, Owner::Program]) {
            let code = opened.code;
            let mask = (1u128 << code.position_log()) - 1;
            let mut positions: Vec<usize> =
                queries.by_ref().take(code.queries).map(|q| (to_bits(*q) & mask) as usize).collect();
            positions.sort_unstable();
            positions.dedup();
            for &p in &positions {
                let point = subspace_values(code.top() + 1, p + code.shift());
                let own = inner(&tensor(&point[..code.log]), &vector[opened.base..][..1 << code.log]);
                if owner == Owner::Program {
                    // The key's own symbols.
                    let (values, _) = t.key.committed.as_ref().unwrap();
                    proof.elements(&values[p * code.lanes..][..code.lanes]);
                    continue;
                }
                let log = self.runs.cover.log;
                let seen =
                    own + point[code.top()] * inner(&tensor(&point[..log]), &vector[tail..][..1 << log]);
                let row = self.random(code.lanes);
                proof.elements(&row);
                proof.elements(&[seen + mask_factor * inner(&row, lane_eq)]);
            }
            // Siblings, as many as there are.
            let mut level = positions;
            for _ in 0..code.position_log() {
                let alone = level.iter().filter(|p| !level.contains(&(**p ^ 1))).count();
                (0..alone).for_each(|_| proof.digest(&[0; 32]));
                level.iter_mut().for_each(|p| *p >>= 1);
                level.dedup();
            }
        }
    }

    /// The rounds on the vector in the clear.
    fn last_rounds(&self, proof: &mut Proof, weights: Vec<K>, vector: Vec<K>) {
        let (mut w, mut v) = (weights, vector);
        w.resize(1 << self.schedule.final_log, K::ZERO);
        v.resize(w.len(), K::ZERO);
        for r in self.challenges(Label::Tail) {
            let half = w.len() / 2;
            let sum = |v: &[K]| (0..half).map(|y| v[y] + v[y + half]).collect::<Vec<K>>();
            proof.elements(&[inner(&w[..half], &v[..half]), inner(&sum(&w), &sum(&v))]);
            let bind = |v: &[K]| (0..half).map(|y| v[y] + r * (v[y] + v[y + half])).collect::<Vec<K>>();
            (w, v) = (bind(&w), bind(&v));
        }
    }
}

fn inner(a: &[K], b: &[K]) -> K {
    a.iter().zip(b).map(|(&a, &b)| a * b).sum()
}

/// The real verifier accepts what was made without a witness, if challenges are known in advance: so a proof
/// tells nothing that anyone could not make up.
#[test]
fn a_simulator_needs_no_witness() {
    simulates(&Runs::new(false));
}

#[test]
fn a_simulator_needs_no_witness_of_products() {
    simulates(&Runs::new(true));
}

fn simulates(runs: &Runs) {
    let t = &runs.toy;
    let layout = Layout::new(&t.system, &t.counts()).unwrap();
    let schedule = Schedule::new(t.level, &layout);
    assert!(schedule.rounds.is_empty());
    // Challenges do not depend on messages, not even on whether they make sense.
    let mut recorded = Recorded::default();
    let honest = t.setting(t.level);
    let honest =
        reference::prove_vector::<Fixed>(&honest, &t.statement, &t.counts(), &runs.vectors[0]).unwrap();
    let (key, statement) = (&t.key.key, &t.statement);
    dyad_verifier::verify_recording::<Fixed>(
        t.level,
        &t.system,
        key,
        statement,
        &honest.bytes,
        &mut recorded,
    )
    .expect("an honest proof");
    let mut simulator = Simulator { runs, layout, schedule, drawn: recorded.drawn, rng: Random(77) };
    let verify =
        |bytes: &[u8]| dyad_verifier::verify::<Fixed>(t.level, &t.system, key, statement, bytes).map(|_| ());
    for _ in 0..5 {
        let proof = simulator.proof();
        assert_eq!(proof.len(), honest.bytes.len());
        assert_eq!(verify(&proof), Ok(()));
        // It is the equations that make it so.
        let mut other = proof.clone();
        let at = proof.len() / 3;
        other[at] ^= 1;
        assert!(verify(&other).is_err());
    }
}
