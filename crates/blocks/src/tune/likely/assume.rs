//! What is taken for granted of a path's memory without a run of it.
//!
//! The stack pointer is a multiple of 16, as the ABI has it. What accesses 8 bytes has an address that is a multiple of 8,
//! and so has what lies at a known distance from it. Other pointers are taken for multiples of 8 where that pays: in loops
//! that go round several times in a row, so that a few rounds by single rows come to a place where it holds. Tables of
//! constants are read-only.

use std::collections::BTreeMap;

use dyad_machine::families::{access, atomic};
use dyad_machine::instr::{Placed, REGISTERS, SINK};
use dyad_machine::list::{Kind, Op};
use dyad_machine::record::ImageCell;

use crate::block::cell;
use crate::path::{Path, Residue};

const SP: u8 = 2;

/// What is known of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// A number.
    Number(u64),
    /// A value by its number, at a distance, that points into what is at an address if it is known.
    Value { number: u32, distance: u64, near: Option<u64> },
}

impl Known {
    /// An address that it points near to.
    fn near(self) -> Option<u64> {
        match self {
            Self::Number(address) => Some(address).filter(|&address| address >= 1 << 12),
            Self::Value { near, .. } => near,
        }
    }
}

/// What is known of all registers at some place.
#[derive(Clone, Debug)]
pub(super) struct Registers {
    known: Vec<Known>,
    /// What was stored at a distance from a value, of 8 bytes: registers that are put aside.
    aside: BTreeMap<(u32, u64), Known>,
    /// The next value's number.
    next: u32,
}

impl Registers {
    /// Nothing but the stack pointer.
    pub fn new() -> Self {
        let value = |number| Known::Value { number, distance: 0, near: None };
        let mut known: Vec<_> = (0..REGISTERS as u32).map(value).collect();
        known[0] = Known::Number(0);
        Self { known, aside: BTreeMap::new(), next: REGISTERS as u32 }
    }

    /// The same registers where all that is known are numbers, and what they point near to.
    pub fn forgotten(&self) -> Self {
        let mut new = Self::new();
        for (to, &from) in new.known.iter_mut().zip(&self.known).skip(1) {
            if let Known::Value { near, .. } = to {
                *near = from.near();
            }
        }
        // What was put aside lies as far from the stack pointer as it did.
        if let Known::Value { number, distance, .. } = self.of(SP) {
            for (&(_, at), from) in self.aside.iter().filter(|(at, _)| at.0 == number) {
                let known = Known::Value { number: new.next, distance: 0, near: from.near() };
                new.next += 1;
                new.aside.insert((u32::from(SP), at.wrapping_sub(distance)), known);
            }
        }
        new
    }

    fn of(&self, register: u8) -> Known {
        self.known[usize::from(register)]
    }

    /// After an instruction.
    pub fn step(&mut self, placed: &Placed) {
        let instr = &placed.instr;
        let aside = match self.of(instr.rs1) {
            Known::Value { number, distance, .. } => (number, distance.wrapping_add(instr.imm)),
            Known::Number(_) => (u32::MAX, 0),
        };
        if instr.op == Op::Sd && instr.rs1 == SP {
            self.aside.insert(aside, self.of(instr.rs2));
        }
        if instr.rd == SINK {
            return;
        }
        let (x, y) = (self.of(instr.rs1), self.of(instr.rs2));
        let add = |x: Known, y: Known| match (x, y) {
            (Known::Number(a), Known::Number(b)) => Some(Known::Number(a.wrapping_add(b))),
            (Known::Value { number, distance, near }, Known::Number(n))
            | (Known::Number(n), Known::Value { number, distance, near })
                if n.cast_signed().unsigned_abs() < 1 << 16 =>
            {
                let distance = distance.wrapping_add(n);
                Some(Known::Value { number, distance, near: near.map(|near| near.wrapping_add(n)) })
            }
            _ => None,
        };
        let known = match (instr.op, instr.kind()) {
            (Op::Upper, _) => Some(Known::Number(instr.imm)),
            (Op::Addw, _) => match (x, y) {
                (Known::Number(a), Known::Number(b)) => {
                    let sum = a.wrapping_add(b).wrapping_add(instr.imm) as i32;
                    Some(Known::Number(i64::from(sum).cast_unsigned()))
                }
                _ => None,
            },
            (Op::Ld, _) => self.aside.get(&aside).copied(),
            (Op::Add, _) => add(add(x, y).unwrap_or(Known::Number(0)), Known::Number(instr.imm))
                .filter(|_| add(x, y).is_some()),
            _ => None,
        };
        let fresh = || {
            let points = matches!(instr.kind(), Kind::Addition | Kind::ShiftAdd);
            let near = if points { x.near().or(y.near()) } else { None };
            Known::Value { number: self.next, distance: 0, near }
        };
        let known = known.unwrap_or_else(fresh);
        self.next += 1;
        self.known[usize::from(instr.rd)] = known;
    }
}

/// An access of a path.
struct Access {
    size: u64,
    writes: bool,
    /// The value that its address is at a distance of.
    number: u32,
    distance: u64,
    near: Option<u64>,
}

fn size(placed: &Placed) -> u64 {
    match placed.instr.kind() {
        Kind::Load | Kind::Store => access::size(placed.instr.op),
        _ => atomic::size(placed.instr.op),
    }
}

fn accesses(instrs: &[u32], program: &[Placed], before: &Registers) -> Vec<Access> {
    let mut registers = before.clone();
    let mut out = Vec::new();
    for &instr in instrs {
        let placed = &program[instr as usize];
        let memory = placed.instr.kind().accesses().memory;
        if memory.cells() > 0 {
            let moves = matches!(placed.instr.kind(), Kind::Load | Kind::Store);
            let imm = if moves { placed.instr.imm } else { 0 };
            let (number, distance, near) = match registers.of(placed.instr.rs1) {
                Known::Number(n) => (u32::MAX, n, Some(n)),
                Known::Value { number, distance, near } => (number, distance, near),
            };
            let (distance, near) = (distance.wrapping_add(imm), near.map(|near| near.wrapping_add(imm)));
            out.push(Access { size: size(placed), writes: memory.writes(), number, distance, near });
        }
        registers.step(placed);
    }
    out
}

/// The path of some instructions, with what is taken for granted of it. `settles`: it goes round, and other rounds may
/// come before it until its pointers are multiples of 8.
pub(super) fn path(
    instrs: &[u32],
    program: &[Placed],
    image: &[ImageCell],
    before: &Registers,
    settles: bool,
) -> Path {
    let accesses = accesses(instrs, program, before);
    // The low bits of values, from what their accesses need.
    let mut low: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for access in &accesses {
        let known = low.entry(access.number).or_insert((1, 0));
        if access.size > known.0 {
            *known = (access.size, access.distance.wrapping_neg() & (access.size - 1));
        }
    }
    for (&number, known) in &mut low {
        let natural = known.1 == 0;
        if settles && natural {
            *known = (8, 0);
        }
        if number == u32::from(SP) {
            *known = (16, 0);
        }
    }
    let mut path = Path { instrs: instrs.to_vec(), ..Path::default() };
    for (access, i) in accesses.iter().zip(0..) {
        let (modulus, value) = low[&access.number];
        let value = value.wrapping_add(access.distance) & (modulus - 1);
        path.residues.push(Residue { access: i, bits: modulus.ilog2() as u8, value: value as u16 });
        let found = access.near.and_then(|near| cell(image, u32::try_from(near & !7).ok()?));
        if !access.writes && found.is_some_and(|(_, read_only)| read_only) {
            path.read_only.push(i);
        }
    }
    path
}
