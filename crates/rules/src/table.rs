//! A table: a name, what an event of it is, and its rules.

use crate::Rules;
use crate::check::Check;
use crate::fill::Fill;
use crate::lanes::Lanes;
use crate::shape::TableShape;

/// A table, as the machine declares it: usually a unit struct.
pub trait Table: Sync {
    /// What happened in the run that one row records. The default fills nothing that matters: it
    /// is what the rules are given where only their form counts.
    type Event: Default;

    /// The table's name, unique in the machine.
    const NAME: &'static str;

    /// The rules of one row.
    fn rules<R: Rules>(r: &mut R, event: &Self::Event);
}

/// A table seen without its event type: what prover, verifier and tests need.
pub trait TableRules: Sync {
    /// The table's name.
    fn name(&self) -> &str;
    /// The rules as linear forms.
    fn shape(&self) -> TableShape;
    /// Evaluates the rules on eight rows; call [`Lanes::restart`] before.
    fn lanes(&self, lanes: &mut Lanes);
    /// Checks one row.
    fn check(&self, check: &mut Check<'_>);
}

impl<T: Table> TableRules for T {
    fn name(&self) -> &str {
        T::NAME
    }

    fn shape(&self) -> TableShape {
        TableShape::of(T::NAME, |s| T::rules(s, &T::Event::default()))
    }

    fn lanes(&self, lanes: &mut Lanes) {
        T::rules(lanes, &T::Event::default());
    }

    fn check(&self, check: &mut Check<'_>) {
        T::rules(check, &T::Event::default());
    }
}

/// The committed and fixed words of the row that records `event`.
pub fn fill<T: Table>(event: &T::Event) -> Fill {
    let mut f = Fill::default();
    T::rules(&mut f, event);
    f
}
