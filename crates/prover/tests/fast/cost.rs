//! What the cost model says, against what a proof does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use dyad_prover::cost::{Cost, Floor, steps};
use dyad_prover::prove;
use dyad_verifier::bus::first_move;
use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Digest, Hash, Layout, Level, Move, Schedule};

/// Bytes hashed for Merkle trees.
static HASHED: AtomicU64 = AtomicU64::new(0);

/// BLAKE3, with a count.
struct Counting;

impl Hash for Counting {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        count(domain, parts.iter().map(|p| p.len()).sum());
        Blake3::hash(domain, parts)
    }

    fn hash_many(domain: Domain, inputs: &[u8], length: usize, out: &mut [Digest]) {
        count(domain, inputs.len());
        Blake3::hash_many(domain, inputs, length, out);
    }
}

fn count(domain: Domain, bytes: usize) {
    if matches!(domain, Domain::Leaf | Domain::Node) {
        HASHED.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

#[test]
fn trees_hash_as_many_bytes_as_expected() {
    let sizes = [(40, 3), (3000, 700), (9000, 50)];
    for ((rows, cells), level) in
        sizes.into_iter().flat_map(|s| [(s, Level::L100), (s, Level::L100.hiding())])
    {
        let t = crate::toy::toy::<Counting>(rows, cells);
        let layout = Layout::new(&t.system, &t.counts()).unwrap();
        let schedule = Schedule::new(level, &layout);
        let trials = |next: Move| 64u64 << next.work(level);
        let costs = steps(&t.system, &layout, &schedule);

        let mut begun: Vec<(&str, u64)> = Vec::new();
        let mut observer = |step| begun.push((step, HASHED.load(Ordering::Relaxed)));
        prove::<Counting>(&t.setting(level), &t.statement, &t.witness(), &mut observer).unwrap();
        let ends = begun.iter().skip(1).map(|b| b.1).chain([HASHED.load(Ordering::Relaxed)]);
        // A step may begin again.
        let mut hashed: BTreeMap<&str, u64> = BTreeMap::new();
        begun.iter().zip(ends).for_each(|(&(name, from), to)| *hashed.entry(name).or_default() += to - from);
        for (name, work) in &costs {
            let (name, hashed) = (*name, hashed[name]);
            if name == "opening" {
                // A round's proof of work is counted too; leaves beside those that are opened are hashed again.
                let folds = 4 * trials(schedule.fold(0));
                let trials = folds + trials(Move::Queries { round: 0 }) * (1 + schedule.rounds.len() as u64);
                let queries = schedule.rounds.iter().chain(schedule.oracles.iter().map(|o| &o.code));
                let again: u64 = queries
                    .map(|code| (code.queries * (16 * code.width()).next_multiple_of(64)) as u64)
                    .sum();
                let trees = work.hashed - trials;
                assert!((trees..=trees + again).contains(&hashed), "{rows} rows: {hashed}, not {trees}");
            } else {
                // The work for the first challenges comes after the tree.
                let first = if name == "hash" { trials(first_move(&layout, &t.statement)) } else { 0 };
                assert_eq!(hashed, work.hashed - first, "{rows} rows: {name}");
            }
        }
    }
}

#[test]
fn arithmetic_hides_traffic_but_not_fresh_pages() {
    let floor = Floor { threads: 1, products: 2.0, hashed: 1.0, moved: 0.5, fresh: 0.25, ..Floor::default() };
    let seconds = |products, hashed, moved, fresh| {
        floor.seconds(&Cost { products, hashed, moved, fresh, ..Cost::default() })
    };
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(close(seconds(10, 5, 8, 0), 25.0));
    assert!(close(seconds(10, 5, 80, 0), 40.0));
    assert!(close(seconds(10, 5, 8, 4), 26.0));
    assert!(close(seconds(0, 0, 0, 0), 0.0));
}
