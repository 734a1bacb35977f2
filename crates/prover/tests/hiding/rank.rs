//! The rank of the map from covers to what is revealed.

use dyad_field::{BITS, Field, K, PrimeCharacteristicRing};
use dyad_verifier::cover::{BLINDS, Cover};

use crate::runs::{Covers, Revealed, Runs, difference};
use crate::toy::Random;

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
/// A cover, what it is for, and by how much it changes what is revealed.
struct Column {
    /// Its place among tails and mask, one after another.
    at: usize,
    what: Use,
    change: Vec<K>,
}

/// What the cover at a place in the tails is for; `None` for the block and the covers of factors.
fn use_of(runs: &Runs, at: usize) -> Option<Use> {
    let Cover { log, free, pads } = runs.cover;
    let (lane, index) = (at >> log, at % (1 << log));
    let entry = (index.checked_sub(free + BLINDS)).map(|row| row * runs.code.lanes + lane);
    match entry {
        _ if lane == runs.code.lanes => Some(Use::MaskTail),
        None if index < free => Some(Use::Free(lane, index)),
        None => Some(Use::Blind(lane, index - free)),
        Some(entry) if runs.seen.contains(&entry) => None,
        Some(entry) if entry < pads => Some(Use::Pad(entry)),
        Some(entry) if entry < pads + 2 + BITS => None,
        Some(_) => Some(Use::Spare),
    }
}

/// Every cover but the block and those of factors.
fn columns(runs: &Runs, base: &Covers, revealed: &Revealed) -> Vec<Column> {
    let tails = (0..base.tails.len()).filter_map(|at| Some((at, use_of(runs, at)?)));
    let mask = (base.tails.len()..).take(base.mask.len()).map(|at| (at, Use::Mask));
    tails
        .chain(mask)
        .map(|(at, what)| {
            let mut covers = base.clone();
            *covers.iter_mut().nth(at).unwrap() += K::ONE;
            let changed = runs.reveal(1, &covers);
            assert_eq!((&changed.sums, &changed.factors), (&revealed.sums, &revealed.factors), "{what:?}");
            Column { at, what, change: difference(&changed.rest, &revealed.rest) }
        })
        .collect()
}

/// The map is affine: what random covers show is what the columns say.
fn assert_affine(runs: &Runs, base: &Covers, revealed: &Revealed, columns: &[Column], random: &Covers) {
    let random: Vec<K> = random.clone().iter_mut().map(|x| *x).collect();
    let mut covers = base.clone();
    let mut expected = revealed.rest.clone();
    for column in columns {
        let cover = covers.iter_mut().nth(column.at).unwrap();
        let difference = *cover + random[column.at];
        *cover = random[column.at];
        expected.iter_mut().zip(&column.change).for_each(|(e, &c)| *e += difference * c);
    }
    assert!(runs.reveal(1, &covers).rest == expected, "not affine");
}

/// The map from covers to what they cover, and the difference of two witnesses.
struct Map {
    columns: Vec<Column>,
    gap: Vec<K>,
}

impl Map {
    /// Leaves out what no cover changes, which has to be the same for both witnesses.
    fn new(mut columns: Vec<Column>, revealed: &[Revealed; 2]) -> Self {
        let covered = |i: usize| columns.iter().any(|c| c.change[i] != K::ZERO);
        let all = difference(&revealed[0].rest, &revealed[1].rest);
        let (covered, bare): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|&i| covered(i));
        bare.iter().for_each(|&i| assert_eq!(all[i], K::ZERO, "element {i} shows the witness"));
        let pick = |v: &[K]| -> Vec<K> { covered.iter().map(|&i| v[i]).collect() };
        columns.iter_mut().for_each(|c| c.change = pick(&c.change));
        Self { gap: pick(&all), columns }
    }

    /// The rank of the covers that are kept.
    fn space(&self, keep: impl Fn(Use) -> bool) -> Space {
        let mut space = Space::default();
        self.columns.iter().filter(|c| keep(c.what)).for_each(|c| space.insert(c.change.clone()));
        space
    }

    fn rank_without(&self, gone: impl Fn(Use) -> bool) -> usize {
        self.space(|u| !gone(u)).0.len()
    }
}

#[test]
fn what_is_revealed_has_the_same_distribution_for_all_witnesses() {
    same_distribution(&Runs::new(false), 5);
}

#[test]
fn what_is_revealed_of_products_has_the_same_distribution_for_all_witnesses() {
    same_distribution(&Runs::new(true), 40);
}

/// One of so many pads is left out in turn.
fn same_distribution(runs: &Runs, pads: usize) {
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
    let columns = columns(runs, &bases[1], &revealed[1]);
    assert_affine(runs, &bases[1], &revealed[1], &columns, &runs.random(&mut rng));

    // All that depends on covers has the rank that the verifier's equations leave it: one for the claim on
    // the masked vector, one for each opened row.
    let map = Map::new(columns, &revealed);
    let width = runs.code.width();
    let elements = map.gap.len() - runs.padded() - 10 - (1 << runs.code.log) - (1 << runs.cover.log);
    assert!(elements > 0 && elements.is_multiple_of(width), "{elements} elements of rows");
    let rows = elements / width;
    let space = map.space(|_| true);
    let rank = space.0.len();
    assert_eq!((rank, space.has(map.gap.clone())), (map.gap.len() - 1 - rows, true));
    every_cover_is_needed(&map, &runs.cover, rank, rows, pads);
}

/// Without any one of the covers, the proof tells something.
fn every_cover_is_needed(map: &Map, cover: &Cover, rank: usize, rows: usize, one_of: usize) {
    let without: [(&str, &dyn Fn(Use) -> bool); 9] = [
        ("pads", &|u| matches!(u, Use::Pad(_))),
        ("the first pad", &|u| u == Use::Pad(0)),
        ("the last pad", &|u| u == Use::Pad(cover.pads - 1)),
        ("a pad of a layer", &|u| u == Use::Pad(9)),
        ("blinding entries", &|u| matches!(u, Use::Blind(..))),
        (
            "all but nine blinding entries less one",
            &|u| matches!(u, Use::Blind(lane, j) if lane * BLINDS + j >= 8),
        ),
        ("the mask", &|u| matches!(u, Use::Mask)),
        ("the mask's tail", &|u| matches!(u, Use::MaskTail)),
        ("free coefficients", &|u| matches!(u, Use::Free(..) | Use::Spare)),
    ];
    for (what, gone) in without {
        assert!(map.rank_without(gone) < rank, "nothing is lost without {what}");
    }
    let there = |pad: &usize| map.columns.iter().any(|c| c.what == Use::Pad(*pad));
    for pad in (0..cover.pads).step_by(one_of).filter(there) {
        assert!(map.rank_without(|u| u == Use::Pad(pad)) < rank, "pad {pad}");
    }
    // As many free coefficients as there are different rows do; one less does not.
    let fewer = |n: usize| map.rank_without(|u| matches!(u, Use::Free(_, j) if j >= n) || u == Use::Spare);
    assert_eq!(fewer(rows), rank);
    assert!(fewer(rows - 1) < rank);
}
