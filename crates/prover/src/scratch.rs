//! Memory for the vectors of one phase after the other.

use dyad_field::K;
use dyad_verifier::layout::Owner;
use dyad_verifier::{Layout, Schedule};

use crate::kernels::code::encoded_len;
use crate::kernels::memory::zeros;
use crate::{and_check, bus, claims, opening};

/// Working memory that all phases share: fresh memory costs more than most of what is computed in it.
#[derive(Debug)]
pub struct Memory(Vec<K>);

impl Memory {
    /// Elements that the largest phase of a proof of this layout needs.
    pub fn len_for(layout: &Layout, schedule: &Schedule) -> usize {
        let last = claims::weights_len(layout) + opening::room(layout, schedule);
        let codewords = layout.oracles.iter().zip(&schedule.oracles).map(|(o, c)| match o.owner {
            Owner::Run => encoded_len(o.pairs.len, c.code.log, c.code.rate),
            Owner::Program => 0,
        });
        let first = codewords.sum::<usize>();
        first.max(bus::room(layout)).max(and_check::room(layout)).max(claims::room(layout)).max(last)
    }

    /// Enough for every phase.
    pub fn new(layout: &Layout, schedule: &Schedule) -> Self {
        Self(zeros(Self::len_for(layout, schedule)))
    }

    /// All of it, for the next phase.
    pub fn scratch(&mut self) -> Scratch<'_> {
        Scratch(&mut self.0)
    }
}

/// What a phase has not taken yet.
pub struct Scratch<'a>(&'a mut [K]);

impl<'a> Scratch<'a> {
    /// A vector of `len` elements with any contents.
    ///
    /// # Panics
    /// If the phase takes more than the room that it said it needs.
    pub fn take(&mut self, len: usize) -> &'a mut [K] {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut(len);
        self.0 = rest;
        taken
    }
}
