//! Branches, jumps and fences, forwards and backwards, by offsets up to the longest.

use crate::testing::Code;
use crate::testing::asm::*;

use super::{Extensions, SCRATCH, Source, arithmetic};

const BRANCHES: &[fn(Reg, Reg, i32) -> u32] = &[beq, bne, blt, bge, bltu, bgeu];
/// Those that are taken where both registers are the same.
const TAKEN: &[fn(Reg, Reg, i32) -> u32] = &[beq, bge, bgeu];
const SHORT: &[fn(Reg, i32) -> u16] = &[c_beqz, c_bnez];

/// A branch by an offset that depends on its size, compressed where that reaches.
fn branch_by(s: &mut Source, offset: impl Fn(i32) -> i32) -> Code {
    if s.has(Extensions::C) && (-256..256).contains(&offset(2)) && s.random.coin() {
        s.random.pick(SHORT)(s.short(), offset(2)).into()
    } else {
        s.random.pick(BRANCHES)(s.register(), s.register(), offset(4)).into()
    }
}

/// A jump by an offset that depends on its size, compressed where that reaches; `rd` gets the next address
/// otherwise.
fn jump_by(s: &mut Source, rd: Reg, offset: impl Fn(i32) -> i32) -> Code {
    if s.has(Extensions::C) && (-2048..2048).contains(&offset(2)) && s.random.coin() {
        c_j(offset(2)).into()
    } else {
        jal(rd, offset(4)).into()
    }
}

/// A number of bytes for instructions: a few, or sometimes up to so many.
fn length(s: &mut Source, most: usize) -> usize {
    let bytes = match s.below(32) {
        0 | 1 => most,
        2 => s.below(most),
        _ => s.below(12),
    };
    bytes & if s.has(Extensions::C) { !1 } else { !3 }
}

/// Bytes that nobody executes, and that are no instructions for the most part.
fn junk(s: &mut Source, bytes: usize) -> Code {
    let mut code = Code::new();
    code.extend((0..bytes / 2).map(|_| s.random.word() as u16));
    code
}

/// A branch over a few instructions.
pub fn branch(s: &mut Source) -> Code {
    let skipped = arithmetic::several(s, 4);
    let mut code = branch_by(s, |branch| branch + skipped.size() as i32);
    code.append(skipped);
    code
}

/// A branch that is taken.
pub fn taken(s: &mut Source) -> Code {
    let (mut code, skipped);
    if s.has(Extensions::C) && s.random.coin() {
        skipped = length(s, 252);
        let (register, value) = (s.short(), s.below(2));
        code = Code::from(c_li(register, -(value as i32)));
        code.push16(SHORT[value](register, 2 + skipped as i32));
    } else {
        skipped = length(s, 4090);
        let register = s.register();
        code = s.random.pick(TAKEN)(register, register, 4 + skipped as i32).into();
    }
    code.append(junk(s, skipped));
    code
}

/// A jump.
pub fn jump(s: &mut Source) -> Code {
    let (skipped, rd) = (length(s, 2044), s.register());
    let mut code = jump_by(s, rd, |jump| jump + skipped as i32);
    code.append(junk(s, skipped));
    code
}

/// A jump to an address in a register, whose lowest bit is ignored.
pub fn jump_to_register(s: &mut Source) -> Code {
    let (odd, skipped) = (s.below(2) as i32, length(s, 22));
    let mut code = Code::from(auipc(SCRATCH, 0));
    if s.has(Extensions::C) && s.random.coin() {
        code.push16(c_addi(SCRATCH, 8 + skipped as i32 + odd));
        code.push16(s.random.pick(&[c_jr, c_jalr])(SCRATCH));
    } else {
        let imm = s.immediate(12);
        let rest = 16 + skipped as i32 + odd - imm;
        code.extend([addi(SCRATCH, SCRATCH, rest / 2), addi(SCRATCH, SCRATCH, rest - rest / 2)]);
        code.push32(jalr(s.register(), SCRATCH, imm));
    }
    code.append(junk(s, skipped));
    code
}

/// Ahead, and back by a branch or jump to some instructions, from which control goes on.
pub fn back(s: &mut Source) -> Code {
    let work = arithmetic::several(s, 3);
    // From the work, a jump on, and then junk.
    let distance = match s.below(12) {
        0 => s.random.pick(&[256, 2048, 4096]),
        _ => work.size() + 4 + length(s, 16),
    };
    let junk = junk(s, distance - 4 - work.size());
    let rd = s.register();
    let back = if s.random.coin() {
        branch_by(s, |_| -(distance as i32))
    } else {
        jump_by(s, rd, |_| -(distance as i32))
    };
    let mut code = jump_by(s, ZERO, |jump| jump + distance as i32);
    code.append(work);
    code.push32(jal(ZERO, (4 + junk.size() + back.size()) as i32));
    code.append(junk);
    code.append(back);
    code
}

/// Nothing, as far as one hart can tell.
pub fn fences(s: &mut Source) -> Code {
    if s.has(Extensions::ZIFENCEI) && s.random.coin() { fence_i().into() } else { fence().into() }
}
