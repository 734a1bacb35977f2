//! The security report of hiding proofs of the smallest and the largest shapes, at both levels.
//!
//!     cargo run --package dyad-security --example report

use dyad_security::{Sizes, report};
use dyad_verifier::layout::{MAX_LOG, Owner};
use dyad_verifier::{Level, Schedule};

/// A name, sizes, the elements of the run's and of the program's columns, and values under pads.
type Shape = (&'static str, Sizes, [usize; 2], usize);

fn main() {
    let smallest =
        Sizes { pushes: 1, pulls: 1, bus_log: 3, and_log: 3, product_log: None, column_log: 1, joint_log: 5 };
    let most = 1 << MAX_LOG;
    let largest = Sizes {
        pushes: most,
        pulls: most,
        bus_log: MAX_LOG,
        and_log: MAX_LOG,
        product_log: None,
        column_log: 13,
        joint_log: MAX_LOG + 1,
    };
    let shapes: [Shape; 2] = [
        ("the smallest: a row of each table", smallest, [16, 16], 200),
        (
            "the largest: 2^28 messages a side, 2^28 constraints, 2^28 pairs of columns",
            largest,
            [1 << MAX_LOG; 2],
            1200,
        ),
    ];
    for (name, sizes, [run, program], pads) in shapes {
        for level in [Level::L100, Level::L128, Level::L100_SMALL, Level::L128_SMALL].map(Level::hiding) {
            let kind = if level.is_small() { "small" } else { "fast" };
            let schedule = Schedule::from_sizes(level, &[(Owner::Run, run), (Owner::Program, program)], pads);
            println!("{name}; {} bits, {kind}, hiding\n\n{}\n", level.bits(), report(&sizes, &schedule));
        }
    }
}
