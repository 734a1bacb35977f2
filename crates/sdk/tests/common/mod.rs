//! Programs for tests of whole proofs.
#![allow(dead_code, reason = "each file of tests uses some of them")]

use dyad_program::testing::{DATA, asm::*, program};

/// `turns` turns of a loop over most kinds of instructions, 14 a turn, with loads and stores at new
/// addresses from `DATA` on.
pub fn turns(turns: u64) -> Vec<u32> {
    [
        li(S0, DATA),
        li(S1, turns),
        vec![
            ld(T0, S0, 0),
            mul(T1, T0, S1),
            mulhu(T2, T0, T1),
            div(T0, T2, S1),
            srl(T0, T0, S1),
            sll(T1, T1, S1),
            slt(T2, T0, T1),
            xor(T0, T0, T1),
            and(T2, T0, T2),
            add(T0, T0, T2),
            sd(T0, S0, 8),
            addi(S0, S0, 8),
            addi(S1, S1, -1),
            bne(S1, ZERO, -52),
        ],
    ]
    .concat()
}

/// The ELF file of a program that reads eight bytes, takes `count` [`turns`] and writes eight bytes.
pub fn looping(count: u64) -> Vec<u8> {
    let code = [syscall(63, 0, DATA, 8), turns(count), syscall(64, 1, DATA + 8, 8), exit(0)];
    program(&code.concat(), &[0; 16])
}
