//! The forms of a table under construction: nodes of its shape, made once, and how many terms each has.

use dyad_rules::form::{Form, FormRef};
use dyad_rules::form_list::FormList;
use dyad_rules::shape::{Node, NodeId};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::bits::{ALL, Mask};

/// Nodes of a shape.
pub(crate) struct Emit {
    pub nodes: Vec<Node>,
    pub forms: FormList,
    /// The form of the node that is being made.
    form: Form,
    made: FxHashMap<Key, NodeId>,
}

/// What tells nodes apart: the kind and a node, and a number.
type Key = (u64, u64);

fn key(node: Node) -> Key {
    let of = |kind: u64, id: u32| kind << 32 | u64::from(id);
    match node {
        Node::Constant(c) => (of(0, 0), c),
        Node::Committed(c) => (of(1, c), 0),
        Node::Fixed(c) => (of(2, c), 0),
        Node::Xor(a, b) => (of(3, a.min(b)), a.max(b).into()),
        Node::Shl(a, n) => (of(4, a), n.into()),
        Node::Shr(a, n) => (of(5, a), n.into()),
        Node::Mask(a, m) => (of(6, a), m),
        Node::Broadcast(a, bit) => (of(7, a), bit.into()),
    }
}

impl Emit {
    /// No nodes yet, and room for about so many.
    pub fn with_room(nodes: usize) -> Self {
        let made = FxHashMap::with_capacity_and_hasher(nodes, FxBuildHasher);
        let forms = FormList::with_room(nodes, 4 * nodes);
        Self { nodes: Vec::with_capacity(nodes), forms, form: Form::default(), made }
    }

    /// The node, made where there is none: its form is asked for then only.
    fn put(&mut self, node: Node, set: impl FnOnce(&mut Form, &FormList)) -> NodeId {
        let key = key(node);
        if let Some(&id) = self.made.get(&key) {
            return id;
        }
        set(&mut self.form, &self.forms);
        let id = match node {
            Node::Mask(a, _) if self.form.lent() == self.form(a) => a,
            Node::Constant(_) => self.push(node),
            _ if self.form.terms.is_empty() => self.constant(self.form.constant),
            _ => self.push(node),
        };
        self.made.insert(key, id);
        id
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.forms.push(self.form.lent());
        self.nodes.len() as NodeId - 1
    }

    fn form(&self, id: NodeId) -> FormRef<'_> {
        self.forms.at(id as usize)
    }

    pub fn terms(&self, id: NodeId) -> usize {
        self.form(id).terms.len()
    }

    /// How many terms of a node have a place under a mask.
    pub fn terms_under(&self, id: NodeId, mask: Mask) -> usize {
        self.form(id).terms.iter().filter(|t| t.mask & mask != 0).count()
    }

    pub fn constant(&mut self, c: u64) -> NodeId {
        self.put(Node::Constant(c), |form, _| form.set_constant(c))
    }

    pub fn committed(&mut self, column: u32) -> NodeId {
        self.put(Node::Committed(column), |form, _| form.set_column(column))
    }

    pub fn xor(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let is_zero = |e: &Self, id: NodeId| e.form(id) == FormRef::default();
        if is_zero(self, a) {
            return b;
        }
        if is_zero(self, b) {
            return a;
        }
        self.put(Node::Xor(a, b), |form, all| form.set_xor(all.at(a as usize), all.at(b as usize)))
    }

    /// Shifted to the left, to the right if less than 0.
    pub fn shift(&mut self, a: NodeId, by: i32) -> NodeId {
        if by == 0 {
            return a;
        }
        let n = by.unsigned_abs();
        let node = if by > 0 { Node::Shl(a, n) } else { Node::Shr(a, n) };
        self.put(node, |form, all| form.set_shift(all.at(a as usize), by as i8))
    }

    pub fn mask(&mut self, a: NodeId, mask: Mask) -> NodeId {
        if mask == ALL {
            return a;
        }
        self.put(Node::Mask(a, mask), |form, all| form.set_mask(all.at(a as usize), mask))
    }

    pub fn broadcast(&mut self, a: NodeId, bit: u32) -> NodeId {
        self.put(Node::Broadcast(a, bit), |form, all| form.set_broadcast(all.at(a as usize), bit))
    }
}
