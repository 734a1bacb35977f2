//! The ring switch: from a claim on committed bits to one on committed elements
//! (Diamond, Posen: eprint 2024/504).
//!
//! The prover sends `s_u`, the sums over i of `eq(index, i)` times bit u of element i. The 128 x 128
//! bit matrix of the s_u, read the other way, gives a claim `sum_i A(i) Q_i` with
//! `A(i) = phi(eq(index, i))`, phi the F2-linear map that sends X^v to `eq(r'', v)`.
//!
//! Where a proof hides, the sums are those of the data and xi times those of a random block, `sum_j X^j bit_u`
//! of its element j, so that they are uniform; the block, folded as the claim's bits are, is sent before.

use alloc::vec::Vec;

use dyad_field::{BITS, K, PrimeCharacteristicRing, eq_table, transpose};

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::error::inner;
use crate::label::Label;
use crate::moves::Move;
use crate::points::BitClaim;
use crate::{Counts, Error, Layout};

/// The claim on committed elements: `sum_i A(i) Q_i = value`.
#[derive(Clone, Debug)]
pub struct ElementClaim {
    /// The images of X^0, ..., X^127 under phi.
    pub images: Vec<K>,
    /// The point whose eq table phi is applied to.
    pub index: Vec<K>,
    /// The value of the sum.
    pub value: K,
    /// What is claimed of the cover; its value is to be added.
    pub cover: Option<CoverClaim>,
}

/// A claim on the entries of the cover: `sum_i w_i e_i = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverClaim {
    /// Entries and their weights.
    pub weights: Vec<(usize, K)>,
    /// The value of the sum.
    pub value: K,
}

/// Checks the ring switch.
///
/// # Errors
/// [`Error::RingSwitch`], [`Error::Work`], [`Error::Truncated`].
#[expect(clippy::arithmetic_side_effects, reason = "sums of values, of a field or of forms over one")]
pub fn verify<A: Arithmetic>(
    a: &mut A,
    layout: &Layout,
    claim: BitClaim<A::Value>,
) -> Result<ElementClaim, Error> {
    a.section("ring switch");
    let shift = a.shift()?;
    let sums = a.channel().elements(Label::BitSums, BITS)?;
    let folded = inner(&eq_table(&claim.bits), &sums)?;
    a.demand_equal((shift + folded.into()) * claim.weight, claim.claim, Error::RingSwitch)?;
    a.settle()?;
    let equations = if A::HIDING { Counts::of(layout).equations } else { 0 };
    a.work(Move::Ring { equations })?;
    let images = eq_table(&a.draw_many(Label::Ring, 7));
    let rows: &[K; BITS] = sums.as_slice().try_into().map_err(|_| Error::Internal("128 sums"))?;
    let value = inner(&transpose(rows), &images)?;
    let cover = a.combined(&images, equations)?;
    Ok(ElementClaim { images, index: claim.index, value, cover })
}

/// The multilinear extension of A at `point`, entry v of `point` belonging to entry v of the
/// claim's index point: `sum_i phi(eq(index, i)) eq(point, i)`.
///
/// The tensor product over the variables of `1 x 1 + index_v x 1 + 1 x point_v` in K (x) K is held as
/// 128 elements, entry v the right factor that goes with X^v on the left.
///
/// # Errors
/// [`Error::Internal`] for a point of other variables.
pub fn weight(claim: &ElementClaim, point: &[K]) -> Result<K, Error> {
    if claim.index.len() != point.len() {
        return Err(Error::Internal("a point of the joint index"));
    }
    let mut e = [K::ZERO; BITS];
    if let Some(first) = e.first_mut() {
        *first = K::ONE;
    }
    for (&a, &b) in claim.index.iter().zip(point) {
        // Multiply the left factors by a: they are the columns of the bit matrix.
        let left = transpose(&transpose(&e).map(|x| a * x));
        for (x, l) in e.iter_mut().zip(left) {
            *x += l + b * *x;
        }
    }
    inner(&e, &claim.images)
}
