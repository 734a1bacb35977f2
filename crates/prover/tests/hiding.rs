//! What hiding proofs tell: nothing, shown on the real prover and verifier at a small size.
//!
//! With challenges that do not depend on messages, everything that is revealed is a function of the witness and
//! of the covers: affine over K in all of them but the block of the ring switch, and the sums of the ring switch
//! are affine over F2 in the block, one to one. Then what is revealed is uniform on the solutions of the
//! verifier's own equations, the same for every witness, if the affine map has full rank and its values for two
//! witnesses differ by an element of its image.

mod toy;

use std::cell::RefCell;

use dyad_field::{
    BITS, Field, K, PrimeCharacteristicRing, eq_table, from_bits, subspace_values, tensor, to_bits, transpose,
};
use dyad_prover::{Proof, reference};
use dyad_verifier::bus::first_move;
use dyad_verifier::channel::Received;
use dyad_verifier::cover::{self, BLINDS, Cover};
use dyad_verifier::hash::Domain;
use dyad_verifier::hidden::Hidden;
use dyad_verifier::layout::Owner;
use dyad_verifier::moves::nonce_length;
use dyad_verifier::params::Code;
use dyad_verifier::reader::Reader;
use dyad_verifier::{Blake3, Digest, Hash, Label, Layout, Level, Move, Recorded, Schedule, reduce};
use toy::{Random, Toy, toy};

thread_local! {
    /// What a transcript absorbed: labels and data.
    static LOG: RefCell<Vec<(String, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
}

/// A hash whose transcript ignores data, so that challenges are known in advance, and whose trees and proofs
/// of work are all 0.
struct Fixed;

impl Hash for Fixed {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        match (domain, parts) {
            (Domain::Transcript, [state, [_], label, _, data]) => {
                let text = String::from_utf8(label.to_vec()).expect("a label");
                LOG.with_borrow_mut(|log| log.push((text, data.to_vec())));
                Blake3::hash(domain, &[state, label])
            }
            (Domain::Leaf | Domain::Node | Domain::Grind, _) => [0; 32],
            _ => Blake3::hash(domain, parts),
        }
    }
}

/// A run, in two orders of its steps: two witnesses of one statement.
struct Runs {
    toy: Toy,
    vectors: [Vec<K>; 2],
    code: Code,
    cover: Cover,
}

/// What a proof reveals.
#[derive(Clone, PartialEq, Debug)]
struct Revealed {
    sums: Vec<K>,
    /// Both factors of the product check, seen at a point.
    factors: Vec<K>,
    /// Everything else that depends on covers.
    rest: Vec<K>,
}

/// All covers: tails lane by lane, the mask's last, and the mask.
#[derive(Clone)]
struct Covers {
    tails: Vec<K>,
    mask: Vec<K>,
}

impl Runs {
    fn new() -> Self {
        let toy = Toy { level: Level::weak(18).hiding(), ..toy::<Fixed>(2, 1) };
        let layout = Layout::new(&toy.system, &toy.counts()).unwrap();
        let one = toy.vector();
        let mut other = one.clone();
        for b in layout.oracles[0].pairs.blocks.iter().filter(|b| layout.slabs[b.slab].table == 0) {
            other.swap(b.base, b.base + 1);
        }
        assert!(one != other);
        let code = Schedule::new(toy.level, &layout).oracles[0].code;
        Self { toy, vectors: [one, other], code, cover: code.cover.unwrap() }
    }

    fn none(&self) -> Covers {
        Covers {
            tails: vec![K::ZERO; self.code.width() << self.cover.log],
            mask: vec![K::ZERO; 1 << self.code.log],
        }
    }

    fn random(&self, rng: &mut Random) -> Covers {
        let mut element = || from_bits(u128::from(rng.word()) << 64 | u128::from(rng.word()));
        let mut covers = self.none();
        covers.tails.iter_mut().chain(&mut covers.mask).for_each(|c| *c = element());
        covers
    }

    fn index(&self, lane: usize, index: usize) -> usize {
        lane << self.cover.log | index
    }

    fn entry(&self, entry: usize) -> usize {
        let (lane, index) = self.cover.place(self.code.lanes, entry);
        self.index(lane, index)
    }

    /// What the verifier, which accepts it, receives of a proof of a witness with these covers; and a row that
    /// is not opened.
    fn reveal(&self, witness: usize, covers: &Covers) -> Revealed {
        let t = &self.toy;
        let setting = t.setting(t.level);
        let mut change = |tails: &mut [K], mask: &mut [K]| {
            tails.copy_from_slice(&covers.tails);
            mask.copy_from_slice(&covers.mask);
        };
        let (rows, q) = (t.counts(), &self.vectors[witness]);
        let proof = reference::prove_covered::<Fixed>(&setting, &t.statement, &rows, q, &mut change).unwrap();
        LOG.with_borrow_mut(Vec::clear);
        dyad_verifier::verify::<Fixed>(t.level, &t.system, &t.key.key, &t.statement, &proof.bytes)
            .expect("an honest proof");
        let mut revealed = Revealed { sums: Vec::new(), factors: Vec::new(), rest: Vec::new() };
        let log = LOG.take();
        let start = log.iter().position(|(label, _)| label == "commitment").unwrap() + 1;
        for (label, data) in &log[start..] {
            let elements = data.as_chunks::<16>().0.iter().map(|b| from_bits(u128::from_le_bytes(*b)));
            match label.as_str() {
                // The last rounds follow from the vector that is sent before them.
                "nonce" | "root" | "tail" => {}
                "bit sums" => revealed.sums.extend(elements),
                "product factors" => revealed.factors.extend(elements),
                _ => revealed.rest.extend(elements),
            }
        }
        revealed
    }

    /// Covers, 0 but for the block and both further entries, with which a witness shows the given sums and
    /// factors.
    fn base(&self, witness: usize, target: &Revealed) -> Covers {
        let mut covers = self.none();
        let bare = self.reveal(witness, &covers);
        let unit = |i: usize| {
            let mut covers = self.none();
            covers.tails[i] = K::ONE;
            self.reveal(witness, &covers)
        };
        for (f, entry) in self.cover.further().into_iter().enumerate() {
            let i = self.entry(entry);
            let slope = unit(i).factors[f] + bare.factors[f];
            covers.tails[i] = (target.factors[f] + bare.factors[f]) * slope.inverse();
        }
        // Bit 0 of the first element of the block is xi in the first sum.
        let xi = unit(self.entry(self.cover.block())).sums[0] + bare.sums[0];
        let wanted: [K; BITS] = std::array::from_fn(|u| (target.sums[u] + bare.sums[u]) * xi.inverse());
        for (j, r) in transpose(&wanted).into_iter().enumerate() {
            covers.tails[self.entry(self.cover.block() + j)] = r;
        }
        covers
    }
}

/// A subspace of K^n, by a basis whose first entries other than 0 are 1 at different places.
#[derive(Clone, Default)]
struct Space(Vec<(usize, Vec<K>)>);

impl Space {
    fn reduce(&self, v: &mut [K]) {
        for (pivot, b) in &self.0 {
            let c = v[*pivot];
            if c != K::ZERO {
                v.iter_mut().zip(b).for_each(|(v, &b)| *v += c * b);
            }
        }
    }

    fn insert(&mut self, mut v: Vec<K>) {
        self.reduce(&mut v);
        if let Some(pivot) = v.iter().position(|&x| x != K::ZERO) {
            let scale = v[pivot].inverse();
            v.iter_mut().for_each(|x| *x *= scale);
            self.0.push((pivot, v));
        }
    }

    fn has(&self, mut v: Vec<K>) -> bool {
        self.reduce(&mut v);
        v.iter().all(|&x| x == K::ZERO)
    }
}

/// What a cover is for.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Use {
    /// Coefficient of a lane's tail (the mask's among them) that covers opened rows.
    Free(usize, usize),
    Blind(usize, usize),
    Pad(usize),
    /// The end of a tail.
    Spare,
    Mask,
    MaskTail,
}

fn difference(a: &[K], b: &[K]) -> Vec<K> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| a + b).collect()
}

/// Every cover but block and further entries, what it is for, and its column of the map.
fn columns(runs: &Runs, base: &Covers, revealed: &Revealed) -> Vec<(Use, Vec<K>)> {
    let Cover { log, free, pads } = runs.cover;
    let (lanes, width) = (runs.code.lanes, runs.code.width());
    let entries = pads + 2 + BITS;
    let mut out = Vec::new();
    for lane in 0..width {
        for i in 0..1usize << log {
            let entry = (i.checked_sub(free + BLINDS)).map(|row| row * lanes + lane);
            let what = match entry {
                _ if lane == lanes => Use::MaskTail,
                None if i < free => Use::Free(lane, i),
                None => Use::Blind(lane, i - free),
                Some(entry) if entry < pads => Use::Pad(entry),
                Some(entry) if entry < entries => continue,
                Some(_) => Use::Spare,
            };
            let mut covers = base.clone();
            covers.tails[runs.index(lane, i)] += K::ONE;
            let changed = runs.reveal(1, &covers);
            assert_eq!((&changed.sums, &changed.factors), (&revealed.sums, &revealed.factors), "{what:?}");
            out.push((what, difference(&changed.rest, &revealed.rest)));
        }
    }
    for i in 0..base.mask.len() {
        let mut covers = base.clone();
        covers.mask[i] += K::ONE;
        out.push((Use::Mask, difference(&runs.reveal(1, &covers).rest, &revealed.rest)));
    }
    out
}

#[test]
fn what_is_revealed_has_the_same_distribution_for_all_witnesses() {
    let runs = Runs::new();
    let mut rng = Random(5);
    // Some proof's sums and factors; covers with which both witnesses show the same.
    let target = runs.reveal(0, &runs.random(&mut rng));
    let bases = [0, 1].map(|witness| runs.base(witness, &target));
    let revealed = [0, 1].map(|witness| runs.reveal(witness, &bases[witness]));
    for r in &revealed {
        assert_eq!((&r.sums, &r.factors), (&target.sums, &target.factors));
        assert_ne!(r.rest, target.rest);
    }
    assert_ne!(revealed[0].rest, revealed[1].rest, "the witnesses differ where nothing covers them");
    let columns = columns(&runs, &bases[1], &revealed[1]);

    // The map is affine: what random covers show is what the columns say.
    let mut covers = runs.random(&mut rng);
    for (entry, i) in (runs.cover.pads..runs.cover.pads + 2 + BITS).map(|e| (e, runs.entry(e))) {
        covers.tails[i] = bases[1].tails[i];
        assert!(entry >= runs.cover.pads);
    }
    let mut expected = revealed[1].rest.clone();
    let mut column = columns.iter();
    for (i, &x) in covers.tails.iter().enumerate() {
        let (lane, index) = (i >> runs.cover.log, i % (1 << runs.cover.log));
        let entry = (index.checked_sub(runs.cover.free + BLINDS)).map(|row| row * runs.code.lanes + lane);
        let covered = runs.cover.pads..runs.cover.pads + 2 + BITS;
        if lane < runs.code.lanes && entry.is_some_and(|e| covered.contains(&e)) {
            continue;
        }
        let change = x + bases[1].tails[i];
        expected.iter_mut().zip(&column.next().unwrap().1).for_each(|(e, &c)| *e += change * c);
    }
    for &x in &covers.mask {
        expected.iter_mut().zip(&column.next().unwrap().1).for_each(|(e, &c)| *e += x * c);
    }
    assert!(column.next().is_none());
    assert!(runs.reveal(1, &covers).rest == expected, "not affine");

    // All that depends on covers has the rank that the verifier's equations leave it: one for the claim on
    // the masked vector, one for each opened row.
    let depends: Vec<usize> =
        (0..expected.len()).filter(|&i| columns.iter().any(|(_, c)| c[i] != K::ZERO)).collect();
    for i in (0..expected.len()).filter(|i| !depends.contains(i)) {
        assert_eq!(revealed[0].rest[i], revealed[1].rest[i], "element {i} shows the witness");
    }
    let pick = |v: &[K]| -> Vec<K> { depends.iter().map(|&i| v[i]).collect() };
    let gap = pick(&difference(&revealed[0].rest, &revealed[1].rest));
    let hides = |keep: &dyn Fn(Use) -> bool| {
        let mut space = Space::default();
        columns.iter().filter(|(what, _)| keep(*what)).for_each(|(_, c)| space.insert(pick(c)));
        (space.0.len(), space.has(gap.clone()))
    };
    let (rank, same) = hides(&|_| true);
    let lanes = runs.code.lanes;
    let opened = columns.iter().find(|(what, _)| *what == Use::MaskTail).unwrap();
    let rows =
        (depends.len() - runs.cover.pads - 10).saturating_sub((1 << runs.code.log) + (1 << runs.cover.log));
    assert!(opened.1.len() == expected.len() && rows.is_multiple_of(lanes + 1), "{rows} elements of rows");
    assert_eq!((rank, same), (depends.len() - 1 - rows / (lanes + 1), true));

    // Without any one of them, it tells something.
    let last = runs.cover.pads - 1;
    let most = runs.cover.free - 1;
    let distinct = rows / (lanes + 1);
    let without: [(&str, &dyn Fn(Use) -> bool); 9] = [
        ("pads", &|u| matches!(u, Use::Pad(_))),
        ("the first pad", &|u| u == Use::Pad(0)),
        ("the last pad", &|u| u == Use::Pad(last)),
        ("a pad of a layer", &|u| u == Use::Pad(9)),
        ("blinding entries", &|u| matches!(u, Use::Blind(..))),
        (
            "all but nine blinding entries less one",
            &|u| matches!(u, Use::Blind(lane, j) if lane * BLINDS + j >= 8),
        ),
        ("the mask", &|u| matches!(u, Use::Mask)),
        ("the mask's tail", &|u| matches!(u, Use::MaskTail)),
        ("free coefficients", &|u| matches!(u, Use::Free(_, j) if j <= most) || u == Use::Spare),
    ];
    for (what, gone) in without {
        assert!(hides(&|u| !gone(u)).0 < rank, "nothing is lost without {what}");
    }
    for pad in (0..runs.cover.pads).step_by(5) {
        assert!(hides(&|u| u != Use::Pad(pad)).0 < rank, "pad {pad}");
    }
    // As many free coefficients as there are different rows do; one less does not.
    assert!(hides(&|u| !matches!(u, Use::Free(_, j) if j >= distinct) && u != Use::Spare).0 == rank);
    assert!(hides(&|u| !matches!(u, Use::Free(_, j) if j >= distinct - 1) && u != Use::Spare).0 < rank);
}

/// The sums of the ring switch are one to one with the block: whatever the block, they change by xi times its
/// bits, put together the other way.
#[test]
fn the_block_covers_the_sums() {
    let runs = Runs::new();
    let mut rng = Random(6);
    let bare = runs.reveal(0, &runs.none());
    let mut unit = runs.none();
    unit.tails[runs.entry(runs.cover.block())] = K::ONE;
    let xi = runs.reveal(0, &unit).sums[0] + bare.sums[0];
    assert_ne!(xi, K::ZERO);
    for _ in 0..3 {
        let random = runs.random(&mut rng);
        let mut covers = runs.none();
        let mut block = [K::ZERO; BITS];
        for (j, r) in block.iter_mut().enumerate() {
            let i = runs.entry(runs.cover.block() + j);
            *r = random.tails[i];
            covers.tails[i] = *r;
        }
        let found = difference(&runs.reveal(0, &covers).sums, &bare.sums);
        assert_eq!(found, transpose(&block).map(|y| xi * y));
    }
}

/// One seed for two levels, as when a system's generator repeats its bytes: under the same mask, the sum of both
/// folded vectors would be that of the data, folded twice.
#[test]
fn levels_share_no_covers() {
    let t = toy::<Blake3>(2, 1);
    let q = t.vector();
    let proofs = [Level::L100.hiding(), Level::L100_SMALL.hiding()].map(|level| {
        let (key, statement, proof) = (&t.key.key, &t.statement, t.prove_at(level));
        let mut recorded = Recorded::default();
        let verified = dyad_verifier::verify_recording::<Blake3>(
            level,
            &t.system,
            key,
            statement,
            &proof.bytes,
            &mut recorded,
        );
        let drawn = recorded.drawn;
        let o = verified.expect("an honest proof").schedule.oracles[0];
        // The blinded sum, four rounds with their nonces and the masked one come before the folded vector.
        let nonces = 4 * nonce_length(Move::Fold { round: 0, positions: 1 << 10 }.work(level));
        let start = proof.sections.iter().find(|s| s.0 == "opening").unwrap().1 + nonces + 16 * (10 + o.base);
        let folded = proof.bytes[start..].as_chunks::<16>().0[..1 << o.code.log].to_vec();
        let mut fold: Vec<K> =
            drawn.iter().filter(|(label, _)| *label == Label::Fold).map(|(_, c)| *c).collect();
        fold.reverse();
        let factor = drawn.iter().find(|(label, _)| *label == Label::MaskFactor).unwrap().1;
        let data = |x: usize| {
            let lane = |l: usize| q.get(l << o.code.log | x).copied().unwrap_or_default();
            factor * eq_table(&fold).into_iter().enumerate().map(|(l, e)| e * lane(l)).sum::<K>()
        };
        let masks = folded.iter().enumerate().map(|(x, b)| from_bits(u128::from_le_bytes(*b)) + data(x));
        masks.collect::<Vec<K>>()
    });
    assert!(!proofs[0].is_empty() && proofs[0].len() == proofs[1].len());
    assert!(proofs[0].iter().zip(&proofs[1]).all(|(a, b)| a != b), "the same mask twice");
}

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
            if table.fixed.is_empty() {
                proof.u32(n);
            }
        }
        proof.digest(&[0; 32]);
        let first = first_move(&self.layout, &t.statement);
        self.work(&mut proof, first);
        let start = proof.bytes.len();
        // Pads come before the sums, but for those of the values of the polynomial of the products.
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
    let runs = Runs::new();
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
    let mut simulator = Simulator { runs: &runs, layout, schedule, drawn: recorded.drawn, rng: Random(77) };
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
