//! Loads and stores.

use crate::testing::Code;
use crate::testing::asm::*;

use super::{BASE, Extensions, HALF, MIDDLE, SCRATCH, Source};

/// An access and its size in bytes.
type Access = (fn(Reg, Reg, i32) -> u32, i32);
const ACCESSES: &[Access] =
    &[(lb, 1), (lbu, 1), (lh, 2), (lhu, 2), (lw, 4), (lwu, 4), (ld, 8), (sb, 1), (sh, 2), (sw, 4), (sd, 8)];

/// A compressed access and its size in bytes; the immediate is 31 of these at most.
type Short = (fn(Reg, Reg, u32) -> u16, i32);
const SHORT: &[Short] = &[(c_lw, 4), (c_ld, 8), (c_sw, 4), (c_sd, 8)];

/// A compressed access with the stack pointer, and its size in bytes; the immediate is 63 of these at most.
type OfStack = (fn(&mut Source, u32) -> u16, i32);
const OF_STACK: &[OfStack] = &[
    (|s, imm| c_lwsp(s.nonzero(), imm), 4),
    (|s, imm| c_ldsp(s.nonzero(), imm), 8),
    (|s, imm| c_swsp(s.register(), imm), 4),
    (|s, imm| c_sdsp(s.register(), imm), 8),
];

/// Where `size` bytes lie, from the middle of the data: aligned, or anywhere, or across the end of a page.
fn place(s: &mut Source, size: i32) -> i32 {
    if !s.has(Extensions::MISALIGNED) || s.random.coin() {
        return aligned(s, size);
    }
    match s.below(4) {
        0 => s.within(1 - size..1),
        _ => s.within(-HALF..HALF - size + 1),
    }
}

/// Where `size` bytes lie, at a multiple of it from the middle of the data.
pub fn aligned(s: &mut Source, size: i32) -> i32 {
    size * s.within(-HALF / size..HALF / size)
}

/// By the register that holds the middle of the data.
pub fn by_base(s: &mut Source) -> Code {
    let (access, size) = s.random.pick(ACCESSES);
    access(s.register(), BASE, place(s, size)).into()
}

/// With any offset, from an address made to fit it.
pub fn by_any_offset(s: &mut Source) -> Code {
    let (access, size) = s.random.pick(ACCESSES);
    let (at, imm) = (place(s, size), s.immediate(12));
    let mut code = li(SCRATCH, MIDDLE.wrapping_add_signed(i64::from(at - imm)));
    code.push(access(s.register(), SCRATCH, imm));
    code.into()
}

/// At an address made from a register by a mask.
pub fn by_register(s: &mut Source) -> Code {
    let (access, size) = s.random.pick(ACCESSES);
    let unit = if s.has(Extensions::MISALIGNED) { 1 } else { size };
    // From 0 to just below HALF, and then back by at least as much as an access takes.
    let mask = (HALF - 1) & !(unit - 1);
    let imm = -unit * s.within(8 / unit..HALF / unit + 1);
    let access = access(s.register(), SCRATCH, imm);
    [andi(SCRATCH, s.register(), mask), add(SCRATCH, SCRATCH, BASE), access].into()
}

/// Compressed, by one of x8..=x15, which holds such an address then.
pub fn by_short(s: &mut Source) -> Code {
    let (access, size) = s.random.pick(SHORT);
    let (base, at, imm) = (s.short(), place(s, size), size * s.below(32) as i32);
    let mut code = Code::from(li(base, MIDDLE.wrapping_add_signed(i64::from(at - imm))));
    code.push16(access(s.short(), base, imm as u32));
    code
}

/// Compressed, by the stack pointer, which holds such an address then.
pub fn by_stack(s: &mut Source) -> Code {
    let (access, size) = s.random.pick(OF_STACK);
    let (at, imm) = (place(s, size), size * s.below(64) as i32);
    let mut code = Code::from(li(SP, MIDDLE.wrapping_add_signed(i64::from(at - imm))));
    code.push16(access(s, imm as u32));
    code
}
