//! Tests that every table must pass, whatever it is about; each panics with what it found.
//!
//! A row is a partial function: what it takes from the bus decides what it puts there. A [`Trial`]
//! looks for two rows that take the same messages, break nothing, and differ in what they put. With
//! [`agree`], whose caller compares the messages of honest rows with what the machine does, this is
//! the soundness of a table. So that no rule stands unwatched, each bit equation of each constraint
//! must have been the only one that stood against some wrong row.

mod bits;
mod derive;
mod findings;
mod forge;
mod operands;
mod trial;

pub use findings::Exempt;
use findings::Findings;
pub use forge::forged_row;
pub use operands::{EDGES, Random};
pub use trial::{Claim, Trial, all, all_refusing};

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Debug, Write};

use crate::check::{Broken, Check, MessageValue};
use crate::data::DataTable;
use crate::forms::TableForms;
use crate::lanes::{LANES, Lane, Lanes, Wanted};
use crate::shape::{Message, Node, TableShape};
use crate::{Rules, Table, TableRules, fill};

/// What a row says: which constraints it breaks, and its messages, sorted, those that it both
/// puts and takes left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The broken constraints.
    pub broken: Vec<Broken>,
    /// The messages put on the bus.
    pub pushes: Vec<MessageValue>,
    /// The messages taken from the bus.
    pub pulls: Vec<MessageValue>,
}

/// Reads the rules of `T` on an active row.
pub fn said<T: Table>(committed: &[u64], fixed: &[u64]) -> Said {
    let Check { broken, pushes, pulls, .. } = read::<T>(committed, fixed);
    let (pushes, pulls) = net(pushes, pulls);
    Said { broken, pushes, pulls }
}

fn read<'a, T: Table>(committed: &'a [u64], fixed: &'a [u64]) -> Check<'a> {
    let mut check = Check::new(committed, fixed, true);
    TableRules::check(&Rulesof::<T>::NEW, &mut check);
    assert!(check.committed.is_empty() && check.fixed.is_empty(), "{}: the row has more columns", T::NAME);
    check
}

/// Both multisets, sorted, without what they have in common.
pub fn net(
    mut pushes: Vec<MessageValue>,
    mut pulls: Vec<MessageValue>,
) -> (Vec<MessageValue>, Vec<MessageValue>) {
    pulls.retain(|m| match pushes.iter().position(|p| p == m) {
        Some(i) => {
            pushes.swap_remove(i);
            false
        }
        None => true,
    });
    pushes.sort_unstable();
    pulls.sort_unstable();
    (pushes, pulls)
}

/// A [`TableRules`] for a type that has no value at hand.
struct Rulesof<T>(core::marker::PhantomData<fn() -> T>);

impl<T> Rulesof<T> {
    const NEW: Self = Self(core::marker::PhantomData);
}

impl<T: Table> Table for Rulesof<T> {
    type Event = T::Event;
    const NAME: &'static str = T::NAME;
    fn rules<R: Rules>(r: &mut R, event: &T::Event) {
        T::rules(r, event);
    }
}

fn shape<T: Table>() -> TableShape {
    Rulesof::<T>::NEW.shape()
}

/// *Agree*: the row of each event breaks nothing, and no event changes the form of the rules.
/// Returns what each row says, for the caller to compare with what should have happened.
pub fn agree<T: Table>(events: &[T::Event]) -> Vec<Said>
where
    T::Event: Debug,
{
    let form = shape::<T>();
    let one = |event: &T::Event| {
        let row = fill::<T>(event);
        let said = said::<T>(&row.committed, &row.fixed);
        assert!(said.broken.is_empty(), "{}: {event:x?} breaks {:?}", T::NAME, said.broken);
        for (column, &word) in form.committed.iter().zip(&row.committed) {
            assert_eq!(word & column.free, 0, "{}: {} has free bits set: {event:x?}", T::NAME, column.name);
        }
        said
    };
    for event in events.iter().take(8) {
        assert_eq!(form, TableShape::of(T::NAME, |s| T::rules(s, event)), "{event:x?} changes the rules");
    }
    events.iter().map(one).collect()
}

/// *Zero row*: a padding row of zeros breaks nothing and its messages are zeros.
pub fn zero_row<T: Table>() {
    let form = shape::<T>();
    let (committed, fixed) = (alloc::vec![0; form.committed.len()], alloc::vec![0; form.fixed.len()]);
    let mut check = Check::new(&committed, &fixed, false);
    Rulesof::<T>::NEW.check(&mut check);
    assert!(check.broken.is_empty(), "{}: a zero row breaks {:?}", T::NAME, check.broken);
    let zero = check.pushes.iter().chain(&check.pulls).all(|m| m.iter().all(|&w| w == 0));
    assert!(zero, "{}: a zero row says something", T::NAME);
}

/// The value of every node of a shape on one row.
pub fn evaluate(form: &TableShape, committed: &[u64], fixed: &[u64], active: bool) -> Vec<u64> {
    let mut v: Vec<u64> = Vec::with_capacity(form.nodes.len());
    for node in &form.nodes {
        let x = match *node {
            Node::Constant(c) => {
                if active {
                    c
                } else {
                    0
                }
            }
            Node::Committed(i) => committed[i as usize],
            Node::Fixed(i) => fixed[i as usize],
            Node::Xor(a, b) => v[a as usize] ^ v[b as usize],
            Node::Shl(a, n) => v[a as usize] << n,
            Node::Shr(a, n) => v[a as usize] >> n,
            Node::Mask(a, m) => v[a as usize] & m,
            Node::Broadcast(a, b) => (v[a as usize] >> b & 1).wrapping_neg(),
        };
        v.push(x);
    }
    v
}

fn evaluate_messages(messages: &[Message], v: &[u64], active: bool) -> Vec<MessageValue> {
    let one = |m: &Message| {
        let mut out = MessageValue::default();
        out[0] = if active { m.tag } else { 0 };
        out.iter_mut().skip(1).zip(&m.words).for_each(|(slot, &w)| *slot = v[w as usize]);
        out
    };
    messages.iter().map(one).collect()
}

/// *Same*: on random rows, junk rows and random active masks, the rules say the same to
/// [`Lanes`], [`Check`], [`TableShape`], [`TableForms`], and as a table that is data.
pub fn same<T: Table>(random: &mut Random) {
    let form = shape::<T>();
    says_its_shape(&form, &Rulesof::<T>::NEW, random);
    says_its_shape(&form, &DataTable::new(form.clone()), random);
}

/// [`same`] for a table of this shape.
pub fn says_its_shape(form: &TableShape, table: &dyn TableRules, random: &mut Random) {
    let name = table.name();
    let by_forms = TableForms::of(form);
    let mut bytes = Vec::new();
    by_forms.encode(&mut bytes);
    assert_eq!(bytes.len(), by_forms.encoded_length(), "{name}: a canonical byte string of another length");
    let mut lanes = Lanes::default();
    for round in 0..16 {
        let lane = |random: &mut Random| Lane(core::array::from_fn(|_| random.operand()));
        let active: [bool; LANES] = core::array::from_fn(|_| round == 0 || random.word() & 1 == 1);
        lanes.committed = form.committed.iter().map(|_| lane(random)).collect();
        lanes.fixed = form.fixed.iter().map(|_| lane(random)).collect();
        lanes.active = Lane(active.map(|a| if a { u64::MAX } else { 0 }));
        if round % 2 == 0 {
            lanes.restart();
            table.lanes(&mut lanes);
        } else {
            evaluate_in_parts(table, &mut lanes);
        }
        for (i, &active) in active.iter().enumerate() {
            let committed: Vec<_> = lanes.committed.iter().map(|l| l.0[i]).collect();
            let fixed: Vec<_> = lanes.fixed.iter().map(|l| l.0[i]).collect();
            let mut check = Check::new(&committed, &fixed, active);
            table.check(&mut check);
            let nodes = evaluate(form, &committed, &fixed, active);

            let ands: Vec<_> = lanes.ands.iter().map(|a| a.map(|l| l.0[i])).collect();
            let form_ands: Vec<_> = form.ands.iter().map(|a| a.operands.map(|n| nodes[n as usize])).collect();
            assert_eq!(check.ands, ands, "{name}: Check and Lanes differ");
            assert_eq!(check.ands, form_ands, "{name}: Check and Shape differ");
            let columns = [&committed[..], &fixed[..]].concat();
            let of_forms = |id: u32| by_forms.forms.at(id as usize).value(&columns, active);
            let with_forms: Vec<_> = by_forms.ands.iter().map(|a| a.map(of_forms)).collect();
            assert_eq!(check.ands, with_forms, "{name}: Check and TableForms differ");
            let products: Vec<_> = lanes.products.iter().map(|p| p.map(|l| l.0[i])).collect();
            let form_products: Vec<_> =
                form.products.iter().map(|p| p.operands.map(|n| nodes[n as usize])).collect();
            assert_eq!(check.products, products, "{name}: products of Check and Lanes differ");
            assert_eq!(check.products, form_products, "{name}: products of Check and Shape differ");
            for (checked, in_lanes, in_form) in
                [(&check.pushes, &lanes.pushes, &form.pushes), (&check.pulls, &lanes.pulls, &form.pulls)]
            {
                let from_lanes: Vec<_> = in_lanes.iter().map(|m| m.words.map(|l| l.0[i])).collect();
                assert_eq!(*checked, from_lanes, "{name}: messages of Check and Lanes differ");
                let from_form = evaluate_messages(in_form, &nodes, active);
                assert_eq!(*checked, from_form, "{name}: messages of Check and Shape differ");
            }
            for (checked, in_forms) in [(&check.pushes, &by_forms.pushes), (&check.pulls, &by_forms.pulls)] {
                let words: Vec<_> =
                    in_forms.iter().flat_map(|m| &m.words).map(|&word| of_forms(word)).collect();
                let expected: Vec<_> =
                    checked.iter().zip(in_forms).flat_map(|(m, f)| &m[1..=f.words.len()]).copied().collect();
                assert_eq!(words, expected, "{name}: messages of Check and TableForms differ");
            }
            let lengths = |m: &[Message]| m.iter().map(|m| m.words.len() + 1).collect::<Vec<_>>();
            let lane_lengths: Vec<_> = lanes.pushes.iter().chain(&lanes.pulls).map(|m| m.len).collect();
            assert_eq!(lane_lengths, [lengths(&form.pushes), lengths(&form.pulls)].concat());
        }
    }
}

/// Evaluates each kind of results apart. Each time there are no others.
fn evaluate_in_parts(table: &dyn TableRules, lanes: &mut Lanes) {
    let mut evaluate = |wanted| {
        lanes.wanted = wanted;
        lanes.restart();
        table.lanes(lanes);
        let Lanes { ands, products, pushes, pulls, .. } = lanes;
        let counts = [ands.len(), products.len(), pushes.len() + pulls.len()];
        (counts, ands.clone(), products.clone(), [pushes.clone(), pulls.clone()])
    };
    let (only_ands, ands, ..) = evaluate(Wanted::Ands);
    let (only_products, _, products, _) = evaluate(Wanted::Products);
    let (only_messages, .., [pushes, pulls]) = evaluate(Wanted::Messages);
    let name = table.name();
    assert_eq!(only_ands, [ands.len(), 0, 0], "{name}: more than ANDs");
    assert_eq!(only_products, [0, products.len(), 0], "{name}: more than products");
    assert_eq!(only_messages, [0, 0, pushes.len() + pulls.len()], "{name}: more than messages");
    (lanes.wanted, lanes.ands, lanes.products) = (Wanted::All, ands, products);
    (lanes.pushes, lanes.pulls) = (pushes, pulls);
}

/// *Pinned*: a table's columns, constraints, messages and a 64-bit fingerprint of its shape, as
/// text to compare with a checked-in copy, so that a change of the rules shows in review.
pub fn summary(form: &TableShape) -> String {
    let mut out = String::new();
    let columns = |columns: &[crate::shape::Column]| {
        let show = |c: &crate::shape::Column| match c.free {
            0 => String::from(c.name),
            free => format!("{} (free {free:#x})", c.name),
        };
        columns.iter().map(show).collect::<Vec<_>>().join(", ")
    };
    let tags = |m: &[Message]| m.iter().map(|m| format!("{}", m.tag)).collect::<Vec<_>>().join(" ");
    // FNV-1a: this only shows changes; proofs bind a cryptographic digest of the forms.
    let fingerprint = form
        .encode()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |h: u64, &b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    let names = |names: Vec<&str>| names.join(", ");
    let _ = writeln!(
        out,
        "{}: {} committed, {} constraints, {} pushes, {} pulls, fingerprint {fingerprint:016x}",
        form.name,
        form.committed.len(),
        form.ands.len(),
        form.pushes.len(),
        form.pulls.len()
    );
    let _ = writeln!(out, "  committed: {}", columns(&form.committed));
    if !form.fixed.is_empty() {
        let _ = writeln!(out, "  fixed: {}", columns(&form.fixed));
    }
    let _ = writeln!(out, "  constraints: {}", names(form.ands.iter().map(|a| a.name).collect()));
    if !form.products.is_empty() {
        let _ = writeln!(out, "  products: {}", names(form.products.iter().map(|p| p.name).collect()));
    }
    let _ = writeln!(out, "  pushes: {}; pulls: {}", tags(&form.pushes), tags(&form.pulls));
    out
}

/// A table's form has columns with names of their own, and only messages with a tag.
pub fn well_formed<T: Table>() {
    let form = shape::<T>();
    let names: BTreeSet<_> = form.committed.iter().chain(&form.fixed).map(|c| c.name).collect();
    assert_eq!(names.len(), form.committed.len() + form.fixed.len(), "{}: two columns share a name", T::NAME);
}
