//! A circuit as executors see it.

use dyad_machine::block::{Condition, FoundCell, FoundRegister, Operand, Pattern};
use dyad_machine::instr::{Placed, RESERVATION, SINK};

use crate::circuit::Circuit;
use crate::memory::Access;
use crate::path::Path;

/// Where a path first accesses a register.
fn found(placed: &[Placed], register: u8) -> FoundRegister {
    let first = |(placed, at): (&Placed, u32)| {
        let (instr, accesses) = (placed.instr, placed.instr.kind().accesses());
        let operands = [
            (accesses.rs1, instr.rs1, Operand::Rs1),
            (accesses.rs2, instr.rs2, Operand::Rs2),
            (accesses.rd, instr.rd, Operand::Rd),
            (accesses.reservation, RESERVATION, Operand::Reservation),
        ];
        let operand = operands.into_iter().find(|&(is, which, _)| is && which == register);
        operand.map(|(.., operand)| FoundRegister { register, at, operand })
    };
    placed.iter().zip(0..).find_map(first).expect("the path accesses the register")
}

fn writes_sink(placed: &Placed) -> bool {
    placed.instr.kind().accesses().rd && placed.instr.rd == SINK
}

impl Circuit {
    /// What a run has to be like for a row, and what is recorded of it.
    pub fn pattern(&self, path: &Path) -> Pattern {
        let at = |access: u32| self.accesses[access as usize].at;
        let granted = self.granted.iter().map(|g| Condition::Base {
            at: at(g.access),
            distance: g.distance,
            bits: g.bits,
            value: g.value,
        });
        let reads = self.openings.iter().filter(|o| !self.accesses[o.access as usize].writes);
        let read_only = reads.map(|o| Condition::ReadOnly { at: at(o.access), value: o.read_only });
        // Cells of one root are in the order of their distances from it: it is within 32 bits, and they are.
        let of_root = |first: u32| {
            let root = self.accesses[first as usize].root;
            self.accesses.iter().filter(move |a| a.root == root)
        };
        let distance = |access: &&Access| access.distance.cast_signed();
        let below = self.below.iter().map(|&[low, high]| Condition::Below {
            low: of_root(low).max_by_key(distance).expect("a root has accesses").at,
            high: of_root(high).min_by_key(distance).expect("a root has accesses").at,
        });
        let cells: Vec<_> =
            self.openings.iter().map(|o| FoundCell { at: at(o.access), slot: o.slot as u8 }).collect();
        let mut order: Vec<u32> = (0..cells.len() as u32).collect();
        order.sort_by_key(|&k| cells[k as usize].slot);
        Pattern {
            instrs: path.instrs.clone(),
            conditions: granted.chain(read_only).chain(below).collect(),
            registers: self.registers.iter().map(|&r| found(&self.placed, r)).collect(),
            cells,
            order,
            sink: self.placed.iter().zip(0..).find(|(p, _)| writes_sink(p)).map(|(_, at)| at),
        }
    }
}
