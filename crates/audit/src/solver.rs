//! What follows from what: bits that are known, and those that the equations then determine.

use crate::system::{Bit, Equation, SumId, System};

/// A bit of which nothing is known.
const UNKNOWN: u8 = 2;

/// What was done, to be undone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Done {
    Bit(Bit),
    Sum(SumId),
}

/// Why something became known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// It was chosen.
    Chosen,
    /// All else of a sum was known.
    Sum(SumId),
    /// An equation.
    And(u32),
    /// An equation whose factors are equal, or opposite, whatever they are.
    Same(u32),
    /// A product.
    Product(u32),
}

/// The bits of a row as far as they are known.
#[derive(Clone, Debug)]
pub(crate) struct Solver<'s> {
    pub system: &'s System,
    /// By bit: 0, 1 or unknown.
    values: Vec<u8>,
    /// By sum: how many of its bits are unknown, the exclusive or of their numbers, and the sum of all else.
    unknown: Vec<u32>,
    left: Vec<u32>,
    parity: Vec<bool>,
    /// By sum: what it has to be, whatever its bits are.
    forced: Vec<u8>,
    done: Vec<(Done, Reason)>,
    /// By bit and by sum: when it became known, or forced, as an index of `done`.
    bit_at: Vec<u32>,
    sum_at: Vec<u32>,
    /// Sums that became known, and those that are forced of which one bit is unknown.
    known: Vec<SumId>,
    last: Vec<SumId>,
    /// Sums of which one bit is unknown.
    single: Vec<SumId>,
    conflict: bool,
    /// The sum that would have to be 0 and 1, and why.
    contradiction: Option<(SumId, Reason)>,
    /// By product and factor: a bit that was unknown when it was looked at last.
    watched: Vec<[u8; 2]>,
    /// The equation that is left out, and whether its opposite is demanded instead.
    other: Option<(Equation, bool)>,
}

/// A state to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(usize);

impl Mark {
    /// When what is done next will have been done.
    pub fn at(self) -> u32 {
        self.0 as u32
    }
}

impl<'s> Solver<'s> {
    /// With what is known of every row; `other` is an equation that is left out, and whether its opposite is demanded.
    pub fn new(system: &'s System, other: Option<(Equation, bool)>) -> Self {
        let sums = system.constants.len();
        let mut solver = Self {
            system,
            values: vec![UNKNOWN; system.bits],
            unknown: vec![0; sums],
            left: vec![0; sums],
            parity: system.constants.clone(),
            forced: vec![UNKNOWN; sums],
            done: Vec::new(),
            bit_at: vec![0; system.bits],
            sum_at: vec![0; sums],
            known: Vec::new(),
            last: Vec::new(),
            single: Vec::new(),
            conflict: system.impossible,
            contradiction: None,
            watched: vec![[0; 2]; system.products.len()],
            other,
        };
        for sum in 0..sums as SumId {
            let bits = system.sums.get(sum);
            solver.unknown[sum as usize] = bits.len() as u32;
            solver.left[sum as usize] = bits.iter().fold(0, |all, bit| all ^ bit);
        }
        solver.begin();
        solver
    }

    /// Forgets all, with another equation left out.
    pub fn restart(&mut self, other: Option<(Equation, bool)>) {
        self.undo(Mark(0));
        self.other = other;
        self.begin();
    }

    fn begin(&mut self) {
        self.conflict = self.system.impossible;
        (0..self.system.ands.len() as u32).for_each(|i| self.and(i));
        (0..self.system.products.len() as u32).for_each(|i| self.product(i));
        (0..self.system.ands.len() as u32).for_each(|i| self.same(i));
        self.follow();
    }

    /// Whether what is known cannot be.
    pub fn conflict(&self) -> bool {
        self.conflict
    }

    /// A bit, if it is known.
    #[inline]
    pub fn bit(&self, bit: Bit) -> Option<bool> {
        let value = self.values[bit as usize];
        (value != UNKNOWN).then_some(value == 1)
    }

    /// A sum, if it is known.
    #[inline]
    pub fn sum(&self, sum: SumId) -> Option<bool> {
        let i = sum as usize;
        if self.unknown[i] == 0 {
            Some(self.parity[i])
        } else {
            (self.forced[i] != UNKNOWN).then_some(self.forced[i] == 1)
        }
    }

    /// The bits of a word that are known, and their values.
    pub fn word(&self, word: &[SumId; 64]) -> (u64, u64) {
        let (mut known, mut value) = (0, 0);
        for (at, &sum) in word.iter().enumerate() {
            if let Some(bit) = self.sum(sum) {
                known |= 1 << at;
                value |= u64::from(bit) << at;
            }
        }
        (known, value)
    }

    /// A word, all of which is known.
    pub fn whole(&self, word: &[SumId; 64]) -> Option<u64> {
        let (known, value) = self.word(word);
        (known == u64::MAX).then_some(value)
    }

    /// What is known now.
    pub fn mark(&self) -> Mark {
        Mark(self.done.len())
    }

    /// Whether a sum is demanded, whatever its bits are.
    pub fn is_forced(&self, sum: SumId) -> bool {
        self.forced[sum as usize] != UNKNOWN
    }

    /// When a sum was demanded.
    pub fn sum_at(&self, sum: SumId) -> u32 {
        self.sum_at[sum as usize]
    }

    /// When a bit became known.
    pub fn bit_at(&self, bit: Bit) -> u32 {
        self.bit_at[bit as usize]
    }

    /// What was done at a time, and why.
    pub fn done(&self, at: u32) -> (Done, Reason) {
        self.done[at as usize]
    }

    /// The sum that would have to be 0 and 1, and why.
    pub fn contradiction(&self) -> Option<(SumId, Reason)> {
        self.contradiction
    }

    /// Forgets what became known after a mark.
    pub fn undo(&mut self, mark: Mark) {
        while self.done.len() > mark.0 {
            match self.done.pop() {
                Some((Done::Bit(bit), _)) => {
                    let value = self.values[bit as usize] == 1;
                    self.values[bit as usize] = UNKNOWN;
                    for &sum in self.system.uses.get(bit) {
                        let i = sum as usize;
                        self.unknown[i] += 1;
                        self.left[i] ^= bit;
                        self.parity[i] ^= value;
                    }
                }
                Some((Done::Sum(sum), _)) => self.forced[sum as usize] = UNKNOWN,
                None => unreachable!("more was done than the mark says"),
            }
        }
        self.conflict = false;
        self.known.clear();
        self.last.clear();
        self.single.clear();
    }

    /// Demands that a sum is so, with all that follows; returns whether that can be, as far as is seen.
    pub fn decide(&mut self, sum: SumId, value: bool) -> bool {
        self.force(sum, value, Reason::Chosen);
        self.follow();
        !self.conflict
    }

    /// Demands the bits of a word under a mask.
    pub fn decide_word(&mut self, word: &[SumId; 64], mask: u64, value: u64) -> bool {
        (0..64).filter(|at| mask >> at & 1 == 1).all(|at| self.decide(word[at], value >> at & 1 == 1))
    }

    /// Demands that a bit is so, with all that follows.
    pub fn decide_bit(&mut self, bit: Bit, value: bool) -> bool {
        self.set(bit, value, Reason::Chosen);
        self.follow();
        !self.conflict
    }

    fn contradict(&mut self, sum: SumId, reason: Reason) {
        self.conflict = true;
        self.contradiction = Some((sum, reason));
    }

    fn set(&mut self, bit: Bit, value: bool, reason: Reason) {
        if let Some(known) = self.bit(bit) {
            self.conflict |= known != value;
            return;
        }
        self.values[bit as usize] = u8::from(value);
        self.bit_at[bit as usize] = self.done.len() as u32;
        self.done.push((Done::Bit(bit), reason));
        let system = self.system;
        for &sum in system.uses.get(bit) {
            let i = sum as usize;
            self.unknown[i] -= 1;
            self.left[i] ^= bit;
            self.parity[i] ^= value;
            match (self.unknown[i], self.forced[i]) {
                (0, UNKNOWN) => self.known.push(sum),
                (0, forced) if self.parity[i] != (forced == 1) => self.contradict(sum, Reason::Sum(sum)),
                (1, UNKNOWN) => self.single.push(sum),
                (1, _) => self.last.push(sum),
                _ => {}
            }
        }
    }

    fn force(&mut self, sum: SumId, value: bool, reason: Reason) {
        if let Some(known) = self.sum(sum) {
            if known != value {
                self.contradict(sum, reason);
            }
            return;
        }
        let i = sum as usize;
        self.forced[i] = u8::from(value);
        self.sum_at[i] = self.done.len() as u32;
        self.done.push((Done::Sum(sum), reason));
        self.known.push(sum);
        if self.unknown[i] == 1 {
            self.last.push(sum);
        }
    }

    fn follow(&mut self) {
        let system = self.system;
        while !self.conflict {
            if let Some(sum) = self.last.pop() {
                let i = sum as usize;
                if self.unknown[i] == 1 {
                    self.set(self.left[i], self.parity[i] != (self.forced[i] == 1), Reason::Sum(sum));
                }
            } else if let Some(sum) = self.known.pop() {
                system.in_ands.get(sum).iter().for_each(|&and| self.and(and));
                system.in_products.get(sum).iter().for_each(|&product| self.product(product));
            } else if let Some(sum) = self.single.pop() {
                if self.unknown[sum as usize] == 1 {
                    system.in_ands.get(sum).iter().for_each(|&and| self.same(and));
                }
            } else {
                break;
            }
        }
    }

    /// What follows from an equation `a b = c`.
    fn and(&mut self, index: u32) {
        let opposite = match self.other {
            Some((Equation::And(i), opposite)) if i == index => {
                if !opposite {
                    return;
                }
                true
            }
            _ => false,
        };
        let [a, b, c] = self.system.ands[index as usize];
        let [of_a, of_b] = [a, b].map(|s| self.sum(s));
        let product = self.sum(c).map(|c| c ^ opposite);
        let why = Reason::And(index);
        match (of_a, of_b, product) {
            (Some(false), _, _) | (_, Some(false), _) => self.force(c, opposite, why),
            (Some(true), Some(known), _) => self.force(c, known ^ opposite, why),
            (Some(true), None, Some(product)) => self.force(b, product, why),
            (None, Some(true), Some(product)) => self.force(a, product, why),
            (_, _, Some(true)) => {
                self.force(a, true, why);
                self.force(b, true, why);
            }
            _ => {}
        }
    }

    /// What follows from an equation whose factors have one unknown bit, the same: then their product is either of them,
    /// or 0. So it is of carries where both summands are equal.
    fn same(&mut self, index: u32) {
        if matches!(self.other, Some((Equation::And(i), _)) if i == index) {
            return;
        }
        let [a, b, c] = self.system.ands[index as usize];
        let [i, j, k] = [a, b, c].map(|s| s as usize);
        let bit = self.left[i];
        let open = |i: usize| self.unknown[i] == 1 && self.forced[i] == UNKNOWN;
        if !open(i) || !open(j) || bit != self.left[j] {
            return;
        }
        if self.parity[i] != self.parity[j] {
            self.force(c, false, Reason::Same(index));
        } else if self.unknown[k] == 2 && self.forced[k] == UNKNOWN && self.system.sums.get(c).contains(&bit)
        {
            self.set(self.left[k] ^ bit, self.parity[k] != self.parity[i], Reason::Same(index));
        }
    }

    /// What follows from a product once its factors are known, or one is 0.
    fn product(&mut self, index: u32) {
        let operands = &self.system.products[index as usize];
        let mut factors = [None; 2];
        for k in 0..2 {
            let watched = usize::from(self.watched[index as usize][k]);
            if self.sum(operands[k][watched]).is_none() {
                continue;
            }
            match (0..64).find(|&at| self.sum(operands[k][at]).is_none()) {
                Some(at) => self.watched[index as usize][k] = at as u8,
                None => factors[k] = self.whole(&operands[k]),
            }
        }
        let product = match factors {
            [Some(a), Some(b)] => u128::from(a) * u128::from(b),
            [Some(0), _] | [_, Some(0)] => 0,
            _ => return,
        };
        for at in 0..128u8 {
            let mut bit = product >> at & 1 == 1;
            match self.other {
                Some((Equation::Product(i, b), opposite)) if (i, b) == (index, at) => {
                    if !opposite {
                        continue;
                    }
                    bit = !bit;
                }
                _ => {}
            }
            let sum = operands[2 + usize::from(at / 64)][usize::from(at % 64)];
            self.force(sum, bit, Reason::Product(index));
        }
    }

    /// The sums of equations that are not settled yet, whose bits are free to be chosen as far as they agree.
    pub fn unsettled(&self) -> Vec<SumId> {
        let mut out = Vec::new();
        for sums in &self.system.ands {
            let [a, b, c] = sums.map(|s| self.unknown[s as usize] == 0);
            let zero = |s: SumId, whole: bool| whole && self.sum(s) == Some(false);
            let settled = c && (a && b || zero(sums[0], a) || zero(sums[1], b));
            if !settled {
                out.extend(sums.iter().filter(|&&s| self.unknown[s as usize] > 0));
            }
        }
        let words = self.system.products.iter().flat_map(|p| p.as_flattened());
        out.extend(words.filter(|&&s| self.unknown[s as usize] > 0));
        let forced = (0..self.forced.len()).filter(|&i| self.forced[i] != UNKNOWN && self.unknown[i] > 0);
        out.extend(forced.map(|i| i as SumId));
        out.sort_unstable();
        out.dedup();
        out
    }
}
