//! Checks the rows of a whole run without proving it: every constraint of every row, and that the
//! messages of all rows and of the statement balance.
//!
//! A run that passes has a proof; one that fails says where. It holds all messages in memory, so
//! it is for tests and for finding faults, not for long runs.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use dyad_rules::check::{Check, MessageValue};
use dyad_rules::{Rows, StoredRows, TableRules};

use crate::statement::boundary;
use crate::tables::{Run, TABLES};

/// What is wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A row breaks a constraint.
    Broken {
        /// The table.
        table: alloc::borrow::Cow<'static, str>,
        /// The row's index in it.
        row: usize,
        /// The constraint.
        constraint: &'static str,
    },
    /// A message is put on the bus more often than it is taken, or less often.
    Unbalanced {
        /// The message.
        message: MessageValue,
        /// How often it is put, less how often it is taken.
        excess: i64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { table, row, constraint } => {
                write!(f, "row {row} of table {table:?} breaks {constraint:?}")
            }
            Self::Unbalanced { message, excess } if *excess > 0 => {
                write!(f, "message {message:x?} is put {excess} times more than it is taken")
            }
            Self::Unbalanced { message, excess } => {
                write!(f, "message {message:x?} is taken {} times more than it is put", -excess)
            }
        }
    }
}

/// Everything that is wrong with a run of a program that starts at `entry`, and with the claim that
/// it exited with `exit_code` having written `output`: nothing, if it can be proved.
pub fn audit(run: &Run<'_>, entry: u32, output: &[u8], exit_code: u8) -> Vec<Finding> {
    audit_with(run, &[], (entry, output, exit_code))
}

/// As [`audit`], of a run that has rows of other tables too; what it claims is (entry, output, exit code).
pub fn audit_with(
    run: &Run<'_>,
    others: &[(&dyn TableRules, &dyn Rows)],
    (entry, output, exit_code): (u32, &[u8], u8),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut balance: BTreeMap<MessageValue, i64> = BTreeMap::new();
    let mut count = |messages: Vec<MessageValue>, by: i64| {
        for m in messages {
            *balance.entry(m).or_default() += by;
        }
    };
    let (pushes, pulls) = boundary(entry, output, exit_code);
    count(pushes, 1);
    count(pulls, -1);
    let mut table = |rules: &dyn TableRules, committed: &dyn Rows, fixed: &dyn Rows| {
        let shape = rules.shape();
        let committed = StoredRows::collect(shape.committed.len(), committed);
        let fixed = StoredRows::collect(shape.fixed.len(), fixed);
        for row in 0..committed.rows {
            let fixed = if shape.fixed.is_empty() { &[][..] } else { fixed.row(row) };
            let mut check = Check::new(committed.row(row), fixed, true);
            rules.check(&mut check);
            findings.extend(check.broken.iter().map(|b| Finding::Broken {
                table: shape.name.clone(),
                row,
                constraint: b.name,
            }));
            count(check.pushes, 1);
            count(check.pulls, -1);
        }
    };
    for machine in TABLES {
        table(machine.rules, &*run.rows(machine.id), &*run.fixed_rows(machine.id));
    }
    for (rules, rows) in others {
        table(*rules, *rows, &StoredRows::default());
    }
    let unbalanced = balance.into_iter().filter(|&(_, excess)| excess != 0);
    findings.extend(unbalanced.map(|(message, excess)| Finding::Unbalanced { message, excess }));
    findings
}
