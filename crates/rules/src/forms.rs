//! A table by its forms: what verifiers and keys know of it.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::encode::Encoder;
use crate::form::{Form, FormRef, Take};
use crate::form_list::FormList;
use crate::shape::{Message, Node, NodeId, TableShape};

/// The most columns, forms, terms of a form, constraints, products, and messages each way, of a table in a key.
pub const MOST: usize = (1 << 16) - 1;

/// Index of a form in [`TableForms::forms`].
pub type FormId = u32;

/// All that rules say of a table, words as linear forms in the bits of columns. Words that have the same form share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableForms {
    /// The table's name, unique in a system.
    pub name: Cow<'static, str>,
    /// How many columns the prover commits to for each run.
    pub committed: usize,
    /// How many columns belong to the program.
    pub fixed: usize,
    /// The words.
    pub forms: FormList,
    /// The AND constraints `a & b = c`.
    pub ands: Vec<[FormId; 3]>,
    /// The products `a b = low + 2^64 high`.
    pub products: Vec<[FormId; 4]>,
    /// Messages put on the bus; their words are forms.
    pub pushes: Vec<Message>,
    /// Messages taken from the bus; their words are forms.
    pub pulls: Vec<Message>,
}

/// Forms in the order in which they are met, each once.
struct Met<'f> {
    all: &'f FormList,
    forms: FormList,
    by_node: Vec<Option<FormId>>,
    /// By a number that most other forms do not have, and the form.
    by_form: BTreeMap<(u64, FormRef<'f>), FormId>,
}

impl<'f> Met<'f> {
    fn new(all: &'f FormList) -> Self {
        Self {
            all,
            forms: FormList::default(),
            by_node: alloc::vec![None; all.len()],
            by_form: BTreeMap::new(),
        }
    }

    fn id(&mut self, node: NodeId) -> FormId {
        if let Some(id) = self.by_node[node as usize] {
            return id;
        }
        let form = self.all.at(node as usize);
        let id = *self.by_form.entry((mixed(form), form)).or_insert_with(|| {
            self.forms.push(form);
            self.forms.len() as FormId - 1
        });
        self.by_node[node as usize] = Some(id);
        id
    }
}

/// A number made of all that a form is.
fn mixed(form: FormRef<'_>) -> u64 {
    // An odd number with about as many bits as not, as the golden ratio has them.
    let mix = |sum: u64, n: u64| (sum ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    form.terms.iter().fold(form.constant, |sum, term| {
        let take = match term.take {
            Take::Shift(by) => u64::from(by.cast_unsigned()),
            Take::Bit(bit) => 1 << 8 | u64::from(bit),
        };
        mix(mix(sum, u64::from(term.column) << 16 | take), term.mask)
    })
}

/// The form of each node.
fn of_nodes(shape: &TableShape) -> FormList {
    let committed = shape.committed.len() as u32;
    let mut out = FormList::with_room(shape.nodes.len(), 2 * shape.nodes.len());
    let mut form = Form::default();
    for node in &shape.nodes {
        let of = |id: NodeId| out.at(id as usize);
        match *node {
            Node::Constant(c) => form.set_constant(c),
            Node::Committed(c) => form.set_column(c),
            Node::Fixed(c) => form.set_column(committed + c),
            Node::Xor(a, b) => form.set_xor(of(a), of(b)),
            Node::Shl(a, n) => form.set_shift(of(a), n as i8),
            Node::Shr(a, n) => form.set_shift(of(a), -(n as i8)),
            Node::Mask(a, mask) => form.set_mask(of(a), mask),
            Node::Broadcast(a, bit) => form.set_broadcast(of(a), bit),
        }
        out.push(form.lent());
    }
    out
}

impl TableForms {
    /// Those of a shape, under its name.
    pub fn of(shape: &TableShape) -> Self {
        Self::with(shape, &of_nodes(shape))
    }

    /// Those of a shape, of whose nodes these are the forms.
    pub fn with(shape: &TableShape, all: &FormList) -> Self {
        assert_eq!(all.len(), shape.nodes.len(), "a form of each node");
        let mut met = Met::new(all);
        let ands = shape.ands.iter().map(|a| a.operands.map(|o| met.id(o))).collect();
        let products = shape.products.iter().map(|p| p.operands.map(|o| met.id(o))).collect();
        let mut messages = |list: &[Message]| {
            let message = |m: &Message| Message {
                tag: m.tag,
                words: m.words.iter().map(|&word| met.id(word)).collect(),
            };
            list.iter().map(message).collect()
        };
        let (pushes, pulls) = (messages(&shape.pushes), messages(&shape.pulls));
        Self {
            name: shape.name.clone(),
            committed: shape.committed.len(),
            fixed: shape.fixed.len(),
            forms: met.forms,
            ands,
            products,
            pushes,
            pulls,
        }
    }

    /// The terms of all forms.
    pub fn terms(&self) -> usize {
        self.forms.terms()
    }

    /// Whether a key can carry the table: it has no more than [`MOST`] of anything.
    pub fn fits_a_key(&self) -> bool {
        let [ands, products] = [self.ands.len(), self.products.len()];
        let counts = [self.committed, self.forms.len(), ands, products, self.pushes.len(), self.pulls.len()];
        counts.into_iter().chain(self.forms.iter().map(|f| f.terms.len())).all(|n| n <= MOST)
    }

    /// How many bytes [`TableForms::encode`] appends.
    pub fn encoded_length(&self) -> usize {
        let messages = self.pushes.iter().chain(&self.pulls).map(|m| 2 + m.words.len()).sum::<usize>();
        let items = self.ands.as_flattened().len() + self.products.as_flattened().len();
        let numbers = 8 + 2 * self.forms.len() + 2 * self.terms() + items + messages;
        self.name.len() + 8 * numbers
    }

    /// Appends a canonical byte string of everything here; two tables are equal exactly when theirs are. The digest of
    /// these bytes is bound into every proof.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut e = Encoder(out);
        e.text(&self.name);
        e.number(self.committed as u64);
        e.number(self.fixed as u64);
        e.number(self.forms.len() as u64);
        for form in self.forms.iter() {
            e.number(form.constant);
            e.number(form.terms.len() as u64);
            for term in form.terms {
                let (kind, by) = match term.take {
                    Take::Shift(n) => (0, n as u8),
                    Take::Bit(bit) => (1, bit),
                };
                e.number(u64::from(term.column) | kind << 32 | u64::from(by) << 40);
                e.number(term.mask);
            }
        }
        e.number(self.ands.len() as u64);
        e.ids(self.ands.as_flattened());
        e.number(self.products.len() as u64);
        e.ids(self.products.as_flattened());
        e.messages(&self.pushes);
        e.messages(&self.pulls);
    }
}
