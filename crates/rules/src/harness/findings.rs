//! Which bit equations wrong rows have shown to be needed, and which are excused.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use super::shape;
use crate::Table;
use crate::shape::WordConstraint;

/// Bit equations of a constraint that no wrong row needs to single out, and why.
///
/// An equation that holds on every row by its form, such as `0 & x = 0`, is found without being named.
#[derive(Clone, Copy, Debug)]
pub struct Exempt {
    /// The constraint; all of the name, if there are several.
    pub constraint: &'static str,
    /// Its bits.
    pub bits: u64,
    /// Why nothing is lost without them.
    pub reason: &'static str,
}

/// What the tests of a table found out about its constraints.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    /// By constraint, the bit equations that alone stood against some wrong row: dropping one is
    /// noticed.
    needed: BTreeMap<WordConstraint, u64>,
}

impl Findings {
    /// Notes that bit `bit` of `constraint` alone stood against a wrong row.
    pub(super) fn note(&mut self, constraint: WordConstraint, bits: u64) {
        *self.needed.entry(constraint).or_default() |= bits;
    }

    /// The bits of a constraint that were seen to be needed.
    pub(super) fn needed(&self, constraint: WordConstraint) -> u64 {
        self.needed.get(&constraint).copied().unwrap_or(0)
    }

    /// Demands that every bit equation of the table was seen to be needed, holds by its form, or is
    /// exempt; and that nothing is exempt that was seen to be needed. `trivial` are the bits that hold
    /// by their form, by constraint.
    pub(super) fn all_needed<T: Table>(&self, trivial: &[u64], exempt: &[Exempt]) {
        let form = shape::<T>();
        let mut wrong = Vec::new();
        let mut excused = alloc::vec![0; exempt.len()];
        for ((constraint, name), trivial) in form.constraints().zip(trivial) {
            let (needed, of_name) = (self.needed(constraint), |e: &Exempt| e.constraint == name);
            let idle = !(needed | trivial);
            let mut left = idle;
            for (e, excused) in exempt.iter().zip(&mut excused).filter(|(e, _)| of_name(e)) {
                *excused |= e.bits & idle;
                left &= !e.bits;
            }
            if left != 0 {
                wrong.push(format!("no wrong row breaks only a bit of {left:#x} of {name:?}"));
            }
        }
        for (e, excused) in exempt.iter().zip(excused) {
            let more = e.bits & !excused;
            if more != 0 || e.bits == 0 {
                wrong.push(format!("{more:#x} of {:?} needs no exemption: {}", e.constraint, e.reason));
            }
        }
        assert!(wrong.is_empty(), "{}: {}", T::NAME, wrong.join("\n  "));
    }
}
