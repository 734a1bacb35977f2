//! `write` to the diagnostics: to the proof, it only returns a2.

use dyad_abi::{CALL_WRITE, FILE_DIAGNOSTICS, RAM_END, RAM_START};
use dyad_rules::{Rules, Table};

use super::{A1, A2, Call, Called, Flow, Machine, Refusal, Registers, event, open, registers};
use crate::list::TableId;

/// The call and its table.
pub struct Diagnostic;

impl Call for Diagnostic {
    const NAME: &'static str = "write";
    const NUMBER: u64 = CALL_WRITE;
    const FILE: Option<u64> = Some(FILE_DIAGNOSTICS);

    /// Keeps the text as far as it lies in memory; no cell is accessed.
    fn execute<M: Machine>(m: &mut M) -> Result<Flow, Refusal> {
        let (address, length) = (m.register(A1), m.register(A2));
        let event = event(m, length);
        m.called(TableId::Diagnostic, event);
        let end = address.saturating_add(length).min(RAM_END);
        if address >= RAM_START {
            let mut bytes = address..end;
            while let Some(at) = bytes.next()
                && m.diagnose((m.cell(at as u32) >> (8 * (at & 7))) as u8)
            {}
        }
        Ok(Flow::Continue)
    }
}

impl Table for Diagnostic {
    type Event = Called;
    const NAME: &'static str = "diagnostic";

    /// 10 committed words, 3 constraints.
    fn rules<R: Rules>(r: &mut R, event: &Called) {
        let call = event.call;
        let mut row = open(r, event);
        let a1 = r.commit("a1", || call.a1.value);
        let a2 = r.commit("a2", || call.a2.value);
        let (number, a0) = (r.constant(CALL_WRITE), r.constant(FILE_DIAGNOSTICS));
        registers(r, &mut row, &call, &Registers { number, a0, a0_new: a2, a1, a2 });
        let next_pc = row.fall_through;
        row.close(r, next_pc);
    }
}
