//! What becomes of a row once all that it finds is known.

use core::slice;

use dyad_rules::forms::TableForms;
use dyad_rules::harness::Random;

use crate::block::{Checked, Row};
use crate::claim::{self, Told};
use crate::report::{Difference, Falsehood};
use crate::solver::Mark;
use crate::system::Said;
use crate::truth::Truth;

/// A product with a factor that was guessed.
pub(crate) struct Guess {
    mark: Mark,
    product: usize,
    factor: usize,
    value: u64,
}

/// What was chosen and what follows contradict.
struct NoRow;

impl Checked<'_, '_> {
    /// The messages of a side, if all of their words are known.
    pub fn told(&self, said: &[Said]) -> Option<Vec<Told>> {
        let words = |m: &Said| m.words.iter().map(|w| self.solver.whole(w)).collect::<Option<Vec<_>>>();
        said.iter().map(|m| Some((m.tag, words(m)?))).collect()
    }

    /// Compares the row that finds what is known now; `None` where there is no such row.
    pub fn judge(&mut self) -> Result<Option<Row>, Falsehood> {
        let Some(pulls) = self.told(&self.solver.system.pulls) else { return Ok(None) };
        let mut guesses = Vec::new();
        if self.told(&self.solver.system.pushes).is_none() {
            let found = claim::found(&pulls).map_err(|d| self.false_of(d, None))?;
            let run = self.truth.run(self.path, &found, &mut self.wishes.random);
            let all;
            (guesses, all) = self.guess(&run.quotients);
            // Where neither value of a bit can be, there is no row.
            let Ok(open) = self.open() else { return Ok(None) };
            if let Some(open) = open {
                let pushes = self.solver.system.pushes.iter();
                let known: Vec<Told> =
                    pushes.filter_map(|m| self.told(slice::from_ref(m))).flatten().collect();
                // There should be no row where the instructions leave the path, or where a cell is found otherwise than
                // it was left.
                let expected = all && run.difference.is_none() && claim::is_found_as_left(&pulls, &known);
                let row = expected || self.complete();
                return if row { Err(self.false_of(open, Some(&found))) } else { Ok(None) };
            }
        }
        let Some(pushes) = self.told(&self.solver.system.pushes) else { return Ok(None) };
        self.note_free();
        if !self.complete() {
            return Ok(None);
        }
        let words = self.words();
        let claim = claim::read(self.image, &pulls, &pushes).map_err(|d| self.false_of(d, None))?;
        let Ok(claim) = claim else { return Ok(None) };
        let run = self.truth.run(self.path, &claim, &mut self.wishes.random);
        if let Some(difference) = Truth::compare(&claim, &run) {
            return Err(self.false_of(difference, Some(&claim)));
        }
        self.other_quotients(&guesses, &pushes).map_err(|d| self.false_of(d, Some(&claim)))?;
        self.report.rows += 1;
        self.report.aliased += u32::from(claim.aliased);
        if !self.report.exits.contains(&claim.exit) {
            self.report.exits.push(claim.exit);
        }
        Ok(Some(Row { words, pulls, quotients: run.quotients }))
    }

    /// Guesses factors of products of which one factor is known: each a quotient of the path's divisions. Also whether
    /// each such product can have one of them.
    pub fn guess(&mut self, quotients: &[u64]) -> (Vec<Guess>, bool) {
        let mut all = true;
        let system = self.solver.system;
        let mut out: Vec<Guess> = Vec::new();
        for (product, operands) in system.products.iter().enumerate() {
            let known = [0, 1].map(|k| self.solver.whole(&operands[k]).is_some());
            let factor = match known {
                [true, false] => 1,
                [false, true] => 0,
                _ => continue,
            };
            let before = out.len();
            for &value in quotients {
                let mark = self.solver.mark();
                if self.solver.decide_word(&operands[factor], u64::MAX, value) {
                    out.push(Guess { mark, product, factor, value });
                    break;
                }
                self.solver.undo(mark);
            }
            all &= out.len() > before;
        }
        (out, all)
    }

    /// Whether no other quotient can be in the place of one that was guessed, or else leaves all as it is: tried are
    /// those that differ in a bit, the next ones, those of divisions by 0, and some more.
    fn other_quotients(&mut self, guesses: &[Guess], pushes: &[Told]) -> Result<(), Difference> {
        let system = self.solver.system;
        for guess in guesses.iter().rev() {
            let Guess { mark, product, factor, value } = *guess;
            let random = self.wishes.random.word();
            let near = [value.wrapping_add(1), value.wrapping_sub(1), !value, 0, 1, u64::MAX, random];
            for other in (0..64).map(|bit| value ^ 1 << bit).chain(near).filter(|&other| other != value) {
                self.solver.undo(mark);
                self.report.quotients += 1;
                let word = &system.products[product][factor];
                if !self.solver.decide_word(word, u64::MAX, other) {
                    continue;
                }
                let same = self.told(&system.pushes).is_some_and(|told| told == pushes);
                if !same && self.complete() {
                    return Err(Difference::Quotient { honest: value, other });
                }
            }
            self.solver.undo(mark);
        }
        Ok(())
    }

    /// What of that which the row puts does not follow. Bits that nothing gives are tried: where one value contradicts,
    /// it is the other; where both do, there is no row.
    fn open(&mut self) -> Result<Option<Difference>, NoRow> {
        let system = self.solver.system;
        for (message, said) in system.pushes.iter().enumerate() {
            for (word, sums) in said.words.iter().enumerate() {
                let mut bits = 0;
                for (at, &sum) in sums.iter().enumerate() {
                    if self.solver.sum(sum).is_some() {
                        continue;
                    }
                    let mark = self.solver.mark();
                    let can_be = [false, true].map(|value| {
                        let can_be = self.solver.decide(sum, value);
                        self.solver.undo(mark);
                        can_be
                    });
                    if can_be == [false, false] {
                        return Err(NoRow);
                    }
                    if can_be == [true, true] {
                        bits |= 1 << at;
                    } else {
                        self.solver.decide(sum, can_be[1]);
                    }
                }
                if bits != 0 {
                    return Ok(Some(Difference::Open { message, word, bits }));
                }
            }
        }
        Ok(None)
    }

    /// Notes the bits that are not known.
    fn note_free(&mut self) {
        for (column, free) in self.report.free.iter_mut().enumerate() {
            for at in 0..64 {
                let open = self.solver.bit((64 * column + at) as u32).is_none();
                *free |= u64::from(open) << at;
            }
        }
    }

    /// Chooses bits of equations that are not settled; returns whether all of them can be.
    fn complete(&mut self) -> bool {
        let system = self.solver.system;
        for sum in self.solver.unsettled() {
            for &bit in system.sums.get(sum) {
                if self.solver.bit(bit).is_some() {
                    continue;
                }
                let (mark, value) = (self.solver.mark(), self.wishes.random.coin());
                if !self.solver.decide_bit(bit, value) {
                    self.solver.undo(mark);
                    if !self.solver.decide_bit(bit, !value) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// The row's words; bits that are still free are drawn at random.
    fn words(&mut self) -> Vec<u64> {
        let bit =
            |at: usize, random: &mut Random| self.solver.bit(at as u32).unwrap_or_else(|| random.coin());
        let random = &mut self.wishes.random;
        let mut word =
            |column: usize| (0..64).fold(0, |w, at| w | u64::from(bit(64 * column + at, random)) << at);
        (0..self.table.committed).map(&mut word).collect()
    }
}

/// Whether a row satisfies a table, by its forms as they stand.
pub(crate) fn holds(table: &TableForms, row: &[u64]) -> bool {
    let words: Vec<u64> = table.forms.iter().map(|form| form.value(row, true)).collect();
    let of = |id: u32| words[id as usize];
    let ands = table.ands.iter().all(|o| of(o[0]) & of(o[1]) == of(o[2]));
    let products = table.products.iter().all(|o| {
        u128::from(of(o[0])) * u128::from(of(o[1])) == u128::from(of(o[2])) | u128::from(of(o[3])) << 64
    });
    ands && products
}
