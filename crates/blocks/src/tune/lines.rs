//! Straight lines of a trace.

use std::collections::{BTreeMap, BTreeSet};

use dyad_machine::instr::Placed;
use dyad_machine::list::Kind;
use dyad_machine::trace::Trace;

/// Longer lines are cut: a block of the whole might not fit the budget.
const LONGEST: usize = 8192;

/// The number of a straight line.
pub(super) type Line = u32;

/// A trace as straight lines, one after the other.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The instructions of each.
    pub code: Vec<Vec<u32>>,
    /// Which follow one another; `None` where no path goes on.
    pub sequence: Vec<Option<Line>>,
    /// Where each of the sequence begins in the trace.
    pub places: Vec<u32>,
}

/// Whether a straight line ends with an instruction.
pub(super) fn ends(placed: &Placed) -> bool {
    use Kind::{BranchEqual, BranchLess, Breakpoint, Jump, JumpRegister, System};
    matches!(placed.instr.kind(), BranchEqual | BranchLess | Jump | JumpRegister | System | Breakpoint)
}

impl Lines {
    pub fn of(program: &[Placed], trace: &Trace) -> Self {
        // Where control comes to from elsewhere.
        let mut entries = BTreeSet::new();
        for pair in trace.instrs.windows(2) {
            let jumps = pair[0] == Trace::BREAK || ends(&program[pair[0] as usize]);
            if jumps && pair[1] != Trace::BREAK {
                entries.insert(pair[1]);
            }
        }
        let mut lines = Self::default();
        let mut known: BTreeMap<Vec<u32>, Line> = BTreeMap::new();
        let mut at = 0;
        while at < trace.instrs.len() {
            lines.places.push(at as u32);
            if trace.instrs[at] == Trace::BREAK {
                lines.sequence.push(None);
                at += 1;
                continue;
            }
            let first = at;
            at += 1;
            while at < trace.instrs.len()
                && !ends(&program[trace.instrs[at - 1] as usize])
                && trace.instrs[at] != Trace::BREAK
                && !entries.contains(&trace.instrs[at])
                && at - first < LONGEST
            {
                at += 1;
            }
            let code = &trace.instrs[first..at];
            let line = known.get(code).copied().unwrap_or_else(|| {
                lines.code.push(code.to_vec());
                known.insert(code.to_vec(), lines.code.len() as Line - 1);
                lines.code.len() as Line - 1
            });
            lines.sequence.push(Some(line));
        }
        lines
    }
}
