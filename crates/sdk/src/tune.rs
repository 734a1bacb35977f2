//! Which paths of a program get tables of their own.

use dyad_blocks::Path;
use dyad_blocks::tune::{self, Budget, Chosen};
use dyad_executor::{Limits, trace};

use crate::{Error, Program};

/// The most instructions of all runs that are looked at: of longer ones, parts at equal distances.
const TRACED: usize = 4 << 20;

impl Program {
    /// The paths that pay most for runs like those with these inputs: for [`Program::with_blocks`].
    ///
    /// # Errors
    /// [`Error::Run`] if a run traps, or does not exit within the limits.
    pub fn tune(&self, inputs: &[&[u8]], limits: Limits, budget: Budget) -> Result<Vec<Chosen>, Error> {
        let mut all = dyad_machine::trace::Trace::default();
        for input in inputs {
            all.append(&trace(&self.inner, input, limits, TRACED / inputs.len())?);
        }
        Ok(tune::tune(self.inner.instrs(), self.inner.image(), &all, budget))
    }

    /// The paths that are likely to pay, as far as the code tells, with tables of at most so many terms together: for
    /// [`Program::with_blocks`]. Runs tell more: see [`Program::tune`].
    pub fn likely_paths(&self, terms: usize) -> Vec<Path> {
        tune::likely_paths(self.inner.instrs(), self.inner.image(), terms)
    }
}

impl Program {
    /// What is wrong with the rows that a run with this input has: nothing. For tests.
    ///
    /// # Errors
    /// [`Error::Run`] if it traps, or does not exit within the limits.
    #[doc(hidden)]
    pub fn audit(&self, input: &[u8], limits: Limits) -> Result<Vec<String>, Error> {
        use dyad_machine::tables::Run;
        let (outcome, records) =
            dyad_executor::record_parts(&self.inner, self.patterns(), input, limits, &mut |_| ())?;
        let run = Run::new(&records, self.inner.words(), self.inner.image());
        let blocks = self.blocks().list().iter().enumerate();
        let rows: Vec<_> = blocks.filter_map(|(i, b)| Some((b.rules(), b.rows(run.block(i)?)))).collect();
        let others: Vec<(&dyn dyad_rules::TableRules, &dyn dyad_rules::Rows)> =
            rows.iter().map(|(rules, rows)| (*rules, rows as &dyn dyad_rules::Rows)).collect();
        let claims = (self.inner.entry(), &outcome.output[..], outcome.exit_code);
        let findings = dyad_machine::audit::audit_with(&run, &others, claims);
        Ok(findings.iter().map(ToString::to_string).collect())
    }
}
