//! Which choices a contradiction comes from.

use std::collections::BTreeSet;

use crate::solver::{Done, Reason, Solver};
use crate::system::SumId;

/// What is to be looked at, by when it became known.
struct Search<'v, 's> {
    solver: &'v Solver<'s>,
    /// Not looked at yet, the latest first.
    open: BTreeSet<u32>,
}

impl Search<'_, '_> {
    /// When a sum became known, if it was before `now`.
    fn known_at(&self, sum: SumId, now: u32) -> Option<u32> {
        let at = if self.solver.is_forced(sum) {
            Some(self.solver.sum_at(sum))
        } else {
            self.solver.sum(sum)?;
            let bits = self.solver.system.sums.get(sum).iter();
            bits.map(|&bit| self.solver.bit_at(bit)).max()
        };
        Some(at.unwrap_or(0)).filter(|&at| at < now || self.solver.system.sums.get(sum).is_empty())
    }

    /// That a sum is known.
    fn sum(&mut self, sum: SumId) {
        if self.solver.is_forced(sum) {
            self.open.insert(self.solver.sum_at(sum));
        } else {
            self.bits(sum, u32::MAX);
        }
    }

    /// That the bits of a sum are known, those that became known before `now`.
    fn bits(&mut self, sum: SumId, now: u32) {
        let known = self.solver.system.sums.get(sum).iter().filter(|&&bit| self.solver.bit(bit).is_some());
        self.open.extend(known.map(|&bit| self.solver.bit_at(bit)).filter(|&at| at < now));
    }

    /// What a sum or a bit follows from, which became known at `now`, or did not, where that contradicts.
    fn reason(&mut self, reason: Reason, of: Option<SumId>, now: u32) {
        match reason {
            Reason::Chosen => {}
            Reason::Sum(sum) => {
                self.open.insert(self.solver.sum_at(sum));
                self.bits(sum, now);
            }
            Reason::And(index) => {
                let [a, b, c] = self.solver.system.ands[index as usize];
                let zero = [a, b].into_iter().find(|&s| {
                    of == Some(c) && self.solver.sum(s) == Some(false) && self.known_at(s, now).is_some()
                });
                let others: Vec<SumId> = match zero {
                    Some(zero) => vec![zero],
                    None => [a, b, c].into_iter().filter(|&s| Some(s) != of).collect(),
                };
                for sum in others {
                    if self.known_at(sum, now).is_some() {
                        self.sum(sum);
                    }
                }
            }
            Reason::Same(index) => {
                self.solver.system.ands[index as usize].into_iter().for_each(|sum| self.bits(sum, now));
            }
            Reason::Product(index) => {
                let factors = self.solver.system.products[index as usize][..2].as_flattened();
                for &sum in factors {
                    if self.known_at(sum, now).is_some() {
                        self.sum(sum);
                    }
                }
            }
        }
    }
}

impl Solver<'_> {
    /// The choices that the contradiction follows from, by when they were made.
    pub fn blame(&self) -> BTreeSet<u32> {
        let mut out = BTreeSet::new();
        let mut search = Search { solver: self, open: BTreeSet::new() };
        let Some((sum, reason)) = self.contradiction() else { return out };
        if let Reason::Sum(_) = reason {
            search.reason(reason, None, u32::MAX);
        } else {
            search.sum(sum);
            search.reason(reason, Some(sum), u32::MAX);
        }
        while let Some(at) = search.open.pop_last() {
            match self.done(at) {
                (_, Reason::Chosen) => {
                    out.insert(at);
                }
                (Done::Sum(sum), reason) => search.reason(reason, Some(sum), at),
                (Done::Bit(_), reason) => search.reason(reason, None, at),
            }
        }
        out
    }
}
