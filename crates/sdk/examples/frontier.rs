//! What proofs of one run would take with other codes: bytes, time and memory of all profiles on the frontier.
//!
//! `cargo xtask frontier` runs this. Time is the least that the machine needs, from the cost model and a measured
//! floor; memory and bytes are what is expected of a proof. A profile is on the frontier if no other is at least as
//! good in all three.

use std::error::Error;
use std::{env, fs};

use dyad_executor::{Limits, meter};
use dyad_prover::cost::{self, Floor};
use dyad_prover::{Footprint, length};
use dyad_verifier::params::Profile;
use dyad_verifier::{Layout, Level, Schedule, System};

/// A profile, and what a proof with it takes.
#[derive(Clone)]
struct Point {
    profile: Profile,
    queries: usize,
    bytes: f64,
    seconds: f64,
    memory: f64,
}

impl Point {
    fn new(level: Level, profile: Profile, system: &System, layout: &Layout, floor: &Floor) -> Self {
        let schedule = Schedule::new(level.with_profile(profile), layout);
        // Step by step, since arithmetic hides the traffic of its own step only.
        let seconds = cost::steps(system, layout, &schedule).iter().map(|(_, c)| floor.seconds(c)).sum();
        Self {
            profile,
            queries: schedule.oracles[0].code.queries,
            bytes: length::expected(system, layout, &schedule) as f64,
            seconds,
            memory: Footprint::new(system, layout, &schedule, rayon::current_num_threads()).proof() as f64,
        }
    }

    fn all(&self) -> [f64; 3] {
        [self.bytes, self.seconds, self.memory]
    }

    /// Whether the other is at least as good in all, and better in one. Half a percent is no difference.
    fn is_beaten_by(&self, other: &Self) -> bool {
        let pairs = || self.all().into_iter().zip(other.all());
        pairs().all(|(own, other)| other <= 1.005 * own) && pairs().any(|(own, other)| other < 0.995 * own)
    }
}

/// The profiles that are compared.
fn profiles() -> impl Iterator<Item = Profile> {
    let rates = (1..=4).flat_map(|a| (a..=5).flat_map(move |b| (b..=5).map(move |c| [a, b, c, c.max(4)])));
    let lanes = || (3..=6).flat_map(|a| (3..=5).map(move |b| [a, b, b]));
    rates.flat_map(move |rates| {
        lanes().flat_map(move |lanes| {
            (16..=24).step_by(2).map(move |query_work| Profile { rates, lanes, query_work })
        })
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [elf, input, floor] = &arguments[..] else { return Err("usage: frontier ELF INPUT FLOOR".into()) };
    let floors: Vec<Floor> = serde_json::from_slice(&fs::read(floor)?)?;
    let floor = floors.iter().max_by_key(|floor| floor.threads).ok_or("no floor")?;
    let program = dyad_program::Program::from_elf(&fs::read(elf)?)?;
    let (outcome, counts) = meter(&program, &fs::read(input)?, Limits::default())?;
    let rows = counts.all().map(u32::try_from).collect::<Result<Vec<u32>, _>>()?;
    let system = dyad_proof::system();
    let layout = Layout::new(&system, &rows)?;
    println!("{} cycles\n", outcome.cycles);
    println!("| bits | rates 1/2^ | lanes 2^ | work | queries |   kB | time | memory | |");
    println!("|-----:|------------|----------|-----:|--------:|-----:|-----:|-------:|-|");
    for level in [Level::L100.hiding(), Level::L128.hiding()] {
        let of = |profile| Point::new(level, profile, &system, &layout, floor);
        let [fast, small] = [level, level.with_size(true)].map(|level| of(level.profile()));
        let points: Vec<Point> = profiles().map(of).collect();
        let allowed = |p: &Point| p.seconds <= 2.5 * fast.seconds && p.memory <= 1.6 * fast.memory;
        let best = |p: &&Point| allowed(p) && !points.iter().any(|other| p.is_beaten_by(other));
        let mut shown: Vec<Point> = points.iter().filter(best).cloned().collect();
        for chosen in [&fast, &small] {
            if shown.iter().all(|p| p.profile != chosen.profile) {
                shown.push(chosen.clone());
            }
        }
        shown.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        for p in shown {
            let Profile { rates, lanes, query_work } = p.profile;
            let mark = match p.profile {
                profile if profile == fast.profile => "fast",
                profile if profile == small.profile => "small",
                _ => "",
            };
            println!(
                "| {} | {rates:?} | {lanes:?} | {query_work} | {} | {:.1} | {:.2} | {:.2} | {mark} |",
                level.bits(),
                p.queries,
                p.bytes / 1e3,
                p.seconds / fast.seconds,
                p.memory / fast.memory,
            );
        }
    }
    Ok(())
}
