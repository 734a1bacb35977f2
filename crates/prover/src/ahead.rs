//! Memory for a proof, asked of the system while its run is executed.

use dyad_verifier::{Layout, Level, Schedule, System};

use crate::cost::ELEMENT;
use crate::kernels::memory::Reserve;
use crate::scratch::Memory;

/// The memory of a proof whose run goes on: one thread executes it, and all others have nothing to do. As much is asked
/// for as the rows so far will need in any case; how much it will be is known at the end.
#[derive(Debug, Default)]
pub struct Ahead {
    pub(crate) columns: Reserve,
    pub(crate) working: Reserve,
}

impl Ahead {
    /// Asks for what a proof of this level takes with so many rows of each table, if that is at most `most` bytes, on
    /// this thread. Of that as much is left out as executing the run has taken: together they are no more than the proof
    /// takes later.
    pub fn provide(&mut self, level: Level, system: &System, rows: &[u32], taken: u64, most: u64) {
        let Ok(layout) = Layout::new(system, rows) else { return };
        let schedule = Schedule::new(level, &layout);
        let (columns, working) = (layout.oracles[0].pairs.len, Memory::len_for(&layout, &schedule));
        let whole = ELEMENT * (columns + working) as u64;
        if whole <= most {
            let left = (whole.saturating_sub(taken) / ELEMENT) as usize;
            self.columns.provide(columns.min(left));
            self.working.provide(working.min(left.saturating_sub(columns)));
        }
    }
}
