//! `exit`: ends the run. The code is the low byte of a0.

use dyad_abi::CALL_EXIT;
use dyad_rules::{LOW, Rules, Table};

use super::{A0, Call, Called, Flow, Machine, Refusal, Registers, event, open, registers};
use crate::instr::OUTPUT_LENGTH;
use crate::list::TableId;
use crate::message::{Message, push};

/// The call and its table. No state follows: there is one row a run.
pub struct Exit;

impl Call for Exit {
    const NAME: &'static str = "exit";
    const NUMBER: u64 = CALL_EXIT;
    const FILE: Option<u64> = None;

    fn execute<M: Machine>(m: &mut M) -> Result<Flow, Refusal> {
        let (a0, length) = (m.register(A0), m.register(OUTPUT_LENGTH));
        let result = m.result(a0);
        let mut event = event(m, result);
        event.output = m.access(OUTPUT_LENGTH, length);
        m.called(TableId::Exit, event);
        Ok(Flow::Exit(m.exit_code(a0 as u8)))
    }
}

impl Table for Exit {
    type Event = Called;
    const NAME: &'static str = "exit";

    /// 14 committed words, 4 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let a0 = r.commit("a0", || call.a0.value);
        let a1 = r.commit("a1", || call.a1.value);
        let a2 = r.commit("a2", || call.a2.value);
        let number = r.constant(CALL_EXIT);
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: a0, a1, a2 });
        let length = r.commit("output length", || call.output.value);
        let prev = r.commit_with_free("prev output length", !LOW, || u64::from(call.output.prev));
        let register = r.constant(u64::from(OUTPUT_LENGTH));
        row.register(r, 1, register, prev & LOW, length, length);
        push(r, Message::Exit { code: a0 & 0xff, length });
        // No state follows, but the row's times are to be compared.
        let next_pc = row.fall_through;
        row.next_state(r, next_pc);
    }
}
