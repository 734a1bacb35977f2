//! Atomic operations, and conditional stores that succeed or fail.
//!
//! A conditional store succeeds where its address is that of the last reservation and no other
//! conditional store came since. qemu compares what is stored there with what was loaded too, so nothing
//! stores another value in between; and every piece ends with a conditional store, so that no reservation
//! reaches what follows.

use crate::testing::Code;
use crate::testing::asm::*;

use super::memory::aligned;
use super::{BASE, SCRATCH, Source, arithmetic, control};

type Operation = fn(Reg, Reg, Reg) -> u32;
/// Operations on 4 bytes, each before its form for 8.
const OPERATIONS: &[[Operation; 2]] = &[
    [amoswap_w, amoswap_d],
    [amoadd_w, amoadd_d],
    [amoxor_w, amoxor_d],
    [amoand_w, amoand_d],
    [amoor_w, amoor_d],
    [amomin_w, amomin_d],
    [amomax_w, amomax_d],
    [amominu_w, amominu_d],
    [amomaxu_w, amomaxu_d],
];

/// A load that reserves, a conditional store and an ordinary one, of one size.
struct Width {
    index: usize,
    size: i32,
    reserve: fn(Reg, Reg) -> u32,
    conditional: Operation,
    store: fn(Reg, Reg, i32) -> u32,
}

const WIDTHS: [Width; 2] = [
    Width { index: 0, size: 4, reserve: lr_w, conditional: sc_w, store: sw },
    Width { index: 1, size: 8, reserve: lr_d, conditional: sc_d, store: sd },
];

impl Width {
    fn any(s: &mut Source) -> &'static Self {
        &WIDTHS[s.below(2)]
    }

    fn reserve(&self, s: &mut Source) -> u32 {
        (self.reserve)(s.register(), SCRATCH)
    }

    fn conditional(&self, s: &mut Source) -> u32 {
        (self.conditional)(s.register(), s.register(), SCRATCH)
    }
}

/// Reads, changes and writes.
pub fn operation(s: &mut Source) -> Code {
    let width = Width::any(s);
    let operation = s.random.pick(OPERATIONS)[width.index];
    let at = aligned(s, width.size);
    [addi(SCRATCH, BASE, at), operation(s.register(), s.register(), SCRATCH)].into()
}

/// A reservation and a conditional store that succeeds, whatever harmless comes between; sometimes another
/// one, which fails.
pub fn reserved(s: &mut Source) -> Code {
    let width = Width::any(s);
    let at = aligned(s, width.size);
    let loaded = s.register();
    let mut code = Code::from([addi(SCRATCH, BASE, at), (width.reserve)(loaded, SCRATCH)]);
    code.append(between(s, width, at, loaded));
    code.push32(width.conditional(s));
    if s.below(4) == 0 {
        code.push32(width.conditional(s));
    }
    code
}

/// What leaves the reserved cell as it is.
fn between(s: &mut Source, width: &Width, at: i32, loaded: Reg) -> Code {
    match s.below(8) {
        0 => arithmetic::several(s, 4),
        1 => control::branch(s),
        // The same value again.
        2 if loaded != 0 => (width.store)(loaded, SCRATCH, 0).into(),
        3 => {
            let other = elsewhere(s, 8, at);
            sd(s.register(), BASE, other).into()
        }
        // Changes the cell at the middle of the data.
        4 if at & !7 != 0 => s.random.pick(OPERATIONS)[width.index](s.register(), s.register(), BASE).into(),
        _ => Code::new(),
    }
}

/// Another aligned place than the cell of `at`.
fn elsewhere(s: &mut Source, size: i32, at: i32) -> i32 {
    loop {
        let other = aligned(s, size);
        if other & !7 != at & !7 {
            return other;
        }
    }
}

/// A reservation and conditional stores at another address too, or a reservation that another replaces.
pub fn reserved_elsewhere(s: &mut Source) -> Code {
    let width = Width::any(s);
    let at = aligned(s, width.size);
    // Perhaps the other half of the same cell.
    let other = if width.size == 4 && s.random.coin() { at ^ 4 } else { elsewhere(s, width.size, at) };
    let mut code = Code::from([addi(SCRATCH, BASE, at), width.reserve(s)]);
    let to_other = addi(SCRATCH, BASE, other);
    match s.below(3) {
        0 => code.extend([to_other, width.conditional(s), addi(SCRATCH, BASE, at), width.conditional(s)]),
        1 => code.extend([to_other, width.reserve(s), width.conditional(s)]),
        _ => {
            code.extend([to_other, width.reserve(s), addi(SCRATCH, BASE, at), width.conditional(s)]);
            code.extend([to_other, width.conditional(s)]);
        }
    }
    code
}

/// A conditional store without any reservation.
pub fn unreserved(s: &mut Source) -> Code {
    let width = Width::any(s);
    let at = aligned(s, width.size);
    [addi(SCRATCH, BASE, at), width.conditional(s)].into()
}
