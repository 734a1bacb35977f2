//! What the machine's rules take for granted of the proof system's limits, checked when this is
//! compiled.
//!
//! A row moves time on once, and only an active one: where it does, it puts a state, or the state of a copy, on the
//! bus. So the limit on rows bounds the time that can pass. Times are sums modulo 2^32: if they could come back to
//! where they were, rows could take one another's messages in a circle that the first state never enters, and
//! comparisons of times would not order the accesses of a cell.

use dyad_machine::row::{TIME_BITS, TIME_STEP};
use dyad_machine::statement::FIRST_TIME;
use dyad_verifier::layout::MAX_ROWS;

/// The number of times there are.
const TIMES: u64 = 1 << TIME_BITS;

const _: () = assert!(MAX_ROWS * TIME_STEP < TIMES, "rows could form a circle in time");
const _: () = assert!(FIRST_TIME + MAX_ROWS * TIME_STEP < TIMES, "the times of a run could wrap");
// Slots are the low bits of a time.
const _: () =
    assert!(TIME_STEP.is_power_of_two() && FIRST_TIME.is_multiple_of(TIME_STEP), "slots are not free");
