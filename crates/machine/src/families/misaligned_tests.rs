//! The tables of loads and stores at any address.

use alloc::vec::Vec;

use dyad_rules::harness::{self, Random};

use super::access::size;
use super::{load, store};
use crate::frame::Instruction;
use crate::list::Op;
use crate::message::Message;
use crate::record::Access;
use crate::row::{Executed, halves};
use crate::testing::{Beside, Case, disordered, memory_case, messages, trial};

/// The addresses of the cells that hold the first and the last byte.
fn cells(c: &Case, size: u64) -> [u32; 2] {
    let address = c.event.step.rs1.wrapping_add(c.instr.imm);
    [address, address + size - 1].map(|at| at as u32 & !7)
}

/// Both cells as one number before, and after a store.
fn merged(c: &Case, stores: bool) -> [u128; 2] {
    let (s, op) = (c.event.step, c.instr.op);
    let address = s.rs1.wrapping_add(c.instr.imm);
    let before = u128::from(s.mem) | u128::from(c.event.further.cell.value) << 64;
    [before, if stores { store::merge(op, before, address, s.rs2) } else { before }]
}

/// `op` at `address` with random data and times: what it finds in the second cell agrees with the first
/// where they are the same.
fn case(op: Op, address: u64, imm: u64, stores: bool, random: &mut Random) -> Case {
    let mut case = memory_case(op, address, imm, stores, random);
    let time = case.event.step.time;
    let [first, second] = cells(&case, size(op));
    let read_only = random.word() & 3;
    case.event.further.cell = Access {
        value: random.operand(),
        prev: [0, time | 1, (random.word() % u64::from(time)) as u32][random.below(3)],
    };
    if first == second {
        let value = merged(&case, stores)[1] as u64;
        case.event.further.cell = Access { value, prev: time | 1 };
    }
    if !stores {
        case.event.step.rs2 = if first == second { 3 * (read_only & 1) } else { read_only };
    }
    case
}

fn cases(ops: &[Op], stores: bool, random: &mut Random) -> Vec<Case> {
    let mut out = Vec::new();
    for &op in ops {
        for i in 0..240 {
            let start =
                [0x1000, 0xffff_fff0, 0x7fff_fff8, 0x8000_0ff8, random.word() & 0xffff_fff8][i / 8 % 5];
            let imm = [0, 1, -1i64 as u64, 2047, -2048i64 as u64][i % 5];
            out.push(case(op, start + i as u64 % 8, imm, stores, random));
        }
    }
    out
}

/// Events that must have no row: distant addresses.
fn wrong(ops: &[Op], stores: bool, random: &mut Random) -> Vec<Executed> {
    let mut out = Vec::new();
    for &op in ops {
        for k in 32..64 {
            for imm in [random.word() % 2048, !(random.word() % 2048)] {
                out.push(case(op, 1 << k | 0x2005, imm, stores, random).event);
            }
        }
    }
    out
}

fn table<I: Instruction>(ops: &[Op], stores: bool, loaded: impl Fn(&Case, u128) -> u64) {
    let mut random = Random(91);
    let cases = cases(ops, stores, &mut random);
    let mut refused = wrong(ops, stores, &mut random);
    // In one cell the second access finds the first one's time, which is its own.
    let crossing = cases.iter().filter(|c| cells(c, size(c.instr.op))[0] != cells(c, size(c.instr.op))[1]);
    refused.extend(crossing.take(32).flat_map(disordered::<I>));
    trial::<I>(&cases, &Beside { refused: &refused, ..Beside::default() }, |c| {
        let (s, further) = (c.event.step, c.event.further);
        let size = size(c.instr.op);
        let [first, second] = cells(c, size);
        let [before, after] = merged(c, stores);
        let result = loaded(c, before);
        // Where both are one cell, the second access finds what the first left, and leaves it.
        let last = if first == second { further.cell.value } else { (after >> 64) as u64 };
        let read_only = |k: u32| if stores { 0 } else { (s.rs2 >> k) as u32 & 1 };
        let (mut pushes, mut pulls) = messages(c, result, c.next);
        for (place, slot, prev, old, new) in [
            (first | read_only(0), 1, s.mem_prev, s.mem, after as u64),
            (second | read_only(1), 2, further.cell.prev, further.cell.value, last),
        ] {
            pulls.push(Message::Ram { at: halves(place, prev), value: old }.value());
            pushes.push(Message::Ram { at: halves(place, s.time | slot), value: new }.value());
        }
        harness::net(pushes, pulls)
    });
}

#[test]
fn loads() {
    let ops = [Op::Lb, Op::Lh, Op::Lw, Op::Ld, Op::Lbu, Op::Lhu, Op::Lwu];
    table::<load::LoadMisaligned>(&ops, false, |c, before| {
        load::extract(c.instr.op, before, c.event.step.rs1.wrapping_add(c.instr.imm))
    });
}

#[test]
fn stores() {
    let ops = [Op::Sb, Op::Sh, Op::Sw, Op::Sd];
    table::<store::StoreMisaligned>(&ops, true, |_, _| 0);
}
