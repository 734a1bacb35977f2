//! The rules read as linear forms: what the verifier, the layout and the snapshots know of a table.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::{BitAnd, BitXor, Shl, Shr};

use crate::encode::Encoder;
use crate::{Rules, Word};

/// Index of a [`Node`] in [`TableShape::nodes`]; a node refers only to earlier ones.
pub type NodeId = u32;

/// One step of a linear form on words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// A constant, present on active rows only.
    Constant(u64),
    /// A committed column, by its index among the table's committed columns.
    Committed(u32),
    /// A fixed column, by its index among the table's fixed columns.
    Fixed(u32),
    /// The sum of two words.
    Xor(NodeId, NodeId),
    /// Logical shift to the left by 0..=63.
    Shl(NodeId, u32),
    /// Logical shift to the right by 0..=63.
    Shr(NodeId, u32),
    /// The bits of a constant mask.
    Mask(NodeId, u64),
    /// One bit at all 64 positions.
    Broadcast(NodeId, u32),
}

impl Node {
    /// The nodes that it is made from.
    pub fn inputs(self) -> impl Iterator<Item = NodeId> {
        let (first, second) = match self {
            Self::Constant(_) | Self::Committed(_) | Self::Fixed(_) => (None, None),
            Self::Xor(a, b) => (Some(a), Some(b)),
            Self::Shl(a, _) | Self::Shr(a, _) | Self::Mask(a, _) | Self::Broadcast(a, _) => (Some(a), None),
        };
        first.into_iter().chain(second)
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, unique in the table.
    pub name: &'static str,
    /// The bits that no rule fixes, on purpose (always 0 for fixed columns).
    pub free: u64,
}

/// The constraint `a & b = c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct And {
    /// Its name.
    pub name: &'static str,
    /// The operands `a`, `b`, `c`.
    pub operands: [NodeId; 3],
}

/// The constraint `a b = low + 2^64 high` over the integers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub name: &'static str,
    /// The operands `a`, `b`, `low`, `high`.
    pub operands: [NodeId; 4],
}

/// What is demanded of the 64 bits of one word, by the index of the constraint among those of its kind: the third
/// operand of an AND, or a word of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordConstraint {
    /// `c` of an AND constraint.
    And(usize),
    /// `low` of a product.
    Low(usize),
    /// `high` of a product.
    High(usize),
}

/// A message of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What kind of message, never 0.
    pub tag: u64,
    /// At most four words.
    pub words: Vec<NodeId>,
}

/// All that rules say of a table.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TableShape {
    /// The table's name, unique in a system.
    pub name: Cow<'static, str>,
    /// Columns committed by the prover for each run, in the order of the row.
    pub committed: Vec<Column>,
    /// Columns that belong to the program.
    pub fixed: Vec<Column>,
    /// The linear forms, as a straight-line program.
    pub nodes: Vec<Node>,
    /// The AND constraints.
    pub ands: Vec<And>,
    /// The product constraints.
    pub products: Vec<Product>,
    /// Messages put on the bus.
    pub pushes: Vec<Message>,
    /// Messages taken from the bus.
    pub pulls: Vec<Message>,
}

impl TableShape {
    /// Reads the shape of the rules `run`.
    pub fn of(name: &'static str, run: impl for<'a> FnOnce(&mut Shape<'a>)) -> Self {
        let arena = RefCell::new(Vec::new());
        let mut shape = Shape { arena: &arena, out: Self { name: Cow::Borrowed(name), ..Self::default() } };
        run(&mut shape);
        let mut out = shape.out;
        out.nodes = arena.into_inner();
        out
    }

    /// The constraints word by word, with their names: those of the ANDs, then two of each product.
    pub fn constraints(&self) -> impl Iterator<Item = (WordConstraint, &'static str)> {
        let ands = self.ands.iter().enumerate().map(|(i, and)| (WordConstraint::And(i), and.name));
        let products = self.products.iter().enumerate();
        let words = products
            .flat_map(|(i, p)| [WordConstraint::Low(i), WordConstraint::High(i)].map(|w| (w, p.name)));
        ands.chain(words)
    }

    /// A canonical byte string of everything in the shape; two shapes are equal exactly when
    /// their encodings are. What proofs bind is that of [`TableForms`](crate::forms::TableForms), without names of parts.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut e = Encoder(&mut bytes);
        e.text(&self.name);
        for columns in [&self.committed, &self.fixed] {
            e.number(columns.len() as u64);
            for c in columns {
                e.text(c.name);
                e.number(c.free);
            }
        }
        e.number(self.nodes.len() as u64);
        for n in &self.nodes {
            let (kind, x, y) = match *n {
                Node::Constant(c) => (0, c, 0),
                Node::Committed(c) => (1, u64::from(c), 0),
                Node::Fixed(c) => (2, u64::from(c), 0),
                Node::Xor(a, b) => (3, u64::from(a), u64::from(b)),
                Node::Shl(a, n) => (4, u64::from(a), u64::from(n)),
                Node::Shr(a, n) => (5, u64::from(a), u64::from(n)),
                Node::Mask(a, m) => (6, u64::from(a), m),
                Node::Broadcast(a, b) => (7, u64::from(a), u64::from(b)),
            };
            e.number(kind);
            e.number(x);
            e.number(y);
        }
        e.number(self.ands.len() as u64);
        for a in &self.ands {
            e.text(a.name);
            e.ids(&a.operands);
        }
        e.number(self.products.len() as u64);
        for p in &self.products {
            e.text(p.name);
            e.ids(&p.operands);
        }
        e.messages(&self.pushes);
        e.messages(&self.pulls);
        bytes
    }
}

/// The interpreter that builds a [`TableShape`].
pub struct Shape<'a> {
    arena: &'a RefCell<Vec<Node>>,
    out: TableShape,
}

/// A linear form under construction.
#[derive(Clone, Copy)]
pub struct Form<'a> {
    arena: &'a RefCell<Vec<Node>>,
    id: NodeId,
}

impl<'a> Form<'a> {
    fn new(arena: &'a RefCell<Vec<Node>>, node: Node) -> Self {
        let mut nodes = arena.borrow_mut();
        nodes.push(node);
        Self { arena, id: nodes.len() as NodeId - 1 }
    }
}

impl BitXor for Form<'_> {
    type Output = Self;
    fn bitxor(self, o: Self) -> Self {
        Self::new(self.arena, Node::Xor(self.id, o.id))
    }
}

impl Shl<u32> for Form<'_> {
    type Output = Self;
    fn shl(self, n: u32) -> Self {
        assert!(n < 64);
        Self::new(self.arena, Node::Shl(self.id, n))
    }
}

impl Shr<u32> for Form<'_> {
    type Output = Self;
    fn shr(self, n: u32) -> Self {
        assert!(n < 64);
        Self::new(self.arena, Node::Shr(self.id, n))
    }
}

impl BitAnd<u64> for Form<'_> {
    type Output = Self;
    fn bitand(self, m: u64) -> Self {
        Self::new(self.arena, Node::Mask(self.id, m))
    }
}

impl Word for Form<'_> {
    fn broadcast(self, bit: u32) -> Self {
        assert!(bit < 64);
        Self::new(self.arena, Node::Broadcast(self.id, bit))
    }

    fn value(self) -> u64 {
        0
    }
}

impl<'a> Shape<'a> {
    fn message(tag: u64, words: &[Form<'a>]) -> Message {
        assert!(tag != 0 && words.len() < crate::MESSAGE_WORDS, "a message has a tag and up to 4 words");
        Message { tag, words: words.iter().map(|w| w.id).collect() }
    }
}

impl<'a> Rules for Shape<'a> {
    type Word = Form<'a>;

    fn constant(&mut self, c: u64) -> Form<'a> {
        Form::new(self.arena, Node::Constant(c))
    }

    fn fixed(&mut self, name: &'static str, _: impl FnOnce() -> u64) -> Form<'a> {
        self.out.fixed.push(Column { name, free: 0 });
        Form::new(self.arena, Node::Fixed(self.out.fixed.len() as u32 - 1))
    }

    fn commit_with_free(&mut self, name: &'static str, free: u64, _: impl FnOnce() -> u64) -> Form<'a> {
        self.out.committed.push(Column { name, free });
        Form::new(self.arena, Node::Committed(self.out.committed.len() as u32 - 1))
    }

    fn assert_and(&mut self, name: &'static str, a: Form<'a>, b: Form<'a>, c: Form<'a>) {
        self.out.ands.push(And { name, operands: [a.id, b.id, c.id] });
    }

    fn assert_product(
        &mut self,
        name: &'static str,
        a: Form<'a>,
        b: Form<'a>,
        low: Form<'a>,
        high: Form<'a>,
    ) {
        self.out.products.push(Product { name, operands: [a.id, b.id, low.id, high.id] });
    }

    fn push(&mut self, tag: u64, words: &[Form<'a>]) {
        self.out.pushes.push(Self::message(tag, words));
    }

    fn pull(&mut self, tag: u64, words: &[Form<'a>]) {
        self.out.pulls.push(Self::message(tag, words));
    }
}
