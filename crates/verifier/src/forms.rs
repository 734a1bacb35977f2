//! The linear forms of a table, evaluated where the verifier needs them.

use alloc::vec::Vec;

use dyad_field::K;
use dyad_rules::shape::{Node, NodeId, TableShape};

use crate::Error;
use crate::error::get;
use crate::number::index;

/// 64 field elements, one a bit of a word.
pub type Bits = [K; 64];

/// The value of every node where committed and fixed columns are 0: its constant part.
///
/// # Errors
/// [`Error::Internal`] if a node refers to a later one.
pub fn constants(shape: &TableShape) -> Result<Vec<u64>, Error> {
    let mut out: Vec<u64> = Vec::with_capacity(shape.nodes.len());
    for node in &shape.nodes {
        let of = |id: NodeId| get(&out, index(id), "a node's operand").copied();
        let v = match *node {
            Node::Constant(c) => c,
            Node::Committed(_) | Node::Fixed(_) => 0,
            Node::Xor(a, b) => of(a)? ^ of(b)?,
            Node::Shl(a, n) => of(a)? << (n & 63),
            Node::Shr(a, n) => of(a)? >> (n & 63),
            Node::Mask(a, m) => of(a)? & m,
            Node::Broadcast(a, b) => (of(a)? >> (b & 63) & 1).wrapping_neg(),
        };
        out.push(v);
    }
    Ok(out)
}

/// The value of every node, bit by bit, where bit b of committed column c is `committed[c][b]`,
/// fixed columns likewise, and constants are left out.
///
/// # Errors
/// [`Error::Internal`] if a node refers to a later one or to a column that is not there.
pub fn evaluate(shape: &TableShape, committed: &[Bits], fixed: &[Bits]) -> Result<Vec<Bits>, Error> {
    let zero = [K::default(); 64];
    let mut out: Vec<Bits> = Vec::with_capacity(shape.nodes.len());
    for node in &shape.nodes {
        let of = |id: NodeId| get(&out, index(id), "a node's operand");
        let mut v = zero;
        match *node {
            Node::Constant(_) => {}
            Node::Committed(c) => v = *get(committed, index(c), "a committed column")?,
            Node::Fixed(c) => v = *get(fixed, index(c), "a fixed column")?,
            Node::Xor(a, b) => {
                v = *of(a)?;
                v.iter_mut().zip(of(b)?).for_each(|(x, y)| *x += *y);
            }
            Node::Shl(a, n) => v.iter_mut().skip(index(n)).zip(of(a)?).for_each(|(x, y)| *x = *y),
            Node::Shr(a, n) => v.iter_mut().zip(of(a)?.iter().skip(index(n))).for_each(|(x, y)| *x = *y),
            Node::Mask(a, m) => {
                v.iter_mut()
                    .zip(of(a)?)
                    .enumerate()
                    .filter(|(j, _)| m >> j & 1 == 1)
                    .for_each(|(_, (x, y))| *x = *y);
            }
            Node::Broadcast(a, b) => v = [*get(of(a)?, index(b), "a bit")?; 64],
        }
        out.push(v);
    }
    Ok(out)
}

/// The sum of `bits[j] X^j`.
pub fn as_element(bits: &Bits) -> K {
    K::dot_powers_of_x(bits)
}

/// The sum of the `weights[j]` at the 1 bits j of a constant word.
pub fn weighted_constant(word: u64, weights: &[K]) -> K {
    weights.iter().enumerate().filter(|(j, _)| word >> j & 1 == 1).map(|(_, &w)| w).sum()
}
