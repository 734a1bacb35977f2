//! The prover in its plainest form: the protocol step by step, on whole vectors, one thread, every
//! row evaluated by the `Check` interpreter. The fast prover is tested against it byte for byte;
//! nothing else should use it, for it is slow.

use dyad_field::{
    BITS, K, PrimeCharacteristicRing, byte_lagrange, embed_byte, eq_table, from_bits, to_bits, transpose,
    x_power,
};
use dyad_rules::check::Check;
use dyad_rules::{Rows, TableRules};
use dyad_verifier::bus::{Fingerprint, first_move, next_layer};
use dyad_verifier::hidden::product_point;
use dyad_verifier::layout::{Owner, Stack};
use dyad_verifier::row_claims::RowClaims;
use dyad_verifier::transcript::Challenges;
use dyad_verifier::{
    Counts, Error, Hash, Label, Layout, Move, Schedule, Statement, System, and_check, bus, reduce,
};

mod opening;
mod products;
mod rounds;

#[doc(hidden)]
pub use opening::open_altered;
use opening::{encode, hashed, open};
use rounds::{plain, with_eq};

use crate::adjoint;
use crate::covers::Covers;
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
    products: Vec<[u64; 4]>,
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
    let q = columns(&layout, &layout.oracles[0].pairs, |t| system.tables[t].committed, witness);
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
    let mut points = vec![prove_bus(&mut s, &layout, &evaluated), prove_ands(&mut s, &layout, &evaluated)];
    points.extend(products::prove(&mut s, &layout, &evaluated));
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
    s.work(Move::Eta { claims: points.iter().map(|p| p.claims.len()).sum() });
    let eta = s.draw(Label::Eta);
    let row_sums = points.iter().map(|claims| {
        let mut sums = vec![K::ZERO; 64 << layout.column_log];
        let covered = claims.covered(&layout);
        for (i, (o, block)) in layout.pairs().enumerate().filter(|(_, (_, b))| covered[b.slab]) {
            let eq = eq_table(&claims.point[..block.log]);
            let of_pair = bit_sums(&joint[o.base | block.base..][..1 << block.log], &eq);
            sums[i << 7..][..BITS].copy_from_slice(&of_pair);
        }
        sums
    });
    let mut weights = adjoint::all_weights(system, &layout, &points, eta);
    weights.iter_mut().for_each(|weights| weights.resize(64 << layout.column_log, K::ZERO));
    let mut pairs: Vec<_> = weights.into_iter().zip(row_sums).collect();
    let column_point = plain(&mut s, Label::Columns, Move::ColumnRound, &mut pairs, layout.column_log + 6);
    let (mut weights, values): (Vec<K>, Vec<K>) = pairs.iter().map(|(w, m)| (w[0], m[0])).unzip();
    s.altered(Altered::Weights(Label::ColumnValues), &mut weights);
    s.send(Label::ColumnValues, &values);

    s.proof.section("points");
    s.work(Move::Theta { claims: points.len() });
    let theta = s.draw(Label::Theta);
    let bit_eq = eq_table(&column_point[..7]);
    let pair_eq = eq_table(&column_point[7..]);
    let mut omega = vec![K::ZERO; 1 << layout.joint_log];
    for (i, (o, block)) in layout.pairs().enumerate() {
        let mut scale = pair_eq[i];
        for claims in &points {
            if claims.covered(&layout)[block.slab] {
                let eq = eq_table(&claims.point[..block.log]);
                omega[o.base | block.base..].iter_mut().zip(eq).for_each(|(o, e)| *o += scale * e);
            }
            scale *= theta;
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

/// Shows that products are right, where the proof hides; the images of the ring switch, and weights of the
/// cover's entries.
fn settle<H: Hash>(
    s: &mut Session<'_, H>,
    system: &System,
    layout: &Layout,
    statement: &Statement,
) -> (Vec<K>, Vec<(usize, K)>) {
    let Some(covers) = &s.covers else {
        s.work(Move::Ring { equations: 0 });
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
    let roots = s.square_mask();
    s.work(Move::ProductPoint { products: n, squares: roots.as_ref().map_or(0, |r| r.len() - 1) });
    let point = product_point(s, n);
    let factor = roots.as_ref().map(|_| s.draw(Label::SquareFactor));
    let mut seen = [at(&x, point), at(&y, point)];
    if let Some(Lie::Factor(factor)) = s.lie {
        seen[factor] = at(&z, point) * seen[1 - factor].invert_or_zero();
    }
    s.send_clear(Label::ProductFactors, &seen);
    if let Some((roots, factor)) = roots.zip(factor) {
        let power = |i: usize| (0..i).fold(K::ONE, |p, _| p * factor);
        let sum = roots.iter().enumerate().map(|(i, &root)| power(i) * root).sum();
        s.send_clear(Label::SquareSum, &[sum]);
    }
    s.work(Move::Ring { equations: Counts::of(layout).equations });
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
                    let committed = words(&layout.oracles[0].pairs, q, s, x, shape.committed);
                    let program = layout.oracle(Owner::Program);
                    let fixed =
                        program.map_or_else(Vec::new, |o| words(&o.pairs, &key.vector, s, x, shape.fixed));
                    let mut check = Check::new(&committed, &fixed, x < slab.rows);
                    tables[slab.table].check(&mut check);
                    let Check { ands, products, pushes, pulls, .. } = check;
                    Row { ands, products, pushes, pulls }
                })
                .collect()
        })
        .collect()
}

fn prove_bus<H: Hash>(s: &mut Session<'_, H>, layout: &Layout, evaluated: &[Vec<Row>]) -> RowClaims {
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
    bus::claims(fingerprint, point, [push_claim, pull_claim])
}

fn prove_ands<H: Hash>(s: &mut Session<'_, H>, layout: &Layout, evaluated: &[Vec<Row>]) -> RowClaims {
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
    and_check::claims(z, point, values)
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
