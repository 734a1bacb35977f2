//! Many forms.

use alloc::vec::Vec;

use crate::form::{Form, FormRef, Term};

/// Forms one after the other, with the terms of all in one list: tables have tens of thousands of short ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormList {
    terms: Vec<Term>,
    /// Of each form the constant, and where its terms end.
    forms: Vec<(u64, u32)>,
}

impl FormList {
    /// No forms yet, and room for so many with so many terms together.
    pub fn with_room(forms: usize, terms: usize) -> Self {
        Self { terms: Vec::with_capacity(terms), forms: Vec::with_capacity(forms) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// The terms of all forms.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// One of them, by its place.
    #[inline]
    pub fn get(&self, place: usize) -> Option<FormRef<'_>> {
        let &(constant, end) = self.forms.get(place)?;
        let start = match place.checked_sub(1) {
            None => 0,
            Some(before) => self.forms.get(before)?.1,
        };
        let terms = self.terms.get(start as usize..end as usize)?;
        Some(FormRef { constant, terms })
    }

    /// The one at a place.
    ///
    /// # Panics
    /// Where there is none.
    #[inline]
    pub fn at(&self, place: usize) -> FormRef<'_> {
        self.get(place).expect("a form of the list")
    }

    /// All, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = FormRef<'_>> + Clone {
        let mut start = 0;
        self.forms.iter().map(move |&(constant, end)| {
            let terms = &self.terms[start as usize..end as usize];
            start = end;
            FormRef { constant, terms }
        })
    }

    /// Adds a form.
    pub fn push(&mut self, form: FormRef<'_>) {
        self.terms.extend_from_slice(form.terms);
        self.end(form.constant);
    }

    /// Adds a term of the form that [`FormList::end`] adds.
    #[inline]
    pub fn push_term(&mut self, term: Term) {
        self.terms.push(term);
    }

    /// Adds the form of this constant and the terms that were added since the last one.
    ///
    /// # Panics
    /// Where there are 2^32 terms.
    pub fn end(&mut self, constant: u64) {
        let end = u32::try_from(self.terms.len()).expect("less than 2^32 terms");
        self.forms.push((constant, end));
    }

    /// Changes a form, at the cost of all.
    pub fn change(&mut self, place: usize, change: impl FnOnce(&mut Form)) {
        let mut changed = self.at(place).to_form();
        change(&mut changed);
        let mut out = Self::with_room(self.len(), self.terms());
        for (at, form) in self.iter().enumerate() {
            out.push(if at == place { changed.lent() } else { form });
        }
        *self = out;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_forms() {
        let forms =
            [Form::constant(5), Form::column(3), Form::default(), Form::column(1).xor(&Form::column(7))];
        let mut list = FormList::default();
        assert!(list.is_empty());
        forms.iter().for_each(|form| list.push(form.lent()));
        assert_eq!((list.len(), list.terms()), (4, 3));
        let read: Vec<Form> = list.iter().map(FormRef::to_form).collect();
        assert_eq!(read, forms);
        assert!((0..4).all(|i| list.get(i) == Some(forms[i].lent())) && list.get(4).is_none());
        list.change(1, |form| *form = form.xor(&Form::column(4)));
        assert_eq!(list.at(1).to_form(), Form::column(3).xor(&Form::column(4)));
        assert!([0, 2, 3].into_iter().all(|i| list.at(i) == forms[i].lent()));
    }
}
