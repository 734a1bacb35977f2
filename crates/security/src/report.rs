//! The rows of the report.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use dyad_verifier::layout::Owner;
use dyad_verifier::params::{Code, GRINDING};
use dyad_verifier::{Layout, Schedule, Statement};

use crate::log::log2;

/// Bits of a challenge.
const FIELD: f64 = 128.0;

/// The sizes of a proof that its errors depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Messages put on the bus, those of padding rows and the verifier's own included.
    pub pushes: u64,
    /// Messages taken from it, likewise.
    pub pulls: u64,
    /// Layers of the product trees.
    pub bus_log: usize,
    /// Variables of the stack of AND constraints.
    pub and_log: usize,
    /// Variables of a column's index.
    pub column_log: usize,
    /// Variables of the joint index of both committed vectors.
    pub joint_log: usize,
}

impl Sizes {
    /// The sizes of a proof with this layout, for this statement.
    pub fn of(layout: &Layout, statement: &Statement) -> Self {
        Self {
            pushes: layout.pushes.len as u64 + statement.pushes.len() as u64,
            pulls: layout.pulls.len as u64 + statement.pulls.len() as u64,
            bus_log: layout.bus_log,
            and_log: layout.ands.log,
            column_log: layout.column_log,
            joint_log: layout.joint_log,
        }
    }
}

/// One source of error: a round of the protocol, or all rounds of one kind, each of which has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The section of the proof.
    pub step: &'static str,
    /// The challenge whose choice the error is about.
    pub source: String,
    /// Minus the binary logarithm of the error, proof of work left out.
    pub error_bits: f64,
    /// Bits of proof of work right before that challenge.
    pub grinding: u32,
    /// How the error comes about.
    pub note: &'static str,
}

impl Row {
    /// The bits of this round: its error and the proof of work before it. A round without any error
    /// bits is not mended by work.
    pub fn bits(&self) -> f64 {
        if self.error_bits > 0.0 { self.error_bits + f64::from(self.grinding) } else { 0.0 }
    }
}

/// All sources of error of a proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The rows, in the order of the transcript, the hash function's first.
    pub rows: Vec<Row>,
}

impl Report {
    /// The bits of the weakest round: what is claimed.
    pub fn bits(&self) -> f64 {
        self.rows.iter().map(Row::bits).fold(f64::INFINITY, f64::min)
    }

    /// The weakest row.
    pub fn weakest(&self) -> Option<&Row> {
        self.rows.iter().min_by(|a, b| a.bits().total_cmp(&b.bits()))
    }

    fn add(&mut self, step: &'static str, source: &str, exceptional: f64, note: &'static str) {
        // A round in which every challenge is exceptional has no bits at all.
        let error_bits = (FIELD - log2(exceptional)).max(0.0);
        self.rows.push(Row { step, source: source.into(), error_bits, grinding: 0, note });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<12} {:<26} {:>8} {:>5} {:>8}  note", "step", "challenge", "error", "work", "bits")?;
        for r in &self.rows {
            writeln!(
                f,
                "{:<12} {:<26} {:>8.2} {:>5} {:>8.2}  {}",
                r.step,
                r.source,
                r.error_bits,
                r.grinding,
                r.bits(),
                r.note
            )?;
        }
        write!(f, "{:<12} {:>50.2}  the least of them", "claimed", self.bits())
    }
}

/// The report on a proof of these sizes, opened by this schedule, with the proof of work that this
/// version's verifier demands.
pub fn report(sizes: &Sizes, schedule: &Schedule) -> Report {
    report_with_grinding(sizes, schedule, GRINDING)
}

/// [`report`] where `grinding` bits of work stand before the queries of each round.
pub fn report_with_grinding(sizes: &Sizes, schedule: &Schedule, grinding: u32) -> Report {
    let mut out = Report { rows: Vec::new() };
    out.rows.push(Row {
        step: "commitment",
        source: "digests".into(),
        error_bits: 128.0,
        grinding: 0,
        note: "collisions of digests of 256 bits",
    });
    reductions(&mut out, sizes, schedule.covered().is_some());
    opening(&mut out, schedule, grinding);
    out
}

/// The rounds before the opening.
fn reductions(out: &mut Report, s: &Sizes, hiding: bool) {
    let sumcheck = "a sumcheck round of degree 2, the factor eq taken out where there is one";
    let messages = s.pushes.max(s.pulls) as f64;
    out.add("bus", "alpha, gamma", messages, "the degree of the difference of the two products");
    if s.bus_log > 0 {
        // The last variable of a layer and the combination of the next layer's trees are one move.
        out.add("bus", "layer variable, lambda", 2.0, "both trees' lines, then their combination");
        out.add("bus", "product layer rounds", 2.0, sumcheck);
    }
    let rho = s.and_log as f64 + 1.0;
    out.add("and check", "layer variable, rho", rho, "multilinear in the variables of the constraints");
    out.add("and check", "z", 127.0, "two polynomials of degree 127 agree in at most 127 points");
    out.add("and check", "rounds", 2.0, sumcheck);
    out.add("columns", "eta", 4.0, "five claims batched by powers");
    out.add("columns", "rounds", 2.0, sumcheck);
    out.add("points", "theta", 1.0, "two claims batched");
    out.add("points", "rounds", 2.0, sumcheck);
    if hiding {
        // Two for each layer, and that of the AND check.
        let products = 2.0 * s.bus_log as f64 + 1.0;
        out.add("ring switch", "xi", 1.0, "one factor of the block makes up for wrong sums");
        out.add("ring switch", "product point", 2.0 * products, "the roots of X Y - Z, of that degree");
    }
    if hiding {
        let note = "multilinear in 7 variables, then six equations over pads batched by powers";
        out.add("ring switch", "ring, chi", 13.0, note);
    } else {
        out.add("ring switch", "ring", 7.0, "multilinear in 7 variables");
    }
}

/// The rounds of the opening.
fn opening(out: &mut Report, s: &Schedule, grinding: u32) {
    let name = |owner| match owner {
        Owner::Run => "main",
        Owner::Program => "fixed",
    };
    let mut queried: Vec<(&Code, &'static str)> =
        s.oracles.iter().map(|o| (&o.code, name(o.owner))).collect();
    let covered = s.covered().map(|(o, _)| &o.code);
    if covered.is_some() {
        out.add("opening", "blind factor", 1.0, "one factor makes a wrong claim right");
    }
    for round in 0..=s.rounds.len() {
        let length: f64 = queried.iter().map(|(c, _)| code_length(c)).sum();
        if queried.iter().any(|(c, _)| c.lane_log > 0) {
            let note = "proximity gap on a line (code length), and a sumcheck round of degree 2";
            out.add("opening", &format!("fold {round}"), length + 2.0, note);
        }
        if let Some(code) = covered.filter(|_| round == 0) {
            let note = "proximity gap on the line through the mask, and one factor of the claim";
            out.add("opening", "mask factor", code_length(code) + 1.0, note);
        }
        for &(code, name) in &queried {
            out.rows.push(Row {
                step: "opening",
                source: format!("queries {round} ({name})"),
                error_bits: query_bits(code),
                grinding,
                note: "a word out of the unique decoding radius passes all queries",
            });
        }
        let Some(next) = s.rounds.get(round) else { break };
        let equations: f64 = queried.iter().map(|(c, _)| c.queries as f64).sum();
        out.add("opening", &format!("beta {round}"), equations, "equations batched by powers");
        queried.clear();
        queried.push((next, "folded"));
    }
    if s.final_log > 0 {
        out.add("opening", "tail", 2.0, "a sumcheck round of degree 2");
    }
}

fn power(log: usize) -> f64 {
    (0..log).fold(1.0, |p, _| 2.0 * p)
}

fn code_length(code: &Code) -> f64 {
    power(code.position_log())
}

/// The dimension of a code, tails included.
fn dimension(code: &Code) -> f64 {
    power(code.top()) + code.cover.map_or(0.0, |cover| power(cover.log))
}

/// Minus the logarithm of the probability that `queries` positions, drawn with replacement, all miss
/// the positions at which a word differs from a codeword, if those are more than the n - k errors,
/// halved, that are decoded: each draw misses with probability at most (n + k) / 2n.
fn query_bits(code: &Code) -> f64 {
    let (n, k) = (code_length(code), dimension(code));
    code.queries as f64 * log2(2.0 * n / (n + k))
}
