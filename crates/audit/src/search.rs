//! Choosing bits one after the other, and choosing otherwise where that cannot be.

use std::collections::BTreeSet;

use crate::solver::{Mark, Solver};
use crate::system::SumId;

/// A word to be chosen, and how.
#[derive(Clone, Debug)]
pub(crate) struct Goal<P> {
    pub word: [SumId; 64],
    /// The bits that are to be chosen.
    pub mask: u64,
    /// From the highest bit to the lowest.
    pub from_top: bool,
    pub pick: P,
}

/// A bit that was chosen.
struct Decision {
    mark: Mark,
    goal: usize,
    /// How many bits of the goal were gone through.
    at: u32,
    sum: SumId,
    value: bool,
    /// Where the other value was tried before: the choices that it could not be for, by when they were made.
    turned: Option<BTreeSet<u32>>,
}

/// Chooses the bits of all goals, as `pick` wishes when it comes to a goal, and others where what follows contradicts.
/// Each contradiction takes one of the budget; without any left, there is nothing found, and what was chosen is not
/// undone.
pub(crate) fn search<P>(
    solver: &mut Solver<'_>,
    goals: &[Goal<P>],
    budget: &mut u32,
    pick: &mut dyn FnMut(&Solver<'_>, &P) -> u64,
) -> bool {
    let mut wished = vec![0; goals.len()];
    let mut stack: Vec<Decision> = Vec::new();
    let (mut goal, mut at) = (0, 0);
    while goal < goals.len() {
        if at == 64 {
            (goal, at) = (goal + 1, 0);
            continue;
        }
        let Goal { word, mask, from_top, pick: how } = &goals[goal];
        if at == 0 {
            wished[goal] = pick(solver, how);
        }
        let bit = if *from_top { 63 - at } else { at };
        at += 1;
        let sum = word[bit as usize];
        if mask >> bit & 1 == 0 || solver.sum(sum).is_some() {
            continue;
        }
        let value = wished[goal] >> bit & 1 == 1;
        stack.push(Decision { mark: solver.mark(), goal, at, sum, value, turned: None });
        if solver.decide(sum, value) {
            continue;
        }
        match turn(solver, &mut stack, budget) {
            Some(place) => (goal, at) = place,
            None => return false,
        }
    }
    true
}

/// Goes back to the last choice that the contradiction comes from and that was not turned yet, and turns it; returns
/// where to go on.
fn turn(solver: &mut Solver<'_>, stack: &mut Vec<Decision>, budget: &mut u32) -> Option<(usize, u32)> {
    loop {
        *budget = budget.checked_sub(1)?;
        let mut blamed = solver.blame();
        let last = loop {
            let last = stack.pop()?;
            solver.undo(last.mark);
            if !blamed.remove(&last.mark.at()) {
                continue;
            }
            match last.turned {
                Some(before) => blamed.extend(before),
                None => break last,
            }
        };
        let place = (last.goal, last.at);
        let (sum, value) = (last.sum, !last.value);
        stack.push(Decision { turned: Some(blamed), ..last });
        if solver.decide(sum, value) {
            return Some(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use dyad_rules::form::{Form, Take, Term};
    use dyad_rules::forms::{FormId, TableForms};
    use dyad_rules::harness::Random;
    use dyad_rules::shape::Message;

    use super::*;
    use crate::judge::holds;
    use crate::system::System;

    /// Bits of rows, few enough to go through all of them.
    const BITS: u32 = 9;
    const MASK: u64 = (1 << BITS) - 1;

    fn form(random: &mut Random) -> Form {
        let mut form = Form::constant(random.word());
        for _ in 0..=random.below(4) {
            let take = if random.coin() {
                Take::Bit(random.below(BITS as usize) as u8)
            } else {
                Take::Shift(random.below(8) as i8)
            };
            let reach = if let Take::Shift(by) = take { MASK << by } else { u64::MAX };
            let mask = reach & random.word();
            let term = Term { column: 0, take, mask };
            form = form.xor(&Form { constant: 0, terms: if mask == 0 { Vec::new() } else { vec![term] } });
        }
        form
    }

    /// A table that a row satisfies, at least, with a message of its column.
    fn table(random: &mut Random) -> TableForms {
        let row = [random.word() & MASK];
        let mut out = TableForms { committed: 1, ..TableForms::default() };
        let mut add = |form: Form| {
            out.forms.push(form.lent());
            out.forms.len() as FormId - 1
        };
        let meeting = |mut form: Form, value: u64| {
            form.constant ^= form.value(&row, true) ^ value;
            form
        };
        let pulled = add(Form::column(0));
        for _ in 0..random.below(3) {
            let some = 0x0101_0101_0101_0101 << random.below(8);
            let [a, b] = [0; 2].map(|_| form(random).mask(some));
            let c = form(random).mask(some);
            let c = meeting(c, a.value(&row, true) & b.value(&row, true));
            out.ands.push([a, b, c].map(&mut add));
        }
        if random.coin() {
            let [a, b] = [0; 2].map(|_| form(random).mask(0xf));
            let product = a.value(&row, true) * b.value(&row, true);
            let low = meeting(form(random).mask(0x33), product);
            out.products.push([a, b, low, Form::default()].map(&mut add));
        }
        out.pulls.push(Message { tag: 1, words: vec![pulled] });
        out
    }

    #[test]
    fn what_follows_is_so_in_all_rows_and_rows_are_found_where_there_are_some() {
        let mut random = Random(5);
        let (mut followed, mut contradicted, mut turned) = (0, 0, 0);
        for _ in 0..3000 {
            let table = table(&mut random);
            let system = System::new(&table);
            let rows: Vec<u64> = (0..=MASK).filter(|&row| holds(&table, &[row])).collect();
            let word = system.pulls[0].words[0];
            let mut solver = Solver::new(&system, None);
            assert!(!solver.conflict(), "there is a row");
            // A few bits, then all others.
            let (chosen, value) = (random.word() & random.word() & MASK, random.word());
            let start = solver.mark();
            let can_be = solver.decide_word(&word, chosen, value);
            let agreeing: Vec<u64> = rows.iter().copied().filter(|row| (row ^ value) & chosen == 0).collect();
            if can_be {
                let (known, is) = solver.word(&word);
                assert!(agreeing.iter().all(|row| (row ^ is) & known & MASK == 0), "{table:?}");
                followed += (known & MASK & !chosen).count_ones();
            } else {
                assert!(agreeing.is_empty(), "{table:?}");
                contradicted += 1;
            }
            solver.undo(start);
            let goal = |mask, pick| Goal { word, mask, from_top: random.0 & 1 == 1, pick };
            let goals = [goal(0x7 << 3, random.0), goal(MASK, random.0 >> 32)];
            let mut budget = 10_000;
            assert!(search(&mut solver, &goals, &mut budget, &mut |_, &wish| wish), "{table:?} {rows:?}");
            assert!(rows.contains(&(solver.word(&word).1 & MASK)));
            turned += 10_000 - budget;
        }
        assert!(followed > 1000 && contradicted > 100 && turned > 1000, "{followed} {contradicted} {turned}");
    }
}
