//! Adversaries: rows with wrong words and advice derived from them.

use alloc::vec::Vec;
use core::fmt::Debug;

use super::{EDGES, Findings, Random, said, shape};
use crate::fill::{Fill, Value};
use crate::shape::TableShape;
use crate::{Rules, Table, fill};

/// Fills a row as [`Fill`] does, except that some columns get other values; what is derived from
/// them later in the row follows them.
struct Forger<'a> {
    changes: &'a [(usize, u64)],
    row: Fill,
}

impl Rules for Forger<'_> {
    type Word = Value;

    fn constant(&mut self, c: u64) -> Value {
        Value(c)
    }

    fn fixed(&mut self, name: &'static str, value: impl FnOnce() -> u64) -> Value {
        self.row.fixed(name, value)
    }

    fn commit_with_free(&mut self, name: &'static str, free: u64, advice: impl FnOnce() -> u64) -> Value {
        let here = self.row.committed.len();
        let honest = advice();
        let change = self.changes.iter().find(|c| c.0 == here);
        self.row.commit_with_free(name, free, || change.map_or(honest, |c| c.1))
    }

    fn assert_and(&mut self, _: &'static str, _: Value, _: Value, _: Value) {}
    fn push(&mut self, _: u64, _: &[Value]) {}
    fn pull(&mut self, _: u64, _: &[Value]) {}
}

fn column_of<T: Table>(form: &TableShape, name: &str) -> usize {
    let found = form.committed.iter().position(|c| c.name == name);
    found.unwrap_or_else(|| panic!("{} has no column {name:?}", T::NAME))
}

/// The row of `event` with the columns `changes` forced to other values and all later advice
/// derived from those.
pub fn forged_row<T: Table>(event: &T::Event, changes: &[(&str, u64)]) -> Fill {
    let form = shape::<T>();
    let changes: Vec<_> = changes.iter().map(|&(name, v)| (column_of::<T>(&form, name), v)).collect();
    derive::<T>(event, &changes)
}

fn derive<T: Table>(event: &T::Event, changes: &[(usize, u64)]) -> Fill {
    let mut forger = Forger { changes, row: Fill::default() };
    T::rules(&mut forger, event);
    forger.row
}

/// Wrong values for a column that honestly holds `x`; `others` are the row's other words.
fn wrong_values(x: u64, others: &[u64], random: &mut Random) -> Vec<u64> {
    let mut out = alloc::vec![
        x.wrapping_add(1),
        x.wrapping_sub(1),
        x ^ 1 << 63,
        x ^ 1 << 31,
        x ^ 1 << 32,
        x ^ 0xffff_ffff,
        x ^ 0xffff_ffff_0000_0000,
        !x,
        x.wrapping_neg(),
        x << 1,
        x >> 1,
        x.rotate_left(32),
        0,
        u64::MAX,
        1,
        EDGES[random.below(EDGES.len())],
        others[random.below(others.len())],
        others[random.below(others.len())],
        x ^ others[random.below(others.len())],
        x ^ 1 << random.below(64),
        random.operand(),
    ];
    out.retain(|&v| v != x);
    out
}

/// *Forge*: forces wrong values into every column of each event's row, one at a time and several
/// together, once alone and once with all later advice derived from them. A row that takes the
/// same messages and breaks nothing must put the same messages. Columns named in `chosen` are the
/// prover's choice: they are left alone.
pub fn forge<T: Table>(events: &[T::Event], chosen: &[&str], random: &mut Random) -> Findings
where
    T::Event: Debug,
{
    let form = shape::<T>();
    let columns: Vec<_> =
        (0..form.committed.len()).filter(|&i| !chosen.contains(&form.committed[i].name)).collect();
    let mut findings = Findings::default();
    for event in events {
        let row = fill::<T>(event);
        let honest = said::<T>(&row.committed, &row.fixed);
        let mut attempt = |changes: &[(usize, u64)]| {
            let derived = derive::<T>(event, changes);
            let mut alone = row.committed.clone();
            for &(i, v) in changes {
                alone[i] = v;
            }
            // Words that fix what is taken stay honest while those computed from them do not.
            let mut late = derived.committed.clone();
            if let Some(&(first, _)) = changes.first() {
                late[first] = row.committed[first];
            }
            for words in [&derived.committed, &alone, &late] {
                findings.tried += 1;
                let said = said::<T>(words, &row.fixed);
                if said.pulls == honest.pulls && said.pushes != honest.pushes {
                    assert!(
                        !said.broken.is_empty(),
                        "{}: forged by {changes:x?}: {:x?} instead of {:x?} in {event:x?}",
                        T::NAME,
                        said.pushes,
                        honest.pushes
                    );
                    if let [only] = said.broken[..] {
                        findings.needed.insert(only);
                    }
                }
            }
        };
        let mut candidates = Vec::new();
        for &i in &columns {
            for v in wrong_values(row.committed[i], &row.committed, random) {
                candidates.push((i, v));
                attempt(&[(i, v)]);
            }
        }
        for _ in 0..candidates.len() {
            let mut some: Vec<_> =
                (0..2 + random.below(2)).map(|_| candidates[random.below(candidates.len())]).collect();
            some.sort_unstable();
            some.dedup_by_key(|c| c.0);
            attempt(&some);
        }
    }
    findings
}

/// *Refuse*: events that must have no row, such as a jump out of the address space: the row that
/// honest advice gives is broken, and so is every row tried by [`forge`] that takes the same
/// messages. Columns named in `chosen` are left alone.
pub fn refuse<T: Table>(events: &[T::Event], chosen: &[&str], random: &mut Random) -> Findings
where
    T::Event: Debug,
{
    let form = shape::<T>();
    let columns: Vec<_> =
        (0..form.committed.len()).filter(|&i| !chosen.contains(&form.committed[i].name)).collect();
    let mut findings = Findings::default();
    for event in events {
        let row = fill::<T>(event);
        let honest = said::<T>(&row.committed, &row.fixed);
        let mut attempt = |words: &[u64]| {
            findings.tried += 1;
            let said = said::<T>(words, &row.fixed);
            if said.pulls == honest.pulls {
                assert!(!said.broken.is_empty(), "{}: accepted: {words:x?} for {event:x?}", T::NAME);
                if let [only] = said.broken[..] {
                    findings.needed.insert(only);
                }
            }
        };
        attempt(&row.committed);
        for &i in &columns {
            for v in wrong_values(row.committed[i], &row.committed, random) {
                attempt(&derive::<T>(event, &[(i, v)]).committed);
                let mut alone = row.committed.clone();
                alone[i] = v;
                attempt(&alone);
            }
        }
    }
    findings
}
