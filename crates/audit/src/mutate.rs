//! How much a check sees: tables without one of their equations.

use dyad_rules::forms::TableForms;

use crate::block::{Checked, Row};
use crate::judge::holds;
use crate::report::Falsehood;
use crate::system::{Equation, System};
use crate::{Auditor, Effort};

/// Equations of a block that were left out one at a time, by whether the check noticed, and flips of bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutations {
    /// Bit equations that the table has, those of constants alone left out.
    pub equations: usize,
    /// Those that were left out in turn.
    pub tried: usize,
    /// Without them, something that a row puts does not follow from what it takes.
    pub open: usize,
    /// Without them, there is a row that says something false, and one such was found.
    pub false_rows: usize,
    /// They hold wherever all others do: nothing is missing without them.
    pub implied: usize,
    /// Without them there are more rows, but those that were found say nothing false.
    pub harmless: Vec<Equation>,
    /// Those of which no row was found that lacks them.
    pub unseen: Vec<Equation>,
    /// Committed bits of rows that were flipped.
    pub flips: usize,
    /// Those that broke an equation, or changed what the row takes.
    pub broken: usize,
    /// Those that changed nothing but themselves: free bits.
    pub free: usize,
}

impl Mutations {
    /// Adds those of another block.
    pub fn add(&mut self, other: &Self) {
        self.equations += other.equations;
        self.tried += other.tried;
        self.open += other.open;
        self.false_rows += other.false_rows;
        self.implied += other.implied;
        self.harmless.extend(&other.harmless);
        self.unseen.extend(&other.unseen);
        self.flips += other.flips;
        self.broken += other.broken;
        self.free += other.free;
    }

    /// How many were noticed.
    pub fn noticed(&self) -> usize {
        self.open + self.false_rows
    }
}

/// What a row says by a table's forms: what it takes, and what it puts.
fn told(table: &TableForms, row: &[u64]) -> [Vec<u64>; 2] {
    [&table.pulls, &table.pushes].map(|side| {
        let words = side.iter().flat_map(|m| &m.words);
        words.map(|&word| table.forms.at(word as usize).value(row, true)).collect()
    })
}

impl Auditor<'_> {
    /// Leaves out equations of a block one at a time, at most `most` of them, spread evenly; and flips each committed bit
    /// of a row. Without any row nothing is tried.
    ///
    /// # Errors
    /// As [`Auditor::block`], of the whole table.
    pub fn mutations(
        &mut self,
        table: &TableForms,
        path: &[u32],
        effort: Effort,
        most: usize,
    ) -> Result<Mutations, Falsehood> {
        let system = System::new(table);
        let seed = crate::seed(self.program, path);
        let mut checked = Checked::new((table, &system), path, self.program, &mut self.truth, seed)?;
        let rows = checked.rows(effort)?;
        let all: Vec<Equation> = system.equations().collect();
        let mut out = Mutations { equations: all.len(), ..Mutations::default() };
        let Some(row) = rows.first() else { return Ok(out) };
        flip(table, &row.words, &mut out);
        let step = all.len().div_ceil(most.max(1)).max(1);
        for &equation in all.iter().step_by(step) {
            out.tried += 1;
            without(&mut checked, equation, &rows, effort, &mut out);
        }
        Ok(out)
    }
}

/// Leaves out one equation, and notes what comes of it.
fn without(
    checked: &mut Checked<'_, '_>,
    equation: Equation,
    rows: &[Row],
    effort: Effort,
    out: &mut Mutations,
) {
    checked.restart(Some((equation, false)));
    for row in rows {
        if checked.find(&row.pulls) && !checked.determined(&row.quotients) {
            out.open += 1;
            return;
        }
    }
    // Rows that lack nothing but this equation.
    checked.restart(Some((equation, true)));
    if checked.impossible() {
        out.implied += 1;
        return;
    }
    let mut found = 0;
    for round in 0..4 * effort.tries as usize {
        match checked.attempt(round) {
            Err(_) => {
                out.false_rows += 1;
                return;
            }
            Ok(row) => found += usize::from(row.is_some()),
        }
    }
    if found > 0 {
        out.harmless.push(equation);
    } else {
        out.unseen.push(equation);
    }
}

/// Flips each bit of a row: it is none any more, or takes something else, or what it puts is the same.
fn flip(table: &TableForms, row: &[u64], out: &mut Mutations) {
    let mut row = row.to_vec();
    let [takes, puts] = told(table, &row);
    for at in 0..64 * row.len() {
        row[at / 64] ^= 1 << (at % 64);
        out.flips += 1;
        let [now_takes, now_puts] = told(table, &row);
        if !holds(table, &row) || now_takes != takes {
            out.broken += 1;
        } else if now_puts == puts {
            out.free += 1;
        }
        row[at / 64] ^= 1 << (at % 64);
    }
}
