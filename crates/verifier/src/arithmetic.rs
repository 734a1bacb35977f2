//! What the verifier computes with: the values that it receives, and the checks on them.
//!
//! The steps up to the ring switch are written once, over an [`Arithmetic`]. In the clear a value is an
//! element, and a check compares. Where a proof hides, a value is an affine form over the pads that cover
//! the elements, and checks are collected, to be made on the committed pads.

use alloc::vec::Vec;
use core::ops::{Add, Mul};

use dyad_field::{K, PrimeCharacteristicRing};

use crate::Error;
use crate::channel::Channel;
use crate::check::demand;
use crate::label::Label;
use crate::moves::Move;
use crate::ring_switch::CoverClaim;
use crate::transcript::Challenges;

/// A value that was received, or computed from such.
pub trait Value: Clone + From<K> + Add<Output = Self> + Mul<K, Output = Self> {}

impl Value for K {}

/// Values, and the checks on them.
pub trait Arithmetic: Challenges {
    /// What an element is to the verifier.
    type Value: Value;
    /// Where messages come from.
    type Channel: Channel;

    /// Whether values are under pads.
    const HIDING: bool;

    /// The channel, for what is received as it is.
    fn channel(&mut self) -> &mut Self::Channel;

    /// Says that what follows is the section `name` of the proof.
    fn section(&mut self, name: &'static str) {
        self.channel().section(name);
    }

    /// Receives the proof of work before a move.
    ///
    /// # Errors
    /// As [`Channel::work`].
    #[cfg_attr(feature = "deletions", track_caller)]
    fn work(&mut self, next: Move) -> Result<(), Error> {
        self.channel().work(next)
    }

    /// Receives `n` values, one message.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn values(&mut self, label: Label, n: usize) -> Result<Vec<Self::Value>, Error>;

    /// Demands that two values are equal.
    ///
    /// # Errors
    /// `otherwise`, where it can be seen.
    #[cfg_attr(feature = "deletions", track_caller)]
    fn demand_equal(&mut self, left: Self::Value, right: Self::Value, otherwise: Error) -> Result<(), Error>;

    /// Demands that a value is the product of two others.
    ///
    /// # Errors
    /// `otherwise`, where it can be seen.
    #[cfg_attr(feature = "deletions", track_caller)]
    fn demand_product(
        &mut self,
        factors: [Self::Value; 2],
        product: Self::Value,
        otherwise: Error,
    ) -> Result<(), Error>;

    /// The product of two values.
    ///
    /// # Errors
    /// [`Error::Truncated`], where it has to be received.
    fn product(&mut self, factors: [Self::Value; 2]) -> Result<Self::Value, Error>;

    /// The square of a value.
    ///
    /// # Errors
    /// [`Error::Truncated`], where it has to be received.
    fn square(&mut self, root: Self::Value) -> Result<Self::Value, Error>;

    /// What the sums of the ring switch are shifted by, received before they are.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn shift(&mut self) -> Result<Self::Value, Error>;

    /// Receives what shows that products and squares are right. No value follows.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn settle(&mut self) -> Result<(), Error>;

    /// All checks that are left, at most so many equations, as a claim on the cover; `images` are those of the ring
    /// switch.
    ///
    /// # Errors
    /// [`Error::Internal`] for more equations.
    fn combined(&mut self, images: &[K], equations: usize) -> Result<Option<CoverClaim>, Error>;

    /// Receives `N` values, one message.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn array<const N: usize>(&mut self, label: Label) -> Result<[Self::Value; N], Error> {
        self.values(label, N)?.try_into().map_err(|_| Error::Internal("as many values as were asked for"))
    }
}

/// Values are elements.
#[derive(Debug)]
pub struct Clear<'a, C>(pub &'a mut C);

impl<C: Challenges> Challenges for Clear<'_, C> {
    fn draw(&mut self, label: Label) -> K {
        self.0.draw(label)
    }
}

impl<C: Channel> Arithmetic for Clear<'_, C> {
    type Value = K;
    type Channel = C;
    const HIDING: bool = false;

    fn channel(&mut self) -> &mut C {
        self.0
    }

    fn values(&mut self, label: Label, n: usize) -> Result<Vec<K>, Error> {
        self.0.elements(label, n)
    }

    fn demand_equal(&mut self, left: K, right: K, otherwise: Error) -> Result<(), Error> {
        demand(left == right, otherwise)
    }

    fn demand_product(&mut self, [a, b]: [K; 2], product: K, otherwise: Error) -> Result<(), Error> {
        self.demand_equal(a * b, product, otherwise)
    }

    fn product(&mut self, [a, b]: [K; 2]) -> Result<K, Error> {
        Ok(a * b)
    }

    fn square(&mut self, root: K) -> Result<K, Error> {
        Ok(root * root)
    }

    fn shift(&mut self) -> Result<K, Error> {
        Ok(K::ZERO)
    }

    fn settle(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn combined(&mut self, _: &[K], _: usize) -> Result<Option<CoverClaim>, Error> {
        Ok(None)
    }
}
