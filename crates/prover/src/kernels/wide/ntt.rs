//! Encoding: the additive NTT on tower bytes, in two passes over memory.
//!
//! Stage j sends the pairs of rows (u, v) that are 2^j apart to `(u + p v, u + (p + 1) v)`, p being
//! the domain point of index 2 b for the pair's block b of 2^(j+1) rows; stages run from the highest
//! to 0, on each coset of 2^m rows after the data were copied to all of them.
//!
//! Four consecutive rows are a **bundle**, and a register holds a lane's elements of a bundle. Between
//! the passes, each block of rows that the second pass takes at a time lies lane after lane. Only the
//! last two stages pair rows of a bundle; they run after it was turned into rows.

use dyad_field::{K, PrimeCharacteristicRing};
use rayon::prelude::*;

use crate::kernels::code::{Cosets, Uncoded};
use crate::kernels::portable;

use super::isa::{Factor8, Factor16, Factor32};
use super::tower::{Factor, MAX_LOG, TOWER, Tower};
use super::{Line, V};

/// Registers that a task works on: 512 KiB, inside a second-level cache.
const TILE: usize = 1 << 13;

/// Registers that lie together in memory where the first pass reads and writes, if there are so
/// many: two kibibytes.
const RUN: usize = 32;

/// Parts of the codeword that are listed at a time, if there are so many: 32 MiB of slices.
const LISTED: usize = 1 << 21;

/// Four elements of one lane.
type Quad = [K; 4];

/// Encode (`code::encode` says what) into `out`.
pub fn encode(uncoded: &Uncoded<'_>, cosets: Cosets, out: &mut [K]) {
    let (m, lanes) = (uncoded.top(), uncoded.width());
    assert_eq!(out.len(), lanes << (m + cosets.log), "the size of the codeword");
    let (skipped, bits) = (cosets.first, m + cosets.domain());
    if m < 2 || bits > MAX_LOG || lanes == 0 {
        return portable::encode(uncoded, cosets, out);
    }
    let (quads, _) = out.as_chunks_mut::<4>();
    let tiles = Tiles::new(m, lanes);
    let code = Code { uncoded, bits, skipped, lanes, low: tiles.low, tower: &TOWER };
    code.first_pass(quads, cosets.log, tiles.first);
    let size = tiles.second;
    let skipped = skipped << (m - tiles.low);
    quads.par_chunks_mut(size).enumerate().for_each_init(
        || vec![Line::ZERO; size],
        |tile, (index, out)| code.second_pass(skipped + index, tile, out),
    );
}

/// Bytes that one thread takes to encode lanes of 2^m elements: the tiles of both passes, which an
/// allocator keeps apart, with gaps as large as two tiles.
pub fn tile_bytes(m: usize, lanes: usize) -> usize {
    if m < 2 || lanes == 0 {
        return 0;
    }
    let tiles = Tiles::new(m, lanes);
    size_of::<Line>() * (4 * tiles.first.len() + tiles.second)
}

/// How the two passes are cut.
struct Tiles {
    /// Rows of a tile of the second pass, as a logarithm.
    low: usize,
    first: First,
    /// Lines of a tile of the second pass.
    second: usize,
}

impl Tiles {
    fn new(m: usize, lanes: usize) -> Self {
        let low = m.min((4 * TILE / lanes).max(4).ilog2() as usize);
        let (stages, bundles) = (m - low, (1 << low) / 4);
        // A task takes some neighbouring bundles of every 2^low-th row, and some lanes at a time.
        let run = (TILE >> stages).clamp(1, RUN).min(bundles);
        let width = ((TILE / run) >> stages).clamp(1, lanes);
        Self { low, first: First { stages, run, width }, second: lanes << (low - 2) }
    }
}

struct Code<'a> {
    uncoded: &'a Uncoded<'a>,
    /// The logarithm of the domain that all points lie in.
    bits: usize,
    /// Cosets before the first.
    skipped: usize,
    lanes: usize,
    low: usize,
    tower: &'a Tower,
}

impl Code<'_> {
    /// Data to tower bytes and all stages from `low` up, on bundles.
    fn first_pass(&self, out: &mut [Quad], cosets_log: usize, shape: First) {
        let First { stages, run, .. } = shape;
        let bundles = (1 << self.low) / 4;
        // Task t writes the t-th part of each lane of each block of 2^low rows.
        let parts = self.lanes << (stages + cosets_log);
        let together = (LISTED / parts).max(4 * rayon::current_num_threads());
        for first in (0..bundles / run).step_by(together) {
            let together = together.min(bundles / run - first);
            let mut tasks: Vec<Vec<&mut [Quad]>> = (0..together).map(|_| Vec::with_capacity(parts)).collect();
            for lane in out.chunks_mut(bundles) {
                let lane = &mut lane[first * run..][..together * run];
                for (part, task) in lane.chunks_mut(run).zip(&mut tasks) {
                    task.push(part);
                }
            }
            self.first_tasks(first, tasks, shape);
        }
    }

    /// Some tasks of the first pass, from one on.
    fn first_tasks(&self, number: usize, tasks: Vec<Vec<&mut [Quad]>>, shape: First) {
        let First { stages, run, width } = shape;
        let buffer = || vec![Line::ZERO; shape.len()];
        tasks.into_par_iter().enumerate().for_each_init(
            || (buffer(), buffer()),
            |(source, tile), (task, mut parts)| {
                let task = number + task;
                for first in (0..self.lanes).step_by(width) {
                    let width = width.min(self.lanes - first);
                    let row = run * width;
                    let source = &mut source[..row << stages];
                    let tile = &mut tile[..row << stages];
                    let position = |k: usize| (k << self.low) + 4 * task * run;
                    for (k, row) in source.chunks_mut(row).enumerate() {
                        self.load(position(k), first, run, row, K::ZERO);
                    }
                    for (coset, parts) in parts.chunks_mut(self.lanes << stages).enumerate() {
                        let coset = self.skipped + coset;
                        // What a tail adds to the data is another multiple of it on each coset.
                        let tail = self.uncoded.cover.map_or(0, |cover| 1 << cover.log);
                        for (k, row) in
                            source.chunks_mut(row).enumerate().take_while(|&(k, _)| position(k) < tail)
                        {
                            self.load(position(k), first, run, row, self.uncoded.vanishing(coset));
                        }
                        let shape = Shape { row, stages, lowest: self.low, index: coset };
                        self.stages(&*source, tile, shape);
                        for (row, parts) in tile.chunks(row).zip(parts.chunks_mut(self.lanes)) {
                            for (lane, part) in row.chunks(run).zip(&mut parts[first..]) {
                                for (line, quad) in lane.iter().zip(&mut **part) {
                                    line.read().store(quad);
                                }
                            }
                        }
                    }
                }
            },
        );
    }

    /// Load `run` bundles, from a position on, of some lanes as tower bytes, lane after lane, with a multiple
    /// of their tails.
    fn load(&self, position: usize, first: usize, run: usize, row: &mut [Line], factor: K) {
        for (lane, bundles) in row.chunks_mut(run).enumerate() {
            let stored = self.uncoded.lane(first + lane).get(position..).unwrap_or_default();
            if let Some(stored) = stored.get(..4 * run).filter(|_| factor == K::ZERO) {
                for (line, quad) in bundles.iter_mut().zip(stored.as_chunks::<4>().0) {
                    line.write(V::load(quad));
                }
            } else {
                let tail = if factor == K::ZERO { &[] } else { self.uncoded.tail(first + lane) };
                let tail = tail.get(position..).unwrap_or_default();
                let of = |v: &[K], e: usize| v.get(e).copied().unwrap_or(K::ZERO);
                for (i, line) in bundles.iter_mut().enumerate() {
                    let element = |e: usize| of(stored, 4 * i + e) + factor * of(tail, 4 * i + e);
                    line.write(V::load(&core::array::from_fn(element)));
                }
            }
        }
        for four in row.chunks_mut(4) {
            let elements = core::array::from_fn(|i| four.get(i).map_or(V::ZERO, Line::read));
            for (line, bytes) in four.iter_mut().zip(self.tower.enter(elements)) {
                line.write(bytes);
            }
        }
    }

    /// All stages below `low`, back from tower bytes, and bundles to rows, on 2^low rows.
    fn second_pass(&self, index: usize, tile: &mut [Line], out: &mut [Quad]) {
        let bundles = (1 << self.low) / 4;
        self.stages(&*out, tile, Shape { row: 1, stages: self.low - 2, lowest: 2, index });
        for (i, rows) in out.chunks_mut(self.lanes).enumerate() {
            let number = index * bundles + i;
            let lanes = Bundle { tile, index: i, count: bundles };
            if self.bits <= 16 {
                self.finish::<Factor16>(number, lanes, rows.as_flattened_mut());
            } else {
                self.finish::<Factor32>(number, lanes, rows.as_flattened_mut());
            }
        }
    }

    /// The last two stages of a bundle, from lanes to rows.
    #[inline]
    fn finish<F: Factor>(&self, number: usize, lanes: Bundle<'_>, out: &mut [K]) {
        let f: F = self.tower.point(2 * number);
        let (g, h): (F, F) = (self.tower.point(4 * number), self.tower.point(4 * number + 2));
        for first in (0..self.lanes).step_by(4) {
            let four =
                [lanes.read(first), lanes.read(first + 1), lanes.read(first + 2), lanes.read(first + 3)];
            let [mut a, mut b, mut c, mut d] = V::transpose(four);
            butterfly(&mut a, &mut c, &f);
            butterfly(&mut b, &mut d, &f);
            butterfly(&mut a, &mut b, &g);
            butterfly(&mut c, &mut d, &h);
            for (row, register) in out.chunks_mut(self.lanes).zip(self.tower.leave([a, b, c, d])) {
                let row = &mut row[first..];
                if let Some(quad) = row.first_chunk_mut::<4>() {
                    register.store(quad);
                } else {
                    let mut quad = [K::ZERO; 4];
                    register.store(&mut quad);
                    let len = row.len();
                    row.copy_from_slice(&quad[..len]);
                }
            }
        }
    }

    /// The stages of a tile, from what `source` holds.
    fn stages<S: Source>(&self, source: S, tile: &mut [Line], shape: Shape) {
        if shape.stages == 0 {
            for (i, line) in tile.iter_mut().enumerate() {
                line.write(source.read(i, line));
            }
            return;
        }
        let mut left = self.highest_stages(source, tile, shape, shape.stages);
        while left > 0 {
            left = self.highest_stages(InPlace, tile, shape, left);
        }
    }

    /// Some of the `left` lowest stages of a tile, the highest of them; returns how many are left.
    fn highest_stages<S: Source>(&self, source: S, tile: &mut [Line], shape: Shape, left: usize) -> usize {
        // Three stages at a time, but no more than the small fields allow.
        let bits = |stage: usize| self.bits - shape.lowest - stage;
        let same = |stage: usize| field(bits(stage)) == field(bits(left - 1));
        let together = (1..=3).take_while(|&n| n <= left && same(left - n)).count();
        let stage = left - together;
        match (field(bits(stage)), together) {
            (8, 3) => self.three::<Factor8, S>(source, tile, shape, stage),
            (8, 2) => self.two::<Factor8, S>(source, tile, shape, stage),
            (8, _) => self.one::<Factor8, S>(source, tile, shape, stage),
            (16, 3) => self.three::<Factor16, S>(source, tile, shape, stage),
            (16, 2) => self.two::<Factor16, S>(source, tile, shape, stage),
            (16, _) => self.one::<Factor16, S>(source, tile, shape, stage),
            (_, 3) => self.three::<Factor32, S>(source, tile, shape, stage),
            (_, 2) => self.two::<Factor32, S>(source, tile, shape, stage),
            (_, _) => self.one::<Factor32, S>(source, tile, shape, stage),
        }
        stage
    }

    /// Stage `stage` of a tile.
    fn one<F: Factor, S: Source>(&self, source: S, tile: &mut [Line], shape: Shape, stage: usize) {
        each_block(source, tile, shape, stage, |b| {
            let f: F = self.tower.point(2 * b);
            move |[x0, x1]: &mut [V; 2]| butterfly(x0, x1, &f)
        });
    }

    /// Stages `stage + 1` and `stage`.
    fn two<F: Factor, S: Source>(&self, source: S, tile: &mut [Line], shape: Shape, stage: usize) {
        each_block(source, tile, shape, stage, |b| {
            let f: F = self.tower.point(2 * b);
            let (g, h): (F, F) = (self.tower.point(4 * b), self.tower.point(4 * b + 2));
            move |[x0, x1, x2, x3]: &mut [V; 4]| {
                butterfly(x0, x2, &f);
                butterfly(x1, x3, &f);
                butterfly(x0, x1, &g);
                butterfly(x2, x3, &h);
            }
        });
    }

    /// Stages `stage + 2` to `stage`.
    fn three<F: Factor, S: Source>(&self, source: S, tile: &mut [Line], shape: Shape, stage: usize) {
        each_block(source, tile, shape, stage, |b| {
            let f: F = self.tower.point(2 * b);
            let (g0, g1): (F, F) = (self.tower.point(4 * b), self.tower.point(4 * b + 2));
            let (h0, h1): (F, F) = (self.tower.point(8 * b), self.tower.point(8 * b + 2));
            let (h2, h3): (F, F) = (self.tower.point(8 * b + 4), self.tower.point(8 * b + 6));
            move |[x0, x1, x2, x3, x4, x5, x6, x7]: &mut [V; 8]| {
                butterfly(x0, x4, &f);
                butterfly(x1, x5, &f);
                butterfly(x2, x6, &f);
                butterfly(x3, x7, &f);
                butterfly(x0, x2, &g0);
                butterfly(x1, x3, &g0);
                butterfly(x4, x6, &g1);
                butterfly(x5, x7, &g1);
                butterfly(x0, x1, &h0);
                butterfly(x2, x3, &h1);
                butterfly(x4, x5, &h2);
                butterfly(x6, x7, &h3);
            }
        });
    }
}

/// Applies the butterflies of log2 N stages, the lowest of them `stage`, to a tile: `butterflies(b)`
/// are those of block b, on the N cells that they pair.
#[inline(always)]
fn each_block<S: Source, B: Fn(&mut [V; N]), const N: usize>(
    source: S,
    tile: &mut [Line],
    shape: Shape,
    stage: usize,
    butterflies: impl Fn(usize) -> B,
) {
    let (part, size) = (shape.row << stage, shape.row << shape.stages);
    let blocks = size / (N * part);
    for q in 0..blocks {
        let apply = butterflies(shape.index * blocks + q);
        let start = N * part * q;
        for (lane, rows) in tile.chunks_exact_mut(size).enumerate() {
            let rows: [&mut [Line]; N] = split(&mut rows[start..], part);
            let source = source.part(lane * size + start, N * part);
            for i in 0..part {
                let mut x = core::array::from_fn(|k| source.read(k * part + i, &rows[k][i]));
                apply(&mut x);
                for k in 0..N {
                    rows[k][i].write(x[k]);
                }
            }
        }
    }
}

/// What a task of the first pass takes.
#[derive(Clone, Copy)]
struct First {
    stages: usize,
    /// Neighbouring bundles.
    run: usize,
    /// Lanes at a time.
    width: usize,
}

impl First {
    /// Lines of a tile.
    fn len(self) -> usize {
        (self.run * self.width) << self.stages
    }
}

/// A tile: any number of parts of 2^`stages` rows of `row` registers each.
#[derive(Clone, Copy)]
struct Shape {
    row: usize,
    stages: usize,
    /// The stage of the code that pairs adjacent rows of the tile.
    lowest: usize,
    /// The number of the tile in the code.
    index: usize,
}

/// Where the stages of a tile read: the tile itself, or something of its shape.
trait Source: Copy {
    /// The cells from `start` on.
    fn part(self, start: usize, len: usize) -> Self;
    /// Cell i, `own` being the tile's.
    fn read(self, i: usize, own: &Line) -> V;
}

#[derive(Clone, Copy)]
struct InPlace;

impl Source for InPlace {
    #[inline(always)]
    fn part(self, _: usize, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn read(self, _: usize, own: &Line) -> V {
        own.read()
    }
}

impl Source for &[Line] {
    #[inline(always)]
    fn part(self, start: usize, len: usize) -> Self {
        &self[start..start + len]
    }

    #[inline(always)]
    fn read(self, i: usize, _: &Line) -> V {
        self[i].read()
    }
}

impl Source for &[Quad] {
    #[inline(always)]
    fn part(self, start: usize, len: usize) -> Self {
        &self[start..start + len]
    }

    #[inline(always)]
    fn read(self, i: usize, _: &Line) -> V {
        V::load(&self[i])
    }
}

/// A bundle of a tile that lies lane after lane.
#[derive(Clone, Copy)]
struct Bundle<'a> {
    tile: &'a [Line],
    index: usize,
    /// Bundles of a lane.
    count: usize,
}

impl Bundle<'_> {
    /// A lane's elements; 0 past the last lane.
    #[inline(always)]
    fn read(self, lane: usize) -> V {
        self.tile.get(lane * self.count + self.index).map_or(V::ZERO, Line::read)
    }
}

/// The degree of the smallest field of the tower with all domain points of so many bits.
fn field(bits: usize) -> usize {
    match bits {
        0..=8 => 8,
        9..=16 => 16,
        _ => 32,
    }
}

/// `(u, v)` to `(u + f v, u + (f + 1) v)`.
#[inline(always)]
fn butterfly<F: Factor>(u: &mut V, v: &mut V, f: &F) {
    *u = f.add_product(*u, *v);
    *v = v.xor(*u);
}

/// `N` parts of equal lengths.
#[inline(always)]
fn split<C, const N: usize>(block: &mut [C], part: usize) -> [&mut [C]; N] {
    let mut rest = block;
    core::array::from_fn(|_| {
        let (first, others) = core::mem::take(&mut rest).split_at_mut(part);
        rest = others;
        first
    })
}
