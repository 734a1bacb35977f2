//! Rows of a block, found without its compiler, and what becomes of each.

use dyad_machine::list::Kind;
use dyad_program::{ImageCell, Program};
use dyad_rules::LOW;
use dyad_rules::forms::TableForms;

use crate::Effort;
use crate::claim::{Claim, Of, Told};
use crate::judge::holds;
use crate::report::{Difference, Falsehood, Report};
use crate::search::{Goal, search};
use crate::solver::{Mark, Solver};
use crate::system::{Equation, Said, System};
use crate::truth::Truth;
use crate::wish::{Wish, Wishes};

/// Contradictions that a try may meet.
const BUDGET: u32 = 70;

/// A row that was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// All bits.
    pub words: Vec<u64>,
    /// The words of the messages that it takes.
    pub pulls: Vec<Told>,
    /// The quotients of its divisions.
    pub quotients: Vec<u64>,
}

/// A block that is being checked.
pub(crate) struct Checked<'a, 'p> {
    pub table: &'a TableForms,
    pub path: &'a [u32],
    pub solver: Solver<'a>,
    pub wishes: Wishes<'a>,
    pub truth: &'a mut Truth<'p>,
    pub image: &'p [ImageCell],
    entry: u32,
    /// Where the path may lead, where its last instruction is a branch.
    exits: Vec<u64>,
    pub report: Report,
    start: Mark,
    /// Whether no row can be at all.
    impossible: bool,
}

impl<'a, 'p> Checked<'a, 'p> {
    /// `system` is that of the table's equations.
    ///
    /// # Errors
    /// What is false of the path or the table as they stand.
    pub fn new(
        (table, system): (&'a TableForms, &'a System),
        path: &'a [u32],
        program: &'p Program,
        truth: &'a mut Truth<'p>,
        seed: u64,
    ) -> Result<Self, Falsehood> {
        let false_of = |difference| Falsehood::new(&table.name, difference, None);
        truth.is_path(path).map_err(false_of)?;
        if table.fixed > 0 {
            return Err(false_of(Difference::Messages("a column is the program's")));
        }
        let placed = |i: u32| program.instrs()[i as usize];
        let last = placed(path[path.len() - 1]);
        let branches = matches!(last.instr.kind(), Kind::BranchEqual | Kind::BranchLess);
        let solver = Solver::new(system, None);
        Ok(Self {
            table,
            path,
            start: solver.mark(),
            impossible: solver.conflict(),
            solver,
            wishes: Wishes::new(system, program.image(), seed),
            truth,
            image: program.image(),
            entry: placed(path[0]).pc,
            exits: if branches { vec![last.instr.imm & LOW, u64::from(last.next)] } else { Vec::new() },
            report: Report { free: vec![0; table.committed], ..Report::default() },
        })
    }

    /// Begins again, with an equation left out.
    pub fn restart(&mut self, other: Option<(Equation, bool)>) {
        self.solver.restart(other);
        self.start = self.solver.mark();
        self.impossible = self.solver.conflict();
        self.wishes.hints = other.map_or_else(Vec::new, |(equation, _)| self.solver.system.places(equation));
    }

    /// Whether no row can be at all, as far as is seen.
    pub fn impossible(&self) -> bool {
        self.impossible
    }

    pub fn false_of(&self, difference: Difference, claim: Option<&Claim>) -> Falsehood {
        Falsehood::new(&self.table.name, difference, claim)
    }

    /// Looks for a row, and compares it.
    pub fn attempt(&mut self, round: usize) -> Result<Option<Row>, Falsehood> {
        if self.impossible {
            return Ok(None);
        }
        self.solver.undo(self.start);
        self.wishes.begin();
        let pulls = if self.choose(round) { self.told(&self.solver.system.pulls) } else { None };
        // Where the row leads was chosen too: what follows has to follow from what it finds alone.
        let row = if pulls.is_some_and(|pulls| self.find(&pulls)) { self.judge()? } else { None };
        if row.is_none() {
            self.report.failed += 1;
        }
        Ok(row)
    }

    /// Chooses all that a row finds.
    fn choose(&mut self, round: usize) -> bool {
        let system = self.solver.system;
        let mut budget = BUDGET;
        let time = self.wishes.time();
        let number = |word, mask, n| Goal { word, mask, from_top: false, pick: Wish::Number(n) };
        let states =
            |side: &'a [Said]| side.iter().filter(|m| Of::tag(m.tag) == Some(Of::State)).map(|m| m.words[0]);
        let mut first = Vec::new();
        for word in states(&system.pulls) {
            first.push(number(word, u64::MAX, u64::from(self.entry) | time << 32));
        }
        if !search(&mut self.solver, &first, &mut budget, &mut |_, &wish| match wish {
            Wish::Number(n) => n,
            _ => 0,
        }) {
            return false;
        }
        let mut goals: Vec<_> = self.late(round).into_iter().collect();
        if !self.exits.is_empty() {
            let exit = self.exits[round % self.exits.len()];
            goals.extend(states(&system.pushes).map(|word| number(word, LOW, exit)));
        }
        goals.extend(self.wishes.goals(&self.solver));
        let wishes = &mut self.wishes;
        search(&mut self.solver, &goals, &mut budget, &mut |solver, &wish| wishes.pick(solver, wish))
    }

    /// A place that may be found later than it is left, as far as times alone tell.
    fn late(&mut self, round: usize) -> Option<Goal<Wish>> {
        let mark = self.solver.mark();
        for i in 0..self.wishes.pairs.len() {
            let Some(now) = self.wishes.left_at(&self.solver, i) else { continue };
            let word = self.wishes.pairs[i].pull.words[0];
            // Comparisons end at the highest bit that differs, so each such bit is one to try.
            let bits = if round.is_multiple_of(8) { 0..32 } else { 0..0 };
            let higher = bits.map(|bit| now | 1 << bit);
            for before in higher.chain([LOW]) {
                let can_be = self.solver.decide_word(&word, !LOW, before << 32);
                self.solver.undo(mark);
                if can_be {
                    return Some(Goal {
                        word,
                        mask: !LOW,
                        from_top: false,
                        pick: Wish::Number(before << 32),
                    });
                }
            }
        }
        None
    }

    /// Changes one value that a row finds, and compares the row that follows, if there is one.
    pub fn change(&mut self, row: &Row) -> Result<Option<Row>, Falsehood> {
        if self.wishes.pairs.is_empty() {
            return Ok(None);
        }
        let mut pulls = row.pulls.clone();
        let message = self.wishes.random.below(pulls.len());
        if let Some(value) = pulls[message].1.get_mut(1) {
            *value = match self.wishes.random.below(3) {
                0 => *value ^ 1 << self.wishes.random.below(64),
                1 => value.wrapping_add(1),
                _ => self.wishes.any_value(),
            };
        }
        if !self.find(&pulls) {
            self.report.refused += 1;
            return Ok(None);
        }
        let row = self.judge()?;
        self.report.changed += u32::from(row.is_some());
        self.report.refused += u32::from(row.is_none());
        Ok(row)
    }

    /// Demands that a row takes these messages.
    pub fn find(&mut self, pulls: &[Told]) -> bool {
        if self.impossible {
            return false;
        }
        self.solver.undo(self.start);
        let system = self.solver.system;
        let mut words =
            system.pulls.iter().zip(pulls).flat_map(|(said, told)| said.words.iter().zip(&told.1));
        words.all(|(word, &value)| self.solver.decide_word(word, u64::MAX, value))
    }

    /// Whether all that a row leaves follows from what it finds, with the quotients that it has.
    pub fn determined(&mut self, quotients: &[u64]) -> bool {
        self.guess(quotients);
        self.told(&self.solver.system.pushes).is_some()
    }
}

impl Checked<'_, '_> {
    /// Looks for rows and compares them, and those that differ from them in one value.
    pub fn rows(&mut self, effort: Effort) -> Result<Vec<Row>, Falsehood> {
        let mut rows = Vec::new();
        for round in 0..effort.tries as usize {
            if rows.len() as u32 >= effort.rows {
                break;
            }
            let Some(row) = self.attempt(round)? else { continue };
            assert!(holds(self.table, &row.words), "{}: what was found is no row", self.table.name);
            for _ in 0..effort.changes {
                self.change(&row)?;
            }
            rows.push(row);
        }
        Ok(rows)
    }
}
