//! The bytes of a proof, from its shape alone.

use dyad_field::{BITS, BYTES};
use dyad_verifier::bus::{first_move, next_layer};
use dyad_verifier::cover::pads;
use dyad_verifier::moves::nonce_length;
use dyad_verifier::params::{Code, LANE_LOG};
use dyad_verifier::products::{HIDING_VALUES, LAYERS, rounds};
use dyad_verifier::{Counts, Digest, Layout, Move, Schedule, Statement, System};

use crate::opening;

/// The bytes that are expected of a proof's body. How many depends on chance: positions are drawn, some of them twice,
/// and paths join.
pub fn expected(system: &System, layout: &Layout, schedule: &Schedule) -> u64 {
    let nonce = |next: Move| match next.work(schedule.level) {
        0 => 0,
        bits => nonce_length(bits),
    };
    let rows = 4 * system.tables.iter().filter(|t| t.fixed == 0).count();
    let nonces: usize = moves(layout, schedule).into_iter().map(nonce).sum();
    let codes = (0..=schedule.rounds.len()).flat_map(|round| schedule.queried(round));
    let opened: f64 = codes.map(opened).sum();
    let roots = size_of::<Digest>() * (1 + schedule.rounds.len());
    (rows + roots + nonces + BYTES * elements(layout, schedule)) as u64 + opened as u64
}

/// Field elements, those of opened rows left out.
fn elements(layout: &Layout, schedule: &Schedule) -> usize {
    // What is under pads where a proof hides: all values before the opening.
    let (values, in_the_clear) = if schedule.covered().is_some() {
        // The factors of the product check; the blinded sum and the masked one.
        (pads(layout), 2 + 2)
    } else {
        // Neither the products of layers, nor the ring switch's cover and the polynomial of all products, nor what
        // the products of words have only under pads.
        let words = if layout.products.blocks.is_empty() { 0 } else { HIDING_VALUES };
        (pads(layout) - layout.bus_log - 1 - (Counts::of(layout).products + 1) - words, 0)
    };
    let folds: usize = schedule.rounds.iter().map(|code| code.lane_log).sum();
    let rounds = 2 * (LANE_LOG + folds + schedule.final_log);
    values + BITS + in_the_clear + rounds + schedule.final_len
}

/// All moves, each as often as it is made.
fn moves(layout: &Layout, schedule: &Schedule) -> Vec<Move> {
    let (hiding, counts) = (schedule.covered().is_some(), Counts::of(layout));
    let words = Some(layout.products.log).filter(|_| !layout.products.blocks.is_empty());
    let mut out = vec![
        first_move(layout, &Statement::default()),
        Move::Skip,
        Move::Eta { claims: counts.claims },
        Move::Theta { claims: counts.points },
    ];
    let mut add = |next: Move, times: usize| out.extend(std::iter::repeat_n(next, times));
    (0..=layout.bus_log).for_each(|layer| add(next_layer(layout, layer), 1));
    add(Move::LayerRound, layout.bus_log * layout.bus_log.saturating_sub(1) / 2);
    add(Move::AndRound, layout.ands.log);
    if let Some(variables) = words {
        add(Move::PowerPoint { variables }, 1);
        add(Move::PowerRound, rounds(variables));
        add(Move::PowerVariable, 2 * LAYERS);
        add(Move::Conjugates, 1);
        add(Move::Trees, 1);
    }
    add(Move::ColumnRound, layout.column_log + 6);
    add(Move::PointRound, layout.joint_log);
    if hiding {
        add(Move::Xi, 1);
        add(Move::ProductPoint { products: counts.products, squares: counts.squares }, 1);
    }
    add(Move::Ring { equations: if hiding { counts.equations } else { 0 } }, 1);
    out.extend(opening::moves(schedule));
    out
}

/// The bytes of a code's opened rows and of the paths that lead to the root.
fn opened(code: &Code) -> f64 {
    let drawn = code.queries as f64;
    // How many of 2^log nodes have a position below them that is drawn.
    let reached = |log: usize| {
        let nodes = (log as f64).exp2();
        -nodes * (drawn * (-1.0 / nodes).ln_1p()).exp_m1()
    };
    let rows = reached(code.position_log()) * (code.width() * BYTES) as f64;
    let siblings = (0..code.position_log()).map(|log| 2.0 * reached(log) - reached(log + 1));
    rows + siblings.sum::<f64>() * size_of::<Digest>() as f64
}
