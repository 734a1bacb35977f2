//! All that a table is tried with, and the judgement on a wrong row.

use alloc::format;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::derive::Targets;
use super::{Exempt, Findings, Random, Said, agree, net, read, same, shape, well_formed, zero_row};
use crate::check::{Broken, Check, MessageValue};
use crate::shape::WordConstraint;
use crate::{MESSAGE_WORDS, Table, fill};

/// Events of which every bit is flipped alone.
const FLIPPED: usize = 16;
/// Events whose words are replaced by wrong ones.
const FORGED: usize = 96;

/// A lie about an event: columns forced to other values, all later advice following them.
#[derive(Clone, Debug)]
pub struct Claim<E> {
    /// What happened.
    pub event: E,
    /// Columns by name, and what they are said to hold.
    pub changes: Vec<(&'static str, u64)>,
}

/// All that a table is tried with.
pub struct Trial<'a, T: Table> {
    /// Events that happen.
    pub events: &'a [T::Event],
    /// Events that must have no row, such as a jump out of the address space.
    pub refused: &'a [T::Event],
    /// Lies that are near enough to the truth to show what stands against them.
    pub claims: &'a [Claim<T::Event>],
    /// Columns whose value is the prover's choice.
    pub chosen: &'a [&'a str],
    /// The bits of a message taken that the row's other messages determine, such as the address of a
    /// cell: a row that takes another message there is as wrong as one that puts another.
    pub determined: fn(&MessageValue) -> MessageValue,
    /// Bit equations that no wrong row needs to single out.
    pub exempt: &'a [Exempt],
}

/// [`Trial::run`] for events alone.
pub fn all<T: Table>(events: &[T::Event], chosen: &[&str]) -> Vec<Said>
where
    T::Event: Debug,
{
    all_refusing::<T>(events, &[], chosen)
}

/// [`Trial::run`] for events that happen and events that must have no row.
pub fn all_refusing<T: Table>(events: &[T::Event], refused: &[T::Event], chosen: &[&str]) -> Vec<Said>
where
    T::Event: Debug,
{
    Trial::<T> { refused, chosen, ..Trial::of(events) }.run()
}

/// What a row says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    said: Said,
    /// The messages taken, in the order of the rules, without what is determined of them.
    given: Vec<MessageValue>,
}

impl Reading {
    /// Whether the row is given the same as another.
    fn takes_as(&self, other: &Self) -> bool {
        self.said.pulls == other.said.pulls || self.given == other.given
    }

    /// Whether it answers otherwise.
    fn differs_from(&self, other: &Self) -> bool {
        self.said.pulls != other.said.pulls || self.said.pushes != other.said.pushes
    }
}

/// What a row comes to that should be wrong.
pub(super) enum Verdict {
    /// It takes other messages, or more than one bit equation stands against it.
    Refused,
    /// It takes the same messages and breaks at most one bit equation.
    Near {
        /// That equation: its constraint and bit.
        broken: Option<(WordConstraint, u64)>,
        /// Whether it differs from the honest row in what it says.
        differs: bool,
    },
}

impl<'a, T: Table> Trial<'a, T>
where
    T::Event: Debug,
{
    /// A trial with events that happen and nothing else.
    pub fn of(events: &'a [T::Event]) -> Self {
        Self {
            events,
            refused: &[],
            claims: &[],
            chosen: &[],
            determined: |_| [0; MESSAGE_WORDS],
            exempt: &[],
        }
    }

    /// Tries the table in every way. Demands that every bit equation is needed or exempt. Returns what
    /// the rows of the events say.
    pub fn run(&self) -> Vec<Said> {
        let mut random = Random(0x5eed);
        well_formed::<T>();
        zero_row::<T>();
        same::<T>(&mut random);
        let said = agree::<T>(self.events);
        let row = self.events.first().map(fill::<T>).expect("an event");
        let pulls = read::<T>(&row.committed, &row.fixed).pulls;
        let determined: Vec<_> = pulls.iter().map(self.determined).collect();
        let targets = Targets::of(&shape::<T>(), self.chosen, &determined);
        let mut findings = Findings::default();
        self.reject(&mut random, &mut findings);
        self.forge(FORGED, &mut random, &mut findings);
        self.refuse(&mut random, &mut findings);
        self.derive(&targets, &mut findings);
        findings.all_needed::<T>(&targets.trivial, self.exempt);
        said
    }

    /// At most `count` of the events.
    pub(super) fn sample(&self, count: usize, random: &mut Random) -> Vec<&'a T::Event> {
        let count = self.events.len().min(count);
        (0..count).map(|_| &self.events[random.below(self.events.len())]).collect()
    }

    /// Reads a row.
    pub(super) fn read(&self, committed: &[u64], fixed: &[u64]) -> Reading {
        self.reading(read::<T>(committed, fixed))
    }

    fn reading(&self, Check { broken, pushes, pulls, .. }: Check) -> Reading {
        let given = pulls.iter().map(|m| self.given(m)).collect();
        let (pushes, pulls) = net(pushes, pulls);
        Reading { said: Said { broken, pushes, pulls }, given }
    }

    fn given(&self, m: &MessageValue) -> MessageValue {
        let mask = (self.determined)(m);
        core::array::from_fn(|i| m[i] & !mask[i])
    }

    /// Compares a row with an honest one.
    pub(super) fn judge(&self, committed: &[u64], fixed: &[u64], honest: &Reading) -> Verdict {
        let check = read::<T>(committed, fixed);
        let one = only(&check.broken);
        if one.is_none() && !check.broken.is_empty() {
            return Verdict::Refused;
        }
        let row = self.reading(check);
        if row.takes_as(honest) {
            Verdict::Near { broken: one, differs: row.differs_from(honest) }
        } else {
            Verdict::Refused
        }
    }

    /// *Reject*: flips every committed bit of each event's row in turn. A constraint must break or the
    /// messages taken must change; for the chosen columns it is enough that the messages put change.
    /// Bits declared free must change nothing.
    fn reject(&self, random: &mut Random, findings: &mut Findings) {
        let form = shape::<T>();
        for event in self.sample(FLIPPED, random) {
            let mut row = fill::<T>(event);
            let honest = self.read(&row.committed, &row.fixed);
            for (i, column) in form.committed.iter().enumerate() {
                for bit in 0..64 {
                    row.committed[i] ^= 1 << bit;
                    let flipped = self.read(&row.committed, &row.fixed);
                    row.committed[i] ^= 1 << bit;
                    let place = || format!("{}: bit {bit} of {:?} in {event:x?}", T::NAME, column.name);
                    if column.free >> bit & 1 == 1 {
                        assert_eq!(flipped, honest, "{} is free but matters", place());
                        continue;
                    }
                    let chosen = self.chosen.contains(&column.name) && flipped.differs_from(&honest);
                    let harmless = !flipped.takes_as(&honest) || chosen;
                    let broken = &flipped.said.broken;
                    assert!(!broken.is_empty() || harmless, "{} is not fixed", place());
                    if let (Some((constraint, bits)), false) = (only(broken), harmless) {
                        findings.note(constraint, bits);
                    }
                }
            }
        }
    }
}

/// The one bit equation that is broken, by its constraint and bit, if there is just one.
fn only(broken: &[Broken]) -> Option<(WordConstraint, u64)> {
    match broken {
        [one] if one.bits.is_power_of_two() => Some((one.of, one.bits)),
        _ => None,
    }
}
