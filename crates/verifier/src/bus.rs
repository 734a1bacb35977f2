//! The bus: two products over all messages, proved layer by layer (GKR).
//!
//! The leaf of a message m on an active row is `gamma + sum alpha_i m_i`; on other rows it is
//! `1 + sum alpha_i m_i` without constants, which is 1 on zero rows. Junk in a row that should be
//! inactive cannot stand in for an active leaf: in K\[gamma, alpha\] the factors that contain gamma
//! are exactly those of active rows, and factorisation is unique.

use alloc::vec::Vec;

use dyad_field::{K, PrimeCharacteristicRing, from_word};
use dyad_rules::MESSAGE_WORDS;

use crate::arithmetic::Arithmetic;
use crate::label::Label;
use crate::moves::Move;
use crate::row_claims::{Claim, Functional, RowClaims, Side};
use crate::system::Statement;
use crate::transcript::Challenges;
use crate::{Error, Layout, sumcheck};

/// The random combination that turns a message into one element.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint {
    /// A factor for each word, the tag's first.
    pub alpha: [K; MESSAGE_WORDS],
    /// The constant of active rows.
    pub gamma: K,
}

impl Fingerprint {
    /// Draws one.
    pub fn draw(challenges: &mut impl Challenges) -> Self {
        let alpha = core::array::from_fn(|_| challenges.draw(Label::Alpha));
        Self { alpha, gamma: challenges.draw(Label::Gamma) }
    }

    /// The leaf of a message on an active row.
    pub fn of(&self, message: &[u64; MESSAGE_WORDS]) -> K {
        self.alpha.iter().zip(message).fold(self.gamma, |s, (&a, &w)| s + a * from_word(w))
    }

    /// The products of the leaves of a statement's messages, those that it pushes and those that it pulls.
    pub fn products(&self, statement: &Statement) -> [K; 2] {
        [&statement.pushes, &statement.pulls].map(|side| side.iter().fold(K::ONE, |p, m| p * self.of(m)))
    }
}

/// The move with which the challenges of the bus begin, right after the commitment.
pub fn first_move(layout: &Layout, statement: &Statement) -> Move {
    let pushes = layout.pushes.len.saturating_add(statement.pushes.len());
    let pulls = layout.pulls.len.saturating_add(statement.pulls.len());
    Move::Fingerprint { messages: pushes.max(pulls) }
}

/// The move that leads to a layer; after the last one, to the AND check.
pub fn next_layer(layout: &Layout, layer: usize) -> Move {
    if layer < layout.bus_log { Move::Layer } else { Move::Rho { variables: layout.ands.log } }
}

/// Checks that pushes and pulls balance, up to the claims returned; `statement` gives the products of the
/// statement's messages.
///
/// # Errors
/// [`Error::BusBalance`], [`Error::ProductLayer`], [`Error::Work`], [`Error::Truncated`].
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(
    a: &mut A,
    layout: &Layout,
    statement: impl FnOnce(&Fingerprint) -> [K; 2],
) -> Result<RowClaims<A::Value>, Error> {
    a.section("bus");
    let fingerprint = Fingerprint::draw(a);
    let [mut push, mut pull] = a.array(Label::Products)?;
    let [pushes, pulls] = statement(&fingerprint);
    a.demand_equal(push.clone() * pushes, pull.clone() * pulls, Error::BusBalance)?;
    // Layer i has 2^i products, each of two entries of layer i + 1 that differ in its top variable.
    let mut point: Vec<K> = Vec::new();
    a.work(next_layer(layout, 0))?;
    for layer in 0..layout.bus_log {
        let lambda = a.draw(Label::Lambda);
        let claim = push + pull * lambda;
        let (claim, mut at) = sumcheck::with_eq(a, Label::ProductLayer, Move::LayerRound, claim, &point)?;
        let [pushes, pulls] = {
            let [push0, push1, pull0, pull1] = a.array(Label::LayerValues)?;
            [[push0, push1], [pull0, pull1]]
        };
        let pulled = a.product(pulls.clone())?;
        a.demand_product(pushes.clone(), claim + pulled * lambda, Error::ProductLayer(layer))?;
        a.work(next_layer(layout, layer.saturating_add(1)))?;
        let top = a.draw(Label::LayerVariable);
        let line = |[low, high]: [A::Value; 2]| low.clone() + (low + high) * top;
        push = line(pushes);
        pull = line(pulls);
        at.push(top);
        point = at;
    }
    Ok(claims(fingerprint, point, [push, pull]))
}

/// The claims on the leaves of pushes and pulls at a point, of the layout's `bus_log` variables.
pub fn claims<V>(fingerprint: Fingerprint, point: Vec<K>, [push, pull]: [V; 2]) -> RowClaims<V> {
    let leaf = |side, value| Claim { of: Functional::Leaf { side, fingerprint }, value };
    RowClaims { point, claims: [leaf(Side::Push, push), leaf(Side::Pull, pull)].into() }
}
