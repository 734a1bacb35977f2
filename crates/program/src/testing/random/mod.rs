//! Random programs.
//!
//! Each fills the registers with edge values, goes three times through a random body, writes out the
//! data it worked on and all registers, and exits with a register's low byte. A body is made of pieces
//! that control enters at the start and leaves at the end; what they may use is a parameter.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod arithmetic;
mod atomic;
mod compressed;
mod control;
mod extensions;
mod memory;

pub use dyad_rules::harness::Random;
pub use extensions::{Extensions, MACHINE};

use crate::testing::asm::*;
use crate::testing::{CODE, Code, DATA, Elf, Part};

/// Registers from here on are not random: scratch, rounds left, the middle of the data.
const SCRATCH: Reg = 29;
const ROUNDS: Reg = 30;
const BASE: Reg = 31;
/// Bytes that programs work on; the registers are written after them.
pub const BYTES: u64 = 2048;
/// Half of them, on each side of the end of a page.
const HALF: i32 = BYTES as i32 / 2;
const MIDDLE: u64 = DATA + 0x1000;
/// Where they start.
pub const WORK: u64 = MIDDLE - BYTES / 2;

/// Makes random code of these extensions.
pub struct Source {
    /// Where choices come from.
    pub random: Random,
    on: Extensions,
}

/// Makes a random piece of a program.
type Piece = fn(&mut Source) -> Code;

/// A piece, what it needs, and how often it comes.
type Choice = (Extensions, usize, Piece);

const PIECES: &[Choice] = &[
    (Extensions::I, 24, arithmetic::one),
    (Extensions::I, 2, constant),
    (Extensions::I, 5, memory::by_base),
    (Extensions::I, 3, memory::by_any_offset),
    (Extensions::I, 3, memory::by_register),
    (Extensions::C, 2, memory::by_short),
    (Extensions::C, 2, memory::by_stack),
    (Extensions::A, 2, atomic::operation),
    (Extensions::A, 2, atomic::reserved),
    (Extensions::A, 1, atomic::reserved_elsewhere),
    (Extensions::A, 1, atomic::unreserved),
    (Extensions::I, 4, control::branch),
    (Extensions::I, 1, control::taken),
    (Extensions::I, 1, control::jump),
    (Extensions::I, 1, control::jump_to_register),
    (Extensions::I, 1, control::back),
    (Extensions::I, 1, control::fences),
    (Extensions::I, 2, system_call),
];

impl Source {
    fn has(&self, extensions: Extensions) -> bool {
        self.on.has(extensions)
    }

    /// One of the pieces whose extensions are on.
    fn one_of(&mut self, choices: &[Choice]) -> Code {
        let on = self.on;
        let possible = || choices.iter().filter(|choice| on.has(choice.0));
        let mut at = self.random.below(possible().map(|choice| choice.1).sum());
        for &(_, weight, piece) in possible() {
            if at < weight {
                return piece(self);
            }
            at -= weight;
        }
        unreachable!("the weights add up");
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound)
    }

    /// A number of a range.
    fn within(&mut self, range: core::ops::Range<i32>) -> i32 {
        range.start + self.below((range.end - range.start) as usize) as i32
    }

    /// An immediate of so many bits, its extremes often.
    fn immediate(&mut self, bits: u32) -> i32 {
        let half = 1 << (bits - 1);
        match self.below(8) {
            0 => self.random.pick(&[-half, -1, 0, 1, half - 1]),
            _ => self.within(-half..half),
        }
    }

    /// Any register that pieces may change, x0 too.
    fn register(&mut self) -> Reg {
        self.below(usize::from(SCRATCH)) as Reg
    }

    /// Any but x0.
    fn nonzero(&mut self) -> Reg {
        self.below(usize::from(SCRATCH) - 1) as Reg + 1
    }

    /// One of x8..=x15.
    fn short(&mut self) -> Reg {
        self.below(8) as Reg + 8
    }
}

/// Any constant in a register.
fn constant(s: &mut Source) -> Code {
    li(s.register(), s.random.operand()).into()
}

/// Reads or writes up to 63 bytes.
fn system_call(s: &mut Source) -> Code {
    let (number, file) = s.random.pick(&[(63, 0), (64, 1), (64, 2)]);
    let (offset, length) = (s.below(BYTES as usize - 64) as u64, s.below(64) as u64);
    let mut code = syscall(number, file, WORK + offset, length);
    code.extend(li(A0, s.random.operand()));
    code.into()
}

/// The ELF file of a program with a body of so many random pieces, most of one instruction.
pub fn random_program(seed: u64, pieces: usize, on: Extensions) -> Vec<u8> {
    let mut s = Source { random: Random(seed), on };
    let mut code = Code::new();
    if on.has(Extensions::C) && s.random.coin() {
        code.push16(c_nop());
    }
    code.append(li(BASE, MIDDLE));
    code.append(li(ROUNDS, 3));
    for register in 1..SCRATCH {
        code.append(li(register, s.random.operand()));
    }
    let body: Code = (0..pieces).map(|_| s.one_of(PIECES)).collect();
    let back = body.size() as i32;
    code.append(body);
    // Farther than a branch reaches.
    code.append([addi(ROUNDS, ROUNDS, -1), beq(ROUNDS, ZERO, 8), jal(ZERO, -back - 8)]);
    code.append(li(SCRATCH, WORK + BYTES));
    code.extend((1..SCRATCH).map(|register| sd(register, SCRATCH, 8 * i32::from(register))));
    code.append(syscall(64, 1, WORK, BYTES + 8 * u64::from(SCRATCH)));
    code.append([ld(A0, SCRATCH, 8 * i32::from(s.nonzero())), addi(A7, ZERO, 93), ecall()]);
    let data: Vec<u8> = (0..BYTES / 8).flat_map(|_| s.random.operand().to_le_bytes()).collect();
    let segment = Part { memory_size: 2 * BYTES, ..Part::load(6, WORK, &data) };
    Elf::new(CODE).paged().mixed_code(CODE, &code).part(segment).build()
}
