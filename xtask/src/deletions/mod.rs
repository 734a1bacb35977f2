//! Does a test notice each part of the verifier? Without it, one must fail.
//!
//! The verifier's feature `deletions` leaves out one check, one kind of message that challenges depend on, or one
//! kind of challenge at a time. Messages and challenges are left out of the prover too, for they share the
//! transcript: honest proofs stay valid, so only a test of what the transcript is for can notice.

mod explained;
mod source;
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use self::tests::{Outcome, Test};
use crate::{
    steps::{Failure, title},
    table::table,
};

/// Tests that run at a time: they use few threads themselves.
const AT_ONCE: usize = 2;

#[derive(clap::Args, Default)]
pub struct Args {
    /// List the parts and how many tests come to each, and delete nothing
    #[arg(long)]
    list: bool,
    /// Delete only parts whose names contain this
    #[arg(long, value_name = "TEXT")]
    part: Option<String>,
}

/// What was made of a part: nothing came to it, or what the tests said.
enum Fate {
    Unreached,
    Noticed(String),
    TooSlow(String),
    Survived(usize),
}

/// Deletes part by part, prints a table, and fails where a deletion is neither noticed nor explained.
pub fn run(args: &Args) -> Result<(), Failure> {
    title("tests of a verifier whose parts can be left out");
    let start = Instant::now();
    let tests = tests::all()?;
    let reached = reached(&tests)?;
    let known: BTreeSet<String> = reached.keys().cloned().collect();
    let unreached = source::parts()?.into_iter().filter(|part| !part.is_among(&known));
    let chosen = |name: &str| args.part.as_ref().is_none_or(|text| name.contains(text.as_str()));
    let mut fates: BTreeMap<String, Fate> =
        unreached.map(|part| (part.to_string(), Fate::Unreached)).filter(|(name, _)| chosen(name)).collect();
    let parts: Vec<(&String, &Vec<usize>)> = reached.iter().filter(|(name, _)| chosen(name)).collect();
    anstream::eprintln!(
        "{} tests come to {} parts, in {}",
        tests.len(),
        parts.len(),
        seconds(start.elapsed())
    );
    if args.list {
        return list(&tests, &parts, &fates);
    }
    title("one deletion after the other");
    fates.extend(delete(&tests, &parts)?);
    report(&fates, start.elapsed())
}

/// The parts that tests come to, each with these tests, the fastest first.
fn reached(tests: &[Test]) -> Result<BTreeMap<String, Vec<usize>>, Failure> {
    let mut out: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, test) in tests.iter().enumerate() {
        for part in &test.parts {
            if !is_left_to_others(part, test) {
                out.entry(part.clone()).or_default().push(i);
            }
        }
    }
    out.values_mut().for_each(|list| list.sort_by_key(|&i| (tests[i].is_last(), tests[i].time)));
    if out.is_empty() { Err("no test came to any part of the verifier".into()) } else { Ok(out) }
}

/// Whether a part is a label that a test misses without saying what it is for.
fn is_left_to_others(part: &str, test: &Test) -> bool {
    let label = part.starts_with("absorb ") || part.starts_with("draw ");
    label && part != "absorb protocol" && test.needs_labels()
}

/// Deletes each part.
fn delete(tests: &[Test], parts: &[(&String, &Vec<usize>)]) -> Result<Vec<(String, Fate)>, Failure> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<(), Failure> {
        while let Some((name, list)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fate = without(name, list.iter().map(|&i| &tests[i]))?;
            anstream::eprintln!("{:<52} {}", name, fate.text());
            done.lock().map_err(|_| "a thread failed")?.push(((*name).clone(), fate));
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|t| t.join().map_err(|_| "a thread failed")?)
    })?;
    done.into_inner().map_err(|_| "a thread failed".into())
}

/// What the tests say of a verifier without a part, until one notices.
fn without<'a>(name: &str, tests: impl Iterator<Item = &'a Test>) -> Result<Fate, Failure> {
    let mut passed = 0;
    for test in tests {
        match test.run_without(name)? {
            Outcome::Passed => passed += 1,
            Outcome::Failed => return Ok(Fate::Noticed(test.to_string())),
            Outcome::TooSlow => return Ok(Fate::TooSlow(test.to_string())),
        }
    }
    Ok(Fate::Survived(passed))
}

impl Fate {
    fn is_noticed(&self) -> bool {
        matches!(self, Self::Noticed(_) | Self::TooSlow(_))
    }

    fn text(&self) -> String {
        match self {
            Self::Unreached => "SURVIVED: no test comes to it".into(),
            Self::Noticed(test) => test.clone(),
            Self::TooSlow(test) => format!("{test}, which does not end"),
            Self::Survived(passed) => format!("SURVIVED {passed} tests"),
        }
    }
}

/// The table, the totals, and what is wrong.
fn report(fates: &BTreeMap<String, Fate>, time: Duration) -> Result<(), Failure> {
    let lines: Vec<Vec<String>> = fates.iter().map(|(name, fate)| vec![name.clone(), fate.text()]).collect();
    anstream::println!("{}", table(&["left out", "noticed by"].map(str::to_owned), &lines));
    let count = |of: &dyn Fn(&Fate) -> bool| fates.values().filter(|fate| of(fate)).count();
    let survivors: Vec<&String> =
        fates.iter().filter(|(_, f)| !f.is_noticed()).map(|(name, _)| name).collect();
    let (noticed, slow) = (count(&Fate::is_noticed), count(&|f| matches!(f, Fate::TooSlow(_))));
    anstream::println!(
        "{} parts, {noticed} deletions noticed ({slow} because a test did not end), {} survived, in {}",
        fates.len(),
        survivors.len(),
        seconds(time),
    );
    let mut wrong = Vec::new();
    for name in survivors {
        match explained::reason(name) {
            Some(reason) => anstream::println!("{name} may be missed: {reason}"),
            None => wrong.push(format!("nobody misses {name}")),
        }
    }
    let explained =
        fates.iter().filter(|(name, fate)| fate.is_noticed() && explained::reason(name).is_some());
    wrong.extend(explained.map(|(name, _)| format!("{name} is missed, though it is said why it is not")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Prints the tests, and the parts with the numbers of their tests.
fn list(
    tests: &[Test],
    parts: &[(&String, &Vec<usize>)],
    unreached: &BTreeMap<String, Fate>,
) -> Result<(), Failure> {
    let times: Vec<_> = tests.iter().map(Test::line).collect();
    anstream::println!("{}", table(&["test", "seconds", "parts"].map(str::to_owned), &times));
    let reached = parts.iter().map(|(name, tests)| vec![(*name).clone(), tests.len().to_string()]);
    let lines: Vec<_> = reached.chain(unreached.keys().map(|name| vec![name.clone(), "0".into()])).collect();
    anstream::println!("{}", table(&["part", "tests"].map(str::to_owned), &lines));
    if unreached.is_empty() { Ok(()) } else { Err(format!("no test comes to {} parts", unreached.len())) }
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64())
}
