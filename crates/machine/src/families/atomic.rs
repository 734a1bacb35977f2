//! Atomic memory operations (A): LR, SC and the AMOs, of words and double words.
//!
//! There is one thread, so every instruction is atomic, and orderings (aq, rl) mean nothing. What LR
//! leaves for SC is the *reservation*: the address, in a register of its own. SC succeeds exactly where
//! its address is reserved, and takes the reservation away; so one without LR, or a second one, fails.
//! Addresses must be multiples of the size, also where SC fails.

use dyad_rules::{LOW, Rules, Word, gadgets};

use super::{Encoding, Format, line};
use crate::frame::{Accesses, Frame, Instruction, Memory};
use crate::list::{Kind, Op};

/// Flag of all three tables: a word, not a double word.
pub const WORD: u32 = 1;
/// Flag of the AMOs: minimum and maximum compare signed numbers.
pub const SIGNED: u32 = 2;
/// Flag of the AMOs: maximum, together with [`MIN_MAX`].
pub const MAX: u32 = 4;
/// Flag of the AMOs: minimum or maximum.
pub const MIN_MAX: u32 = 8;
/// Flag of the AMOs: addition.
pub const ADD: u32 = 16;
/// Flag of the AMOs: AND.
pub const AND: u32 = 32;
/// Flag of the AMOs: OR.
pub const OR: u32 = 64;
/// Flag of the AMOs: XOR. Without a flag the operand takes the place of what was there.
pub const XOR: u32 = 128;

/// Opcode, funct3 and funct5: aq and rl may be anything.
const FUNCT5: u32 = 0xf800_707f;
/// The same and rs2, which LR has not.
const FUNCT5_RS2: u32 = 0xf9f0_707f;

/// The family's instructions.
#[rustfmt::skip]
pub const ENCODINGS: &[Encoding] = &[
    line("lr.w",      (FUNCT5_RS2, 0x1000_202f), Format::Atomic, Op::LrW,      Kind::LoadReserved, WORD),
    line("lr.d",      (FUNCT5_RS2, 0x1000_302f), Format::Atomic, Op::LrD,      Kind::LoadReserved, 0),
    line("sc.w",      (FUNCT5, 0x1800_202f), Format::Atomic, Op::ScW,      Kind::StoreConditional, WORD),
    line("sc.d",      (FUNCT5, 0x1800_302f), Format::Atomic, Op::ScD,      Kind::StoreConditional, 0),
    line("amoswap.w", (FUNCT5, 0x0800_202f), Format::Atomic, Op::AmoswapW, Kind::Amo, WORD),
    line("amoswap.d", (FUNCT5, 0x0800_302f), Format::Atomic, Op::AmoswapD, Kind::Amo, 0),
    line("amoadd.w",  (FUNCT5, 0x0000_202f), Format::Atomic, Op::AmoaddW,  Kind::Amo, WORD | ADD),
    line("amoadd.d",  (FUNCT5, 0x0000_302f), Format::Atomic, Op::AmoaddD,  Kind::Amo, ADD),
    line("amoxor.w",  (FUNCT5, 0x2000_202f), Format::Atomic, Op::AmoxorW,  Kind::Amo, WORD | XOR),
    line("amoxor.d",  (FUNCT5, 0x2000_302f), Format::Atomic, Op::AmoxorD,  Kind::Amo, XOR),
    line("amoand.w",  (FUNCT5, 0x6000_202f), Format::Atomic, Op::AmoandW,  Kind::Amo, WORD | AND),
    line("amoand.d",  (FUNCT5, 0x6000_302f), Format::Atomic, Op::AmoandD,  Kind::Amo, AND),
    line("amoor.w",   (FUNCT5, 0x4000_202f), Format::Atomic, Op::AmoorW,   Kind::Amo, WORD | OR),
    line("amoor.d",   (FUNCT5, 0x4000_302f), Format::Atomic, Op::AmoorD,   Kind::Amo, OR),
    line("amomin.w",  (FUNCT5, 0x8000_202f), Format::Atomic, Op::AmominW,  Kind::Amo, WORD | MIN_MAX | SIGNED),
    line("amomin.d",  (FUNCT5, 0x8000_302f), Format::Atomic, Op::AmominD,  Kind::Amo, MIN_MAX | SIGNED),
    line("amomax.w",  (FUNCT5, 0xa000_202f), Format::Atomic, Op::AmomaxW,  Kind::Amo, WORD | MIN_MAX | MAX | SIGNED),
    line("amomax.d",  (FUNCT5, 0xa000_302f), Format::Atomic, Op::AmomaxD,  Kind::Amo, MIN_MAX | MAX | SIGNED),
    line("amominu.w", (FUNCT5, 0xc000_202f), Format::Atomic, Op::AmominuW, Kind::Amo, WORD | MIN_MAX),
    line("amominu.d", (FUNCT5, 0xc000_302f), Format::Atomic, Op::AmominuD, Kind::Amo, MIN_MAX),
    line("amomaxu.w", (FUNCT5, 0xe000_202f), Format::Atomic, Op::AmomaxuW, Kind::Amo, WORD | MIN_MAX | MAX),
    line("amomaxu.d", (FUNCT5, 0xe000_302f), Format::Atomic, Op::AmomaxuD, Kind::Amo, MIN_MAX | MAX),
];

/// The bytes of the operand; the address must be a multiple of it.
#[inline]
pub const fn size(op: Op) -> u64 {
    if op.flags() & WORD != 0 { 4 } else { 8 }
}

/// What is at `address` (aligned), a word sign-extended, `cell` being the 8 bytes at `address & !7`.
#[inline]
pub fn extract(op: Op, cell: u64, address: u64) -> u64 {
    if size(op) == 8 { cell } else { i64::from((cell >> (8 * (address & 4))) as i32) as u64 }
}

/// The cell with `value` at `address` (aligned).
#[inline]
pub fn merge(op: Op, cell: u64, address: u64, value: u64) -> u64 {
    match (size(op), address & 4) {
        (8, _) => value,
        (_, 0) => cell & !LOW | value & LOW,
        _ => cell & LOW | value << 32,
    }
}

/// What an AMO leaves where `a` was, a word sign-extended, for the operand `b`; of a word only the low
/// half counts.
#[inline]
pub fn execute(op: Op, a: u64, b: u64) -> u64 {
    let (wa, wb) = (a as i32, b as i32);
    let word = |x: i32| i64::from(x) as u64;
    match op {
        Op::AmoswapW | Op::AmoswapD => b,
        Op::AmoaddW | Op::AmoaddD => a.wrapping_add(b),
        Op::AmoxorW | Op::AmoxorD => a ^ b,
        Op::AmoandW | Op::AmoandD => a & b,
        Op::AmoorW | Op::AmoorD => a | b,
        Op::AmominW => word(wa.min(wb)),
        Op::AmomaxW => word(wa.max(wb)),
        Op::AmominuW => u64::from((a as u32).min(b as u32)),
        Op::AmomaxuW => u64::from((a as u32).max(b as u32)),
        Op::AmominD => (a as i64).min(b as i64) as u64,
        Op::AmomaxD => (a as i64).max(b as i64) as u64,
        Op::AmominuD => a.min(b),
        Op::AmomaxuD => a.max(b),
        _ => unreachable!("not an atomic memory operation"),
    }
}

/// Demands that the address fits in 32 bits and is a multiple of the size. Cost 0/1.
#[inline(always)]
fn aligned<R: Rules>(r: &mut R, word: R::Word, address: R::Word) {
    let (wrong, zero) = (r.constant(!LOW | 7), r.constant(0));
    r.assert_and("aligned", address, wrong ^ (word & 4), zero);
}

/// What is at an aligned address of a cell, a word sign-extended. Cost: two small products.
#[inline(always)]
fn value_at<R: Rules, F: Frame<R>>(
    r: &mut R,
    f: &mut F,
    word: R::Word,
    (address, cell): (R::Word, R::Word),
) -> R::Word {
    // The address of a double word has a 0 at bit 2.
    let x = cell ^ f.and(r, address.broadcast(2), cell ^ (cell >> 32));
    f.sign_extend_if(r, word, x)
}

/// The halves of a cell that a value at an aligned address takes: bit 0 and bit 1. A double word takes
/// both, its address having a 0 at bit 2.
#[inline(always)]
fn halves<R: Rules>(r: &mut R, word: R::Word, address: R::Word) -> R::Word {
    let (both, upper) = (r.constant(3), address.bit(2));
    both ^ upper ^ ((upper ^ (word & 1)) << 1)
}

/// The cell with `value` in the halves that bits 0 and 1 of `taken` say. Cost 1/1 and a small product.
#[inline(always)]
fn merged<R: Rules, F: Frame<R>>(
    r: &mut R,
    f: &mut F,
    word: R::Word,
    taken: R::Word,
    (cell, value): (R::Word, R::Word),
) -> R::Word {
    let upper = (value >> 32) ^ f.and(r, word, (value >> 32) ^ value);
    let data = (value & LOW) ^ (upper << 32);
    let mask = (taken.broadcast(0) & LOW) ^ (taken.broadcast(1) & !LOW);
    gadgets::select(r, "merged", mask, data, cell)
}

/// The table of LR.
pub struct LoadReserved;

impl Instruction for LoadReserved {
    const NAME: &'static str = "load reserved";
    const KIND: Kind = Kind::LoadReserved;
    const ACCESSES: Accesses = Accesses { memory: Memory::Read, reservation: true, ..Accesses::RS1_RD };

    /// 15 committed words, 6 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (address, word) = (f.rs1(r), f.flags().broadcast(0));
        aligned(r, word, address);
        let cell = f.cell(r, 0, address);
        let value = value_at(r, f, word, (address, cell));
        f.set_rd(r, value);
        f.set_reservation(r, address);
        f.fall_through()
    }
}

/// The table of SC.
pub struct StoreConditional;

impl Instruction for StoreConditional {
    const NAME: &'static str = "store conditional";
    const KIND: Kind = Kind::StoreConditional;
    const ACCESSES: Accesses = Accesses { memory: Memory::Write, reservation: true, ..Accesses::RS1_RS2_RD };

    /// 19 committed words, 8 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (address, value, word) = (f.rs1(r), f.rs2(r), f.flags().broadcast(0));
        aligned(r, word, address);
        let cell = f.cell(r, 0, address);
        let reserved = f.reservation(r);
        let failed = gadgets::is_nonzero(r, "not reserved", reserved ^ address);
        let (zero, both) = (r.constant(0), r.constant(3));
        let halves = halves(r, word, address);
        let taken = f.and(r, (failed.broadcast(0) & 3) ^ both, halves);
        let new = merged(r, f, word, taken, (cell, value));
        f.set_cell(r, 0, new);
        f.set_rd(r, failed);
        f.set_reservation(r, zero);
        f.fall_through()
    }
}

/// The table of AMOs.
pub struct Amo;

impl Instruction for Amo {
    const NAME: &'static str = "amo";
    const KIND: Kind = Kind::Amo;
    const ACCESSES: Accesses = Accesses { memory: Memory::Write, ..Accesses::RS1_RS2_RD };

    /// 24 committed words, 15 constraints.
    #[inline(always)]
    fn meaning<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F) -> R::Word {
        let (address, rs2, flags) = (f.rs1(r), f.rs2(r), f.flags());
        let word = flags.broadcast(0);
        aligned(r, word, address);
        let cell = f.cell(r, 0, address);
        let x = value_at(r, f, word, (address, cell));
        let y = f.sign_extend_if(r, word, rs2);
        let new = combine(r, f, flags, x, y);
        let taken = halves(r, word, address);
        let new = merged(r, f, word, taken, (cell, new));
        f.set_cell(r, 0, new);
        f.set_rd(r, x);
        f.fall_through()
    }
}

/// What an AMO makes of what was there, `x`, and the operand `y`: `y ^ (left & right)` with
///
/// | | left | right |
/// |---|---|---|
/// | swap | | 0 |
/// | XOR | x | 1 |
/// | addition | x ^ carries in | 1 |
/// | AND | !x | y |
/// | OR | x | !y |
/// | minimum, maximum | x ^ y | 1 where x is taken |
///
/// Cost 5/5 and a small product.
#[inline(always)]
fn combine<R: Rules, F: Frame<R>>(r: &mut R, f: &mut F, flags: R::Word, x: R::Word, y: R::Word) -> R::Word {
    let [min_max, add, and, or, xor] = [3, 4, 5, 6, 7].map(|k| flags.broadcast(k));
    // The sum for ADD; for minimum and maximum the difference, signed order being unsigned order with the
    // signs flipped. It does not borrow exactly where x >= y.
    let sign = flags.bit(1) << 63;
    let sum = r.add("sum", x ^ sign, y ^ sign ^ min_max, flags.bit(3));
    let less = sum.carries.bit(63) ^ r.constant(1);
    let first = f.and(r, flags.bit(3), less ^ flags.bit(2));

    let carries_in = sum.sum ^ x ^ y ^ min_max;
    let left = x ^ and ^ r.and("carries in", add, carries_in) ^ r.and("other", min_max, y);
    let right = xor ^ add ^ or ^ r.and("operand", and ^ or, y) ^ first.broadcast(0);
    y ^ r.and("change", left, right)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use dyad_rules::harness::{self, EDGES, Random};

    use super::*;
    use crate::instr::{Instr, RESERVATION, SINK};
    use crate::message::Message;
    use crate::record::Access;
    use crate::row::{Executed, halves};
    use crate::testing::{Beside, Case, disordered, messages_with_ram, trial};

    /// `op` at `address` with these values in the cell, rs2 and the reservation.
    fn case(op: Op, address: u64, cell: u64, b: u64, reserved: u64, random: &mut Random) -> Case {
        let (rd, rs2) = [(10, 12), (11, 12), (SINK, 12), (12, 12)][random.below(4)];
        let rs2 = if op.kind() == Kind::LoadReserved { 0 } else { rs2 };
        let mut case = Case::new(Instr { op, rd, rs1: 11, rs2, imm: 0 }, address, b, random);
        case.event.step.mem = cell;
        let time = case.event.step.time;
        case.event.further.reservation = Access {
            value: reserved,
            prev: [0, time, (random.word() % u64::from(time)) as u32][random.below(3)],
        };
        if op.kind() == Kind::LoadReserved {
            case.event.step.rs2 = random.word() & 1;
        }
        case
    }

    fn cases(kind: Kind, random: &mut Random) -> Vec<Case> {
        let mut out = Vec::new();
        for op in ENCODINGS.iter().map(|e| e.op).filter(|op| op.kind() == kind) {
            let mut add = |a: u64, b: u64, random: &mut Random| {
                let start = [0x1000, 0xffff_fff8, 0x8000_0000, random.word() & 0xffff_fff8][random.below(4)];
                let address = start + if size(op) == 4 { random.word() & 4 } else { 0 };
                let cell = merge(op, random.operand(), address, a);
                let reserved =
                    [address, address, 0, address ^ 4, address | 1 << random.below(64)][random.below(5)];
                out.push(case(op, address, cell, b, reserved, random));
            };
            for &a in EDGES {
                for &b in EDGES.iter().step_by(3) {
                    add(a, b, random);
                }
                add(a, a, random);
            }
            for _ in 0..100 {
                let (a, b) = (random.operand(), random.operand());
                add(a, b, random);
            }
        }
        out
    }

    /// Distant and misaligned addresses.
    fn wrong(kind: Kind, random: &mut Random) -> Vec<Executed> {
        let mut out = Vec::new();
        for op in ENCODINGS.iter().map(|e| e.op).filter(|op| op.kind() == kind) {
            let odd = (1..size(op)).map(|offset| 0x2000 + offset);
            for address in odd.chain((32..64).map(|k| 1 << k | 0x2000)) {
                out.push(case(op, address, random.word(), random.word(), address, random).event);
            }
        }
        out
    }

    /// The result, the cell and the reservation that a case leaves.
    fn outcome(c: &Case) -> (u64, u64, u64) {
        let (s, op) = (c.event.step, c.instr.op);
        let old = extract(op, s.mem, s.rs1);
        match op.kind() {
            Kind::LoadReserved => (old, s.mem, s.rs1),
            Kind::StoreConditional if c.event.further.reservation.value == s.rs1 => {
                (0, merge(op, s.mem, s.rs1, s.rs2), 0)
            }
            Kind::StoreConditional => (1, s.mem, 0),
            _ => (old, merge(op, s.mem, s.rs1, execute(op, old, s.rs2)), 0),
        }
    }

    fn table<I: Instruction>(seed: u64) {
        let mut random = Random(seed);
        let cases = cases(I::KIND, &mut random);
        let mut refused = wrong(I::KIND, &mut random);
        refused.extend(cases.iter().take(32).flat_map(disordered::<I>));
        let writes = I::ACCESSES.memory.writes();
        trial::<I>(&cases, &Beside { refused: &refused, ..Beside::default() }, |c| {
            let (s, reservation) = (c.event.step, c.event.further.reservation);
            let (result, cell, reserved) = outcome(c);
            let place = s.rs1 as u32 & !7 | if writes { 0 } else { s.rs2 as u32 };
            let (mut pushes, mut pulls) = messages_with_ram(c, result, (place, cell));
            if I::ACCESSES.reservation {
                let at = |time| halves(RESERVATION.into(), time);
                let (old, new) = (reservation.value, reserved);
                pulls.push(Message::Register { at: at(reservation.prev), value: old }.value());
                pushes.push(Message::Register { at: at(s.time | 1), value: new }.value());
            }
            harness::net(pushes, pulls)
        });
    }

    #[test]
    fn load_reserved() {
        table::<LoadReserved>(81);
    }

    #[test]
    fn store_conditional() {
        table::<StoreConditional>(82);
    }

    #[test]
    fn amo() {
        table::<Amo>(83);
    }
}
