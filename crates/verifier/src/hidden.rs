//! Values under pads: what the verifier computes with where a proof hides.
//!
//! Each value is sent with a committed random element added to it, its *pad*. So what was received is known as
//! an affine form over the pads, and what is computed from it too. Checks that two values are equal are
//! equations over the pads; all of them, three for the products and two for the squares are proved as one claim on the
//! committed vector (longfellow-zk, eprint 2024/2010).

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::{Add, Mul};

use dyad_field::{BITS, Field, K, PrimeCharacteristicRing, from_bits, to_bits, x_power};

use crate::Error;
use crate::arithmetic::{Arithmetic, Value};
use crate::channel::Channel;
use crate::check::{Part, kept};
use crate::cover::Cover;
use crate::label::Label;
use crate::moves::Move;
use crate::number::wide;
use crate::ring_switch::CoverClaim;
use crate::transcript::Challenges;

/// A constant and multiples of entries of the cover.
#[derive(Clone, Debug, Default)]
pub struct Form {
    constant: K,
    entries: BTreeMap<usize, K>,
}

impl Form {
    /// The entry itself.
    fn entry(entry: usize) -> Self {
        Self { constant: K::ZERO, entries: BTreeMap::from([(entry, K::ONE)]) }
    }
}

impl From<K> for Form {
    fn from(constant: K) -> Self {
        Self { constant, entries: BTreeMap::new() }
    }
}

impl Add for Form {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.constant += other.constant;
        for (entry, factor) in other.entries {
            *self.entries.entry(entry).or_default() += factor;
        }
        self
    }
}

impl Mul<K> for Form {
    type Output = Self;

    fn mul(mut self, factor: K) -> Self {
        self.constant *= factor;
        self.entries.values_mut().for_each(|f| *f *= factor);
        self
    }
}

impl Value for Form {}

/// Values are forms over the cover's entries.
#[derive(Debug)]
pub struct Hidden<'a, C> {
    channel: &'a mut C,
    cover: Cover,
    /// Values received so far.
    received: usize,
    /// Forms that have to be 0.
    equations: Vec<Form>,
    /// Two forms, and the one that has to be their product.
    products: Vec<[Form; 3]>,
    /// A form, and the one that has to be its square.
    squares: Vec<[Form; 2]>,
    /// What keeps the block of the cover apart from the sums of the ring switch.
    xi: K,
}

impl<'a, C: Channel> Hidden<'a, C> {
    /// Nothing received yet.
    pub fn new(channel: &'a mut C, cover: Cover) -> Self {
        let (equations, products, squares) = (Vec::new(), Vec::new(), Vec::new());
        Self { channel, cover, received: 0, equations, products, squares, xi: K::ZERO }
    }
}

impl<C: Challenges> Challenges for Hidden<'_, C> {
    fn draw(&mut self, label: Label) -> K {
        self.channel.draw(label)
    }
}

impl<C: Channel> Arithmetic for Hidden<'_, C> {
    type Value = Form;
    type Channel = C;
    const HIDING: bool = true;

    fn channel(&mut self) -> &mut C {
        self.channel
    }

    fn values(&mut self, label: Label, n: usize) -> Result<Vec<Form>, Error> {
        let received = self.channel.elements(label, n)?;
        let forms = received.into_iter().zip(self.received..).map(|(c, pad)| Form::entry(pad) + c.into());
        self.received = self.received.saturating_add(n);
        Ok(forms.collect())
    }

    fn demand_equal(&mut self, left: Form, right: Form, otherwise: Error) -> Result<(), Error> {
        if kept(&Part::Equation(&otherwise)) {
            self.equations.push(left + right);
        }
        Ok(())
    }

    fn demand_product(&mut self, [a, b]: [Form; 2], product: Form, _: Error) -> Result<(), Error> {
        self.products.push([a, b, product]);
        Ok(())
    }

    fn product(&mut self, [a, b]: [Form; 2]) -> Result<Form, Error> {
        let [product] = self.array(Label::Product)?;
        self.products.push([a, b, product.clone()]);
        Ok(product)
    }

    fn square(&mut self, root: Form) -> Result<Form, Error> {
        let [square] = self.array(Label::Square)?;
        self.squares.push([root, square.clone()]);
        Ok(square)
    }

    fn shift(&mut self) -> Result<Form, Error> {
        let [delta] = self.array(Label::Delta)?;
        self.work(Move::Xi)?;
        self.xi = self.draw(Label::Xi);
        Ok(delta * self.xi)
    }

    /// The products x_i y_i = z_i, as one of polynomials (Boneh, Boyle, Corrigan-Gibbs, Gilboa, Ishai, eprint
    /// 2019/188): X and Y of degree n go through x_i and y_i at t_i and through entries of the cover at t_0;
    /// `Z = X Y` is given by its values at t_0 .. t_2n, those at t_1 .. t_n being the z_i. At a point that is
    /// drawn, X and Y are seen.
    ///
    /// Squaring is linear over F2 up to the square of factors: of values v_i, and w_i that have to be their squares,
    /// `sum_i f^2i w_i` is the square of `sum_i f^i v_i`, which is seen. The first of the values is a pad itself, under
    /// which nothing is sent: so the sum is uniform.
    fn settle(&mut self) -> Result<(), Error> {
        let n = self.products.len();
        let [first] = self.array(Label::ProductValues)?;
        let last = self.values(Label::ProductValues, n)?;
        let mut squares = self.receive_square_mask()?;
        self.work(Move::ProductPoint { products: n, squares: squares.len().saturating_sub(1) })?;
        let point = product_point(self, n);
        let factor = if squares.is_empty() { K::ZERO } else { self.draw(Label::SquareFactor) };
        let seen = self.channel.elements(Label::ProductFactors, 2)?;
        let [x_seen, y_seen] = seen[..].try_into().map_err(|_| Error::Internal("both factors"))?;
        let [x, y] = self.cover.further().map(Form::entry);
        let (mut x, mut y, mut z) = (vec![x], vec![y], vec![first]);
        for [a, b, product] in core::mem::take(&mut self.products) {
            x.push(a);
            y.push(b);
            z.push(product);
        }
        z.extend(last);
        let (x, y, z) =
            ((x, x_seen, "LeftFactors"), (y, y_seen, "RightFactors"), (z, x_seen * y_seen, "Products"));
        for (values, seen, what) in [x, y, z] {
            let basis = Lagrange::new(values.len()).at(point);
            let at = values.into_iter().zip(basis).fold(Form::from(seen), |s, (v, l)| s + v * l);
            if kept(&Part::Equation(&format_args!("{what}"))) {
                self.equations.push(at);
            }
        }
        if !squares.is_empty() {
            let sum = self.channel.element(Label::SquareSum)?;
            let batched = |forms: Vec<Form>, factor| {
                forms.into_iter().rev().fold(Form::default(), |s, form| s * factor + form)
            };
            let (roots, squares) = squares.drain(..).map(|[root, square]| (root, square)).unzip();
            for (forms, factor, seen, what) in
                [(roots, factor, sum, "Roots"), (squares, factor * factor, sum * sum, "Squares")]
            {
                if kept(&Part::Equation(&format_args!("{what}"))) {
                    self.equations.push(batched(forms, factor) + seen.into());
                }
            }
        }
        if self.received == self.cover.pads { Ok(()) } else { Err(Error::Internal("a pad for each value")) }
    }

    fn combined(&mut self, images: &[K], equations: usize) -> Result<Option<CoverClaim>, Error> {
        // The work before the factor has been counted for that many.
        if self.equations.len() > equations {
            return Err(Error::Internal("more equations over pads than are counted"));
        }
        let chi = self.draw(Label::Chi);
        let mut power = chi;
        let mut sum = Form::default();
        for equation in core::mem::take(&mut self.equations) {
            sum = sum + equation * power;
            power *= chi;
        }
        let block = self.cover.block();
        for (j, entry) in (0..BITS).zip(block..) {
            let shifted = to_bits(self.xi * x_power(j));
            let bits = images.iter().enumerate().filter(|(u, _)| shifted >> u & 1 == 1);
            *sum.entries.entry(entry).or_default() += bits.map(|(_, &image)| image).sum::<K>();
        }
        Ok(Some(CoverClaim { weights: sum.entries.into_iter().collect(), value: sum.constant }))
    }
}

impl<C: Channel> Hidden<'_, C> {
    /// All squares, after that of a pad that covers nothing else. None where there are none.
    fn receive_square_mask(&mut self) -> Result<Vec<[Form; 2]>, Error> {
        if self.squares.is_empty() {
            return Ok(Vec::new());
        }
        let root = Form::entry(self.received);
        self.received = self.received.saturating_add(1);
        let [square] = self.array(Label::SquareMask)?;
        let others = core::mem::take(&mut self.squares);
        Ok([[root, square]].into_iter().chain(others).collect())
    }
}

/// Draws the point where the factors of so many products are seen: none of those where they have values.
pub fn product_point(challenges: &mut impl Challenges, products: usize) -> K {
    loop {
        let point = challenges.draw(Label::ProductPoint);
        if to_bits(point) > u128::from(wide(products.saturating_mul(2))) {
            return point;
        }
    }
}

/// The Lagrange polynomials of the points 0 .. n - 1, whose bits are read as elements.
#[derive(Clone, Debug)]
pub struct Lagrange {
    points: Vec<K>,
    /// Of each point, the inverse of the product of its differences to the others.
    scales: Vec<K>,
}

impl Lagrange {
    /// Those of `n` points.
    pub fn new(n: usize) -> Self {
        let points: Vec<K> = (0..wide(n)).map(|point| from_bits(point.into())).collect();
        let differences = |&p: &K| points.iter().filter(|&&o| o != p).map(|&o| p + o).product::<K>();
        // They are not 0.
        let scales = points.iter().map(|p| differences(p).try_inverse().unwrap_or_default()).collect();
        Self { points, scales }
    }

    /// Their values at z: each is the product of z's differences to the other points, scaled.
    pub fn at(&self, z: K) -> Vec<K> {
        let mut values = self.scales.clone();
        let mut before = K::ONE;
        for (value, &point) in values.iter_mut().zip(&self.points) {
            *value *= before;
            before *= z + point;
        }
        let mut after = K::ONE;
        for (value, &point) in values.iter_mut().zip(&self.points).rev() {
            *value *= after;
            after *= z + point;
        }
        values
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_have_their_values() {
        for n in [0, 1, 2, 7, 40] {
            let lagrange = Lagrange::new(n);
            for i in 0..n {
                let values = lagrange.at(from_bits(i as u128));
                assert!((0..n).all(|j| values[j] == if i == j { K::ONE } else { K::ZERO }), "{n} points");
            }
            // A polynomial of degree n - 1 at another point.
            let z = x_power(100) + K::ONE;
            let f = |x: K| (0..n).fold(K::ZERO, |s, i| s * x + x_power(3 * i));
            let values = (0..n).map(|i| f(from_bits(i as u128)));
            assert_eq!(values.zip(lagrange.at(z)).map(|(v, l)| v * l).sum::<K>(), f(z), "{n} points");
        }
    }
}
