//! The tables of blocks in a key: one byte string for each list, and nothing else is read.

use std::sync::Arc;

use dyad_machine::tables::tables;
use dyad_proof::{Error, VerifyingKey, blocks_fit_a_key};
use dyad_rules::form::Form;
use dyad_rules::form_list::FormList;
use dyad_rules::forms::{MOST, TableForms};
use dyad_rules::shape::Message;
use proptest::prelude::*;

/// A key with some of the machine's tables in the place of blocks: those without fixed columns.
fn key(count: usize) -> VerifyingKey {
    let shapes = tables().into_iter().map(|t| TableForms::of(&t.shape())).filter(|t| t.fixed == 0);
    let named = |(i, table): (usize, TableForms)| TableForms { name: format!("block {i}").into(), ..table };
    let blocks = shapes.take(count).enumerate().map(named).map(Arc::new).collect();
    let (rules, program, root) = ([1; 32], [2; 32], [3; 32]);
    VerifyingKey { rules, program, entry: 0x1000, instructions: 9, image: 3, root, blocks }
}

#[test]
fn keys_with_blocks_are_read_as_they_were_written() {
    for count in [0, 1, 7, 40] {
        let key = key(count);
        let bytes = key.to_bytes();
        assert_eq!(VerifyingKey::from_bytes(&bytes), Ok(key.clone()));
        assert_eq!(&bytes[..VerifyingKey::LENGTH], key.short());
        assert_eq!(key.short().len(), VerifyingKey::LENGTH);
        assert!(key.short().len() < 200, "short enough to store");
    }
}

/// What is short of a key knows it: other tables give another digest of the rules, and so another system.
#[test]
fn the_digest_covers_the_tables() {
    let all = key(40);
    let digest = all.system().digest;
    for i in 0..all.blocks.len() {
        let mut other = all.clone();
        let forms = &mut Arc::make_mut(&mut other.blocks[i]).forms;
        let place = forms.iter().position(|f| !f.terms.is_empty()).expect("a form");
        forms.change(place, |form| form.terms[0].mask ^= 1 << 40);
        assert_ne!(other.system().digest, digest);
        let mut other = all.clone();
        Arc::make_mut(&mut other.blocks[i]).forms.change(0, |form| form.constant ^= 1);
        assert_ne!(other.system().digest, digest);
        let mut other = all.clone();
        other.blocks.remove(i);
        assert_ne!(other.system().digest, digest);
    }
}

/// A key with tables of these numbers of forms, no two of which have the same constant, and all the same column but the
/// first, which has so many; each is pushed.
fn large(forms: &[usize], columns: usize) -> VerifyingKey {
    let mut constants = 1..;
    let table = |(i, &forms): (usize, &usize)| {
        let mut form = |id: usize| {
            let constant = constants.next().expect("there are more");
            let columns = if id == 0 { 0..columns as u32 } else { 0..1 };
            Form { constant, terms: columns.flat_map(|c| Form::column(c).terms).collect() }
        };
        let mut list = FormList::default();
        (0..forms).for_each(|id| list.push(form(id).lent()));
        Arc::new(TableForms {
            name: format!("block {i}").into(),
            committed: columns,
            forms: list,
            pushes: (0..forms as u32).map(|id| Message { tag: 9, words: vec![id] }).collect(),
            ..TableForms::default()
        })
    };
    VerifyingKey { blocks: forms.iter().enumerate().map(table).collect(), ..key(0) }
}

/// What is said not to fit is what cannot be read.
#[test]
fn keys_that_are_too_large_are_known_before() {
    let fits = |key: &VerifyingKey| {
        let read = VerifyingKey::from_bytes(&key.to_bytes());
        assert!(read.as_ref() == Ok(key) || read == Err(Error::Shapes));
        assert_eq!(blocks_fit_a_key(&key.blocks), read.is_ok());
        read.is_ok()
    };
    assert!(fits(&key(40)));
    assert!(fits(&large(&[MOST], 1)) && !fits(&large(&[MOST + 1], 1)));
    assert!(fits(&large(&[1], MOST)) && !fits(&large(&[1], MOST + 1)));
    // Constants of all tables together.
    assert!(fits(&large(&[MOST - 9, 9], 1)) && !fits(&large(&[MOST - 9, 10], 1)));
}

#[test]
fn tables_that_are_not_written_so_are_refused() {
    let refused = |change: &dyn Fn(&mut TableForms)| {
        let mut key = key(3);
        change(Arc::make_mut(&mut key.blocks[1]));
        assert_eq!(VerifyingKey::from_bytes(&key.to_bytes()), Err(Error::Shapes));
    };
    // A column that no form has.
    refused(&|t| t.committed += 1);
    // A form that nothing has, one that is there twice, and two in another order.
    refused(&|t| {
        let [a, b] = [0, 1].map(|i| t.forms.at(i).to_form());
        t.forms.push(a.xor(&b).lent());
    });
    refused(&|t| {
        let first = t.forms.at(0).to_form();
        t.forms.change(1, |form| *form = first);
    });
    refused(&|t| t.ands[0].swap(0, 2));
    // Terms out of order, twice, empty, or past the columns.
    let long = |t: &mut TableForms| t.forms.iter().position(|f| f.terms.len() > 1).expect("a long form");
    refused(&|t| {
        let i = long(t);
        t.forms.change(i, |form| form.terms.swap(0, 1));
    });
    refused(&|t| {
        let i = long(t);
        t.forms.change(i, |form| form.terms[1] = form.terms[0]);
    });
    refused(&|t| {
        let i = long(t);
        t.forms.change(i, |form| form.terms[0].mask = 0);
    });
    refused(&|t| {
        let i = long(t);
        let past = t.committed as u32;
        t.forms.change(i, |form| form.terms[0].column = past);
    });
    // A word that is no form, a message without a tag.
    refused(&|t| t.ands[0][1] = t.forms.len() as u32);
    refused(&|t| t.pushes[0].tag = 0);
}

/// A key with these bytes in the place of its tables'.
fn with_tables(list: &[u8]) -> Result<VerifyingKey, Error> {
    let deflated = miniz_oxide::deflate::compress_to_vec(list, 6);
    VerifyingKey::from_bytes(&[key(0).to_bytes(), deflated].concat())
}

/// One table of two columns, three forms and one AND constraint, byte by byte: constants and what is taken
/// of columns come in order, and a list of no tables is no list.
#[test]
fn lists_are_written_in_order() {
    let with = |constants: &[u8], ops: [&[u8]; 2]| {
        let forms: [&[u8]; 3] = [&[1, 1, 0, 0], &[2, 2, 0, 0, 0, 1], &[0, 1, 1, 1]];
        let head = [constants, &[2], ops[0], ops[1], &[1, 2, 3, 1, 0, 0, 0]].concat();
        [head, forms.concat(), vec![0; 3]].concat()
    };
    let list = |[a, b]: [u8; 2], ops: [&[u8]; 2]| with(&[2, a, b], ops);
    let (whole, left): (&[u8], &[u8]) = (&[126, 7], &[128, 1, 8]);
    assert_eq!(with_tables(&list([5, 9], [whole, left])).map(|key| key.blocks.len()), Ok(1));
    for constants in [[9, 5], [5, 5], [0, 9]] {
        assert_eq!(with_tables(&list(constants, [whole, left])), Err(Error::Shapes), "{constants:?}");
    }
    assert_eq!(with_tables(&list([5, 9], [left, whole])), Err(Error::Shapes));
    assert_eq!(with_tables(&[0, 0, 0]), Err(Error::Shapes), "no tables");
    assert_eq!(
        with_tables(&with(&[3, 5, 9, 11], [whole, left])),
        Err(Error::Shapes),
        "a constant of no form"
    );
    assert_eq!(with_tables(&with(&[2, 5, 0x89, 0], [whole, left])), Err(Error::Shapes), "9 in two bytes");
    let longer = [list([5, 9], [whole, left]), vec![0]].concat();
    assert!(matches!(with_tables(&longer), Err(Error::Length(_))), "a byte after the tables");
}

proptest! {
    /// Damaged keys are errors or other keys, and never panics.
    #[test]
    fn damaged_keys(at in any::<prop::sample::Index>(), bit in 0..8u32, cut in any::<prop::sample::Index>()) {
        let key = key(5);
        let bytes = key.to_bytes();
        let mut flipped = bytes.clone();
        flipped[at.index(bytes.len())] ^= 1 << bit;
        if let Ok(other) = VerifyingKey::from_bytes(&flipped) {
            prop_assert!(other != key || other.to_bytes() == bytes);
        }
        prop_assert!(VerifyingKey::from_bytes(&bytes[..cut.index(bytes.len())]).is_err() || cut.index(bytes.len()) == VerifyingKey::LENGTH);
    }
}
