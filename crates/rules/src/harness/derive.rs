//! Adversaries bit by bit: rows in which one bit is wrong, and what the equations make of it.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::Findings;
use super::bits::{Bit, Equations, trivial};
use super::forge::forged_row;
use super::trial::{Reading, Trial, Verdict};
use crate::check::MessageValue;
use crate::fill::Fill;
use crate::shape::{TableShape, WordConstraint};
use crate::{Table, fill};

/// Events of which every bit is flipped.
const IN_FULL: usize = 8;
/// Events, evenly chosen, of which bits are flipped that may be free or show an equation to be needed.
const IN_PART: usize = 512;

/// The bits that a prover may lie about.
pub(super) struct Targets {
    equations: Equations,
    constraints: Vec<WordConstraint>,
    /// By constraint, the bits at which it holds on every row by its form.
    pub trivial: Vec<u64>,
    /// All bits that are neither free nor chosen.
    all: Vec<Bit>,
    /// Those that no equation fixes.
    unfixed: Vec<Bit>,
    /// Those of them that are in no message taken, or only where it is determined: nothing but
    /// equations that fix no bit holds them.
    loose: Vec<Bit>,
}

impl Targets {
    /// Those of a table's shape. `determined` masks what the messages taken are determined in.
    pub fn of(form: &TableShape, chosen: &[&str], determined: &[MessageValue]) -> Self {
        let equations = Equations::of(form);
        let trivial = trivial(form, &equations);
        let columns = form.committed.iter().enumerate().filter(|(_, c)| !chosen.contains(&c.name));
        let all: Vec<_> = columns
            .flat_map(|(i, c)| (0..64).filter(|k| c.free >> k & 1 == 0).map(move |k| (64 * i + k) as Bit))
            .collect();
        let mut fixed = alloc::vec![false; 64 * form.committed.len()];
        equations.all.iter().filter_map(|e| e.own).for_each(|b| fixed[b as usize] = true);
        let unfixed: Vec<_> = all.iter().copied().filter(|&b| !fixed[b as usize]).collect();
        let given: BTreeSet<_> = equations
            .pulls
            .iter()
            .zip(determined)
            .flat_map(|(words, masks)| words.iter().zip(&masks[1..]))
            .flat_map(|(forms, mask)| (0..64).filter(move |k| mask >> k & 1 == 0).flat_map(|k| &forms[k]))
            .collect();
        let loose = unfixed.iter().copied().filter(|b| !given.contains(b)).collect();
        let constraints = form.constraints().map(|(constraint, _)| constraint).collect();
        Self { equations, constraints, trivial, all, unfixed, loose }
    }

    /// Bits that may be free, and those whose flips may single out equations that are not known to be
    /// needed.
    fn pending(&self, findings: &Findings) -> Vec<Bit> {
        let mut bits = self.loose.clone();
        let mut any = false;
        for (i, e) in self.equations.all.iter().enumerate() {
            let seen = self.trivial[i / 64] | findings.needed(self.constraints[i / 64]);
            if seen >> (i % 64) & 1 == 0 {
                any |= e.own.is_none();
                bits.extend(e.own.filter(|b| self.all.binary_search(b).is_ok()));
            }
        }
        if any {
            bits.extend(&self.unfixed);
        }
        bits
    }
}

impl<T: Table> Trial<'_, T>
where
    T::Event: Debug,
{
    /// *Derive*: flips bits of each event's row, one at a time, and lets all equations that fix bits
    /// follow; the same from rows of claims and of events that are refused. A row that takes the same
    /// messages and puts others must be broken, and so must every row of a refused event that takes
    /// its messages. Chosen columns are left alone.
    pub(super) fn derive(&self, targets: &Targets, findings: &mut Findings) {
        let step = |count| self.events.len().div_ceil(count).max(1);
        let in_full = self.events.iter().step_by(step(IN_FULL)).map(|e| (e, true));
        let in_part = self.events.iter().step_by(step(IN_PART)).map(|e| (e, false));
        for (event, full) in in_full.chain(in_part) {
            let bits = if full { &targets.all } else { &targets.pending(findings) };
            if bits.is_empty() {
                continue;
            }
            let base = self.base(event, false);
            self.derive_from(targets, &base, &base.honest.committed, bits, findings);
        }
        for claim in self.claims {
            let row = forged_row::<T>(&claim.event, &claim.changes).committed;
            let base = self.base(&claim.event, false);
            self.try_row(&base, &row, findings);
            self.derive_from(targets, &base, &row, &targets.pending(findings), findings);
        }
        for event in self.refused {
            let base = self.base(event, true);
            self.derive_from(targets, &base, &base.honest.committed, &targets.pending(findings), findings);
        }
    }

    fn base<'e>(&self, event: &'e T::Event, refused: bool) -> Base<'e, T> {
        let honest = fill::<T>(event);
        let says = self.read(&honest.committed, &honest.fixed);
        Base { event, honest, says, refused }
    }

    /// Starts from a `row` of the event.
    fn derive_from(
        &self,
        targets: &Targets,
        base: &Base<'_, T>,
        row: &[u64],
        bits: &[Bit],
        findings: &mut Findings,
    ) {
        for some in bits.chunks(64) {
            for row in targets.equations.derive(row, &base.honest.fixed, some) {
                self.try_row(base, &row, findings);
            }
        }
    }

    fn try_row(&self, base: &Base<'_, T>, row: &[u64], findings: &mut Findings) {
        let honest = &base.honest;
        let Verdict::Near { broken, differs } = self.judge(row, &honest.fixed, &base.says) else { return };
        let matters = base.refused || differs;
        // A bit that changes nothing else is fixed by this equation alone.
        let changes = || row.iter().zip(&honest.committed).map(|(x, y)| (x ^ y).count_ones()).sum::<u32>();
        match broken {
            Some((constraint, bits)) if matters || changes() == 1 => findings.note(constraint, bits),
            None if matters => panic!("{}: accepted: {row:x?} for {:x?}", T::NAME, base.event),
            _ => (),
        }
    }
}

/// An event to start from.
struct Base<'a, T: Table> {
    event: &'a T::Event,
    /// Its honest row.
    honest: Fill,
    /// What that says.
    says: Reading,
    /// Whether the event must have no row.
    refused: bool,
}
