//! The harness notices what is wrong with a table: rules that are missing, rules that nothing needs,
//! and exemptions that are none.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dyad_rules::check::MessageValue;
use dyad_rules::harness::{Exempt, Random, Trial, all, all_refusing};
use dyad_rules::{LOW, Rules, Table, Word, gadgets};

/// Takes two numbers.
fn pull<R: Rules>(r: &mut R, (x, y): (u64, u64)) -> [R::Word; 2] {
    let words = [r.commit("x", || x), r.commit("y", || y)];
    r.pull(1, &words);
    words
}

fn pairs() -> Vec<(u64, u64)> {
    let mut random = Random(1);
    let mut pairs: Vec<_> = (0..200).map(|_| (random.operand(), random.operand())).collect();
    // Carries that go far.
    pairs.extend((0..64).map(|k| (u64::MAX >> k, 1)));
    pairs
}

fn panics(f: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

macro_rules! table {
    ($name:ident, |$r:ident, $event:ident| $body:block) => {
        struct $name;

        impl Table for $name {
            type Event = (u64, u64);
            const NAME: &'static str = stringify!($name);

            fn rules<R: Rules>($r: &mut R, $event: &(u64, u64)) $body
        }
    };
}

table!(Sum, |r, event| {
    let [x, y] = pull(r, *event);
    let sum = gadgets::add(r, "sum", x, y).sum;
    r.push(2, &[sum]);
});

#[test]
fn an_addition_passes_and_every_carry_is_needed() {
    all::<Sum>(&pairs(), &[]);
}

table!(Unfixed, |r, event| {
    let [x, y] = pull(r, *event);
    let carries = r.commit("carries", || gadgets::carries(x.value(), y.value(), false));
    let into = carries << 1;
    // One carry is whatever the prover says, and those above follow from it.
    let but = !(1 << 17);
    r.assert_and("sum", (x ^ into) & but, (y ^ into) & but, (carries ^ into) & but);
    r.push(2, &[x ^ y ^ into]);
});

#[test]
#[should_panic(expected = "Unfixed: ")]
fn a_carry_that_nothing_fixes_is_noticed() {
    all::<Unfixed>(&pairs(), &[]);
}

table!(Twice, |r, event| {
    let [x, y] = pull(r, *event);
    let both = r.and("both", x, y);
    r.assert_and("both again", x, y, both);
    r.push(2, &[both]);
});

#[test]
#[should_panic(expected = "no wrong row breaks only a bit of 0xffffffffffffffff of \"both\"")]
fn a_rule_that_nothing_needs_is_noticed() {
    all::<Twice>(&pairs(), &[]);
}

const TWICE: Exempt = Exempt { constraint: "both", bits: u64::MAX, reason: "it is said again" };

#[test]
fn a_rule_that_nothing_needs_may_be_exempt() {
    let exempt = [TWICE, Exempt { constraint: "both again", ..TWICE }];
    Trial::<Twice> { exempt: &exempt, ..Trial::of(&pairs()) }.run();
}

#[test]
#[should_panic(expected = "0x1 of \"sum\" needs no exemption")]
fn an_exemption_of_a_needed_rule_is_noticed() {
    let exempt = [Exempt { constraint: "sum", bits: 1, reason: "none" }];
    Trial::<Sum> { exempt: &exempt, ..Trial::of(&pairs()) }.run();
}

table!(Halves, |r, event| {
    let [x, y] = pull(r, *event);
    // In the high half this says 0 & y = 0.
    let both = r.commit_with_free("both", !LOW, || x.value() & y.value() & LOW) & LOW;
    r.assert_and("both", x & LOW, y, both);
    r.push(2, &[both]);
});

#[test]
fn a_rule_that_holds_by_its_form_needs_no_exemption() {
    all::<Halves>(&pairs(), &[]);
}

table!(Cell, |r, event| {
    let [x, value] = [r.commit("x", || event.0), r.commit("value", || event.1)];
    let place = gadgets::add(r, "place", x, x ^ (x >> 1)).sum;
    r.pull(1, &[x]);
    r.pull(2, &[place, value]);
    r.push(3, &[value]);
});

table!(AnyCell, |r, event| {
    let [x, value] = [r.commit("x", || event.0), r.commit("value", || event.1)];
    let place = r.commit("place", || x.value().wrapping_add(x.value() ^ x.value() >> 1));
    r.pull(1, &[x]);
    r.pull(2, &[place, value]);
    r.push(3, &[value]);
});

fn place(m: &MessageValue) -> MessageValue {
    [0, if m[0] == 2 { u64::MAX } else { 0 }, 0, 0, 0]
}

#[test]
fn a_place_that_is_determined_must_be_fixed() {
    let pairs = pairs();
    Trial::<Cell> { determined: place, ..Trial::of(&pairs) }.run();
    assert!(panics(|| drop(Trial::<AnyCell> { determined: place, ..Trial::of(&pairs) }.run())));
    // Where any place may be taken, its carries look idle.
    assert!(panics(|| drop(all::<Cell>(&pairs, &[]))));
}

table!(Less, |r, event| {
    let [x, y] = pull(r, *event);
    let less = gadgets::less_than(r, "less", x, y);
    let (zero, one) = (r.constant(0), r.constant(1));
    r.assert_and("less at all", less ^ one, one, zero);
    r.push(2, &[x]);
});

#[test]
fn refused_events_single_out_what_others_do_not() {
    let (less, mut refused): (Vec<_>, Vec<_>) = pairs().into_iter().partition(|p| p.0 < p.1);
    assert!(panics(|| drop(all::<Less>(&less, &[]))));
    refused.extend((0..64).flat_map(|k| [(1 << k, 0), (u64::MAX << k, u64::MAX << k)]));
    all_refusing::<Less>(&less, &refused, &[]);
}

table!(Exact, |r, event| {
    let [x, y] = pull(r, *event);
    let [low, high] = r.multiply(["low", "high"], x, y ^ (x >> 3));
    r.push(2, &[low, high]);
});

#[test]
fn a_product_passes_and_every_bit_of_it_is_needed() {
    all::<Exact>(&pairs(), &[]);
}

table!(Narrow, |r, event| {
    let [x, y] = pull(r, *event);
    let (x, y) = (x & LOW, (y >> 60) ^ (y & 1));
    let low = r.commit("low", || x.value() * y.value());
    let zero = r.constant(0);
    r.assert_product("narrow", x, y, low, zero);
    r.push(2, &[low]);
});

#[test]
fn bits_that_no_product_of_narrow_factors_reaches_hold_by_their_form() {
    all::<Narrow>(&pairs(), &[]);
}

table!(HalfExact, |r, event| {
    let [x, y] = pull(r, *event);
    let exact = || u128::from(x.value()) * u128::from(y.value());
    let low = r.commit("low", || exact() as u64);
    // Its bit 63 is whatever the prover says.
    let high = r.commit("high", || (exact() >> 64) as u64);
    r.assert_product("product", x, y, low, high & (u64::MAX >> 1));
    r.push(2, &[high]);
});

#[test]
#[should_panic(expected = "bit 63 of \"high\"")]
fn a_bit_of_a_product_that_nothing_fixes_is_noticed() {
    let pairs: Vec<_> = pairs().into_iter().map(|(x, y)| (x >> 1, y)).collect();
    all::<HalfExact>(&pairs, &[]);
}

table!(TwiceMultiplied, |r, event| {
    let [x, y] = pull(r, *event);
    let [low, high] = r.multiply(["low", "high"], x, y);
    r.assert_product("again", x, y, low, high);
    r.push(2, &[low, high]);
});

#[test]
#[should_panic(expected = "no wrong row breaks only a bit of 0xffffffffffffffff of \"low\"")]
fn a_product_that_nothing_needs_is_noticed() {
    all::<TwiceMultiplied>(&pairs(), &[]);
}
