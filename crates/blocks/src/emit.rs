//! The forms of a table under construction: nodes of its shape, made once, and how many terms each has.

use std::collections::HashMap;

use dyad_rules::form::Form;
use dyad_rules::shape::{Node, NodeId};

use crate::bits::{ALL, Mask};

/// Nodes of a shape.
#[derive(Default)]
pub(crate) struct Emit {
    pub nodes: Vec<Node>,
    pub forms: Vec<Form>,
    made: HashMap<Key, NodeId>,
}

/// What tells nodes apart.
type Key = (u8, u64, u64);

fn key(node: Node) -> Key {
    match node {
        Node::Constant(c) => (0, c, 0),
        Node::Committed(c) => (1, c.into(), 0),
        Node::Fixed(c) => (2, c.into(), 0),
        Node::Xor(a, b) => (3, a.min(b).into(), a.max(b).into()),
        Node::Shl(a, n) => (4, a.into(), n.into()),
        Node::Shr(a, n) => (5, a.into(), n.into()),
        Node::Mask(a, m) => (6, a.into(), m),
        Node::Broadcast(a, bit) => (7, a.into(), bit.into()),
    }
}

impl Emit {
    fn put(&mut self, node: Node, form: Form) -> NodeId {
        let node = if form.terms.is_empty() { Node::Constant(form.constant) } else { node };
        let next = self.nodes.len() as NodeId;
        let id = *self.made.entry(key(node)).or_insert(next);
        if id == next {
            self.nodes.push(node);
            self.forms.push(form);
        }
        id
    }

    fn form(&self, id: NodeId) -> &Form {
        &self.forms[id as usize]
    }

    pub fn terms(&self, id: NodeId) -> usize {
        self.form(id).terms.len()
    }

    /// How many terms of a node have a place under a mask.
    pub fn terms_under(&self, id: NodeId, mask: Mask) -> usize {
        self.form(id).terms.iter().filter(|t| t.mask & mask != 0).count()
    }

    pub fn constant(&mut self, c: u64) -> NodeId {
        self.put(Node::Constant(c), Form::constant(c))
    }

    pub fn committed(&mut self, column: u32) -> NodeId {
        self.put(Node::Committed(column), Form::column(column))
    }

    pub fn xor(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let is_zero = |e: &Self, id: NodeId| e.form(id) == &Form::default();
        if is_zero(self, a) {
            return b;
        }
        if is_zero(self, b) {
            return a;
        }
        let form = self.form(a).xor(self.form(b));
        self.put(Node::Xor(a, b), form)
    }

    /// Shifted to the left, to the right if less than 0.
    pub fn shift(&mut self, a: NodeId, by: i32) -> NodeId {
        if by == 0 {
            return a;
        }
        let form = self.form(a).shift(by as i8);
        let n = by.unsigned_abs();
        self.put(if by > 0 { Node::Shl(a, n) } else { Node::Shr(a, n) }, form)
    }

    pub fn mask(&mut self, a: NodeId, mask: Mask) -> NodeId {
        if mask == ALL {
            return a;
        }
        let form = self.form(a).mask(mask);
        if &form == self.form(a) { a } else { self.put(Node::Mask(a, mask), form) }
    }

    pub fn broadcast(&mut self, a: NodeId, bit: u32) -> NodeId {
        let form = self.form(a).broadcast(bit);
        self.put(Node::Broadcast(a, bit), form)
    }
}
