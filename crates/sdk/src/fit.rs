//! Whether a run fits one proof, noticed while it goes on.

use core::fmt;

use dyad_executor::{Halted, RowCounts};
use dyad_verifier::{Error as Limit, Layout, System};

use crate::memory::layout_rows;

/// Cycles between two looks: a layout costs some microseconds.
const EVERY: u64 = 1 << 19;

/// A run that does not fit one proof.
#[derive(Clone, Debug, PartialEq)]
pub struct TooLong {
    /// The limit that it exceeds.
    pub limit: Limit,
    /// Cycles of the run when that was noticed.
    pub cycles: u64,
    /// Cycles after which it still fitted: about so many of this kind do.
    pub fits: u64,
    /// Where the program was, if it was stopped for this.
    pub at: Option<Box<Halted>>,
}

impl TooLong {
    /// What is full, and how much would fit.
    pub fn reason(&self) -> String {
        let fits = self.fits as f64 / 1e6;
        let digits = usize::from(fits < 9.95);
        let what = match &self.limit {
            Limit::TooLarge { what, limit, .. } => format!("{what} would need more than 2^{limit} entries"),
            Limit::TooManyRows { limit, .. } => format!("the tables would need more than {limit} rows"),
            other => other.to_string(),
        };
        format!("{what}, and about {fits:.digits$} million cycles of this kind fit")
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this run does not fit one proof: after {} cycles {}", self.cycles, self.reason())?;
        match &self.at {
            Some(at) => write!(
                f,
                "; the program was {at}: divide the work, or look for a loop there that does not end"
            ),
            None => f.write_str("; divide the work"),
        }
    }
}

/// Watches a run.
pub struct Fit<'a> {
    system: &'a System,
    /// The cycles at which to look again.
    next: u64,
    fits: u64,
    full: Option<TooLong>,
}

impl<'a> Fit<'a> {
    pub fn new(system: &'a System) -> Self {
        Self { system, next: EVERY, fits: 0, full: None }
    }

    /// Told the cycles and rows so far every now and then; returns whether a proof has room for them.
    pub fn watch(&mut self, cycles: u64, rows: &RowCounts) -> bool {
        if cycles >= self.next && self.full.is_none() {
            self.next = cycles + EVERY;
            self.look(cycles, rows);
        }
        self.full.is_none()
    }

    /// Why the whole run does not fit, if it does not.
    pub fn end(mut self, cycles: u64, rows: &RowCounts) -> Option<TooLong> {
        if self.full.is_none() {
            self.look(cycles, rows);
        }
        self.full
    }

    /// Why what was seen of a run that did not end does not fit, the program being where it was halted.
    pub fn halted(self, at: &Halted) -> Option<TooLong> {
        self.full.map(|full| TooLong { at: Some(Box::new(at.clone())), ..full })
    }

    fn look(&mut self, cycles: u64, rows: &RowCounts) {
        match Layout::new(self.system, &layout_rows(rows)) {
            Ok(_) => self.fits = cycles,
            Err(limit) => self.full = Some(TooLong { limit, cycles, fits: self.fits, at: None }),
        }
    }
}
