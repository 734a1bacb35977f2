//! Memory for the vectors of one phase after the other.

use dyad_field::K;
use dyad_verifier::{Layout, Schedule};

use crate::kernels::memory::Reserve;
use crate::{and_check, bus, commitment, opening, points, products};

/// Working memory that all phases share: fresh memory costs more than most of what is computed in it.
#[derive(Debug)]
pub struct Memory(Vec<K>);

impl Memory {
    /// Elements that the largest phase of a proof of this layout needs.
    pub fn len_for(layout: &Layout, schedule: &Schedule) -> usize {
        let steps = [
            commitment::room(schedule),
            bus::room(layout),
            and_check::room(layout),
            products::room(layout),
            points::room(layout),
            opening::room(layout, schedule),
        ];
        steps.into_iter().max().unwrap_or_default()
    }

    /// Enough for every phase, some of it asked for before.
    pub fn new(layout: &Layout, schedule: &Schedule, ahead: Reserve) -> Self {
        Self(ahead.into_zeros(Self::len_for(layout, schedule)))
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
