//! A table by its forms: what verifiers and keys know of it.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::encode::Encoder;
use crate::form::{Form, Take};
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
    pub forms: Vec<Form>,
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
#[derive(Default)]
struct Met {
    forms: Vec<Form>,
    by_node: BTreeMap<NodeId, FormId>,
    by_form: BTreeMap<Form, FormId>,
}

impl Met {
    fn id(&mut self, node: NodeId, all: &[Form]) -> FormId {
        if let Some(&id) = self.by_node.get(&node) {
            return id;
        }
        let form = &all[node as usize];
        let id = *self.by_form.entry(form.clone()).or_insert_with(|| {
            self.forms.push(form.clone());
            self.forms.len() as FormId - 1
        });
        self.by_node.insert(node, id);
        id
    }
}

/// The form of each node.
fn of_nodes(shape: &TableShape) -> Vec<Form> {
    let committed = shape.committed.len() as u32;
    let mut out: Vec<Form> = Vec::with_capacity(shape.nodes.len());
    for node in &shape.nodes {
        let of = |id: NodeId| &out[id as usize];
        let form = match *node {
            Node::Constant(c) => Form::constant(c),
            Node::Committed(c) => Form::column(c),
            Node::Fixed(c) => Form::column(committed + c),
            Node::Xor(a, b) => of(a).xor(of(b)),
            Node::Shl(a, n) => of(a).shift(n as i8),
            Node::Shr(a, n) => of(a).shift(-(n as i8)),
            Node::Mask(a, mask) => of(a).mask(mask),
            Node::Broadcast(a, bit) => of(a).broadcast(bit),
        };
        out.push(form);
    }
    out
}

impl TableForms {
    /// Those of a shape, under its name.
    pub fn of(shape: &TableShape) -> Self {
        let all = of_nodes(shape);
        let mut met = Met::default();
        let ands = shape.ands.iter().map(|a| a.operands.map(|o| met.id(o, &all))).collect();
        let products = shape.products.iter().map(|p| p.operands.map(|o| met.id(o, &all))).collect();
        let mut messages = |list: &[Message]| {
            let message = |m: &Message| Message {
                tag: m.tag,
                words: m.words.iter().map(|&word| met.id(word, &all)).collect(),
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
        self.forms.iter().map(|f| f.terms.len()).sum()
    }

    /// Whether a key can carry the table: it has no more than [`MOST`] of anything.
    pub fn fits_a_key(&self) -> bool {
        let [ands, products] = [self.ands.len(), self.products.len()];
        let counts = [self.committed, self.forms.len(), ands, products, self.pushes.len(), self.pulls.len()];
        counts.into_iter().chain(self.forms.iter().map(|f| f.terms.len())).all(|n| n <= MOST)
    }

    /// A canonical byte string of everything here; two tables are equal exactly when theirs are. The digest of these
    /// bytes is bound into every proof.
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::default();
        e.text(&self.name);
        e.number(self.committed as u64);
        e.number(self.fixed as u64);
        e.number(self.forms.len() as u64);
        for form in &self.forms {
            e.number(form.constant);
            e.number(form.terms.len() as u64);
            for term in &form.terms {
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
        e.0
    }
}
