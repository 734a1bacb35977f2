//! Linear forms on the bits of a row, as terms.

use alloc::vec::Vec;

/// What a term makes of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Take {
    /// The column shifted: to the left by so many places, to the right if less than 0. -63..=63.
    Shift(i8),
    /// This bit of the column at all places.
    Bit(u8),
}

/// A part of a form: what is taken of a column, at the places of a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// The column: committed ones first, then the fixed ones.
    pub column: u32,
    /// What is taken of it.
    pub take: Take,
    /// Where. Not 0, and no place where the shift brings nothing.
    pub mask: u64,
}

/// A word that is linear over F2 in the bits of a row and 1: a constant and terms, increasing by column and what is
/// taken of it, each pair once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Form {
    /// The constant, present on active rows only.
    pub constant: u64,
    /// The terms.
    pub terms: Vec<Term>,
}

/// The places to which a shift brings bits.
const fn reach(shift: i8) -> u64 {
    if shift >= 0 { u64::MAX << shift } else { u64::MAX >> -shift }
}

/// Shifted to the left, to the right if less than 0.
const fn shifted(word: u64, shift: i8) -> u64 {
    if shift >= 0 { word << shift } else { word >> -shift }
}

impl Form {
    /// A constant.
    pub fn constant(constant: u64) -> Self {
        Self { constant, terms: Vec::new() }
    }

    /// A column.
    pub fn column(column: u32) -> Self {
        Self { constant: 0, terms: Vec::from([Term { column, take: Take::Shift(0), mask: u64::MAX }]) }
    }

    /// Itself, its terms lent.
    pub fn lent(&self) -> FormRef<'_> {
        FormRef { constant: self.constant, terms: &self.terms }
    }

    /// The sum of two forms.
    #[must_use]
    pub fn xor(&self, other: &Self) -> Self {
        made(|out| out.set_xor(self.lent(), other.lent()))
    }

    /// Shifted by a number of places, -63..=63, to the left if positive.
    #[must_use]
    pub fn shift(&self, by: i8) -> Self {
        made(|out| out.set_shift(self.lent(), by))
    }

    /// The bits of a mask.
    #[must_use]
    pub fn mask(&self, mask: u64) -> Self {
        made(|out| out.set_mask(self.lent(), mask))
    }

    /// One bit, 0..=63, at all places.
    #[must_use]
    pub fn broadcast(&self, bit: u32) -> Self {
        made(|out| out.set_broadcast(self.lent(), bit))
    }

    /// Becomes a constant.
    pub fn set_constant(&mut self, constant: u64) {
        self.constant = constant;
        self.terms.clear();
    }

    /// Becomes a column.
    pub fn set_column(&mut self, column: u32) {
        self.set_constant(0);
        self.terms.push(Term { column, take: Take::Shift(0), mask: u64::MAX });
    }

    /// Becomes the sum of two forms.
    pub fn set_xor(&mut self, a: FormRef<'_>, b: FormRef<'_>) {
        self.set_constant(a.constant ^ b.constant);
        self.terms.reserve(a.terms.len() + b.terms.len());
        let (mut a, mut b) = (a.terms.iter().peekable(), b.terms.iter().peekable());
        loop {
            let key = |t: &&Term| (t.column, t.take);
            let (x, y) = (a.peek().map(key), b.peek().map(key));
            let next = match (x, y) {
                (None, None) => break,
                (Some(x), Some(y)) if x == y => {
                    let both = a.next().zip(b.next());
                    let both = both.map(|(s, t)| Term { mask: s.mask ^ t.mask, ..*s });
                    both.filter(|t| t.mask != 0)
                }
                (Some(x), y) if y.is_none_or(|y| x < y) => a.next().copied(),
                _ => b.next().copied(),
            };
            self.terms.extend(next);
        }
    }

    /// Becomes a form shifted by a number of places, -63..=63, to the left if positive.
    pub fn set_shift(&mut self, form: FormRef<'_>, by: i8) {
        let moved = form.terms.iter().map(|t| {
            let mask = shifted(t.mask, by);
            match t.take {
                Take::Shift(n) => (t.column, i16::from(n) + i16::from(by), mask),
                // Where a bit stands does not matter.
                Take::Bit(bit) => (t.column, BITS + i16::from(bit), mask),
            }
        });
        self.collect(shifted(form.constant, by), moved);
    }

    /// Becomes the bits of a mask of a form.
    pub fn set_mask(&mut self, form: FormRef<'_>, mask: u64) {
        self.set_constant(form.constant & mask);
        let kept = form.terms.iter().map(|t| Term { mask: t.mask & mask, ..*t });
        self.terms.extend(kept.filter(|t| t.mask != 0));
    }

    /// Becomes one bit of a form, 0..=63, at all places.
    pub fn set_broadcast(&mut self, form: FormRef<'_>, bit: u32) {
        let spread = form.terms.iter().filter(|t| t.mask >> bit & 1 == 1).map(|t| {
            let source = match t.take {
                Take::Shift(n) => bit as i16 - i16::from(n),
                Take::Bit(source) => i16::from(source),
            };
            (t.column, BITS + source, u64::MAX)
        });
        self.collect((form.constant >> bit & 1).wrapping_neg(), spread);
    }

    /// Becomes the form of unordered terms, by column, what is taken (a shift, or [`BITS`] and a bit), and mask.
    fn collect(&mut self, constant: u64, terms: impl Iterator<Item = (u32, i16, u64)>) {
        let take = |key: i16| if key < BITS { Take::Shift(key as i8) } else { Take::Bit((key - BITS) as u8) };
        self.set_constant(constant);
        let all = terms.filter(|t| t.2 != 0);
        self.terms.extend(all.map(|(column, key, mask)| Term { column, take: take(key), mask }));
        self.terms.sort_unstable();
        // What stands before `kept` is as it should be.
        let mut kept = 0;
        for next in 0..self.terms.len() {
            let term = self.terms[next];
            match self.terms[..kept].last_mut() {
                Some(last) if (last.column, last.take) == (term.column, term.take) => {
                    last.mask ^= term.mask;
                    if last.mask == 0 {
                        kept -= 1;
                    }
                }
                _ => {
                    self.terms[kept] = term;
                    kept += 1;
                }
            }
        }
        self.terms.truncate(kept);
    }

    /// The word, where a row has these columns.
    pub fn value(&self, columns: &[u64], active: bool) -> u64 {
        self.lent().value(columns, active)
    }
}

fn made(set: impl FnOnce(&mut Form)) -> Form {
    let mut out = Form::default();
    set(&mut out);
    out
}

/// A [`Form`] whose terms are elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormRef<'a> {
    /// The constant.
    pub constant: u64,
    /// The terms.
    pub terms: &'a [Term],
}

impl FormRef<'_> {
    /// The form, its terms copied.
    pub fn to_form(self) -> Form {
        Form { constant: self.constant, terms: self.terms.to_vec() }
    }

    /// The word, where a row has these columns.
    pub fn value(self, columns: &[u64], active: bool) -> u64 {
        let constant = if active { self.constant } else { 0 };
        self.terms.iter().fold(constant, |sum, t| {
            let column = columns[t.column as usize];
            let taken = match t.take {
                Take::Shift(n) => shifted(column, n),
                Take::Bit(bit) => (column >> bit & 1).wrapping_neg(),
            };
            sum ^ taken & t.mask
        })
    }
}

/// Above the shifts, where a bit is told from them.
const BITS: i16 = 64;

impl Term {
    /// Whether the mask is as it should be, and what is taken is of a word.
    pub fn is_canonical(&self) -> bool {
        match self.take {
            Take::Shift(n) => n.unsigned_abs() < 64 && self.mask != 0 && self.mask & !reach(n) == 0,
            Take::Bit(bit) => bit < 64 && self.mask != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Word;
    use crate::fill::Value;
    use crate::harness::Random;

    /// Random words, as numbers and as forms on four columns.
    #[test]
    fn forms_are_the_words_that_they_stand_for() {
        let mut random = Random(1);
        for _ in 0..300 {
            let columns: Vec<u64> = (0..4).map(|_| random.word()).collect();
            let mut words: Vec<(Value, Form)> =
                (0..4).map(|c| (Value(columns[c]), Form::column(c as u32))).collect();
            for _ in 0..24 {
                let (x, f) = words[random.below(words.len())].clone();
                let (y, g) = words[random.below(words.len())].clone();
                let n = random.below(64) as u32;
                let c = random.word();
                words.push(match random.below(6) {
                    0 => (x << n, f.shift(n as i8)),
                    1 => (x >> n, f.shift(-(n as i8))),
                    2 => (x & c, f.mask(c)),
                    3 => (x.broadcast(n), f.broadcast(n)),
                    4 => (x ^ Value(c), f.xor(&Form::constant(c))),
                    _ => (x ^ y, f.xor(&g)),
                });
            }
            for (value, form) in &words {
                assert_eq!(form.value(&columns, true), value.0);
                let keys: Vec<_> = form.terms.iter().map(|t| (t.column, t.take)).collect();
                assert!(
                    keys.is_sorted_by(|x, y| x < y) && form.terms.iter().all(Term::is_canonical),
                    "{form:?}"
                );
            }
        }
    }
}
