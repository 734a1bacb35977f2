//! The whole proof system over a field of 2^8 elements: a liar that tries its luck in each round from its first lie
//! to the end gets through as often as the rows of the report say together.

use dyad_field::K;
use dyad_verifier::{Label, Schedule};

use super::liar::Liar;
use super::script::{Script, assert_frequency, full};
use super::subset::{Aim, F256, aim};
use super::toy::Toy;

/// The numbers of rounds of a proof.
#[derive(Clone, Copy)]
struct Rounds {
    layers: usize,
    ands: usize,
    columns: usize,
    points: usize,
    folds: usize,
    tail: usize,
}

impl Rounds {
    fn new(t: &Toy) -> Self {
        let layout = t.layout();
        let schedule = Schedule::new(t.level, &layout);
        assert!(schedule.rounds.is_empty());
        Self {
            layers: layout.bus_log,
            ands: layout.ands.log,
            columns: layout.column_log + 6,
            points: layout.joint_log,
            folds: 4,
            tail: schedule.final_log,
        }
    }

    /// Those of all layers of the bus.
    fn layer_rounds(self) -> usize {
        self.layers * (self.layers - 1) / 2
    }

    /// The rounds of the column reduction whose challenges are from the small field: the last seven fold the bits
    /// of a pair, and to make up for a wrong claim the liar needs 128 elements that are not in so small a field.
    fn small_columns(self) -> usize {
        self.columns - 7
    }
}

/// The chance that no challenge of 2^8 of so many rounds is exceptional.
fn none(rounds: usize, exceptional: usize) -> f64 {
    (1.0 - exceptional as f64 / 256.0).powi(rounds as i32)
}

/// The first lies, and what the batched claims are wrong by after them.
type Lie = for<'a> fn(&'a Liar, &'a Toy, Rounds) -> (Script<'a>, fn(&Liar) -> K);

fn lie_ands<'a>(liar: &'a Liar, _: &'a Toy, n: Rounds) -> (Script<'a>, fn(&Liar) -> K) {
    (liar.ands(n.ands), Liar::batched_ands)
}

fn lie_bus<'a>(liar: &'a Liar, t: &'a Toy, n: Rounds) -> (Script<'a>, fn(&Liar) -> K) {
    (liar.bus(t, n.layers), Liar::batched_bus)
}

/// How often the verifier believes a liar, of whose own challenges `first` are, and `zeros` and `bound` the chances
/// to get past them: what it attains, and what the report says.
fn measure(what: &str, first: &[(Label, usize)], lie: Lie, [zeros, bound]: [f64; 2]) {
    let (t, samples) = (full(), 600);
    let n = Rounds::new(&t);
    let rest = [
        (Label::Eta, 1),
        (Label::Columns, n.small_columns()),
        (Label::Theta, 1),
        (Label::Points, n.points),
        (Label::Ring, 7),
        (Label::Fold, n.folds),
        (Label::Tail, n.tail),
    ];
    let mut accepted = 0;
    for seed in 0..samples {
        let t = full().seeded(seed);
        let small = |&(label, n)| Aim { label, which: 0..n, set: F256.clone(), index: None };
        aim(first.iter().chain(&rest).map(small).collect());
        let liar = Liar::new();
        let (script, batched) = lie(&liar, &t, n);
        let script = liar.reductions(script, batched, [n.columns, n.points]);
        accepted += usize::from(t.believes(&t.vector(), liar.opening(script, [n.folds, n.tail])));
    }
    // Of eta, the liar knows one zero.
    let attained = zeros * none(n.small_columns() + n.points + n.folds + n.tail, 2) * none(1 + 1 + 7, 1);
    let of = |step, source| t.exceptional(step, source);
    let rows = [
        none(1, of("columns", "eta")),
        none(n.small_columns(), of("columns", "rounds")),
        none(1, of("points", "theta")),
        none(n.points, of("points", "rounds")),
        none(1, of("ring switch", "ring")),
        // Of the rows of folds, the part of sumchecks: nothing is far from a code.
        none(n.folds, 2),
        none(n.tail, of("opening", "tail")),
    ];
    let bound = bound * rows.into_iter().product::<f64>();
    assert_frequency(what, (accepted, samples), [1.0 - attained, 1.0 - bound]);
}

#[test]
fn from_the_and_check_to_the_end() {
    let t = full();
    let n = Rounds::new(&t);
    // Its first lie, before the first round, has no zero in the field.
    let zeros = none(n.ands - 1, 2);
    let bound = none(n.ands, t.exceptional("and check", "rounds"));
    measure("from the AND check to the end", &[(Label::And, n.ands)], lie_ands, [zeros, bound]);
}

#[test]
fn from_the_bus_to_the_end() {
    let t = full();
    let n = Rounds::new(&t);
    // Each layer's variable has one zero, and the challenge that batches its lines.
    let zeros = none(n.layer_rounds(), 2) * none(2 * n.layers - 1, 1);
    let bound = none(n.layer_rounds(), t.exceptional("bus", "product layer rounds"))
        * none(n.layers, t.exceptional("bus", "layer variable, lambda"));
    let first = [
        (Label::Lambda, n.layers),
        (Label::LayerVariable, n.layers),
        (Label::ProductLayer, n.layer_rounds()),
    ];
    measure("from the bus to the end", &first, lie_bus, [zeros, bound]);
}
