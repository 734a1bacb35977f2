//! The part of proximity in the rows of folds, on the smallest code that has a distance: four symbols `a + b x`, of
//! which one error is decoded.

use dyad_field::{Field, K, PrimeCharacteristicRing, eq_table, from_bits, subspace_values};
use dyad_prover::reference::Altered;
use dyad_verifier::layout::Owner;
use dyad_verifier::params::{Code, LANE_LOG, Opened};
use dyad_verifier::{Label, Level, Schedule};

use super::opening_alone::Opening;
use super::script::{Script, add, assert_same, exceptional};
use super::subset::{Aim, aim, drawn};

const POSITIONS: usize = 4;

/// Two words that together are further from the code than one error, and are folded to `(1 + r) u + r v`.
struct Words {
    points: Vec<K>,
    words: [Vec<K>; 2],
}

fn random(i: usize) -> K {
    from_bits((i as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) ^ (i as u128) << 90)
}

/// The positions but one.
fn without(position: usize) -> [usize; 3] {
    let mut others = (0..POSITIONS).filter(|&p| p != position);
    std::array::from_fn(|_| others.next().expect("three others"))
}

impl Words {
    fn new() -> Self {
        let points = (0..POSITIONS).map(|p| subspace_values(1, p)[0]).collect();
        Self { points, words: [1, 5].map(|first| (first..first + POSITIONS).map(random).collect()) }
    }

    fn fold(&self, r: K) -> Vec<K> {
        let [u, v] = &self.words;
        u.iter().zip(v).map(|(&u, &v)| (K::ONE + r) * u + r * v).collect()
    }

    /// 0 if the symbols but the one at a position are those of a codeword: they lie on a line.
    fn bent(&self, word: &[K], position: usize) -> K {
        let [i, j, k] = without(position);
        let x = &self.points;
        (word[i] + word[j]) * (x[i] + x[k]) + (word[i] + word[k]) * (x[i] + x[j])
    }

    fn near(&self, word: &[K]) -> bool {
        (0..POSITIONS).any(|p| self.bent(word, p) == K::ZERO)
    }

    /// The challenge that leaves an error at this position only: what is bent is linear in it.
    fn root(&self, position: usize) -> K {
        let [u, v] = [0, 1].map(|i| self.bent(&self.words[i], position));
        u * (u + v).inverse()
    }

    /// What the fold with that challenge is decoded to.
    fn decoded(&self, position: usize) -> [K; 2] {
        let (word, [i, j, _]) = (self.fold(self.root(position)), without(position));
        let slope = (word[i] + word[j]) * (self.points[i] + self.points[j]).inverse();
        [word[i] + slope * self.points[i], slope]
    }
}

/// As many folds are near as there are positions, which is the theorem's bound.
#[test]
fn folds_that_bring_words_near() {
    let words = Words::new();
    let roots: Vec<K> = (0..POSITIONS).map(|p| words.root(p)).collect();
    assert!(roots.iter().all(|&r| words.near(&words.fold(r))));
    assert!((0..POSITIONS).all(|i| (0..i).all(|j| roots[i] != roots[j])), "no three are right in both");
    assert!((100..200).all(|i| !words.near(&words.fold(random(i)))));
}

/// One vector of 16 lanes of two elements, which is sent as soon as it is folded; one query.
fn schedule() -> Schedule {
    let level = Level::weak(17);
    let code = Code { lane_log: LANE_LOG, lanes: 16, log: 1, log_inv_rate: 1, queries: 1, cover: None };
    let oracles = vec![Opened { owner: Owner::Run, code, base: 0, tail_base: 0 }];
    Schedule { level, oracles, rounds: vec![], second_len: 2, second_log: 1, final_log: 1, final_len: 2 }
}

/// What the claim of an opening has to be wrong by, for the last lane variable to be r, if the folded vector is to
/// be wrong by `difference`: what the weights come to on it.
fn weighed(opening: &Opening, r: K, difference: &[K]) -> K {
    let mut point = drawn(Label::Fold)[..LANE_LOG - 1].to_vec();
    point.push(r);
    point.reverse();
    let lanes = eq_table(&point);
    let weights = opening.vectors[0].0.chunks_exact(2);
    let of = |(w, e): (&[K], K)| w.iter().zip(difference).map(|(&w, &d)| e * w * d).sum::<K>();
    weights.zip(lanes).map(of).sum()
}

/// The real verifier believes a prover whose codeword is wrong at all positions if the last lane variable is one of
/// two that bring it near: the round before can be made to fit no more than two of the four.
#[test]
fn a_far_word_is_believed_once_it_is_near() {
    let (words, opening) = (Words::new(), Opening::new(schedule()));
    let aimed = [1, 2];
    let wrong = |position: usize| {
        let shared: K = drawn(Label::Fold)[..LANE_LOG - 1].iter().map(|&r| K::ONE + r).product();
        words.decoded(position).map(|c| shared * c)
    };
    let spoil = |symbols: &mut [K]| {
        for (position, row) in symbols.chunks_exact_mut(16).enumerate() {
            add(&mut row[..2], &[words.words[0][position], words.words[1][position]]);
        }
    };
    let round = |v: &mut [K]| {
        let [r, s] = aimed.map(|p| words.root(p));
        let [at_r, at_s] = aimed.map(|p| weighed(&opening, words.root(p), &wrong(p)));
        // c0 + c2 (X + X^2) goes through both.
        let c2 = (at_r + at_s) * (r + r * r + s + s * s).inverse();
        add(v, &[at_r + c2 * (r + r * r), c2]);
    };
    let vector = |v: &mut [K]| {
        let last = drawn(Label::Fold)[LANE_LOG - 1];
        if let Some(&position) = aimed.iter().find(|&&p| words.root(p) == last) {
            add(v, &wrong(position));
        }
    };
    let set: Vec<K> = (0..POSITIONS).map(|p| words.root(p)).chain((100..112).map(random)).collect();
    let believes = |index: usize| {
        let only = |label, number: usize, set: &[K], index| Aim {
            label,
            which: number..number + 1,
            set: set.to_vec(),
            index: Some(index),
        };
        // The query is at a position that both make right.
        aim(vec![only(Label::Fold, LANE_LOG - 1, &set, index), only(Label::Query, 0, &[K::ZERO], 0)]);
        let script = Script::default()
            .at(Altered::Symbols(0, 0), 0, spoil)
            .send(Label::Fold, LANE_LOG - 1, round)
            .at(Altered::Folded(0), 0, vector);
        opening.check(0, script).is_ok()
    };
    let found: Vec<K> = (0..set.len()).filter(|&i| believes(i)).map(|i| set[i]).collect();
    assert_same(&found, &aimed.map(|p| words.root(p)));
    assert_eq!(exceptional(&opening.report(), "opening", "fold 0"), POSITIONS);
}
