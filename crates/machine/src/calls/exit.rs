//! `exit`: ends the run. The code is the low byte of a0.

use dyad_abi::CALL_EXIT;
use dyad_rules::{LOW, Rules, Table};

use super::{A0, Call, Called, Flow, Machine, Refusal, Registers, event, open, registers};
use crate::list::TableId;
use crate::message::{Message, pull, push};

/// The call and its table. No state follows: there is one row a run.
pub struct Exit;

impl Call for Exit {
    const NAME: &'static str = "exit";
    const NUMBER: u64 = CALL_EXIT;
    const FILE: Option<u64> = None;

    fn execute<M: Machine>(m: &mut M) -> Result<Flow, Refusal> {
        let a0 = m.register(A0);
        let mut event = event(m, a0);
        event.written = m.written();
        m.called(TableId::Exit, event);
        Ok(Flow::Exit(m.exit_code(a0 as u8)))
    }
}

impl Table for Exit {
    type Event = Called;
    const NAME: &'static str = "exit";

    /// 15 committed words, 4 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let a0 = r.commit("a0", || call.a0.value);
        let a1 = r.commit("a1", || call.a1.value);
        let a2 = r.commit("a2", || call.a2.value);
        let number = r.constant(CALL_EXIT);
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: a0, a1, a2 });
        let length = r.commit("output length", || call.written.length);
        let rest = r.commit("rest", || call.written.rest);
        let prev = r.commit_with_free("prev written", !LOW, || u64::from(call.written.prev)) & LOW;
        row.after(r, 1, prev);
        pull(r, Message::Written { at: prev << 32, length, rest });
        push(r, Message::Exit { code: a0 & 0xff, length, rest });
        // No state follows, but the row's times are to be compared.
        let next_pc = row.fall_through;
        row.next_state(r, next_pc);
    }
}
