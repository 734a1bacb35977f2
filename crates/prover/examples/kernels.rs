//! Times the prover's kernels: `cargo run --release -p dyad-prover --example kernels [log] [name]`.
//!
//! Prints, for each kernel whose name contains `name`, the median time of five runs on vectors of
//! 2^log elements (20 unless given), in nanoseconds an element of wall time, and of the time of all
//! processors where the system tells it (Linux; it counts in steps of some milliseconds, so take
//! more elements or the wall time of one thread, `RAYON_NUM_THREADS=1`, for the fast kernels).

use std::hint::black_box;
use std::time::{Duration, Instant};

use dyad_field::{K, from_bits};
use dyad_prover::kernels::{and_check, bus, code, eq, rows, sumcheck, sums, tree};

/// A vector of arbitrary elements.
fn elements(n: usize, seed: u128) -> Vec<K> {
    let mut x = seed | 1;
    let mut next = || {
        x = x.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(seed);
        from_bits(x ^ x >> 64)
    };
    (0..n).map(|_| next()).collect()
}

/// Processor time that all threads of this process have had.
fn processor_time() -> Option<Duration> {
    let mut sum = 0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let stat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        sum += stat.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(sum))
}

struct Bench {
    only: String,
    n: usize,
}

impl Bench {
    /// Time `run` on what `prepare` makes, `per` elements a run.
    fn time<T, R>(&self, name: &str, per: usize, prepare: impl Fn() -> T, run: impl Fn(&mut T) -> R) {
        if !name.contains(&self.only) {
            return;
        }
        let (mut wall, mut all) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            let mut input = prepare();
            let (start, before) = (Instant::now(), processor_time());
            black_box(run(&mut input));
            wall.push(start.elapsed());
            all.push(
                processor_time()
                    .zip(before)
                    .map_or(Duration::ZERO, |(after, before)| after.saturating_sub(before)),
            );
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort();
            times[2].as_secs_f64() * 1e9 / per as f64
        };
        println!("{name:34} {:8.2} ns {:8.2} ns of processors", median(&mut wall), median(&mut all));
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let log: usize = args.next().and_then(|a| a.parse().ok()).unwrap_or(20);
    let bench = Bench { only: args.next().unwrap_or_default(), n: 1 << log };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|l| l.starts_with("model name")).unwrap_or("model name : unknown");
    println!("{model}, {} threads, products: {}", rayon::current_num_threads(), dyad_field::kernels());
    println!("2^{log} elements; a median of 5 runs, an element");
    vectors(&bench);
    sumchecks(&bench);
    words(&bench);
}

fn vectors(b: &Bench) {
    let n = b.n;
    let (q, w, w1) = (elements(n, 1), elements(n, 2), elements(n, 3));
    let point = elements(n.ilog2() as usize, 4);
    b.time("eq::table", n, || (), |()| eq::table(&point));
    for (lanes, log_inv_rate) in [(1, 1), (11, 1), (16, 1), (16, 2), (64, 1)] {
        let m = (n / lanes).ilog2() as usize;
        let name = format!("code::encode 2^{m} x {lanes} log_inv_rate {log_inv_rate}");
        let fresh = || q[..1].repeat(lanes << (m + log_inv_rate));
        b.time(&name, lanes << m, fresh, |values| {
            code::encode(&code::Uncoded::plain(&q[..lanes << m], m), log_inv_rate, values).rows
        });
    }
    b.time("sums::bit_sums", n, || (), |()| sums::bit_sums(&q, &w));
    b.time("sums::bit_sums2", n, || (), |()| sums::bit_sums2(&q, &w, &w1));
    let images: [K; 128] = std::array::from_fn(|i| w[i]);
    b.time("sums::linear_map", n, || q.clone(), |out| sums::linear_map(&images, &q, out));
    b.time(
        "tree::Tree",
        n,
        || [q.clone(), q.clone()],
        |[leaves, upper]| drop(tree::Tree::new(leaves, upper, n.ilog2() as usize)),
    );
    let positions: Vec<usize> = (0..200).map(|i| i * 7919 % (2 * n)).collect();
    b.time(
        "rows::accumulate_rows 200",
        n,
        || w.clone(),
        |w| {
            rows::accumulate_rows(w, n.ilog2() as usize, &positions, &q[..200]);
        },
    );
}

fn sumchecks(b: &Bench) {
    let n = b.n;
    let r = from_bits(0x1234_5678_9abc_def0_0fed_cba9_8765_4321);
    let v = || elements(n, 5);
    let eq = eq::SplitEq::new(&elements(n.ilog2() as usize - 1, 6));
    let mut next = eq::SplitEq::new(&elements(n.ilog2() as usize - 1, 6));
    next.drop_highest();
    b.time("sumcheck::inner_round", n, || [v(), v()], |[w, q]| sumcheck::inner_round(w, q, n / 2));
    b.time("sumcheck::fold", n, v, |v| sumcheck::fold(&mut &mut v[..], n / 2, r));
    b.time(
        "sumcheck::inner_fold_round",
        n,
        || [v(), v()],
        |[w, q]| sumcheck::inner_fold_round(&mut &mut w[..], &mut &mut q[..], n / 2, r),
    );
    let four = || [v(), v(), v(), v()];
    b.time("sumcheck::gkr_round", n, four, |t| {
        sumcheck::gkr_round(&eq, t.each_ref().map(Vec::as_slice), n / 2, r)
    });
    b.time("sumcheck::gkr_fold_round", n, four, |t| {
        let mut slices = t.each_mut().map(Vec::as_mut_slice);
        sumcheck::gkr_fold_round(&next, slices.each_mut(), n / 2, r, r)
    });
    let three = || [v(), v(), v()];
    b.time("sumcheck::and_round", n, three, |[x, y, z]| sumcheck::and_round(&eq, x, y, z, n / 2));
    b.time("sumcheck::and_fold_round", n, three, |t| {
        let mut t = t.each_mut().map(Vec::as_mut_slice);
        sumcheck::and_fold_round(&next, t.each_mut(), n / 2, r)
    });
}

fn words(b: &Bench) {
    let n = b.n;
    let weights = elements(n, 7);
    let words: Vec<u64> = weights.iter().map(|&k| dyad_field::to_bits(k) as u64).collect();
    b.time("and_check::Skip (1 thread)", n, and_check::Skip::new, |skip| {
        let ops = words.as_chunks::<8>().0;
        for (i, weights) in weights.as_chunks::<8>().0.iter().enumerate() {
            skip.add_eight([&ops[i], &ops[(i + 1) % ops.len()], &ops[(i + 2) % ops.len()]], weights);
        }
    });
    let lagrange: [K; 64] = std::array::from_fn(|i| weights[i]);
    b.time("and_check::fold_words", n, || weights.clone(), |o| and_check::fold_words(&words, &lagrange, o));
    let alphas = std::array::from_fn(|i| weights[i]);
    let rows: Vec<[[u64; 8]; 5]> = words
        .chunks_exact(64)
        .map(|c| std::array::from_fn(|i| std::array::from_fn(|j| c[8 * i + j])))
        .collect();
    b.time(
        "bus::fingerprint (1 thread)",
        n,
        || weights.clone(),
        |out| {
            for (i, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                *out = bus::fingerprint(&rows[i % rows.len()], &alphas, *out);
            }
        },
    );
}
