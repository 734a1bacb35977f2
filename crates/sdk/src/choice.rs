//! Which blocks of a program a run uses: those whose tables pay.
//!
//! A table costs something however few rows it has. Where a run takes a block's path a few times only, rows of single
//! instructions are cheaper, and the prover makes these: the key allows either.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use dyad_blocks::Block;
use dyad_executor::{Patterns, RowCounts};

use crate::Program;

/// What executing a run once more costs for each of its cycles, in nanoseconds of one core.
const AGAIN: f64 = 40.0;

/// The blocks of a program that are used.
pub struct Choice<'p> {
    program: &'p Program,
    wanted: Vec<bool>,
    patterns: Cow<'p, Patterns>,
}

impl<'p> Choice<'p> {
    /// All of them.
    pub fn new(program: &'p Program) -> Self {
        let wanted = vec![true; program.patterns().len()];
        Self { program, wanted, patterns: Cow::Borrowed(program.patterns()) }
    }

    /// What the executor has to look for.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// How many are not used.
    pub fn left_out(&self) -> usize {
        self.wanted.iter().filter(|wanted| !**wanted).count()
    }

    /// Leaves those out that do not pay in a run of so many rows and cycles, if that is worth executing it again; returns
    /// whether it is. What was on the path of one that is left out is then on those of others, and is counted there: they
    /// may pay by that. A second look at the rows of that execution finds next to nothing more, so there is none.
    pub fn reconsider(&mut self, rows: &RowCounts, cycles: u64) -> bool {
        let list = self.program.blocks().list();
        let saved = |rows: &[u64]| -> f64 { list.iter().zip(rows).map(|(block, &n)| block.saves(n)).sum() };
        let (wanted, expected) = without_those_that_do_not_pay(list, &rows.blocks);
        if saved(&expected) - saved(&rows.blocks) <= AGAIN * cycles as f64 {
            return false;
        }
        self.wanted = wanted;
        self.patterns = Cow::Owned(self.program.patterns().only(&self.wanted));
        true
    }
}

/// Which of some blocks pay that had so many rows, and how many rows they are expected to have without the others.
fn without_those_that_do_not_pay(list: &[Block], rows: &[u64]) -> (Vec<bool>, Vec<u64>) {
    let length = |&i: &usize| list[i].path.instrs.len();
    // A path is part of longer ones only: what comes to it has come when its turn is.
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by_key(|i| Reverse(length(i)));
    let mut shorter: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for &i in &order {
        shorter.entry(list[i].path.instrs[0]).or_default().push(i);
    }
    let (mut wanted, mut expected) = (vec![true; list.len()], rows.to_vec());
    for &i in &order {
        let rows = expected[i];
        if list[i].saves(rows) >= 0.0 {
            continue;
        }
        (wanted[i], expected[i]) = (false, 0);
        // What the executor finds there, if what those paths take for granted holds: the longest at each place.
        let mut left = &list[i].path.instrs[..];
        while let Some(first) = left.first() {
            let fits = |&&j: &&usize| wanted[j] && left.starts_with(&list[j].path.instrs);
            let longest = shorter.get(first).into_iter().flatten().find(fits);
            longest.into_iter().for_each(|&j| expected[j] += rows);
            left = &left[longest.map_or(1, length)..];
        }
    }
    (wanted, expected)
}
