//! Random programs.
//!
//! Each fills the registers with edge values, goes three times through a random body of arithmetic,
//! memory accesses, jumps and system calls, writes out all registers and the data it worked on, and
//! exits with a register's low byte.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

use dyad_program::testing::asm::*;
use dyad_program::testing::{CODE, DATA, Elf};

/// Registers from here on are not random: scratch, rounds left, address of the data.
const SCRATCH: Reg = 29;
const ROUNDS: Reg = 30;
const BASE: Reg = 31;
/// Bytes of data that programs work on; the registers are dumped after them.
const BYTES: u64 = 2048;

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of a list.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    fn register(&mut self) -> Reg {
        self.below(u64::from(SCRATCH)) as Reg
    }

    /// Values near which arithmetic goes wrong, half of the time.
    pub fn value(&mut self) -> u64 {
        let near = [0u64, 1 << 31, 1 << 32, 1 << 63, 0xffff_ffff_8000_0000];
        match self.below(4) {
            0 => self.pick(&near).wrapping_add(self.below(5)).wrapping_sub(2),
            1 => 1 << self.below(64),
            2 => self.next() >> self.below(64),
            _ => self.next(),
        }
    }
}

const REGISTER_FORMS: &[fn(Reg, Reg, Reg) -> u32] = &[
    add, sub, sll, slt, sltu, xor, srl, sra, or, and, addw, subw, sllw, srlw, sraw, mul, mulh, mulhsu, mulhu,
    mulw, div, divu, rem, remu, divw, divuw, remw, remuw,
];
const IMMEDIATE_FORMS: &[fn(Reg, Reg, i32) -> u32] = &[addi, slti, sltiu, xori, ori, andi, addiw];
const SHIFTS: &[fn(Reg, Reg, u32) -> u32] = &[slli, srli, srai];
const SHIFTS_W: &[fn(Reg, Reg, u32) -> u32] = &[slliw, srliw, sraiw];
const BRANCHES: &[fn(Reg, Reg, i32) -> u32] = &[beq, bne, blt, bge, bltu, bgeu];
/// An access and its size in bytes.
type MemoryAccess = (fn(Reg, Reg, i32) -> u32, u64);
const ACCESSES: &[MemoryAccess] =
    &[(lb, 1), (lbu, 1), (lh, 2), (lhu, 2), (lw, 4), (lwu, 4), (ld, 8), (sb, 1), (sh, 2), (sw, 4), (sd, 8)];

/// One random piece of a body; it neither jumps out of itself nor reads what follows it.
fn piece(r: &mut Random) -> Vec<u32> {
    let (rd, rs1, rs2) = (r.register(), r.register(), r.register());
    let imm = r.below(4096) as i32 - 2048;
    match r.below(20) {
        0..8 => vec![r.pick(REGISTER_FORMS)(rd, rs1, rs2)],
        8..11 => vec![r.pick(IMMEDIATE_FORMS)(rd, rs1, imm)],
        11 => vec![r.pick(SHIFTS)(rd, rs1, r.below(64) as u32)],
        12 => vec![r.pick(SHIFTS_W)(rd, rs1, r.below(32) as u32)],
        13 => vec![r.pick(&[lui, auipc])(rd, r.below(1 << 20) as i32 - (1 << 19))],
        14 => {
            let (access, size) = r.pick(ACCESSES);
            vec![access(rd, BASE, (r.below(BYTES / size) * size) as i32 & !0x800)]
        }
        15 => {
            // At an address made from a register, aligned by a mask.
            let (access, size) = r.pick(ACCESSES);
            let mask = 0x7ff & !(size as i32 - 1);
            vec![andi(SCRATCH, rs1, mask), add(SCRATCH, SCRATCH, BASE), access(rd, SCRATCH, 0)]
        }
        16 => {
            let skipped = r.below(4);
            let mut code = vec![r.pick(BRANCHES)(rs1, rs2, 4 * (skipped as i32 + 1))];
            code.extend((0..skipped).map(|_| r.pick(REGISTER_FORMS)(r.register(), rs1, rs2)));
            code
        }
        17 => match r.below(3) {
            0 => vec![jal(rd, 8), ebreak()],
            1 => vec![auipc(SCRATCH, 0), jalr(rd, SCRATCH, 12 + r.below(2) as i32), ebreak()],
            _ => vec![fence()],
        },
        18 => li(rd, r.value()),
        _ => {
            let (number, file) = r.pick(&[(63, 0), (64, 1), (64, 2)]);
            let offset = r.below(BYTES - 64);
            let mut code = syscall(number, file, DATA + offset, r.below(64));
            code.extend(li(A0, r.value()));
            code
        }
    }
}

/// The ELF file of a program with a body of so many random pieces, most of one instruction.
pub fn random_program(seed: u64, pieces: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let mut code = li(BASE, DATA);
    code.extend(li(ROUNDS, 3));
    for register in 1..SCRATCH {
        code.extend(li(register, r.value()));
    }
    let body: Vec<u32> = (0..pieces).flat_map(|_| piece(&mut r)).collect();
    let back = 4 * body.len() as i32;
    code.extend(body);
    // Farther than a branch reaches.
    code.extend([addi(ROUNDS, ROUNDS, -1), beq(ROUNDS, ZERO, 8), jal(ZERO, -back - 8)]);
    code.extend(li(SCRATCH, DATA + BYTES));
    code.extend((1..SCRATCH).map(|register| sd(register, SCRATCH, 8 * i32::from(register))));
    code.extend(syscall(64, 1, DATA, BYTES + 8 * u64::from(SCRATCH)));
    code.extend([ld(A0, SCRATCH, 8 * i32::from(r.below(28) as u8 + 1)), addi(A7, ZERO, 93), ecall()]);
    let data: Vec<u8> = (0..BYTES / 8).flat_map(|_| r.value().to_le_bytes()).collect();
    Elf::new(CODE).paged().code(CODE, &code).data(DATA, &data).bss(DATA + 0x1000, 0x1000).build()
}
