//! What the steps before the column reduction leave behind: claims on words of rows, at a point.
//!
//! A claim is on the multilinear extension, at the point, of a function on the entries of a stack: the leaf of
//! each message, or an operand of each constraint with its bits weighted. Such functions are linear in the bits
//! of words, so in those of columns, but for a constant on active rows.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, from_word};
use dyad_rules::MESSAGE_WORDS;
use dyad_rules::forms::{FormId, TableForms};
use dyad_rules::shape::Message;

use crate::bus::Fingerprint;
use crate::error::get;
use crate::layout::Stack;
use crate::{Error, Layout};

/// Claims at one point.
#[derive(Clone, Debug)]
pub struct RowClaims<V = K> {
    /// The point, of the variables of the stacks that the claims are about. Its low coordinates are a row
    /// point of each slab that has blocks there.
    pub point: Vec<K>,
    /// The claims, in the order in which they are batched.
    pub claims: Vec<Claim<V>>,
}

impl<V> RowClaims<V> {
    /// For each slab of a layout, whether one of the claims is about rows of it: whether it has blocks in their stacks.
    /// The columns of others count 0 at this point.
    pub fn covered(&self, layout: &Layout) -> Vec<bool> {
        let mut covered: Vec<bool> = layout.slabs.iter().map(|_| false).collect();
        for block in self.claims.iter().flat_map(|claim| &claim.of.stack(layout).blocks) {
            if let Some(slab) = covered.get_mut(block.slab) {
                *slab = true;
            }
        }
        covered
    }
}

/// A claim on the extension of a function.
#[derive(Clone, Debug)]
pub struct Claim<V = K> {
    /// The function.
    pub of: Functional,
    /// The claimed value of its extension at the point.
    pub value: V,
}

/// Side of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Messages put on it.
    Push,
    /// Messages taken from it.
    Pull,
}

/// A function on the entries of a stack that is linear in the bits of the words of a row, and a constant.
#[derive(Clone, Debug)]
pub enum Functional {
    /// The leaf of a message, 1 where there is none.
    Leaf {
        /// Whose messages.
        side: Side,
        /// How a message becomes an element.
        fingerprint: Fingerprint,
    },
    /// An operand of an AND constraint, 0 where there is none.
    AndOperand {
        /// 0, 1 or 2.
        operand: usize,
        /// Weights of its 64 bits.
        bits: Vec<K>,
    },
    /// Operands of a product, 0 where there is none.
    ProductOperands {
        /// Which of the four, and the weights of its 64 bits.
        operands: Vec<(usize, Vec<K>)>,
    },
}

/// Weights of the 64 bits of a word.
#[derive(Clone, Copy, Debug)]
pub enum Weights<'a> {
    /// Bit j counts this times X^j.
    Element(K),
    /// Each bit has its own.
    Bits(&'a [K]),
}

impl Functional {
    /// The weights of 64 bits that it counts words by, in the order of words, where each bit has its own.
    pub fn bit_weights(&self) -> Vec<&[K]> {
        match self {
            Self::Leaf { .. } => Vec::new(),
            Self::AndOperand { bits, .. } => [bits.as_slice()].into(),
            Self::ProductOperands { operands } => operands.iter().map(|(_, bits)| bits.as_slice()).collect(),
        }
    }

    /// The stack on whose entries it is.
    pub fn stack<'l>(&self, layout: &'l Layout) -> &'l Stack {
        match self {
            Self::Leaf { side: Side::Push, .. } => &layout.pushes,
            Self::Leaf { side: Side::Pull, .. } => &layout.pulls,
            Self::AndOperand { .. } => &layout.ands,
            Self::ProductOperands { .. } => &layout.products,
        }
    }

    /// Its value past the blocks of the stack, and on rows of zeros that are not active.
    pub fn absent(&self) -> K {
        match self {
            Self::Leaf { .. } => K::ONE,
            Self::AndOperand { .. } | Self::ProductOperands { .. } => K::ZERO,
        }
    }

    /// What an active row counts besides its words and [`Functional::absent`].
    ///
    /// # Errors
    /// [`Error::Internal`] if the table has no such item.
    pub fn active(&self, table: &TableForms, item: usize) -> Result<K, Error> {
        match self {
            Self::Leaf { side, fingerprint } => {
                let [tag, ..] = fingerprint.alpha;
                Ok(fingerprint.gamma + K::ONE + tag * from_word(message(table, *side, item)?.tag))
            }
            Self::AndOperand { .. } | Self::ProductOperands { .. } => Ok(K::ZERO),
        }
    }

    /// The words of an item that it is the sum of, and the weights of their bits.
    ///
    /// # Errors
    /// [`Error::Internal`] if the table has no such item.
    pub fn words(&self, table: &TableForms, item: usize) -> Result<Vec<(FormId, Weights<'_>)>, Error> {
        let mut words = Vec::new();
        self.each_word(table, item, |_, word, weights| {
            words.push((word, weights));
            Ok(())
        })?;
        Ok(words)
    }

    /// Calls `each` for these words, with the number of the word and its weights.
    ///
    /// # Errors
    /// [`Error::Internal`] if the table has no such item; those of `each`.
    pub fn each_word<'a>(
        &'a self,
        table: &TableForms,
        item: usize,
        mut each: impl FnMut(usize, FormId, Weights<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self {
            Self::Leaf { side, fingerprint } => {
                let words = message(table, *side, item)?.words.iter();
                let factors = fingerprint.alpha.iter().skip(1);
                let mut words = words.zip(factors).enumerate();
                words.try_for_each(|(n, (&word, &factor))| each(n, word, Weights::Element(factor)))
            }
            Self::AndOperand { operand, bits } => {
                let and = get(&table.ands, item, "a constraint")?;
                each(0, *get(and, *operand, "an operand")?, Weights::Bits(bits))
            }
            Self::ProductOperands { operands } => {
                let product = get(&table.products, item, "a product")?;
                operands.iter().enumerate().try_for_each(|(n, (operand, bits))| {
                    each(n, *get(product, *operand, "an operand")?, Weights::Bits(bits))
                })
            }
        }
    }
}

fn message(table: &TableForms, side: Side, item: usize) -> Result<&Message, Error> {
    let messages = match side {
        Side::Push => &table.pushes,
        Side::Pull => &table.pulls,
    };
    let message = get(messages, item, "a message")?;
    if message.words.len() < MESSAGE_WORDS { Ok(message) } else { Err(Error::Internal("a message's words")) }
}
