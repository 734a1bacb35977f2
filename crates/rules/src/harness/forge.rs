//! Adversaries: rows with wrong words and advice derived from them.

use alloc::vec::Vec;
use core::fmt::Debug;

use super::trial::{Reading, Trial, Verdict};
use super::{EDGES, Findings, Random, shape};
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

    // What a forged row satisfies is for `Check` to say.
    fn assert_and(&mut self, _: &'static str, _: Value, _: Value, _: Value) {}
    fn assert_product(&mut self, _: &'static str, _: Value, _: Value, _: Value, _: Value) {}
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
fn wrong_values(x: u64, others: &[u64], random: &mut Random) -> impl Iterator<Item = u64> + use<> {
    let values = [
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
    values.into_iter().filter(move |&v| v != x)
}

impl<T: Table> Trial<'_, T>
where
    T::Event: Debug,
{
    fn lied_about(&self) -> Vec<usize> {
        let form = shape::<T>();
        (0..form.committed.len()).filter(|&i| !self.chosen.contains(&form.committed[i].name)).collect()
    }

    /// *Forge*: forces wrong values into every column of the rows of `count` events, one at a time and
    /// several together, once alone and once with all later advice derived from them. A row that takes
    /// the same messages and breaks nothing must put the same messages. Chosen columns are left alone.
    pub(super) fn forge(&self, count: usize, random: &mut Random, findings: &mut Findings) {
        let columns = self.lied_about();
        for event in self.sample(count, random) {
            let row = fill::<T>(event);
            let mut candidates = Vec::new();
            for &i in &columns {
                candidates.extend(wrong_values(row.committed[i], &row.committed, random).map(|v| (i, v)));
            }
            let honest = self.read(&row.committed, &row.fixed);
            let mut attempt = |changes: &[(usize, u64)]| {
                self.attempt(event, &row, &honest, changes, findings);
            };
            candidates.iter().for_each(|&c| attempt(&[c]));
            for _ in 0..candidates.len() {
                let mut some: Vec<_> =
                    (0..2 + random.below(2)).map(|_| candidates[random.below(candidates.len())]).collect();
                some.sort_unstable();
                some.dedup_by_key(|c| c.0);
                attempt(&some);
            }
        }
    }

    fn attempt(
        &self,
        event: &T::Event,
        row: &Fill,
        honest: &Reading,
        changes: &[(usize, u64)],
        findings: &mut Findings,
    ) {
        let derived = derive::<T>(event, changes).committed;
        let mut alone = row.committed.clone();
        for &(i, v) in changes {
            alone[i] = v;
        }
        // Words that fix what is taken stay honest while those computed from them do not.
        let mut late = derived.clone();
        if let Some(&(first, _)) = changes.first() {
            late[first] = row.committed[first];
        }
        for words in [&derived, &alone, &late] {
            match self.judge(words, &row.fixed, honest) {
                Verdict::Near { broken: Some((constraint, bits)), differs: true } => {
                    findings.note(constraint, bits);
                }
                Verdict::Near { broken: None, differs: true } => {
                    panic!("{}: forged by {changes:x?}: {words:x?} in {event:x?}", T::NAME)
                }
                _ => (),
            }
        }
    }

    /// *Refuse*: events that must have no row: the row that honest advice gives is broken, and so is
    /// every row made as by [`Trial::forge`] that takes the same messages. Chosen columns are left
    /// alone.
    pub(super) fn refuse(&self, random: &mut Random, findings: &mut Findings) {
        let columns = self.lied_about();
        for event in self.refused {
            let row = fill::<T>(event);
            let honest = self.read(&row.committed, &row.fixed);
            let mut attempt = |words: &[u64]| match self.judge(words, &row.fixed, &honest) {
                Verdict::Near { broken: Some((constraint, bits)), .. } => findings.note(constraint, bits),
                Verdict::Near { broken: None, .. } => {
                    panic!("{}: accepted: {words:x?} for {event:x?}", T::NAME)
                }
                Verdict::Refused => (),
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
    }
}
