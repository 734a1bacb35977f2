//! `write` to the public output: a2 bytes from a1.

use dyad_abi::{CALL_WRITE, FILE_OUTPUT};
use dyad_rules::{LOW, Rules, Table};

use super::{
    A1, A2, Call, Called, Flow, Machine, Refusal, Registers, buffer, check_buffer, copy_out, event, open,
    registers,
};
use crate::list::TableId;
use crate::message::{Message, push};

/// The call and its table. Addresses and counts of 2^32 and more have no row.
pub struct Write;

impl Call for Write {
    const NAME: &'static str = "write";
    const NUMBER: u64 = CALL_WRITE;
    const FILE: Option<u64> = Some(FILE_OUTPUT);

    fn execute<M: Machine>(m: &mut M) -> Result<Flow, Refusal> {
        let length = m.register(A2);
        check_buffer(m, length)?;
        let event = event(m, length);
        m.called(TableId::Write, event);
        copy_out::copy(m, m.register(A1) as u32, length as u32)?;
        Ok(Flow::Continue)
    }
}

impl Table for Write {
    type Event = Called;
    const NAME: &'static str = "write";

    /// 9 committed words, 3 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let range = buffer(r, &call);
        let (a1, a2) = (range & LOW, range >> 32);
        let (number, a0) = (r.constant(CALL_WRITE), r.constant(FILE_OUTPUT));
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: a2, a1, a2 });
        let next_pc = row.fall_through;
        let at = row.next_state(r, next_pc);
        push(r, Message::CopyOut { at, range });
    }
}
