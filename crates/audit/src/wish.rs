//! What a row might find: times, addresses and values to try.

use dyad_machine::record::ImageCell;
use dyad_rules::LOW;
use dyad_rules::harness::Random;

use crate::claim::Of;
use crate::search::Goal;
use crate::solver::Solver;
use crate::system::{Said, SumId, System};

/// What a word of a goal is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    /// A number.
    Number(u64),
    /// The address of a cell, in the low half.
    Address(usize),
    /// The time of the access before, in the high half.
    Before(usize),
    /// What a place holds.
    Value(usize),
}

/// A message that the row takes, and the one of the same kind and number that it puts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'s> {
    pub pull: &'s Said,
    pub push: Option<&'s Said>,
    /// Whether it is a cell of memory.
    pub cell: bool,
}

/// What rows are tried with.
pub(crate) struct Wishes<'a> {
    pub pairs: Vec<Pair<'a>>,
    image: &'a [ImageCell],
    /// The read-only cells of the image, and others.
    read_only: Vec<ImageCell>,
    pub random: Random,
    /// Where cells of memory lie close to one another, by their addresses and by their indices in `read_only`.
    near: u32,
    near_read_only: usize,
    /// Values that were tried in this row.
    values: Vec<u64>,
    /// Whether values are to be close to one another, more often than not.
    close: bool,
    /// Bits in which they are to differ.
    pub hints: Vec<u32>,
}

impl<'a> Wishes<'a> {
    pub fn new(system: &'a System, image: &'a [ImageCell], seed: u64) -> Self {
        let mut seen = std::collections::BTreeMap::<u64, usize>::new();
        let mut pairs = Vec::new();
        let is_kept = |m: &&Said| Of::tag(m.tag) != Some(Of::State) && m.words.len() == 2;
        for pull in system.pulls.iter().filter(is_kept) {
            let number = seen.entry(pull.tag).or_default();
            let push = system.pushes.iter().filter(|m| m.tag == pull.tag).filter(is_kept).nth(*number);
            *number += 1;
            pairs.push(Pair { pull, push, cell: Of::tag(pull.tag) == Some(Of::Cell) });
        }
        let read_only = image.iter().filter(|c| c.read_only).copied().collect();
        Self {
            pairs,
            image,
            read_only,
            random: Random(seed),
            near: 0,
            near_read_only: 0,
            values: Vec::new(),
            close: false,
            hints: Vec::new(),
        }
    }

    /// Begins with another row.
    pub fn begin(&mut self) {
        let random = &mut self.random;
        self.near = match random.below(5) {
            0 => 0x1000,
            1 => 0xffff_ff00,
            2 if !self.image.is_empty() => self.image[random.below(self.image.len())].address,
            _ => random.word() as u32 & !0xfff | 0x1_0000,
        };
        self.near_read_only = random.below(self.read_only.len().max(1));
        self.values.clear();
        self.close = random.coin();
    }

    /// A time for a row.
    pub fn time(&mut self) -> u64 {
        match self.random.below(6) {
            0 => 64,
            1 => u64::from(u32::MAX) - 127,
            2 => 0x8000_0000,
            _ => (self.random.word() & LOW & !63).clamp(64, u64::from(u32::MAX) - 127),
        }
    }

    /// What is wished for all that a row finds beside its state.
    pub fn goals(&mut self, solver: &Solver<'_>) -> Vec<Goal<Wish>> {
        let mut out = Vec::new();
        // Conditions of paths are met best now by one order, now by another.
        let (addresses, tops) = (self.random.pick(&[0, 4, 7, 8]), self.random.pick(&[0, 1, 8]));
        let mut goal = |random: &mut Random, word: [SumId; 64], mask: u64, pick| {
            out.push(Goal { word, mask, from_top: random.below(8) < tops, pick });
        };
        // Cells by when they are left: so those that are found again are found as they were left.
        let mut cells: Vec<usize> = (0..self.pairs.len()).filter(|&i| self.pairs[i].cell).collect();
        cells.sort_by_key(|&i| self.left_at(solver, i));
        let mut registers: Vec<usize> = (0..self.pairs.len()).filter(|&i| !self.pairs[i].cell).collect();
        for i in (1..registers.len()).rev() {
            registers.swap(i, self.random.below(i + 1));
        }
        for &i in &cells {
            if self.random.below(8) < addresses {
                goal(&mut self.random, self.pairs[i].pull.words[0], LOW, Wish::Address(i));
            }
        }
        for i in registers.into_iter().chain(cells) {
            let [at, value] = self.pairs[i].pull.words[..] else { continue };
            goal(&mut self.random, at, LOW, Wish::Address(i));
            goal(&mut self.random, at, !LOW, Wish::Before(i));
            goal(&mut self.random, value, u64::MAX, Wish::Value(i));
        }
        out
    }

    /// When a place is left, as far as it is known.
    pub fn left_at(&self, solver: &Solver<'_>, i: usize) -> Option<u64> {
        let (known, word) = solver.word(&self.pairs[i].push?.words[0]);
        (known >> 32 == LOW).then_some(word >> 32)
    }

    /// The address of a cell, where it is known.
    fn place(&self, solver: &Solver<'_>, i: usize) -> Option<u64> {
        let (known, word) = solver.word(&self.pairs[i].pull.words[0]);
        (known & LOW == LOW && self.pairs[i].cell).then_some(word & LOW)
    }

    /// The cell that a cell is after in this row, being the same.
    fn earlier(&self, solver: &Solver<'_>, i: usize) -> Option<usize> {
        let (place, now) = (self.place(solver, i)?, self.left_at(solver, i)?);
        let same = (0..self.pairs.len()).filter(|&j| j != i && self.place(solver, j) == Some(place));
        same.filter(|&j| self.left_at(solver, j) < Some(now)).max_by_key(|&j| self.left_at(solver, j))
    }

    /// The word that is wished for.
    pub fn pick(&mut self, solver: &Solver<'_>, wish: Wish) -> u64 {
        match wish {
            Wish::Number(number) => number,
            Wish::Address(i) => self.address(solver, i),
            Wish::Before(i) => self.before(solver, i) << 32,
            Wish::Value(i) => {
                let value = self.value(solver, i);
                self.values.push(value);
                value
            }
        }
    }

    fn address(&mut self, solver: &Solver<'_>, i: usize) -> u64 {
        let read_only = solver.sum(self.pairs[i].pull.words[0][0]) == Some(true);
        if read_only && !self.read_only.is_empty() {
            let further = self.random.below(3);
            let cell = self.read_only[(self.near_read_only + further) % self.read_only.len()];
            return u64::from(cell.address) | 1;
        }
        match self.random.below(8) {
            0 => self.random.word() & 0xffff_fff8 | 0x1000,
            1..=5 => u64::from(self.near) + 8 * self.random.below(3) as u64,
            _ => {
                let others: Vec<u64> = (0..self.pairs.len())
                    .filter_map(|j| self.place(solver, j))
                    .filter(|p| p & 1 == 0)
                    .collect();
                if others.is_empty() { u64::from(self.near) } else { self.random.pick(&others) }
            }
        }
    }

    fn before(&mut self, solver: &Solver<'_>, i: usize) -> u64 {
        if let Some(now) = self.earlier(solver, i).and_then(|j| self.left_at(solver, j)) {
            return now;
        }
        let time = self.left_at(solver, i).unwrap_or(64) & !63;
        match self.random.below(4) {
            0 => 0,
            1 => time - 1,
            2 => time.saturating_sub(64),
            _ => self.random.word() % time.max(1),
        }
    }

    fn value(&mut self, solver: &Solver<'_>, i: usize) -> u64 {
        if let Some(left) = self.earlier(solver, i).and_then(|j| self.pairs[j].push) {
            return solver.word(&left.words[1]).1;
        }
        if let Some(place) = self.place(solver, i).filter(|p| p & 1 == 1) {
            let cell = self.read_only.binary_search_by_key(&((place & !7) as u32), |c| c.address);
            return cell.map_or(0, |at| self.read_only[at].value);
        }
        if self.close && self.random.coin() { self.close_value(solver) } else { self.any_value() }
    }

    /// A value close to another one: what compares them decides by the highest bit in which they differ.
    fn close_value(&mut self, solver: &Solver<'_>) -> u64 {
        let other = self.random.below(self.pairs.len());
        let known = self.pairs[other].pull.words.get(1).and_then(|word| solver.whole(word));
        let Some(value) = known.or(self.values.last().copied()) else { return self.any_value() };
        let bit = if self.hints.is_empty() || self.random.below(4) == 0 {
            self.random.below(64) as u32
        } else {
            self.random.pick(&self.hints)
        };
        match self.random.below(4) {
            0 => value,
            // As counters are that loops end at.
            1 => {
                let most = 2 << self.random.below(8);
                let by = self.random.below(most) as u64;
                if self.random.coin() { value.wrapping_add(by) } else { value.wrapping_sub(by) }
            }
            _ => value ^ 1 << bit,
        }
    }

    /// A value.
    pub fn any_value(&mut self) -> u64 {
        let random = &mut self.random;
        match random.below(8) {
            0 if !self.values.is_empty() => random.pick(&self.values),
            1 if !self.values.is_empty() => random.pick(&self.values) ^ 1 << random.below(64),
            2 => u64::from(self.near) + random.below(32) as u64,
            3 => i64::from(random.word() as i32).cast_unsigned(),
            4 => (random.below(256) >> random.below(9)) as u64,
            _ => random.operand(),
        }
    }
}
