//! The prover in its plainest form: the protocol step by step, on whole vectors, one thread, every
//! row evaluated by the `Check` interpreter. The fast prover is tested against it byte for byte;
//! nothing else should use it, for it is slow.

use dyad_field::{
    BITS, K, PrimeCharacteristicRing, byte_lagrange, embed_byte, eq_table, from_bits, subspace_values,
    tensor, to_bits, transpose, x_power,
};
use dyad_rules::check::Check;
use dyad_rules::{Rows, TableRules};
use dyad_verifier::and_check::AndClaims;
use dyad_verifier::bus::{BusClaims, Fingerprint, first_move, next_layer};
use dyad_verifier::hidden::product_point;
use dyad_verifier::layout::{Owner, Stack};
use dyad_verifier::params::{Code, LANE_LOG};
use dyad_verifier::transcript::{Challenges, Transcript};
use dyad_verifier::{Digest, Error, Hash, Label, Layout, Move, Schedule, Statement, System, reduce};

use crate::adjoint;
use crate::commitment::codeword_len;
use crate::covers::{Covers, Seed};
use crate::kernels::code::Uncoded;
use crate::merkle::Tree;
use crate::opening::{Symbols, codeword, draw};
use crate::prove::Setting;
pub use crate::rounds::Lie;
use crate::rounds::Session;
#[doc(hidden)]
pub use crate::rounds::{Alter, Altered};
use crate::witness::{ProvingKey, columns};
use crate::writer::Proof;

/// One row as the `Check` interpreter sees it.
struct Row {
    ands: Vec<[u64; 3]>,
    pushes: Vec<[u64; 5]>,
    pulls: Vec<[u64; 5]>,
}

/// Proves a statement; the slow way.
///
/// # Errors
/// [`Error::TooManyRows`] and [`Error::TooLarge`] beyond the limits.
pub fn prove<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: &Statement,
    witness: &[&dyn Rows],
) -> Result<Proof, Error> {
    let system = setting.system;
    let rows: Vec<u32> = witness.iter().map(|w| w.rows() as u32).collect();
    let layout = Layout::new(system, &rows)?;
    let q = columns(&layout, &layout.oracles[0].pairs, |t| system.tables[t].committed.len(), witness);
    prove_vector::<H>(setting, statement, &rows, &q)
}

/// What a prover sends that follows the protocol with any committed vector `q`, padding rows included:
/// as many elements as the layout's first oracle has. Adversarial tests need it.
///
/// # Errors
/// As [`prove`].
pub fn prove_vector<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: &Statement,
    rows: &[u32],
    q: &[K],
) -> Result<Proof, Error> {
    prove_any::<H>(setting, statement, rows, q, (&mut |_, _| (), None), &mut |_, _| ())
}

/// What a prover sends that follows the protocol but for what `alter` makes of it.
///
/// # Errors
/// As [`prove`].
#[doc(hidden)]
pub fn prove_altered<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: &Statement,
    rows: &[u32],
    q: &[K],
    alter: &mut Alter<'_>,
) -> Result<Proof, Error> {
    prove_any::<H>(setting, statement, rows, q, (alter, None), &mut |_, _| ())
}

/// What a prover sends that follows the protocol but for one lie. All that follows is as if it were none.
///
/// # Errors
/// As [`prove`].
pub fn prove_lying<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: &Statement,
    rows: &[u32],
    q: &[K],
    lie: Lie,
) -> Result<Proof, Error> {
    let mut sent = 0;
    let mut alter = |what: Altered, elements: &mut [K]| {
        if let (Altered::Sent(_), Lie::Element(element)) = (what, lie) {
            if let Some(element) = elements.get_mut(element.wrapping_sub(sent)) {
                *element += K::ONE;
            }
            sent += elements.len();
        }
    };
    prove_any::<H>(setting, statement, rows, q, (&mut alter, Some(lie)), &mut |_, _| ())
}

/// The proof of a prover whose covers are what `change` makes of tails and mask, random at first. Tests of what
/// they hide need it.
///
/// # Errors
/// As [`prove`].
pub fn prove_covered<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: &Statement,
    rows: &[u32],
    q: &[K],
    change: &mut dyn FnMut(&mut [K], &mut [K]),
) -> Result<Proof, Error> {
    prove_any::<H>(setting, statement, rows, q, (&mut |_, _| (), None), change)
}

fn prove_any<H: Hash + Sync + Send>(
    setting: &Setting<'_>,
    statement: &Statement,
    rows: &[u32],
    q: &[K],
    (alter, lie): (&mut Alter<'_>, Option<Lie>),
    change: &mut dyn FnMut(&mut [K], &mut [K]),
) -> Result<Proof, Error> {
    let Setting { level, system, tables, key, .. } = *setting;
    let layout = Layout::new(system, rows)?;
    layout.check_bus(statement)?;
    let schedule = Schedule::new(level, &layout);
    let main = schedule.oracles[0].code;
    let mut observer = |_: &'static str| ();
    let mut s = Session::<H>::begin(setting, statement, rows, &main, &mut observer);
    s.alter = Some(alter);
    s.lie = lie;
    if let Some(covers) = &mut s.covers {
        change(&mut covers.tails, &mut covers.mask);
    }

    s.proof.section("commitment");
    let symbols = encode(&Covers::uncoded(s.covers.as_ref(), q, &main), &main);
    let mut committed = vec![hashed(&mut s, (0, 0), &main, symbols)];
    s.commit(&committed[0].1.root(), first_move(&layout, statement));
    for (o, (symbols, _)) in schedule.oracles.iter().skip(1).zip(&key.committed) {
        committed.push(hashed(&mut s, (0, 1), &o.code, symbols.clone()));
    }

    let evaluated = evaluate(&layout, system, tables, q, key);
    let bus = prove_bus(&mut s, &layout, &evaluated);
    let and = prove_ands(&mut s, &layout, &evaluated);
    drop(evaluated);

    // All oracles at their places in the joint index space.
    let mut joint = vec![K::ZERO; 1 << layout.joint_log];
    for o in &layout.oracles {
        let vector = match o.owner {
            Owner::Run => q,
            Owner::Program => &key.vector,
        };
        joint[o.base..][..vector.len()].copy_from_slice(vector);
    }

    s.proof.section("columns");
    s.work(Move::Eta);
    let eta = s.draw(Label::Eta);
    let [w0, w1] = adjoint::weights(system, &layout, &bus, &and, eta);
    let mut m = [&bus.point, &and.point].map(|point| {
        let mut m = vec![K::ZERO; 64 << layout.column_log];
        for (i, (o, block)) in layout.pairs().enumerate() {
            let sums =
                bit_sums(&joint[o.base | block.base..][..1 << block.log], &eq_table(&point[..block.log]));
            m[i << 7..][..BITS].copy_from_slice(&sums);
        }
        m
    });
    let [m0, m1] = &mut m;
    let mut pairs = [(w0, std::mem::take(m0)), (w1, std::mem::take(m1))];
    let column_point = plain(&mut s, Label::Columns, Move::ColumnRound, &mut pairs, layout.column_log + 6);
    let values = [pairs[0].1[0], pairs[1].1[0]];
    s.altered(Altered::Weights(Label::ColumnValues), &mut [pairs[0].0[0], pairs[1].0[0]]);
    s.send(Label::ColumnValues, &values);

    s.proof.section("points");
    s.work(Move::Theta);
    let theta = s.draw(Label::Theta);
    let bit_eq = eq_table(&column_point[..7]);
    let pair_eq = eq_table(&column_point[7..]);
    let mut omega = vec![K::ZERO; 1 << layout.joint_log];
    for (i, (o, block)) in layout.pairs().enumerate() {
        for (scale, point) in [(K::ONE, &bus.point), (theta, &and.point)] {
            for (o, e) in omega[o.base | block.base..].iter_mut().zip(eq_table(&point[..block.log])) {
                *o += pair_eq[i] * scale * e;
            }
        }
    }
    let folded = joint.iter().map(|&x| linear_map(&bit_eq, x)).collect();
    let mut pairs = [(omega, folded)];
    let index = plain(&mut s, Label::Points, Move::PointRound, &mut pairs, layout.joint_log);

    s.proof.section("ring switch");
    s.altered(Altered::Weights(Label::BitSums), &mut [pairs[0].0[0]]);
    let e = eq_table(&index);
    let mut sums = bit_sums(&joint, &e);
    let block = s.covers.as_ref().map(Covers::block);
    if let Some(block) = block {
        let delta: K = block.iter().enumerate().map(|(j, &r)| x_power(j) * linear_map(&bit_eq, r)).sum();
        s.send(Label::Delta, &[delta]);
        s.work(Move::Xi);
        let xi = s.draw(Label::Xi);
        for (u, sum) in sums.iter_mut().enumerate() {
            let bits = block.iter().enumerate().filter(|(_, r)| to_bits(**r) >> u & 1 == 1);
            *sum += xi * bits.map(|(j, _)| x_power(j)).sum::<K>();
        }
    }
    s.send_clear(Label::BitSums, &sums);
    let (images, cover) = settle(&mut s, system, &layout, statement);
    let weights: Vec<K> = e.iter().map(|&x| linear_map(&images, x)).collect();
    debug_assert!(
        block.is_some()
            || joint.iter().zip(&weights).map(|(&q, &w)| q * w).sum::<K>()
                == transpose(&sums).iter().zip(&images).map(|(&r, &e)| r * e).sum::<K>()
    );

    let vectors = layout.oracles.iter().map(|o| {
        let range = o.base..o.base + (1 << o.pairs.log);
        (weights[range.clone()].to_vec(), joint[range].to_vec())
    });
    let vectors: Vec<_> = vectors.collect();
    open(&mut s, &schedule, vectors, &cover, committed);
    Ok(s.proof)
}

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
fn hashed<H: Hash>(
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

/// Shows that products are right, where the proof hides; the images of the ring switch, and weights of the
/// cover's entries.
fn settle<H: Hash>(
    s: &mut Session<'_, H>,
    system: &System,
    layout: &Layout,
    statement: &Statement,
) -> (Vec<K>, Vec<(usize, K)>) {
    let Some(covers) = &s.covers else {
        s.work(Move::Ring { hiding: false });
        return (eq_table(&s.draw_many(Label::Ring, 7)), Vec::new());
    };
    let (cover, [x, y]) = (covers.code.cover.expect("covers"), covers.factors());
    // Newton's or any other way would do; this is Lagrange's, value by value.
    let at = |v: &[K], z: K| {
        let point = |i: usize| from_bits(i as u128);
        let basis = |i: usize| -> K {
            (0..v.len())
                .filter(|&j| j != i)
                .map(|j| (z + point(j)) * (point(i) + point(j)).invert_or_zero())
                .product()
        };
        (0..v.len()).map(|i| v[i] * basis(i)).sum::<K>()
    };
    let n = x.len() - 1;
    let mut z: Vec<K> = (0..=2 * n).map(|i| from_bits(i as u128)).map(|i| at(&x, i) * at(&y, i)).collect();
    if let Some(Lie::Factor(_)) = s.lie {
        z[0] += K::ONE;
    }
    s.send(Label::ProductValues, &z[..1]);
    s.send(Label::ProductValues, &z[n + 1..]);
    s.work(Move::ProductPoint { products: n });
    let point = product_point(s, n);
    let mut seen = [at(&x, point), at(&y, point)];
    if let Some(Lie::Factor(factor)) = s.lie {
        seen[factor] = at(&z, point) * seen[1 - factor].invert_or_zero();
    }
    s.send_clear(Label::ProductFactors, &seen);
    s.work(Move::Ring { hiding: true });
    let claim = s.replay(cover, |a| reduce(a, system, layout, |f| f.products(statement)));
    (claim.images, claim.cover.expect("a claim on the cover").weights)
}

/// Evaluates every row of every slab.
fn evaluate(
    layout: &Layout,
    system: &System,
    tables: &[&dyn TableRules],
    q: &[K],
    key: &ProvingKey,
) -> Vec<Vec<Row>> {
    let words = |stack: &Stack, vector: &[K], slab: usize, x: usize, n: usize| -> Vec<u64> {
        let blocks = stack.blocks.iter().filter(|b| b.slab == slab);
        let pairs = blocks.map(|b| to_bits(vector[b.base + x]));
        pairs.flat_map(|p| [p as u64, (p >> 64) as u64]).take(n).collect()
    };
    layout
        .slabs
        .iter()
        .enumerate()
        .map(|(s, slab)| {
            let shape = &system.tables[slab.table];
            (0..1 << slab.log)
                .map(|x| {
                    let committed = words(&layout.oracles[0].pairs, q, s, x, shape.committed.len());
                    let program = layout.oracle(Owner::Program);
                    let fixed = program
                        .map_or_else(Vec::new, |o| words(&o.pairs, &key.vector, s, x, shape.fixed.len()));
                    let mut check = Check::new(&committed, &fixed, x < slab.rows);
                    tables[slab.table].check(&mut check);
                    Row { ands: check.ands, pushes: check.pushes, pulls: check.pulls }
                })
                .collect()
        })
        .collect()
}

/// Interpolates p of degree 2 from its values at 0, 1 and X: coefficients c0, c1, c2.
fn interpolate([p0, p1, px]: [K; 3]) -> [K; 3] {
    let x = x_power(1);
    let (d, e) = (p0 + p1, px + p0);
    // c1 + c2 = d and c1 X + c2 X^2 = e.
    let c2 = (e + d * x) * (x * x + x).invert_or_zero();
    [p0, d + c2, c2]
}

/// The value at z of the line through `v[y]` (at 0) and `v[y + half]` (at 1).
fn line(v: &[K], half: usize, y: usize, z: K) -> K {
    v[y] + z * (v[y] + v[y + half])
}

fn bind(v: &mut Vec<K>, r: K) {
    let half = v.len() / 2;
    *v = (0..half).map(|y| line(v, half, y, r)).collect();
}

/// Plain rounds on the sum over all pairs of the inner product of their vectors; binds `variables`
/// variables of each and returns the point.
fn plain<H: Hash>(
    s: &mut Session<'_, H>,
    label: Label,
    round: Move,
    pairs: &mut [(Vec<K>, Vec<K>)],
    variables: usize,
) -> Vec<K> {
    let mut point = Vec::new();
    for _ in 0..variables {
        let value = |z: K| -> K {
            let of = |(w, q): &(Vec<K>, Vec<K>)| -> K {
                let half = w.len() / 2;
                (0..half).map(|y| line(w, half, y, z) * line(q, half, y, z)).sum()
            };
            pairs.iter().map(of).sum()
        };
        let [c0, _, c2] = interpolate([K::ZERO, K::ONE, x_power(1)].map(value));
        let r = s.round(label, round, (c0, c2));
        for (w, q) in pairs.iter_mut() {
            bind(w, r);
            bind(q, r);
        }
        point.insert(0, r);
    }
    point
}

/// Rounds on the sum over x of `eq(q, x) f(tables at x)`; binds all variables of the tables.
fn with_eq<H: Hash>(
    s: &mut Session<'_, H>,
    label: Label,
    round: Move,
    q: &[K],
    tables: &mut [Vec<K>],
    f: impl Fn(&[K]) -> K,
) -> Vec<K> {
    let mut point = Vec::new();
    for v in (0..q.len()).rev() {
        let eq = eq_table(&q[..v]);
        let half = 1 << v;
        let value = |z: K| -> K {
            let at = |y: usize| f(&tables.iter().map(|t| line(t, half, y, z)).collect::<Vec<_>>());
            (0..half).map(|y| eq[y] * at(y)).sum()
        };
        let [_, c1, c2] = interpolate([K::ZERO, K::ONE, x_power(1)].map(value));
        let r = s.round(label, round, (c1, c2));
        tables.iter_mut().for_each(|v| bind(v, r));
        point.insert(0, r);
    }
    point
}

fn prove_bus<H: Hash>(s: &mut Session<'_, H>, layout: &Layout, evaluated: &[Vec<Row>]) -> BusClaims {
    s.proof.section("bus");
    let fingerprint = Fingerprint::draw(s);
    let leaves = |stack: &Stack, messages: fn(&Row) -> &[[u64; 5]]| {
        let mut out = vec![K::ONE; 1 << layout.bus_log];
        for b in &stack.blocks {
            let active = layout.slabs[b.slab].rows;
            for (x, row) in evaluated[b.slab].iter().enumerate() {
                let leaf = fingerprint.of(&messages(row)[b.item]);
                out[b.base + x] = if x < active { leaf } else { leaf + fingerprint.gamma + K::ONE };
            }
        }
        out
    };
    // Layers from the root to the leaves.
    let layers = |leaves: Vec<K>| {
        let mut layers = vec![leaves];
        while layers[0].len() > 1 {
            let half = layers[0].len() / 2;
            let above = (0..half).map(|y| layers[0][y] * layers[0][y + half]).collect();
            layers.insert(0, above);
        }
        layers
    };
    let push = layers(leaves(&layout.pushes, |r| &r.pushes));
    let pull = layers(leaves(&layout.pulls, |r| &r.pulls));
    let scale = if s.lie == Some(Lie::Products) { x_power(1) } else { K::ONE };
    let products = [push[0][0], pull[0][0]].map(|product| scale * product);
    s.send(Label::Products, &products);
    let mut point = Vec::new();
    let [mut push_claim, mut pull_claim] = products;
    s.work(next_layer(layout, 0));
    for layer in 0..layout.bus_log {
        let lambda = s.draw(Label::Lambda);
        let half = 1 << layer;
        let mut tables: Vec<Vec<K>> = [&push, &pull]
            .iter()
            .flat_map(|tree| [tree[layer + 1][..half].to_vec(), tree[layer + 1][half..].to_vec()])
            .collect();
        let f = |v: &[K]| v[0] * v[1] + lambda * v[2] * v[3];
        let mut at = with_eq(s, Label::ProductLayer, Move::LayerRound, &point, &mut tables, f);
        let v: Vec<K> = tables.iter().map(|t| t[0]).collect();
        s.send(Label::LayerValues, &v);
        s.product([v[2], v[3]]);
        s.known_product([v[0], v[1]]);
        s.work(next_layer(layout, layer + 1));
        let top = s.draw(Label::LayerVariable);
        push_claim = v[0] + top * (v[0] + v[1]);
        pull_claim = v[2] + top * (v[2] + v[3]);
        at.push(top);
        point = at;
    }
    BusClaims { fingerprint, push: push_claim, pull: pull_claim, point }
}

fn prove_ands<H: Hash>(s: &mut Session<'_, H>, layout: &Layout, evaluated: &[Vec<Row>]) -> AndClaims {
    s.proof.section("and check");
    let rho = s.draw_many(Label::Rho, layout.ands.log);
    let eq = eq_table(&rho);
    let mut words = vec![[0; 3]; 1 << layout.ands.log];
    for b in &layout.ands.blocks {
        for (x, row) in evaluated[b.slab].iter().enumerate() {
            words[b.base + x] = row.ands[b.item];
        }
    }
    let fold = |word: u64, l: &[K]| -> K { (0..64).filter(|j| word >> j & 1 == 1).map(|j| l[j]).sum() };
    let skip: Vec<K> = (64..128)
        .map(|point| {
            let l = byte_lagrange(6, embed_byte(point));
            words
                .iter()
                .zip(&eq)
                .map(|([a, b, c], &e)| e * (fold(*a, &l) * fold(*b, &l) + fold(*c, &l)))
                .sum()
        })
        .collect();
    s.send(Label::Skip, &skip);
    s.work(Move::Skip);
    let z = s.draw(Label::Z);
    let bit_weights = byte_lagrange(6, z);
    let mut tables: Vec<Vec<K>> =
        (0..3).map(|o| words.iter().map(|w| fold(w[o], &bit_weights)).collect()).collect();
    let point = with_eq(s, Label::And, Move::AndRound, &rho, &mut tables, |v| v[0] * v[1] + v[2]);
    let values = [tables[0][0], tables[1][0], tables[2][0]];
    s.send(Label::AndValues, &values);
    s.known_product([values[0], values[1]]);
    AndClaims { bit_weights, point, values }
}

/// Entry u: the sum of the weights of the elements whose bit u is 1.
fn bit_sums(q: &[K], w: &[K]) -> [K; BITS] {
    std::array::from_fn(|u| {
        q.iter().zip(w).filter(|(q, _)| to_bits(**q) >> u & 1 == 1).map(|(_, &w)| w).sum()
    })
}

/// The sum of the images of the 1 bits of x.
fn linear_map(images: &[K], x: K) -> K {
    (0..BITS).filter(|u| to_bits(x) >> u & 1 == 1).map(|u| images[u]).sum()
}

/// Encodes by the definition: each symbol is an inner product with its row of the code.
fn encode(uncoded: &Uncoded<'_>, code: &Code) -> Vec<K> {
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
fn open<H: Hash + Sync + Send>(
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
        let mut positions = Vec::new();
        let drawn: Vec<_> = queried.iter().map(|(code, ..)| draw(s, code)).collect();
        for ((code, symbols, tree, bases), drawn) in queried.iter().zip(drawn) {
            let rows = Symbols::Kept(codeword(code, symbols)).rows(code, &drawn);
            s.open(tree, &rows, &drawn);
            positions.extend(drawn.into_iter().map(|p| (p, *code, *bases)));
        }
        let Some(next) = next else { break };
        s.work(schedule.beta(round));
        let beta = s.draw(Label::Beta);
        let mut c = beta;
        for (p, code, [base, tail_base]) in positions {
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
