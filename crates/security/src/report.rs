//! The rows of the report.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use dyad_verifier::layout::Owner;
use dyad_verifier::params::Code;
use dyad_verifier::{Counts, Layout, Move, Schedule, Statement};

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
    /// Variables of the stack of products; none where there are none.
    pub product_log: Option<usize>,
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
            product_log: Some(layout.products.log).filter(|_| !layout.products.blocks.is_empty()),
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
    /// The move; none for the hash function's row.
    pub next: Option<Move>,
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
    /// The bits of the weakest move. What is proved of the whole is the level (docs/soundness.md, theorem 1), which is
    /// a bit less: the margin that each move has.
    pub fn bits(&self) -> f64 {
        self.rows.iter().map(Row::bits).fold(f64::INFINITY, f64::min)
    }

    /// The weakest row.
    pub fn weakest(&self) -> Option<&Row> {
        self.rows.iter().min_by(|a, b| a.bits().total_cmp(&b.bits()))
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
        write!(f, "{:<12} {:>50.2}  the least of them", "all", self.bits())
    }
}

/// The report on a proof of these sizes, opened by this schedule, with the proof of work that this version's
/// verifier demands at the schedule's level.
pub fn report(sizes: &Sizes, schedule: &Schedule) -> Report {
    report_with_work(sizes, schedule, |next| next.work(schedule.level))
}

/// [`report`] with as many bits of work before each move as `work` says.
pub fn report_with_work(sizes: &Sizes, schedule: &Schedule, work: impl Fn(Move) -> u32) -> Report {
    let mut out = Report { rows: Vec::new() };
    // Of T digests two are the same, or one is named before it is computed, with probability at most
    // 3 T^2 2^-257. For T up to 2^126 that is T 2^-129 at most.
    out.rows.push(Row {
        step: "commitment",
        source: "digests".into(),
        next: None,
        error_bits: 129.0,
        grinding: 0,
        note: "two digests of 256 bits are the same, or one is guessed",
    });
    for (step, next, note) in
        reductions(sizes, schedule.covered().is_some()).into_iter().chain(opening(schedule))
    {
        let (source, grinding) = (source(next), work(next));
        let error_bits = next.exceptional().map_or(0.0, error_bits);
        let row = Row { step, source, next: Some(next), error_bits, grinding, note };
        match next {
            // The queries of each code are a row of their own.
            Move::Queries { round } => out.rows.extend(queries(schedule, round, &row)),
            _ => out.rows.push(row),
        }
    }
    out
}

/// Minus the logarithm of the probability that a challenge is one of so many; 0 where all are.
fn error_bits(exceptional: usize) -> f64 {
    (FIELD - log2(exceptional.max(1) as f64)).max(0.0)
}

/// What a row is called: the move, and its round where there are several of a kind.
fn source(next: Move) -> String {
    let name = next.name();
    match next {
        Move::Fold { round, .. } | Move::Queries { round } | Move::Beta { round, .. } => {
            format!("{name} {round}")
        }
        _ => name.into(),
    }
}

/// A move in a section of the proof, and how its error comes about.
type Source = (&'static str, Move, &'static str);

/// The moves before the opening.
fn reductions(s: &Sizes, hiding: bool) -> Vec<Source> {
    let sumcheck = "a sumcheck round of degree 2, the factor eq taken out where there is one";
    let messages = usize::try_from(s.pushes.max(s.pulls)).unwrap_or(usize::MAX);
    let mut out = Vec::new();
    let mut add = |step, next, note| out.push((step, next, note));
    add("bus", Move::Fingerprint { messages }, "the degree of the difference of both sides' products");
    if s.bus_log > 0 {
        // The last variable of a layer and the combination of the next layer's trees are one move.
        add("bus", Move::Layer, "both trees' lines, then their combination");
    }
    if s.bus_log > 1 {
        add("bus", Move::LayerRound, sumcheck);
    }
    let rho = Move::Rho { variables: s.and_log };
    add("and check", rho, "multilinear in the variables of the constraints");
    add("and check", Move::Skip, "two polynomials of degree 127 agree in at most 127 points");
    if s.and_log > 0 {
        add("and check", Move::AndRound, sumcheck);
    }
    let counts = Counts::new(s.bus_log, s.product_log.is_some());
    if let Some(variables) = s.product_log {
        add("products", Move::PowerPoint { variables }, "multilinear in the variables of the products");
        add("products", Move::PowerRound, "a sumcheck round of degree 2, of one sum or of two");
        add(
            "products",
            Move::PowerVariable,
            "a line through two values; after the last layer also the factor of low bits",
        );
        add("products", Move::Conjugates, "the bases at 64 points batched by powers");
        add("products", Move::Trees, "multilinear in two variables");
    }
    add("columns", Move::Eta { claims: counts.claims }, "claims on words batched by powers");
    add("columns", Move::ColumnRound, sumcheck);
    add("points", Move::Theta { claims: counts.points }, "claims on columns batched by powers");
    add("points", Move::PointRound, sumcheck);
    if hiding {
        add("ring switch", Move::Xi, "one factor of the block makes up for wrong sums");
        let note =
            "values under pads: roots of the polynomial of all their products; squares batched by powers";
        add("ring switch", Move::ProductPoint { products: counts.products, squares: counts.squares }, note);
    }
    let note = if hiding {
        "multilinear in 7 variables; equations over pads batched by powers"
    } else {
        "multilinear in 7 variables"
    };
    add("ring switch", Move::Ring { equations: if hiding { counts.equations } else { 0 } }, note);
    out
}

/// The moves of the opening.
fn opening(s: &Schedule) -> Vec<Source> {
    let mut out = Vec::new();
    let mut add = |next, note| out.push(("opening", next, note));
    if s.covered().is_some() {
        add(Move::BlindFactor, "one factor makes a wrong claim right");
    }
    for round in 0..=s.rounds.len() {
        if s.queried(round).any(|code| code.lane_log > 0) {
            let note = "proximity gap on a line (code length), or a sumcheck round of degree 2";
            add(s.fold(round), note);
        }
        if round == 0 && s.covered().is_some() {
            add(s.mask(), "proximity gap on the line through the mask, or one factor of the claim");
        }
        add(Move::Queries { round }, "a word out of the unique decoding radius passes all queries");
        if round < s.rounds.len() {
            add(s.beta(round), "equations batched by powers");
        }
    }
    if s.final_log > 0 {
        add(Move::Tail, "a sumcheck round of degree 2");
    }
    out
}

/// A row for the queries of each code in a round.
fn queries(s: &Schedule, round: usize, row: &Row) -> Vec<Row> {
    let firsts = s.oracles.iter().filter(|_| round == 0).map(|o| match o.owner {
        Owner::Run => ("main", row.note, query_bits(&o.code)),
        Owner::Program => {
            ("fixed", "a wrong vector in place of the key's passes all queries", trusted_bits(&o.code))
        }
    });
    let later = s.queried(round).filter(|_| round > 0).map(|code| ("folded", row.note, query_bits(code)));
    let each = firsts.chain(later).map(|(name, note, error_bits)| Row {
        source: format!("{} ({name})", row.source),
        note,
        error_bits,
        ..row.clone()
    });
    each.collect()
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

/// Minus the logarithm of the probability that so many positions all miss the difference of a codeword, which the
/// key's maker committed to, to another one: two codewords agree in fewer positions than the code's dimension.
fn trusted_bits(code: &Code) -> f64 {
    code.queries as f64 * log2(code_length(code) / dimension(code))
}
