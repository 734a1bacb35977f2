//! Sums of products in K, reduced once.

use dyad_field::K;

use super::E;

const LANES: usize = E::LANES;

/// A sum of products of elements, one sum a lane, before the reduction modulo the field's
/// polynomial: `low + X^64 middle + X^128 high`.
#[derive(Clone, Copy)]
pub struct Sum {
    low: E,
    middle: E,
    high: E,
}

impl Sum {
    #[inline(always)]
    pub fn zero() -> Self {
        Self { low: E::ZERO, middle: E::ZERO, high: E::ZERO }
    }

    /// Adds the products of `a` and `b`.
    #[inline(always)]
    pub fn add(&mut self, a: E, b: E) {
        self.low = self.low.xor(a.carryless::<0x00>(b));
        self.middle = self.middle.xor3(a.carryless::<0x01>(b), a.carryless::<0x10>(b));
        self.high = self.high.xor(a.carryless::<0x11>(b));
    }

    /// The sums.
    #[inline(always)]
    pub fn reduce(self) -> E {
        self.low.reduce(self.middle.reduce(self.high))
    }

    /// The sum of all lanes' sums.
    #[inline]
    pub fn total(self) -> K {
        let mut lanes = [K::default(); LANES];
        self.reduce().store(&mut lanes);
        lanes.into_iter().sum()
    }
}

/// The products of `a` and `b`.
#[inline(always)]
pub fn product(a: E, b: E) -> E {
    let mut sum = Sum::zero();
    sum.add(a, b);
    sum.reduce()
}

/// The squares of `a`.
#[inline(always)]
pub fn square(a: E) -> E {
    let (low, high) = (a.carryless::<0x00>(a), a.carryless::<0x11>(a));
    low.reduce(E::ZERO.reduce(high))
}

/// A register of entries from `LANES i` on, 0 past the end.
#[inline(always)]
fn load(v: &[K], i: usize) -> E {
    match v.get(LANES * i..).and_then(|rest| rest.first_chunk()) {
        Some(lanes) => E::load(lanes),
        None => load_end(&v[(LANES * i).min(v.len())..]),
    }
}

#[cold]
fn load_end(rest: &[K]) -> E {
    let mut lanes = [K::default(); LANES];
    lanes[..rest.len()].copy_from_slice(rest);
    E::load(&lanes)
}

/// `(sum of w0 q0, sum of (w0 + w1) (q0 + q1))`; all of one length.
pub fn inner(w0: &[K], w1: &[K], q0: &[K], q1: &[K]) -> (K, K) {
    let n = w0.len();
    let (w1, q0, q1) = (&w1[..n], &q0[..n], &q1[..n]);
    let (mut c0, mut c2) = (Sum::zero(), Sum::zero());
    for i in 0..n.div_ceil(LANES) {
        let (a0, a1, b0, b1) = (load(w0, i), load(w1, i), load(q0, i), load(q1, i));
        c0.add(a0, b0);
        c2.add(a0.xor(a1), b0.xor(b1));
    }
    (c0.total(), c2.total())
}

/// The coefficients of X and X^2 of the sum of `eq (l0 + X (l0 + l1)) (r0 + X (r0 + r1))`; all of one
/// length.
pub fn weighted(eq: &[K], l0: &[K], l1: &[K], r0: &[K], r1: &[K]) -> (K, K) {
    let n = eq.len();
    let (l0, l1, r0, r1) = (&l0[..n], &l1[..n], &r0[..n], &r1[..n]);
    let (mut c1, mut c2) = (Sum::zero(), Sum::zero());
    for i in 0..n.div_ceil(LANES) {
        let (e, a0, b0) = (load(eq, i), load(l0, i), load(r0, i));
        let (da, db) = (a0.xor(load(l1, i)), b0.xor(load(r1, i)));
        let mut cross = Sum::zero();
        cross.add(a0, db);
        cross.add(da, b0);
        c1.add(e, cross.reduce());
        c2.add(e, product(da, db));
    }
    (c1.total(), c2.total())
}

/// The sum of `eq (c0 + c1)`; all of one length.
pub fn weighted_sum(eq: &[K], c0: &[K], c1: &[K]) -> K {
    let n = eq.len();
    let (c0, c1) = (&c0[..n], &c1[..n]);
    let mut sum = Sum::zero();
    for i in 0..n.div_ceil(LANES) {
        sum.add(load(eq, i), load(c0, i).xor(load(c1, i)));
    }
    sum.total()
}

/// `low += r (low + high)`; both of one length.
pub fn fold(low: &mut [K], high: &[K], r: K) {
    let shifted = r * dyad_field::x_power(64);
    let (r, shifted) = (E::splat(r), E::splat(shifted));
    // The low words of r and r X^64 times the low and high word of x, and the high words.
    let times = |x: E| {
        let low = x.carryless::<0x00>(r).xor(x.carryless::<0x01>(shifted));
        low.reduce(x.carryless::<0x10>(r).xor(x.carryless::<0x11>(shifted)))
    };
    let (low, low_rest) = low.as_chunks_mut::<LANES>();
    let (high, high_rest) = high.as_chunks::<LANES>();
    for (l, h) in low.iter_mut().zip(high) {
        let x = E::load(l);
        x.xor(times(x.xor(E::load(h)))).store(l);
    }
    if !low_rest.is_empty() {
        let x = load_end(low_rest);
        let mut lanes = [K::default(); LANES];
        x.xor(times(x.xor(load_end(high_rest)))).store(&mut lanes);
        let len = low_rest.len();
        low_rest.copy_from_slice(&lanes[..len]);
    }
}
