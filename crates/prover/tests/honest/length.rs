//! The length that is expected of a proof, against proofs.

use crate::toy::{Toy, toy};
use dyad_prover::length;
use dyad_verifier::{Blake3, Layout, Level, Schedule};

/// Each one is near what is expected, and chance evens out.
#[test]
fn proofs_have_the_expected_length() {
    let mut all = [0.0; 2];
    for level in Level::all() {
        for (steps, cells) in [(5, 3), (300, 20), (18_000, 40)] {
            let t = Toy { level, ..toy::<Blake3>(steps, cells) };
            let layout = Layout::new(&t.system, &t.counts()).unwrap();
            let schedule = Schedule::new(level, &layout);
            let expected = length::expected(&t.system, &layout, &schedule) as f64;
            let found = t.prove_fast().bytes.len() as f64;
            assert!((found - expected).abs() < 0.08 * expected, "{level:?}: {found} bytes, not {expected}");
            all[0] += found;
            all[1] += expected;
        }
    }
    assert!((all[0] - all[1]).abs() < 0.01 * all[1], "{all:?}");
}
