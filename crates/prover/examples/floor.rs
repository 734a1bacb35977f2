//! Measures what the prover's work costs on this machine at least, on one thread and on all:
//! `cargo xtask floor` runs this and shows it.
//!
//! Prints a JSON array of `dyad_prover::cost::Floor`, one for each number of threads. Every figure is
//! the least of several runs: noise only adds. Arithmetic works on vectors that caches hold, copies
//! and first touches on vectors that they do not.

use std::hint::black_box;
use std::time::Instant;

use dyad_field::{K, PrimeCharacteristicRing, from_bits};
use dyad_prover::cost::Floor;
use dyad_prover::kernels::{and_check::Skip, code, sums};
use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Hash};
use p3_field::{Field, PackedValue};
use rayon::prelude::*;

/// Runs of which the fastest counts.
const RUNS: usize = 9;
/// Elements of vectors that caches hold: a mebibyte.
const CACHED: usize = 1 << 16;
/// Elements of vectors that no cache holds: half a gibibyte.
const LARGE: usize = 1 << 25;
/// Elements of a first-level cache's part: 16 KiB.
const SMALL: usize = 1 << 10;
/// Bytes of a leaf of the main tree: 16 lanes.
const LEAF: usize = 256;

fn main() {
    let all = rayon::current_num_threads();
    let floors: Vec<Floor> = if all == 1 { vec![1] } else { vec![1, all] }.into_iter().map(floor).collect();
    println!("{}", serde_json::to_string(&floors).expect("numbers"));
}

/// Measures with a pool of so many threads.
fn floor(threads: usize) -> Floor {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    pool.install(|| Floor {
        threads,
        products: product(),
        encoded: encoded(),
        hashed: hashed(),
        mapped: mapped(),
        summed: summed(),
        skipped: skipped(),
        moved: moved(),
        fresh: fresh(),
    })
}

/// The least seconds of a run, divided by `units`.
fn least<T, R>(units: usize, prepare: impl Fn() -> T, mut run: impl FnMut(&mut T) -> R) -> f64 {
    let times = (0..RUNS).map(|_| {
        let mut input = prepare();
        let start = Instant::now();
        let result = run(&mut input);
        let seconds = start.elapsed().as_secs_f64();
        black_box((input, result));
        seconds
    });
    times.fold(f64::INFINITY, f64::min) / units as f64
}

/// As [`least`] of `run` done `times` times on every thread, each with what `prepare` makes for it;
/// `units` are those of one time.
fn least_on_each<T>(
    units: usize,
    times: usize,
    prepare: impl Fn() -> T + Sync,
    run: impl Fn(&mut T) + Sync,
) -> f64 {
    let on_all = rayon::current_num_threads() * times * units;
    least(
        on_all,
        || (),
        |()| {
            rayon::broadcast(|_| {
                let mut input = prepare();
                for _ in 0..times {
                    run(black_box(&mut input));
                }
            });
        },
    )
}

/// Arbitrary elements.
fn elements(n: usize) -> Vec<K> {
    let mut x = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645_u128;
    let mut next = || {
        x = x.wrapping_mul(x | 5).rotate_left(41).wrapping_add(0x9e37_79b9_7f4a_7c15);
        from_bits(x)
    };
    (0..n).map(|_| next()).collect()
}

/// Products of vectors, as many elements at a time as the field's crate packs.
fn product() -> f64 {
    let vectors = || (elements(SMALL), elements(SMALL));
    least_on_each(SMALL, 2000, vectors, |(a, b)| {
        let packed = <K as Field>::Packing::pack_slice_mut(a);
        for (a, &b) in packed.iter_mut().zip(<K as Field>::Packing::pack_slice(b)) {
            *a *= b;
        }
    })
}

/// The code of the main commitment: 16 lanes at rate 1/2.
fn encoded() -> f64 {
    let (m, data) = (CACHED.ilog2() as usize, elements(16 * CACHED));
    let codeword = || elements(2 * data.len());
    least(data.len(), codeword, |values| code::encode(&code::Uncoded::plain(&data, m), 1, values).rows)
}

fn hashed() -> f64 {
    let leaves = 256;
    let inputs = || (vec![7; leaves * LEAF], vec![[0; 32]; leaves]);
    least_on_each(leaves * LEAF, 200, inputs, |(bytes, digests)| {
        Blake3::hash_many(Domain::Leaf, bytes, LEAF, digests);
    })
}

fn mapped() -> f64 {
    let (images, xs) = (elements(128), elements(CACHED));
    let images = images.as_slice().try_into().expect("128 images");
    least(CACHED, || elements(CACHED), |out| sums::linear_map(images, &xs, out))
}

/// With two weights, as most sums of a proof are.
fn summed() -> f64 {
    let (q, w) = (elements(CACHED), elements(CACHED));
    least(2 * CACHED, || (), |()| sums::bit_sums2(&q, &w, &w))
}

fn skipped() -> f64 {
    let words: [u64; 8] = std::array::from_fn(|i| 0x9e37_79b9_7f4a_7c15_u64.rotate_left(7 * i as u32));
    let weights: [K; 8] = elements(8).try_into().expect("eight");
    least_on_each(8, 4000, Skip::new, |skip| skip.add_eight([&words; 3], &weights))
}

/// A copy reads and writes each byte.
fn moved() -> f64 {
    let from = elements(LARGE);
    let mut to = elements(LARGE);
    least(
        2 * size_of_val(from.as_slice()),
        || (),
        |()| {
            to.par_chunks_mut(CACHED).zip(from.par_chunks(CACHED)).for_each(|(t, f)| t.copy_from_slice(f));
        },
    )
}

/// An element of each page of fresh memory is written.
fn fresh() -> f64 {
    let page = 4096 / size_of::<K>();
    least(
        LARGE * size_of::<K>(),
        || K::zero_vec(LARGE),
        |v| {
            v.par_chunks_mut(CACHED).for_each(|v| v.iter_mut().step_by(page).for_each(|x| *x = K::ONE));
        },
    )
}
