//! `read` of the private input: any number of bytes up to a2, as the prover likes, is delivered to a1.

use dyad_abi::{CALL_READ, FILE_INPUT};
use dyad_rules::{LOW, Rules, Table, Word, gadgets};

use super::{
    A1, A2, Call, Called, Flow, Machine, Refusal, Registers, buffer, check_buffer, copy_in, event, open,
    registers,
};
use crate::list::TableId;
use crate::message::{Message, push};

/// The call and its table. Addresses and counts of 2^32 and more have no row.
pub struct Read;

impl Call for Read {
    const NAME: &'static str = "read";
    const NUMBER: u64 = CALL_READ;
    const FILE: Option<u64> = Some(FILE_INPUT);

    fn execute<M: Machine>(m: &mut M) -> Result<Flow, Refusal> {
        let length = m.register(A2).min(m.input().len() as u64);
        check_buffer(m, length)?;
        let event = event(m, length);
        m.called(TableId::Read, event);
        copy_in::copy(m, m.register(A1) as u32, length as u32)?;
        Ok(Flow::Continue)
    }
}

impl Table for Read {
    type Event = Called;
    const NAME: &'static str = "read";

    /// 11 committed words, 5 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let range = buffer(r, &call);
        let (a1, a2) = (range & LOW, range >> 32);
        let delivered = r.commit("result", || call.result);
        let (number, a0) = (r.constant(CALL_READ), r.constant(FILE_INPUT));
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: delivered, a1, a2 });
        // a2 - result does not borrow; so the result, too, is below 2^32.
        let no_borrow = gadgets::subtract(r, "result at most a2", a2, delivered).carries.bit(63);
        let one = r.constant(1);
        gadgets::assert_zero(r, "result at most a2", no_borrow ^ one);
        let next_pc = row.fall_through;
        let at = row.next_state(r, next_pc);
        push(r, Message::CopyIn { at, range: a1 ^ (delivered << 32) });
    }
}
